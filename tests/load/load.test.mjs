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

/** Any Socket.IO server; `deliver(io, room, text, n)` is how its n-th message travels, and `entering` how one comes in. */
async function strange(deliver, { entering = (socket, room) => socket.join(room), acks = true } = {}) {
  const http = createServer();
  const io = new Server(http);
  let count = 0;
  io.of("/game").on("connection", (socket) => {
    socket.on("enter", (room) => {
      entering(socket, room);
      socket.emit("entered");
    });
    socket.on("shout", (room, text, ack) => {
      deliver(io.of("/game"), room, text, ++count);
      if (acks) ack?.({ ok: true });
    });
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

const says = (io, room, text) => io.to(room).emit("shouted", text);
const churning = { ...game("churning").groups[0], stay_s: [0.3, 0.6], away_s: [0.05, 0.1] };
const acked = { ...game("acked").groups[0], do: [{ action: "room", rate: 100, ack: true }] };

for (const [fault, { server: how, group, metric, least = 1 }] of Object.entries({
  "acknowledged and delivered to nobody, while their senders come and go": {
    server: [() => undefined], group: { ...churning, do: acked.do }, metric: "lost",
  },
  "kept from those who have come back": {
    server: [says, { entering: (() => {
      const known = new Map();
      return (socket, room) => {
        const times = (known.get(socket.handshake.auth.user) ?? 0) + 1;
        known.set(socket.handshake.auth.user, times);
        if (times === 1) socket.join(room);
      };
    })() }],
    group: churning, metric: "lost",
  },
  "said again a second later": {
    server: [(io, room, text, n) => {
      says(io, room, text);
      if (n === 5) setTimeout(() => says(io, room, text), 700);
    }],
    group: acked, metric: "doubled", least: 5,
  },
  "turned round for all": {
    server: [(() => {
      const held = new Map();
      return (io, room, text) => {
        const before = held.get(room + text.slice(10, 18));
        if (before === undefined) return held.set(room + text.slice(10, 18), text);
        held.delete(room + text.slice(10, 18));
        says(io, room, text);
        says(io, room, before);
      };
    })()],
    group: acked, metric: "reordered", least: 5,
  },
  "never acknowledged": { server: [says, { acks: false }], group: acked, metric: "unanswered", least: 50 },
  "not what was sent": {
    server: [(io, room, text, n) => says(io, room, n % 10 ? text : text.replace(/\.$/, "!"))], group: acked, metric: "corrupted", least: 25,
  },
  "said by users that do not exist": {
    server: [(io, room, text, n) => says(io, room, n % 10 ? text : text.replace(/^(T!.{8}).{8}/, "$1ffffffff"))], group: acked, metric: "stray", least: 25,
  },
}))
  test(`a server by which messages are ${fault} is found out`, async () => {
    const other = await strange(...how);
    const script = game("sabotaged");
    script.dialect.auth = { user: "{user}" };
    const { code, out, result } = await play({ ...script, groups: [group], expect: [`${metric} == 0`] }, other.url);
    other.close();
    assert.equal(code, 1, out);
    assert.ok(result.metrics[metric] >= least, `${metric}: ${result.metrics[metric]}`);
  });

test("a correct server is not accused, however slow it is, and whoever comes and goes", async () => {
  const other = await strange((io, room, text) => setTimeout(() => says(io, room, text), 150));
  const names = ["lost", "doubled", "reordered", "stray", "corrupted", "unanswered"];
  const script = { ...game("slow"), groups: [acked, churning, { ...churning, do: acked.do }], drain_s: 3, expect: names.map((name) => `${name} == 0`) };
  const { code, out } = await play(script, other.url);
  other.close();
  assert.equal(code, 0, out);
});

test("a server that stops for a while has the latencies that its users had", async () => {
  const script = { ...game("stopped"), measure_s: 2, groups: [{ ...acked, do: [{ action: "room", rate: 50 }] }], drain_s: 5, expect: ["p99_ms < 300"] };
  const own = spawn(parleyd, ["--listen", "127.0.0.1:0", "--store", "none"], { env, cwd: folder, stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((found) => own.stdout.on("data", (chunk) => found(/listening on (\S+)/.exec(chunk)?.[1])));
  const played = play({ ...script, dialect: "rooms", settle_s: 0, warm_up_s: 0 }, url);
  setTimeout(() => own.kill("SIGSTOP"), 1700); // it lasts beyond the end of what is measured
  setTimeout(() => own.kill("SIGCONT"), 3700);
  const { code, out } = await played;
  own.kill("SIGTERM");
  assert.equal(code, 1, out);
});

test("what cannot be done, and numbers that no run has, are told at the start", async () => {
  const cannot = { name: "cannot", dialect: "rooms", groups: [{ users: 2, do: [{ action: "room", rate: 1 }, { action: "typing", rate: 1 }] }], expect: ["lots == 0"] };
  const first = await play({ ...cannot, expect: [] }, server.url);
  assert.equal(first.code, 2);
  assert.match(first.err, /groups\[0\]\.do\[0\]: the group is in no rooms/);
  assert.match(first.err, /groups\[0\]\.do\[1\]: the dialect rooms has no word for typing/);
  const second = await play(cannot, server.url);
  assert.equal(second.code, 2);
  assert.match(second.err, /there is no metric lots/);
});
