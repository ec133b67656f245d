#!/usr/bin/env node
// Measures parleyd beside the Node reference, script by script, both in one run, and prints tables. See README.md.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const parleyd = process.env.PARLEYD ?? join(root, "build/bin/parleyd");
const generator = process.env.PARLEY_LOAD ?? join(root, "build/bin/parley-load");

const perDelivery = { metric: "cpu_us_per_delivery", unit: "µs CPU per delivery" };
const perConnect = { metric: "cpu_us_per_connect", unit: "µs CPU per connect" };
const perEvent = { metric: "cpu_us_per_event", unit: "µs CPU per event" };
const latency = { metric: "p99_ms", unit: "ms p99" };
const memory = { metric: "kib_per_connection", unit: "KiB per connection" };

/**
 * What is shown of each script in scripts/load; `reach` is what we want to get to. `alone`: parleyd only. `rounds`: of
 * what is over so soon that one round says little.
 */
const rows = [
  { script: "big-room", value: perDelivery, reach: "≤ 0.30 ×" },
  { script: "big-room-saturated", value: perDelivery, reach: "≤ 0.11 ×" },
  { script: "rooms", value: perDelivery, reach: "≤ 0.20 ×" },
  { script: "rooms-paced", value: latency, reach: "< 1 ×" },
  { script: "direct", value: perDelivery, reach: "≤ 0.20 ×", rounds: 5 },
  { script: "direct-paced", value: latency, reach: "< 1 ×" },
  { script: "connect-storm", value: perConnect, reach: "≤ 0.08 ×", rounds: 15 },
  { script: "presence-storm", value: perEvent },
  { script: "mixed-day", value: perDelivery },
  { script: "idle", value: memory, reach: "≤ 8 KiB" },
  { script: "many-connections", value: perDelivery, alone: true },
  { script: "conversations", value: perDelivery, alone: true, store: true },
];

const commands = {
  reference: [process.execPath, join(here, "reference/server.mjs"), "--listen", "127.0.0.1:0"],
  "reference-2": [process.execPath, join(here, "reference/server.mjs"), "--listen", "127.0.0.1:0", "--workers", "2"],
  parleyd: [parleyd, "--listen", "127.0.0.1:0"],
  "parleyd-1": [parleyd, "--listen", "127.0.0.1:0", "--threads", "1"],
};

