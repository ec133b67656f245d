#!/usr/bin/env node
// Measures what durable messages cost: acknowledged messages per second, the time to an ack, a page of a long history, and
// the memory of idle conversations. On SQLite in a folder of this disk; the Node reference keeps nothing, so there is no
// peer. See README.md.
import { execFileSync, spawn } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";

const here = import.meta.dirname;
const require = createRequire(join(here, "reference/package.json"));
const WebSocket = require("ws");
const parleyd = process.env.PARLEYD ?? resolve(here, "../../build/bin/parleyd");
const { values: options } = parseArgs({
  options: { rows: { type: "string", default: "saturated,paced,history,idle" }, seconds: { type: "string", default: "5" }, history: { type: "string", default: "1000000" } },
});
const seconds = Number(options.seconds);
const folder = mkdtempSync(join(here, ".durable-"));
const secret = randomBytes(32).toString("hex");
const conversations = 100;

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
function token(claims) {
  const body = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ exp: Math.floor(Date.now() / 1000) + 3600, ...claims })}`;
  return `${body}.${createHmac("sha256", secret).update(body).digest("base64url")}`;
}

async function start(...flags) {
  const child = spawn(parleyd, ["--listen", "127.0.0.1:0", "--store", `sqlite:${join(folder, "p.db")}`, "--rest-calls-per-second", "0", ...flags], {
    env: { ...process.env, PARLEY_JWT_SECRET: secret },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise((done) => child.once("exit", done));
  const url = await new Promise((done) => child.stdout.on("data", (chunk) => /http:\S+/.exec(chunk) && done(/http:\S+/.exec(chunk)[0])));
  return { url, pid: child.pid, stop: () => (child.kill("SIGTERM"), exited) };
}

const rest = (server, method, path, body) =>
  fetch(server.url + path, { method, headers: { Authorization: `Bearer ${token({ sub: "back-end", role: "service" })}` }, body: body && JSON.stringify(body) }).then((answer) => answer.json());

/** A raw Socket.IO client: acks by number, everything else is counted. */
class client {
  constructor(server, user) {
    this.waiting = new Map();
    this.next = 0;
    this.events = 0;
    this.socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
    this.ready = new Promise((done) => {
      this.socket.on("message", (data) => {
        const text = data.toString("latin1");
        if (text[0] === "0") this.socket.send(`40/messages,${JSON.stringify({ token: token({ sub: user }) })}`);
        else if (text[0] === "2") this.socket.send("3");
        else if (text.startsWith("40")) done();
        else if (text.startsWith("43")) this.#settle(text);
        else this.events += 1;
      });
    });
  }
  #settle(text) {
    const at = text.indexOf("[");
    const id = Number(text.slice(text.indexOf(",") + 1, at));
    const done = this.waiting.get(id);
    this.waiting.delete(id);
    done(text.slice(at));
  }
  ask(event, payload) {
    return new Promise((done) => {
      const id = this.next++;
      this.waiting.set(id, done);
      this.socket.send(`42/messages,${id}${JSON.stringify([event, payload])}`);
    });
  }
}

const cpu = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10_000; // µs, as a tick is 10 ms
};
const resident = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]);
const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];

async function pairs(server) {
  for (let index = 0; index < conversations; ++index) await rest(server, "POST", "/api/conversations", { id: `c${index}`, type: "direct", members: [`a${index}`, `b${index}`] });
  const all = Array.from({ length: conversations }, (_, index) => [`a${index}`, `b${index}`].map((user) => Object.assign(new client(server, user), { in: `c${index}` }))).flat();
  await Promise.all(all.map((each) => each.ready));
  await Promise.all(all.map((each) => each.ask("conversation:join", { conversationId: each.in })));
  return all;
}

const text = "x".repeat(100);
const failed = { count: 0 };
async function send(each, latencies, intended = performance.now()) {
  const ack = await each.ask("message:send", { conversationId: each.in, content: text });
  if (!ack.startsWith('[{"ok":true')) failed.count += 1;
  latencies.push(performance.now() - intended);
}

async function measure(server, all, work) {
  const latencies = [];
  const state = { running: true };
  const working = work(all, latencies, state);
  await sleep(1000);
  latencies.length = 0;
  const [before, began] = [cpu(server.pid), performance.now()];
  await sleep(seconds * 1000);
  const [used, elapsed, count] = [cpu(server.pid) - before, performance.now() - began, latencies.length];
  const sorted = [...latencies].sort((a, b) => a - b);
  state.running = false;
  await working;
  return { perSecond: count / elapsed * 1000, cpuUs: used / count, p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) };
}

const saturate = (all, latencies, state) =>
  Promise.all(all.map(async (each) => {
    while (state.running) await send(each, latencies);
  }));

const pace = (rate) => async (all, latencies, state) => {
  const began = performance.now();
  const pending = [];
  for (let sent = 0; state.running; await sleep(1))
    for (; sent < ((performance.now() - began) * rate) / 1000; ++sent) pending.push(send(all[sent % all.length], latencies, began + (sent * 1000) / rate));
  await Promise.all(pending);
};

const rounded = (value) => (value < 10 ? value.toFixed(2) : Math.round(value).toLocaleString("en"));
const print = (name, values) => console.log(`${name}: ${Object.entries(values).map(([key, value]) => `${key} ${rounded(value)}`).join(", ")}`);

const rows = {
  async saturated() {
    const server = await start();
    const all = await pairs(server);
    const found = await measure(server, all, saturate);
    rows.rate = found.perSecond;
    print("200 senders in 100 conversations, saturated", found);
    await server.stop();
  },
  async paced() {
    const server = await start();
    const rate = Math.floor((rows.rate ?? 15_000) / 2);
    print(`the same at ${rate} messages/s`, await measure(server, await pairs(server), pace(rate)));
    await server.stop();
  },
  async history() {
    const first = await start();
    await rest(first, "POST", "/api/conversations", { id: "long", type: "direct", members: ["ann", "ben"] });
    await first.stop();
    const script = `
