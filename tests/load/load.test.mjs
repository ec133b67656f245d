// parley-load as a user starts it: against the real server, and against servers that lose, double and reorder.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { createServer as createNetServer } from "node:net";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Server } from "socket.io";

const here = dirname(fileURLToPath(import.meta.url));
const parleyd = resolve(process.env.PARLEYD ?? join(here, "../../build/bin/parleyd"));
const generator = join(dirname(parleyd), "parley-load");
const secret = "a-secret-of-the-load-tests-of-32-bytes";
const folder = mkdtempSync(join(tmpdir(), "parley-load-"));
const env = { ...process.env, PARLEY_JWT_SECRET: secret };
let server;

before(async () => {
  server = spawn(parleyd, ["--listen", "127.0.0.1:0"], { env, cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  server.url = await new Promise((found) => {
    server.stdout.on("data", (chunk) => found(/listening on (\S+)/.exec(chunk)?.[1]));
  });
});

after(async () => {
  server.kill("SIGTERM");
  await new Promise((done) => server.once("exit", done));
  rmSync(folder, { recursive: true, force: true });
});

/** Resolves to {code, out, err, result}. */
function play(script, target, flags = []) {
  let file = script;
  if (typeof script === "object") {
    file = join(folder, `${script.name}.json`);
    writeFileSync(file, JSON.stringify(script));
  }
  const child = spawn(generator, [file, "--target", target, "--report", join(folder, "reports"), ...flags], { env });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk) => (out += chunk));
  child.stderr.on("data", (chunk) => (err += chunk));
  return new Promise((done) =>
    child.once("close", (code) => {
      const name = /([^/]+)\.json$/.exec(file)[1];
      const path = join(folder, "reports", `${name}.json`);
      done({ code, out, err, result: existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined });
    }),
  );
}

test("quick.json: nothing is lost, doubled or reordered, and there is a report", async () => {
  const { code, out, err, result } = await play(join(here, "../../scripts/load/quick.json"), server.url, [
    "--pid",
    String(server.pid),
  ]);
  assert.equal(code, 0, out + err);
  assert.equal(result.metrics.lost + result.metrics.doubled + result.metrics.reordered, 0);
  assert.ok(result.metrics.delivered > 10_000);
  assert.ok(result.metrics.server_mib > 1 && result.metrics.cpu_us_per_delivery > 0, "the server's process was read");
  assert.ok(result.seconds.length >= 5);
  assert.match(err, /connected 4\d\d  sent \d+\/s  delivered \d+\/s/);
  const page = readFileSync(join(folder, "reports/quick.html"), "utf8");
  assert.ok(!/(src|href)=/.test(page), "the page loads nothing");
});

