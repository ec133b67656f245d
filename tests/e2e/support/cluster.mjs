// A cluster of real processes on the loopback interface, over mutual TLS, with a PostgreSQL server of its own. Stops
// exactly what it started.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { pause } from "./clients.mjs";
import { startPostgres } from "./postgres.mjs";
import { startServer } from "./server.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");

export function freePort() {
  return new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });
}

/** Waits until `holds()` is true (or resolves to it). */
export async function eventually(holds, what, timeout = 10_000) {
  const deadline = Date.now() + timeout;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`);
    await pause(20);
  }
}

export async function metric(node, name) {
  const text = await (await fetch(`${node.url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1]);
}

export class Cluster {
  nodes = [];
  #made = 0;

  static async start(count, flags = []) {
    const made = new Cluster();
    made.flags = flags;
    made.folder = mkdtempSync(join(tmpdir(), "parley-certificates-"));
    made.postgres = await startPostgres();
    for (let index = 0; index < count; ++index) await made.add();
    await made.settled();
    return made;
  }

  /** Starts one node more, or again the one of that name. */
  async add(name = `node${++this.#made}`, flags = [], port = undefined) {
    execFileSync(join(root, "scripts/certificates"), [this.folder, name]);
    port ??= await freePort();
    const node = await startServer([
      ...["--store", this.postgres.uri, "--threads", "1", "--node-name", name],
      ...["--cluster-listen", `127.0.0.1:${port}`, "--cluster-ca", join(this.folder, "ca.pem")],
      ...["--cluster-cert", join(this.folder, `${name}.pem`), "--cluster-key", join(this.folder, `${name}.key`)],
      ...this.flags,
      ...flags,
    ]);
    Object.assign(node, { name, clusterPort: port });
    node.exited.then(() => (this.nodes = this.nodes.filter((each) => each !== node)));
    this.nodes.push(node);
    return node;
  }

  /** All nodes count each other as members. */
  async settled(nodes = this.nodes) {
    await eventually(async () => {
      const counts = await Promise.all(nodes.map((each) => metric(each, "parley_cluster_nodes")));
      return counts.every((count) => count === nodes.length);
    }, `a cluster of ${nodes.length}`);
  }

  async stop() {
    for (const node of this.nodes) process.kill(node.pid, "SIGCONT");
    await Promise.all(this.nodes.map((each) => each.stop()));
    await this.postgres.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
