// What client libraries do when the server ends their connection: they come back by themselves where they should, and
// stay away where they should.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { after, afterEach, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";
import { startBalancer } from "./support/balancer.mjs";
import { ask, client, closeAll, connect, io2, pause, versions } from "./support/clients.mjs";
import { Cluster, eventually } from "./support/cluster.mjs";
import { lockDatabase } from "./support/locked.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { inSeconds, token } from "./support/tokens.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const libraries = { ...versions, 4.0: createRequire(import.meta.url)("sio-client-40").io, 2.5: io2 };
const transports = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };
const returning = { reconnection: true, reconnectionDelay: 50, reconnectionDelayMax: 200, timeout: 2000 };

/** A stock client that notes each time it was let in, and why it was out. */
function watched(server, version, over, claims) {
  const options = { ...returning, transports: transports[over] };
  const text = token(claims);
  const socket = client(server, "/hub", version === "2.5" ? { ...options, query: { token: text } } : { ...options, auth: { token: text } }, libraries[version]);
  socket.name = `${version} ${over}`;
  socket.connects = 0;
  socket.reasons = [];
  socket.on("connect", () => ++socket.connects);
  socket.on("disconnect", (reason) => socket.reasons.push(reason));
  return socket;
}

const fleet = (server) =>
  Object.keys(libraries).flatMap((version) => Object.keys(transports).map((over) => watched(server, version, over, { sub: `${version} ${over}` })));

const were = (times) => (socket) => socket.connects >= times;

const everybody = (sockets, times, what) =>
  eventually(() => sockets.every(were(times)), what, 20_000).catch((error) => {
    const missing = sockets.filter((each) => !were(times)(each)).map((each) => `${each.name}: ${each.reasons}`);
    throw new Error(`${error.message}; missing ${missing.join(", ")}`);
  });

/** Python's client beside them; resolves to its lines when it has ended. */
function python(url, transport) {
  const child = spawn("/usr/bin/python3", [join(here, "python/comeback.py"), url, token({ sub: `python ${transport}` }), transport]);
  const lines = [];
  createInterface({ input: child.stdout }).on("line", (line) => lines.push(line));
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const ended = new Promise((done) => child.once("exit", (code) => done({ code, errors })));
  return { lines, ended };
}

afterEach(closeAll);

describe("a server that stops", () => {
  test("every client comes back by itself when it is started again", async () => {
    const first = await startServer(["--allow-eio3"]);
    const sockets = fleet(first);
    const snakes = ["polling", "websocket"].map((transport) => python(first.url, transport));
    await everybody(sockets, 1, "all are let in");
    await eventually(() => snakes.every((each) => each.lines.length === 1), "Python's clients are let in");
    assert.deepEqual(await first.stop(), { code: 0, signal: null });
    await eventually(() => sockets.every((each) => each.reasons.length === 1), "all know that they are out");
    const second = await startServer(["--allow-eio3"], {}, [new URL(first.url).host]);
    await everybody(sockets, 2, "all come back");
    for (const each of sockets) assert.deepEqual(each.reasons, [each.name.endsWith("polling") ? "transport error" : "transport close"], each.name);
    for (const each of snakes) {
      assert.deepEqual(await each.ended, { code: 0, errors: "" });
      assert.deepEqual(each.lines.slice(0, 3), ["connected", "disconnected", "connected"]);
    }
    closeAll();
    await second.stop();
  });

  test("what clients asked just before has its answer, though it waits for the database", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-comeback-"));
    const own = await startServer(["--store", `sqlite:${join(folder, "p.db")}`]);
    const sockets = await Promise.all(["websocket", "polling"].map((transport) => connect(own, "/messages", { sub: transport }, { transports: [transport] })));
    for (const each of sockets) await ask(each, "message:send", { conversationId: "kept", content: "before" });
    const unlock = await lockDatabase(join(folder, "p.db"));
    const answers = sockets.map((socket) => ask(socket, "message:send", { conversationId: "kept", content: "during" }));
    await pause(200); // both are under way
    const stopped = own.stop();
    await pause(200); // the server is draining
    unlock();
    for (const answer of await Promise.all(answers)) assert.equal(answer.status, "sent");
    assert.deepEqual(await stopped, { code: 0, signal: null });
    rmSync(folder, { recursive: true, force: true });
  });

  test("/readyz says no at once, clients are served for drain-delay, then closed at drain-rate", async () => {
    const own = await startServer(["--drain-delay", "1s", "--drain-rate", "20", "--drain-timeout", "5s"]);
    const sockets = await Promise.all([...Array(30).keys()].map((n) => connect(own, "/hub", { sub: `d${n}` }, { transports: [n % 2 ? "polling" : "websocket"] })));
    const closed = [];
    for (const each of sockets) each.once("disconnect", (reason) => closed.push({ reason, at: Date.now() }));
    const begin = Date.now();
    const stopped = own.stop();
    await eventually(async () => (await fetch(`${own.url}/readyz`)).status === 503, "/readyz says no", 900);
    assert.equal((await ask(sockets[0], "ping")).ok, true);
    const late = await connect(own, "/hub", { sub: "late" });
    late.close();
    assert.deepEqual(await stopped, { code: 0, signal: null });
    await eventually(() => closed.length === sockets.length, "all are closed");
    assert.ok(closed.every((each) => /^transport (close|error)$/.test(each.reason) && each.at - begin >= 1000), JSON.stringify(closed));
    assert.ok(closed.at(-1).at - closed[0].at >= 1000, "30 clients at 20 a second take more than a second");
  });

  test("those who are left when drain-timeout is over are closed at once; a second signal does not wait for it", async () => {
    for (const [flags, signals] of [[["--drain-timeout", "300ms"], 1], [["--drain-timeout", "1m"], 2]]) {
      const own = await startServer(["--drain-rate", "1", ...flags]);
      const lines = await Promise.all([...Array(20).keys()].map((n) => {
        const line = new WebSocket(`${own.url.replace("http", "ws")}/hub?token=${token({ sub: `l${n}` })}`);
        line.closed = new Promise((done) => line.once("close", done));
        return new Promise((done) => line.once("open", () => done(line)));
      }));
      const begin = Date.now();
      const stopped = own.stop();
      await pause(100);
      if (signals === 2) process.kill(own.pid, "SIGTERM");
      assert.deepEqual(await Promise.all(lines.map((each) => each.closed)), Array(20).fill(1001));
      assert.deepEqual(await stopped, { code: 0, signal: null });
      assert.ok(Date.now() - begin < 10_000);
      assert.match(own.logs(), /clients were closed at once.*clients=1[0-9]/);
    }
  });
});

