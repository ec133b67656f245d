// An nginx of the test's own, on a free port of the loopback interface, in a folder of its own; stops exactly that
// process.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventually, freePort } from "./cluster.mjs";

/** What makes WebSockets pass, as nginx's own documentation has it. */
export const upgrade = "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade;";

function configuration(folder, port, upstream, location) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((each) => `${each}_temp_path ${folder}/${each};`);
  return `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
    events { worker_connections 256; }
    http {
      access_log off; ${temporary.join(" ")}
      map $http_upgrade $connection_upgrade { default upgrade; '' close; }
      upstream backend { server ${upstream}; }
      server { listen 127.0.0.1:${port}; location / { proxy_pass http://backend; ${location} } }
    }`;
}

/** `upstream`: HOST:PORT or unix:/PATH; `location`: what is said beside proxy_pass. Resolves to {url, stop()}. */
export async function startNginx(upstream, location = "") {
  const folder = mkdtempSync(join(tmpdir(), "parley-nginx-"));
  const port = await freePort();
  writeFileSync(join(folder, "nginx.conf"), configuration(folder, port, upstream, location));
  const child = spawn("/usr/sbin/nginx", ["-c", join(folder, "nginx.conf"), "-e", join(folder, "error.log")], { stdio: "ignore" });
  const exited = new Promise((done) => child.once("exit", done));
  const url = `http://127.0.0.1:${port}`;
  const answers = () => fetch(url).then(() => true, () => false);
  await eventually(async () => {
    if (child.exitCode !== null) throw new Error(readFileSync(join(folder, "error.log"), "utf8"));
    return answers();
  }, "nginx");
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, stop };
}
