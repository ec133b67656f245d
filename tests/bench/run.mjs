#!/usr/bin/env node
// Measures parleyd beside the Node reference, row by row on the same script, and prints a table. See README.md.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

const here = import.meta.dirname;
const binaries = resolve(here, "../../build/bin");
const generator = process.env.BENCH_LOAD ?? join(binaries, "bench-load");
const parleyd = process.env.PARLEYD ?? join(binaries, "parleyd");
const users = 6000;

const perDelivery = { field: "cpuUs", unit: "µs per delivery" };
const perConnect = { field: "cpuUs", unit: "µs per connect" };
const perConnection = { field: "bytes", unit: "KiB per connection", scale: 1 / 1024 };

/** What is measured; the windows are those at which the reference is at its best. `reach` bounds parleyd's value: as a share of the reference's, or as it stands (`absolute`). */
const rows = [
  {
    key: "paced",
    name: "1 room of 1,000, 100 messages/s",
    args: "room --groups 1 --members 1000 --senders 10 --rate 100",
    value: perDelivery,
    reach: { share: 0.4 },
  },
  {
    key: "paced-slow",
    name: "1 room of 1,000, 20 messages/s",
    args: "room --groups 1 --members 1000 --senders 10 --rate 20",
    value: perDelivery,
  },
  {
    key: "saturated",
    name: "1 room of 1,000, saturated",
    args: "room --groups 1 --members 1000 --senders 10 --window 10",
    value: perDelivery,
    reach: { share: 0.15 },
  },
  {
    key: "rooms",
    name: "100 rooms of 10, saturated",
    args: "room --groups 100 --members 10 --senders 100 --window 10",
    value: perDelivery,
  },
  {
    key: "direct",
    name: "200 pairs, private messages, saturated",
    args: "direct --groups 200 --window 10",
    value: perDelivery,
  },
  {
    key: "connect",
    name: "connect with a JWT, 1,000 others online",
    args: "connect --before 1000 --count 4000",
    value: perConnect,
    reach: { share: 0.12 },
  },
  {
    key: "connect-announced",
    name: "connect with a JWT, announced to 200 to 999 others",
    args: "connect --before 200 --count 800",
    value: perConnect,
  },
  {
    key: "idle",
    name: "memory of an idle connection in a room",
    args: "idle --before 200 --count 4000 --groups 40",
    value: perConnection,
    reach: { absolute: 12 },
  },
];

const { values: options } = parseArgs({
  options: {
    rows: { type: "string", default: rows.map((row) => row.key).join(",") },
    servers: { type: "string", default: "reference,parleyd" },
    rounds: { type: "string", default: "1" },
    target: { type: "string" },
    pid: { type: "string" },
    help: { type: "boolean", default: false },
  },
});

const usage = `usage: run.mjs [--rows ${rows.map((row) => row.key).join(",")}] [--servers reference,parleyd] [--rounds N]
       run.mjs --target NAME=http://127.0.0.1:PORT --pid PID   (its secret in PARLEY_JWT_SECRET)
environment: PARLEYD, BENCH_LOAD name the binaries, by default those in build/bin`;

function stop(message) {
  console.error(message);
  process.exit(2);
}

const commands = {
  reference: [process.execPath, join(here, "reference/server.mjs"), "--listen", "127.0.0.1:0"],
  parleyd: [parleyd, "--listen", "127.0.0.1:0", "--store", "none"],
};

