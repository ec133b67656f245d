// The nodes of a cluster for fault tests: each in a network namespace of its own where the machine allows that (so that a
// network can really be cut), and on the loopback interface otherwise. Stops, and removes, exactly what it made.
import { execFileSync, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { secret } from "../e2e/support/server.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const binary = resolve(process.env.PARLEYD ?? join(root, "build/bin/parleyd"));
/** What nodes are upgraded to: another build, if one is named. */
export const next = resolve(process.env.PARLEYD_NEXT ?? binary);
const postgresPrograms = join("/usr/lib/postgresql", readdirSync("/usr/lib/postgresql").sort().at(-1), "bin");
const clusterPort = 7000;
const httpPort = 3000;

const run = (program, ...words) => execFileSync(program, words, { stdio: ["ignore", "pipe", "pipe"] }).toString();

/** Waits until `holds()` resolves to true. */
export async function eventually(holds, what, timeout = 15_000) {
  const deadline = Date.now() + timeout;
  for (;;) {
    if (await (async () => holds())().catch(() => false)) return;
    if (Date.now() > deadline) throw new Error(`not within ${timeout} ms: ${what}`);
    await pause(20);
  }
}

/** A bridge of our own in this namespace, and a namespace with an address on it for each node. */
class Networks {
  constructor() {
    this.id = process.pid % 10_000;
    this.bridge = `pb${this.id}`;
    this.subnet = `10.${100 + (this.id % 100)}.${Math.floor(this.id / 100)}`;
    this.made = [];
  }
  static create() {
    const networks = new Networks();
    try {
      // An address of its own: the bridge would else take the lowest of its ports', and change it when one is added.
      run("ip", "link", "add", networks.bridge, "address", "02:00:00:00:00:01", "type", "bridge");
      run("ip", "addr", "add", `${networks.subnet}.1/24`, "dev", networks.bridge);
      run("ip", "link", "set", networks.bridge, "up");
      networks.add(99); // a trial
      return networks;
    } catch {
      networks.remove();
      return null;
    }
  }
  get host() {
    return `${this.subnet}.1`;
  }
  add(number) {
    const name = `parley-${this.id}-${number}`;
    const outside = `pv${this.id}n${number}`;
    run("ip", "netns", "add", name);
    this.made.push({ name, outside });
    run("ip", "link", "add", outside, "type", "veth", "peer", "name", "eth0", "netns", name);
    run("ip", "link", "set", outside, "master", this.bridge, "up");
    run("ip", "-n", name, "addr", "add", `${this.subnet}.${number + 10}/24`, "dev", "eth0");
    run("ip", "-n", name, "link", "set", "eth0", "up");
    run("ip", "-n", name, "link", "set", "lo", "up");
    return { name, outside, address: `${this.subnet}.${number + 10}` };
  }
  remove() {
    for (const { name } of this.made) {
      try {
        run("ip", "netns", "del", name);
      } catch {}
    }
    try {
      run("ip", "link", "del", this.bridge);
    } catch {}
  }
}

export class Nodes {
  nodes = new Map();

  static async start(count) {
    const made = new Nodes();
    made.networks = Networks.create();
    made.folder = mkdtempSync(join(tmpdir(), "parley-nodes-"));
    try {
      await made.#startPostgres();
      for (let number = 1; number <= count; ++number) await made.start(number, binary);
      await made.settled(count);
    } catch (error) {
      await made.remove();
      throw error;
    }
    return made;
  }

  get how() {
    return this.networks ? "each node in a network namespace" : "nodes on the loopback interface, faults by signals only";
  }

  async #startPostgres() {
    const root = process.getuid() === 0;
    const as = root ? { uid: Number(run("id", "-u", "postgres")), gid: Number(run("id", "-g", "postgres")) } : {};
    this.database = mkdtempSync(join(tmpdir(), "parley-pg-"));
    if (root) chownSync(this.database, as.uid, as.gid);
    const data = join(this.database, "data");
    execFileSync(join(postgresPrograms, "initdb"), ["-D", data, "-A", "trust", "-U", "parley", "-N"], { ...as, cwd: this.database, stdio: "ignore" });
    const host = this.networks?.host ?? "";
    if (this.networks)
      execFileSync("sh", ["-c", `echo "host all all ${this.networks.subnet}.0/24 trust" >> ${data}/pg_hba.conf`], as);
    this.postgres = spawn(join(postgresPrograms, "postgres"), ["-D", data, "-k", this.database, "-c", `listen_addresses=${host}`, "-p", "5433"], {
      ...as,
      cwd: this.database,
      stdio: "ignore",
    });
    await eventually(() => run(join(postgresPrograms, "pg_isready"), "-q", "-h", this.database, "-p", "5433") === "", "PostgreSQL");
    const at = this.networks ? `parley@${host}:5433/postgres` : `parley@/postgres?port=5433&host=${encodeURIComponent(this.database)}`;
    this.store = `postgresql://${at}`;
  }

  /** Starts the node of that number, again or for the first time; unless told otherwise, either program. */
  async start(number, program = [binary, next][randomInt(2)]) {
    const known = this.nodes.get(number);
    const network = known?.network ?? this.networks?.add(number);
    const name = `node${number}`;
    const certificates = join(this.folder, "certificates");
    execFileSync(join(root, "scripts/certificates"), [certificates, name]);
    const host = network?.address ?? "127.0.0.1";
    const ports = network ? { http: httpPort, cluster: clusterPort } : { http: 20_000 + number + (process.pid % 1000) * 20, cluster: 20_010 + number + (process.pid % 1000) * 20 };
    const flags = [
      ...["--listen", `${host}:${ports.http}`, "--cluster-listen", `${host}:${ports.cluster}`, "--node-name", name],
      ...["--store", this.store, "--cluster-ca", join(certificates, "ca.pem"), "--threads", "1", "--presence-grace", "1s"],
      ...["--cluster-cert", join(certificates, `${name}.pem`), "--cluster-key", join(certificates, `${name}.key`)],
      // A node that stops waits for its clients; for those that a cut has left half-open, no longer than this.
      ...["--drain-timeout", "2s"],
    ];
    const [command, words] = network ? ["ip", ["netns", "exec", network.name, program, ...flags]] : [program, flags];
    const child = spawn(command, words, { cwd: this.folder, env: { PATH: process.env.PATH, PARLEY_JWT_SECRET: secret }, stdio: ["ignore", "ignore", "pipe"] });
    const node = { number, name, network, child, url: `http://${host}:${ports.http}`, log: "" };
    child.stderr.on("data", (chunk) => (node.log += chunk));
    node.exited = new Promise((done) => child.once("exit", (code, signal) => done({ code, signal })));
    this.nodes.set(number, node);
    try {
      await eventually(async () => (await fetch(`${node.url}/readyz`)).status === 200, `${name} is ready`);
    } catch (error) {
      throw new Error(`${error.message}: ${node.log}`);
    }
    return node;
  }

  async kill(number) {
    const node = this.nodes.get(number);
    node.child.kill("SIGKILL");
    await node.exited;
  }

  async stop(number) {
    const node = this.nodes.get(number);
    node.child.kill("SIGTERM");
    return node.exited;
  }

  /** `ip netns exec` becomes the node's process, so that signals reach it. */
  freeze(number) {
    this.nodes.get(number).child.kill("SIGSTOP");
  }
  thaw(number) {
    this.nodes.get(number).child.kill("SIGCONT");
  }

  /** Cuts a node's network: both ways, or only what it sends (`out`) or gets (`in`), by a queue that holds nothing. */
  cut(number, direction = "both") {
    const { name, outside } = this.nodes.get(number).network;
    if (direction !== "in") run("tc", "-n", name, "qdisc", "add", "dev", "eth0", "root", "pfifo", "limit", "0");
    if (direction !== "out") run("tc", "qdisc", "add", "dev", outside, "root", "pfifo", "limit", "0");
  }
  heal(number, direction = "both") {
    const { name, outside } = this.nodes.get(number).network;
    if (direction !== "in") run("tc", "-n", name, "qdisc", "del", "dev", "eth0", "root");
    if (direction !== "out") run("tc", "qdisc", "del", "dev", outside, "root");
  }

  /** Two nodes lose each other, and nobody else: one's packets to the other go nowhere. */
  part(one, other) {
    run("ip", "-n", this.nodes.get(one).network.name, "route", "add", "blackhole", `${this.nodes.get(other).network.address}/32`);
  }
  meet(one, other) {
    run("ip", "-n", this.nodes.get(one).network.name, "route", "del", "blackhole", `${this.nodes.get(other).network.address}/32`);
  }

  async members(number) {
    const answer = await fetch(`${this.nodes.get(number).url}/metrics`, { signal: AbortSignal.timeout(1000) });
    return Number(/^parley_cluster_nodes (\S+)$/m.exec(await answer.text())?.[1]);
  }

  /** The given nodes count so many members. */
  async settled(count, among = [...this.nodes.keys()], timeout = 15_000) {
    await eventually(async () => (await Promise.all(among.map((each) => this.members(each)))).every((each) => each === count), `${count} members`, timeout);
  }

  async remove() {
    for (const node of this.nodes.values()) {
      node.child.kill("SIGCONT");
      node.child.kill("SIGKILL");
      await node.exited;
    }
    if (this.postgres?.exitCode === null) this.postgres.kill("SIGQUIT");
    await new Promise((done) => (this.postgres.exitCode !== null ? done() : this.postgres.once("exit", done)));
    this.networks?.remove();
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.database, { recursive: true, force: true });
  }
}