test("the report's charts are drawn by a browser", async () => {
  const page = join(folder, "reports/quick.html");
  const flags = ["--headless", "--no-sandbox", "--disable-gpu", `--user-data-dir=${join(folder, "chromium")}`];
  const child = spawn("chromium", [...flags, "--dump-dom", `file://${page}`], { stdio: ["ignore", "pipe", "ignore"] });
  let dom = "";
  child.stdout.on("data", (chunk) => (dom += chunk));
  await new Promise((done) => child.once("close", done));
  assert.ok(dom.match(/<path class="a" d="M/g)?.length >= 6, "a line in each chart");
  assert.match(dom, /<td class="met">met<\/td>/);
});

test("an expectation that is not met makes it end with 1, and is named", async () => {
  const { code, out } = await play(
    { name: "hopeful", groups: [{ users: 2, do: [{ action: "private", rate: 20 }] }], measure_s: 0.5, warm_up_s: 0, expect: ["delivered > 1000000", "lost == 0"] },
    server.url,
  );
  assert.equal(code, 1);
  assert.match(out, /NOT MET +delivered > 1000000/);
  assert.match(out, /met +lost == 0/);
});

test("a script with mistakes is refused with 2 and all places", async () => {
  const { code, err } = await play({ name: "wrong", groups: [{ users: 0, do: [{ action: "sing", rate: 1 }] }] }, server.url);
  assert.equal(code, 2);
  assert.match(err, /groups\[0\]\.users: must be a number/);
  assert.match(err, /groups\[0\]\.do\[0\]\.action: must be one of room, private/);
});

test("durable messages: each one that was acknowledged is in the history", async () => {
  const { code, out, err, result } = await play(
    {
      name: "durable", dialect: "messenger", measure_s: 2, warm_up_s: 0.5,
      groups: [{
        users: 20, conversations: [{ size: 2, count: 10 }, { size: 20 }], think_s: [0.1, 0.4],
        do: [{ action: "conversation", window: 4 }, { action: "read", weight: 1 }, { action: "typing", weight: 1 }],
      }],
      expect: ["lost == 0", "doubled == 0", "reordered == 0", "errors == 0", "failures == 0", "kept_missing == 0", "kept_doubled == 0"],
    },
    server.url,
  );
  assert.equal(code, 0, out + err);
  assert.ok(result.metrics.kept > 100 && result.metrics.acked >= result.metrics.kept);
  assert.ok(result.metrics.ack_p99_ms > 0);
});

test("a server that never answers is given up on, and the next one is tried", async () => {
  const silent = createNetServer(() => {}).listen(0, "127.0.0.1");
  await new Promise((done) => silent.once("listening", done));
  const script = {
    name: "silent", connect_timeout_s: 1, measure_s: 0.5, warm_up_s: 0,
    groups: [{ users: 4, do: [{ action: "private", rate: 20 }] }], expect: ["connected == 4", "failures == 2", "lost == 0"],
  };
  const { code, out, err } = await play(script, server.url, ["--target", `http://127.0.0.1:${silent.address().port}`]);
  silent.close();
  assert.equal(code, 0, out + err);
  assert.match(err, /waited in vain for the connection/);
});

/** Any Socket.IO server; `deliver(io, room, text, n)` is how its n-th message travels. */
async function strange(deliver) {
  const http = createServer();
  const io = new Server(http);
  let count = 0;
  io.of("/game").on("connection", (socket) => {
    socket.on("enter", (room) => {
      socket.join(room);
      socket.emit("entered");
    });
    socket.on("shout", (room, text) => deliver(io.of("/game"), room, text, ++count));
  });
  await new Promise((done) => http.listen(0, "127.0.0.1", done));
  return { url: `http://127.0.0.1:${http.address().port}`, close: () => io.close() };
}

const game = (name) => ({
  name,
  dialect: {
    name: "game", namespace: "/game",
    events: {
      join_room: { emit: ["enter", "{topic}"], done: "entered" },
      room: { emit: ["shout", "{topic}", "{text}"], heard: "shouted" },
    },
  },
  warm_up_s: 0.2, measure_s: 1, drain_s: 1,
  groups: [{ users: 10, rooms: [{ size: 5, count: 2 }], do: [{ action: "room", rate: 300 }] }],
  expect: ["lost == 0", "doubled == 0", "reordered == 0"],
});

test("any other Socket.IO server, by a table of its events", async () => {
  const other = await strange((io, room, text) => io.to(room).emit("shouted", text));
  const { code, out, err, result } = await play(game("game"), other.url);
  other.close();
  assert.equal(code, 0, out + err);
  assert.ok(result.metrics.delivered > 500);
});

for (const [fault, deliver] of Object.entries({
  lost: (io, room, text, n) => n % 50 && io.to(room).emit("shouted", text),
  doubled: (io, room, text, n) => {
    io.to(room).emit("shouted", text);
    if (n % 50 === 0) setTimeout(() => io.to(room).emit("shouted", text), 5);
  },
  // One of the members sees every 50th message late.
  reordered: (io, room, text, n) => {
    if (n % 50) return io.to(room).emit("shouted", text);
    const [late, ...others] = [...io.adapter.rooms.get(room)];
    for (const each of others) io.to(each).emit("shouted", text);
    setTimeout(() => io.to(late).emit("shouted", text), 100);
  },
}))
  test(`a server by whose fault messages are ${fault} is found out`, async () => {
    const other = await strange(deliver);
    const { code, result } = await play(game(`game-${fault}`), other.url);
    other.close();
    assert.equal(code, 1);
    for (const kind of ["lost", "doubled", "reordered"])
      assert.equal(result.metrics[kind] > 0, kind === fault, `${kind}: ${result.metrics[kind]}`);
  });