/** Resolves to {url, pid, end} once the server says that it listens; rejects when it ends before. */
function start(name, secret) {
  const [file, ...args] = commands[name];
  const env = { ...process.env, PARLEY_JWT_SECRET: secret, NODE_ENV: "production" };
  const child = spawn(file, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  const exited = new Promise((done) => child.once("exit", done));
  const end = async () => {
    child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 15_000);
    await exited;
    clearTimeout(timer);
  };
  return new Promise((done, refuse) => {
    let said = "";
    const listen = (chunk) => {
      said = (said + chunk).slice(-4096);
      const url = /listening on (http:\/\/\S+)/.exec(said)?.[1];
      if (url) done({ url, pid: child.pid, end });
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", (chunk) => (said = (said + chunk).slice(-4096)));
    child.once("error", refuse);
    exited.then((code) => refuse(new Error(`${name} ended with ${code} before it listened:\n${said}`)));
  });
}

/** One row against one server: the generator's result, or {broken: reason}. */
function load(args, server, tokens) {
  const target = server ? ["--server", server.url, "--pid", String(server.pid), "--tokens", tokens] : [];
  const child = spawn(generator, [...args.split(" "), ...target], { stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.on("data", (chunk) => (output += chunk));
  return new Promise((done, refuse) => {
    child.once("error", refuse);
    child.once("close", (code) => {
      const result = output ? JSON.parse(output) : {};
      done(code === 0 ? result : { ...result, broken: `ended with ${code}` });
    });
  });
}

async function measure(name, row, secret, tokens) {
  if (options.target) {
    await sleep(4000); // the last row's users have gone, the grace time is over
    return load(row.args, { url: options.target.split("=")[1], pid: options.pid }, tokens);
  }
  const server = await start(name, secret); // afresh for every row
  try {
    return await load(row.args, server, tokens);
  } finally {
    await server.end();
  }
}

/** The round with the median value; a broken one wins, so that it is seen. */
function median(results, row) {
  const broken = results.find((result) => result.broken);
  if (broken) return broken;
  return results.toSorted((a, b) => a[row.value.field] - b[row.value.field])[Math.floor((results.length - 1) / 2)];
}

const valueOf = (row, result) => result[row.value.field] * (row.value.scale ?? 1);
const shown = (number) => (number < 100 ? number.toPrecision(3) : Math.round(number).toLocaleString("en"));

function reachOf({ reach }) {
  if (!reach) return "";
  return reach.share ? `≤ ${reach.share.toFixed(2)} ×` : `≤ ${reach.absolute} KiB`;
}

function cell(row, result) {
  if (!result) return "";
  return result.broken ? `broken (${result.broken})` : shown(valueOf(row, result));
}

function ratio(row, { reference, parleyd: ours }) {
  if (!reference || !ours || reference.broken || ours.broken) return "";
  return `${(valueOf(row, ours) / valueOf(row, reference)).toFixed(2)} ×`;
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
  const compared = names.includes("reference") && names.includes("parleyd");
  const head = ["row", "unit", ...names, ...(compared ? ["parleyd / reference", "reach"] : [])];
  const lines = measured.map(({ row, results }) => [
    row.name,
    row.value.unit,
    ...names.map((name) => cell(row, results[name])),
    ...(compared ? [ratio(row, results), reachOf(row)] : []),
  ]);
  printTable(head, lines);
}

function printDetails(names, measured) {
  const text = (value, unit = "") => (value === undefined ? "" : `${shown(value)}${unit}`);
  const lines = measured.flatMap(({ row, results }) =>
    names.map((name) => {
      const result = results[name];
      return [
        row.name,
        name,
        text(result.perSecond),
        text(result.cores),
        text(result.p50Ms, " ms"),
        text(result.p99Ms, " ms"),
        text(result.bytes && result.deliveries ? result.bytes : undefined),
        text(result.generatorCpuUs, " µs"),
        result.lost === undefined ? "" : `${result.lost} / ${result.doubled} / ${result.stray}`,
      ];
    }),
  );
  printTable(
    ["row", "server", "per second", "server cores", "p50", "p99", "bytes", "generator CPU", "lost / doubled / stray"],
    lines,
  );
}

function chosenServers() {
  if (options.target) {
    if (!/^[^=]+=http:\/\/.+/.test(options.target) || !options.pid || !process.env.PARLEY_JWT_SECRET) stop(usage);
    return [options.target.split("=")[0]];
  }
  const names = options.servers.split(",");
  if (names.some((name) => !(name in commands))) stop(usage);
  if (names.includes("parleyd") && !existsSync(parleyd)) stop(`${parleyd} is missing: scripts/build makes it`);
  return names;
}

function chosenRows() {
  const keys = options.rows.split(",");
  if (keys.some((key) => !rows.find((row) => row.key === key))) stop(usage);
  return rows.filter((row) => keys.includes(row.key));
}

/** jsonwebtoken as the reference has it; installs what its lock file says where that has not been done. */
function installed() {
  const folder = join(here, "reference");
  if (!existsSync(join(folder, "node_modules"))) {
    const { status } = spawnSync("npm", ["ci"], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
    if (status !== 0) stop("npm ci failed in tests/bench/reference");
  }
  return createRequire(join(folder, "server.mjs"))("jsonwebtoken");
}

/** A file with a line per user, "id token": distinct users, ids of one width. */
function mint(file, secret) {
  const jwt = installed();
  const line = (_, index) => {
    const sub = `u${String(index).padStart(5, "0")}`;
    return `${sub} ${jwt.sign({ sub, username: `user ${sub}`, role: "user" }, secret, { expiresIn: "6h" })}\n`;
  };
  writeFileSync(file, Array.from({ length: users }, line).join(""), { mode: 0o600 });
}

async function main() {
  if (options.help) return console.log(usage);
  const names = chosenServers();
  const script = chosenRows();
  if (!existsSync(generator)) stop(`${generator} is missing: build the target bench-load`);
  const secret = options.target ? process.env.PARLEY_JWT_SECRET : randomBytes(32).toString("hex");
  const folder = mkdtempSync(join(tmpdir(), "bench-"));
  const tokens = join(folder, "tokens");
  const measured = [];
  try {
    mint(tokens, secret);
    const { sendUs, receiveUs } = await load("loopback");
    console.log(`A lone send of 320 bytes on loopback costs ${sendUs} µs here, its recv ${receiveUs} µs.\n`);
    for (const row of script) {
      const results = Object.fromEntries(names.map((name) => [name, []]));
      for (let round = 0; round < Number(options.rounds); ++round) {
        for (const name of names) results[name].push(await measure(name, row, secret, tokens));
      }
      for (const name of names) results[name] = median(results[name], row);
      measured.push({ row, results });
      console.error(`${row.name}: ${names.map((name) => `${name} ${cell(row, results[name])}`).join(", ")}`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  printCosts(names, measured);
  printDetails(names, measured);
  if (measured.some(({ results }) => names.some((name) => results[name].broken))) process.exitCode = 1;
}

await main();