import sqlite3
c = sqlite3.connect(${JSON.stringify(join(folder, "p.db"))})
n = ${Number(options.history)}
c.executemany("insert into messages(id,conversation,seq,sender,sender_json,type,content,client_id,reply_to,at,edited_at,deleted) values (?,?,?,?,?,0,?,'','',?,0,0)",
  (("h%d" % i, "long", i, "ann", '"ann"', '"%s"' % ("x" * 100), 1700000000000 + i) for i in range(1, n + 1)))
c.execute("update conversations set last_seq = ? where id = 'long'", (n,))
c.commit()`;
    execFileSync("python3", ["-c", script]);
    const server = await start();
    const ann = new client(server, "ann");
    await ann.ready;
    const times = [];
    for (let page = 0; page < 500; ++page) {
      const began = performance.now();
      await ann.ask("messages:history", { conversationId: "long", limit: 50, beforeSeq: 1 + Math.floor(Math.random() * Number(options.history)) });
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    print(`a page of 50 out of ${options.history} messages, ms`, { p50: quantile(times, 0.5), p99: quantile(times, 0.99) });
    await server.stop();
  },
  async idle() {
    const server = await start("--conversation-idle", "1h", "--commands-per-second", "0");
    const ann = new client(server, "ann");
    await ann.ready;
    const fill = async (name, count) => {
      // Spoken of, and so in memory; without messages, so that the database's cache isn't counted.
      for (let index = 0; index < count; index += 100)
        await Promise.all(Array.from({ length: 100 }, (_, at) => ann.ask("typing:stop", { conversationId: `${name}-${index + at}` })));
      await sleep(500);
      return resident(server.pid);
    };
    const warm = await fill("warm", 2000);
    const after = await fill("idle", 10_000);
    print("an idle conversation in memory, KiB", { each: (after - warm) / 10_000 });
    await server.stop();
  },
};

try {
  for (const row of options.rows.split(",")) await rows[row]();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
if (failed.count > 0) {
  console.error(`${failed.count} messages were refused`);
  process.exit(1);
}
