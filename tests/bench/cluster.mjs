// What a cluster costs: the same scripts on one node and on three (over mutual TLS, on this machine), one after the other
// in one run. Prints a table; gates nothing. Arguments: scripts with commas between them, then options of parleyd. Needs what the end-to-end tests need.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Cluster } from "../e2e/support/cluster.mjs";
import { secret } from "../e2e/support/server.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const program = process.env.PARLEY_LOAD ?? join(root, "build/bin/parley-load");
const scripts = (process.argv[2] ?? "cluster-big-room,cluster-rooms,cluster-direct").split(",");

/** Plays a script against all nodes; resolves to the result's numbers. */
async function play(script, nodes) {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  const words = nodes.flatMap((node) => ["--target", node.url, "--pid", String(node.pid)]);
  const child = spawn(program, [join(root, `scripts/load/${script}.json`), ...words, "--report", folder], {
    env: { PATH: process.env.PATH, PARLEY_JWT_SECRET: secret },
    stdio: ["ignore", "ignore", "inherit"],
  });
  await new Promise((done) => child.once("exit", done));
  const result = JSON.parse(readFileSync(join(folder, `${script}.json`)));
  rmSync(folder, { recursive: true, force: true });
  return result.metrics ?? result;
}

const rows = [];
for (const script of scripts) {
  const found = {};
  for (const count of [1, 3]) {
    const cluster = await Cluster.start(count, process.argv.slice(3));
    found[count] = await play(script, cluster.nodes);
    await cluster.stop();
  }
  const [one, three] = [found[1], found[3]];
  rows.push({
    script,
    "µs on 1 node": one.cpu_us_per_delivery,
    "on 3": three.cpu_us_per_delivery,
    ratio: (three.cpu_us_per_delivery / one.cpu_us_per_delivery).toFixed(2),
    "p50 ms on 1": one.p50_ms,
    "p50 on 3": three.p50_ms,
    "p99 on 1": one.p99_ms,
    "p99 on 3": three.p99_ms,
    lost: three.lost,
    doubled: three.doubled,
    reordered: three.reordered,
  });
}
console.table(rows);