const { values: options } = parseArgs({
  options: {
    scripts: { type: "string", default: rows.map((row) => row.script).join(",") },
    servers: { type: "string", default: "reference,parleyd" },
    rounds: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const usage = `usage: run.mjs [--scripts ${rows.map((row) => row.script).join(",")}]
               [--servers reference,reference-2,parleyd,parleyd-1] [--rounds N]
Several rounds are played in turn, and their medians shown: by default one, but of the short ones more.
reference-2 is the reference with two workers and Socket.IO's cluster adapter, parleyd-1 is parleyd with one thread.
environment: PARLEYD, PARLEY_LOAD name the binaries, by default those in build/bin`;

function stop(message) {
  console.error(message);
  process.exit(2);
}

/** Resolves to {url, pids, end} once the server says that it listens; rejects when it ends before. */
function start(name, row, secret, folder) {
  const [file, ...args] = commands[name];
  if (name.startsWith("parleyd")) args.push("--store", row.store ? `sqlite:${join(folder, "bench.db")}` : "none");
  const env = { ...process.env, PARLEY_JWT_SECRET: secret, NODE_ENV: "production" };
  const child = spawn(file, args, { env, cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise((done) => child.once("exit", done));
  const end = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await exited;
    clearTimeout(timer);
  };
  return new Promise((done, refuse) => {
    let said = "";
    child.stdout.on("data", (chunk) => {
      said = (said + chunk).slice(-4096);
      const url = /listening on (http:\/\/\S+)/.exec(said)?.[1];
      const pids = /pids ([\d ]+)/.exec(said)?.[1].split(" ") ?? [String(child.pid)];
      if (url) done({ url, pids, end });
    });
    child.stderr.on("data", (chunk) => (said = (said + chunk).slice(-4096)));
    child.once("error", refuse);
    exited.then((code) => refuse(new Error(`${name} ended with ${code} before it listened:\n${said}`)));
  });
}

/** The metrics of one script against one server, and whether its expectations were met. */
function load(script, server, secret, folder) {
  const pids = server.pids.flatMap((pid) => ["--pid", pid]);
  const args = [join(root, `scripts/load/${script}.json`), "--target", server.url, ...pids, "--report", folder];
  const child = spawn(generator, args, {
    env: { ...process.env, PARLEY_JWT_SECRET: secret },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors = (errors + chunk).slice(-2000)));
  return new Promise((done, refuse) => {
    child.once("error", refuse);
    child.once("close", (code) => {
      const result = join(folder, `${script}.json`);
      if (!existsSync(result)) return done({ broken: errors.trim().split("\n").at(-1) });
      const { metrics, expectations } = JSON.parse(readFileSync(result, "utf8"));
      const missed = expectations.filter((each) => !each.met).map((each) => `${each.text} (${each.found})`);
      done(code === 0 ? metrics : { ...metrics, missed: missed.join(", ") || `ended with ${code}` });
    });
  });
}

async function measure(name, row, secret) {
  const folder = mkdtempSync(join(tmpdir(), "parley-bench-"));
  const server = await start(name, row, secret, folder); // afresh for every script
  try {
    return await load(row.script, server, secret, folder);
  } finally {
    await server.end();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The round with the median value; a broken one wins, so that it is seen. */
function median(results, row) {
  const broken = results.find((result) => result.broken || result.missed);
  if (broken) return broken;
  return results.toSorted((a, b) => a[row.value.metric] - b[row.value.metric])[Math.floor((results.length - 1) / 2)];
}

/** All servers once, then all once more: what is slow for a while is so for each. */
async function measureInTurn(names, row, secret) {
  const found = Object.fromEntries(names.map((name) => [name, []]));
  const rounds = Number(options.rounds ?? row.rounds ?? 1);
  for (let round = 0; round < rounds; ++round)
    for (const name of names) found[name].push(await measure(name, row, secret));
  return Object.fromEntries(names.map((name) => [name, median(found[name], row)]));
}

const shown = (number) => (number === undefined || number === null ? "" : number < 100 ? String(number) : Math.round(number).toLocaleString("en"));

function cell(row, result) {
  if (!result) return "";
  if (result.broken) return `broken: ${result.broken}`;
  return shown(result[row.value.metric]) + (result.missed ? " *" : "");
}

function ratio(row, results) {
  const ours = results.parleyd?.[row.value.metric];
  const theirs = ["reference", "reference-2"].map((name) => results[name]?.[row.value.metric]).filter((value) => value > 0);
  return ours && theirs.length > 0 ? `${(ours / Math.min(...theirs)).toFixed(2)} ×` : "";
}

function printTable(head, lines) {
  const all = [head, ...lines];
  const widths = head.map((_, column) => Math.max(...all.map((line) => line[column].length)));
  const print = (line) => console.log(`| ${line.map((text, column) => text.padEnd(widths[column])).join(" | ")} |`);
  print(head);
  console.log(`|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  lines.forEach(print);
  console.log();
}

function printCosts(names, measured) {
  const lines = measured.map(({ row, results }) => [
    row.script, row.value.unit, ...names.map((name) => cell(row, results[name])), ratio(row, results), row.reach ?? "",
  ]);
  printTable(["script", "what", ...names, "parleyd / best reference", "reach"], lines);
}

function printDetails(names, measured) {
  const fields = ["delivered_per_s", "server_cores", "p50_ms", "p99_ms", "server_mib", "generator_cores", "lost", "doubled", "reordered"];
  const lines = measured.flatMap(({ row, results }) =>
    names.filter((name) => results[name]).map((name) => [row.script, name, ...fields.map((field) => shown(results[name][field]))]),
  );
  printTable(["script", "server", ...fields], lines);
  for (const { row, results } of measured)
    for (const name of names) if (results[name]?.missed) console.log(`* ${row.script}, ${name}: not met: ${results[name].missed}`);
}

function chosen(text, known) {
  const names = text.split(",");
  if (names.some((name) => !known.includes(name))) stop(usage);
  return names;
}

function install() {
  const folder = join(here, "reference");
  if (existsSync(join(folder, "node_modules/@socket.io/cluster-adapter"))) return;
  const { status } = spawnSync("npm", ["ci"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) stop("npm ci failed in tests/bench/reference");
}

async function main() {
  if (options.help) return console.log(usage);
  const names = chosen(options.servers, Object.keys(commands));
  const scripts = chosen(options.scripts, rows.map((row) => row.script));
  for (const file of [generator, parleyd]) if (!existsSync(file)) stop(`${file} is missing: scripts/build makes it`);
  if (names.some((name) => name.startsWith("reference"))) install();
  const secret = randomBytes(32).toString("hex");
  console.log(`${cpus().length} × ${cpus()[0].model}, Node ${process.version}\n`);
  const measured = [];
  for (const row of rows.filter((each) => scripts.includes(each.script))) {
    const results = await measureInTurn(names.filter((each) => !row.alone || each === "parleyd"), row, secret);
    measured.push({ row, results });
    console.error(`${row.script}: ${Object.keys(results).map((name) => `${name} ${cell(row, results[name])}`).join(", ")}`);
  }
  printCosts(names, measured);
  printDetails(names, measured);
  if (measured.some(({ results }) => results.parleyd?.broken || results.parleyd?.missed)) process.exitCode = 1;
}

await main();
