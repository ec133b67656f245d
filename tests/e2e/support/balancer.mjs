// HAProxy in front of several nodes, in turn and without sticky sessions; it asks each node's /readyz ten times a
// second. Stops exactly that process.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "./cluster.mjs";

const configuration = (port, nodes) => `
defaults
  mode http
  timeout connect 1s
  timeout client 90s
  timeout server 90s
  timeout tunnel 1h
  retries 3
  option redispatch
frontend clients
  bind 127.0.0.1:${port}
  default_backend nodes
backend nodes
  balance roundrobin
  option httpchk GET /readyz
  default-server check inter 100ms fall 1 rise 1
${nodes.map((node, index) => `  server node${index} ${new URL(node.url).host}`).join("\n")}
`;

/** Resolves to {url, stop()}. */
export async function startBalancer(nodes) {
  const folder = mkdtempSync(join(tmpdir(), "parley-haproxy-"));
  const file = join(folder, "haproxy.cfg");
  const port = await freePort();
  writeFileSync(file, configuration(port, nodes));
  const child = spawn("/usr/sbin/haproxy", ["-db", "-f", file], { stdio: "ignore" });
  const exited = new Promise((done) => child.once("exit", done));
  const url = `http://127.0.0.1:${port}`;
  const answers = () => fetch(`${url}/readyz`).then((answer) => answer.status === 200, () => false);
  for (let tries = 0; tries < 200 && !(await answers()); ++tries) await pause(20);
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, stop };
}