describe("a node that stops", () => {
  let cluster;
  after(() => cluster?.stop());
  test("its clients move to the other nodes by themselves, through a balancer", async () => {
    cluster = await Cluster.start(3, ["--allow-eio3", "--drain-delay", "500ms"]);
    const balancer = await startBalancer(cluster.nodes);
    const sockets = [...fleet(balancer), ...fleet(balancer)];
    await everybody(sockets, 1, "all are let in");
    const [first] = cluster.nodes;
    const clients = await rest(first, "GET", "/api/clients", { sub: "back end", role: "service" });
    assert.ok(clients.body.clients.length >= sockets.length / 2, "all nodes are told of");
    assert.deepEqual(await first.stop(), { code: 0, signal: null });
    await eventually(() => sockets.every((each) => each.connected), "all are in", 20_000);
    const moved = sockets.filter((each) => each.connects > 1);
    assert.ok(moved.length > 0);
    for (const each of sockets) assert.ok(!each.reasons.includes("io server disconnect"), `${each.name}: ${each.reasons}`);
    const answers = await Promise.all(sockets.map((each) => ask(each, "get_online_users")));
    assert.ok(answers.every((each) => each.ok));
    closeAll();
    await balancer.stop();
  });
});

describe("who shall not come back as they are", () => {
  const admin = { sub: "back end", role: "service" };
  const whys = {
    kicked: (own, socket) => rest(own, "DELETE", `/api/clients/${socket.id}`, admin),
    revoked: (own) => rest(own, "POST", "/api/users/gone/revoke", admin),
    expired: () => {},
  };
  for (const [why, end] of Object.entries(whys))
    test(`${why}: told so, and stays away`, async () => {
      const own = await startServer(["--jwt-leeway", "0s"]);
      const claims = why === "expired" ? { sub: "gone", exp: inSeconds(2) } : { sub: "gone" };
      const socket = watched(own, "4.8", "websocket", claims);
      await everybody([socket], 1, "let in");
      await end(own, socket);
      await eventually(() => socket.reasons.length === 1, "out");
      assert.deepEqual(socket.reasons, ["io server disconnect"]);
      await pause(500);
      assert.equal(socket.connects, 1);
      await own.stop();
    });
});

test("who was refused for a reason that passes comes back by itself: the store is gone for a while", async () => {
  const postgres = await startPostgres();
  const own = await startServer(["--store", postgres.uri, "--require-known-user"]);
  await rest(own, "PUT", "/api/users/known", { sub: "back end", role: "service" }, { username: "known" });
  await postgres.kill();
  const socket = watched(own, "4.8", "websocket", { sub: "known" });
  const plain = new WebSocket(`${own.url.replace("http", "ws")}/hub?token=${token({ sub: "known" })}`);
  const code = new Promise((done) => plain.once("close", done));
  await eventually(() => socket.reasons.length >= 1, "refused");
  assert.equal(socket.connects, 0);
  assert.equal(await code, 1013);
  await postgres.start();
  await everybody([socket], 1, "let in by trying again");
  assert.ok(socket.reasons.every((reason) => reason === "transport close"), String(socket.reasons));
  closeAll();
  await own.stop();
  await postgres.remove();
});
