import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createConnection } from "node:net";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";
import { ask, closeAll, connect, hear, pause } from "./support/clients.mjs";
import { runToEnd, startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const here = dirname(fileURLToPath(import.meta.url));
let server;
before(async () => (server = await startServer(["--max-payload", "64KiB", "--outbox-bytes", "256KiB", "--outbox-soft-bytes", "64KiB", "--header-timeout", "500ms"])));
after(async () => {
  closeAll();
  await server.stop();
});

describe("the process", () => {
  test("SIGTERM: transports are closed (1001), nobody is told DISCONNECT, exit 0 within 10 s", async () => {
    const own = await startServer();
    const socket = await connect(own, "/hub", { sub: "a" }, { transports: ["websocket"] });
    const polling = await connect(own, "/hub", { sub: "b" }, { transports: ["polling"] });
    const raw = new WebSocket(`${own.url.replace("http", "ws")}/hub?token=${token({ sub: "c" })}`);
    await new Promise((done) => raw.once("open", done));
    const reasons = [socket, polling].map((each) => new Promise((done) => each.once("disconnect", done)));
    const code = new Promise((done) => raw.once("close", done));
    const begin = Date.now();
    assert.deepEqual(await own.stop(), { code: 0, signal: null });
    assert.ok(Date.now() - begin < 10_000);
    assert.deepEqual(await Promise.all(reasons), ["transport close", "transport error"]);
    assert.equal(await code, 1001);
    await assert.rejects(fetch(`${own.url}/healthz`));
  });
  test("it goes on when nobody reads its log any more", async () => {
    const own = await startServer();
    own.closeLog();
    for (let round = 0; round < 3; ++round) {
      const line = new WebSocket(`${own.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
      line.on("open", () => line.send("42/nowhere,[]"));
      await new Promise((done) => line.once("close", done));
    }
    await connect(own, "/hub", { sub: "a" });
    assert.deepEqual(await own.stop(), { code: 0, signal: null });
  });
  test("a client that is refused without end fills no log, and none but itself waits", async () => {
    const own = await startServer();
    const line = new WebSocket(`${own.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    await new Promise((done) => line.once("open", done));
    let refused = 0;
    line.on("message", (each) => (refused += each.toString().startsWith("44/hub,")));
    for (let round = 0; round < 2000; ++round) line.send("40/hub,");
    for (let tries = 0; tries < 200 && refused < 2000; ++tries) await pause(20);
    assert.equal(refused, 2000);
    assert.ok(own.logs().split("client refused").length < 500, own.logs().length);
    await own.stop();
  });
  test("a second server on the same port is told so", async () => {
    const second = await runToEnd(["--listen", new URL(server.url).host], { PARLEY_JWT_SECRET: "x" });
    assert.equal(second.code, 1);
    assert.match(second.err, /in use/);
  });
  test("without a key it refuses to start, and says how to set one", async () => {
    const { code, err } = await runToEnd(["--check-config"]);
    assert.notEqual(code, 0);
    assert.match(err, /PARLEY_JWT_SECRET/);
  });
  test("--check-config tells all errors at once", async () => {
    const { code, err } = await runToEnd(["--check-config", "--threads", "x", "--listen", "y"], { PARLEY_JWT_SECRET: "s" });
    assert.notEqual(code, 0);
    assert.match(err, /threads/);
    assert.match(err, /listen/);
  });
  test("--version, --help", async () => {
    assert.match((await runToEnd(["--version"])).out, /^parleyd \d/);
    assert.match((await runToEnd(["--help"])).out, /--ping-interval/);
  });
  test("/healthz and /readyz", async () => {
    for (const path of ["/healthz", "/readyz"]) assert.equal((await fetch(server.url + path)).status, 200);
    assert.equal((await fetch(`${server.url}/nowhere`)).status, 404);
  });
});

describe("metrics", () => {
  const counted = async (where, reason) => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const line = text.split("\n").find((each) => each.includes(`where="${where}"`) && each.includes(`reason="${reason}"`));
    return line ? Number(line.split(" ").pop()) : 0;
  };
  after(closeAll);
  test("whatever is refused is counted, by layer and reason", async () => {
    const before = await Promise.all([counted("command", "unknown_event"), counted("auth", "token_invalid"), counted("engineio", "Transport unknown")]);
    const socket = await connect(server, "/hub", { sub: "m" });
    assert.equal((await ask(socket, "no_such_event", {})).code, "unknown_event");
    await assert.rejects(connect(server, "/hub", { sub: "m" }, { auth: { token: "nonsense" } }));
    assert.equal((await fetch(`${server.url}/socket.io/?EIO=4&transport=pigeon`)).status, 400);
    const after = await Promise.all([counted("command", "unknown_event"), counted("auth", "token_invalid"), counted("engineio", "Transport unknown")]);
    assert.deepEqual(after, before.map((count) => count + 1));
  });
  test("connections are told, and no text of a client's making", async () => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(text, /parley_connections \d+/);
    assert.doesNotMatch(text, /no_such_event|nonsense|pigeon/);
  });
  test("they are not offered when that is switched off", async () => {
    const own = await startServer(["--metrics=false"]);
    assert.equal((await fetch(`${own.url}/metrics`)).status, 404);
    await own.stop();
  });
});

describe("development", () => {
  after(closeAll);
  test("--dev-auth accepts ?userId= without a token, and warns", async () => {
    const own = await startServer(["--dev-auth"]);
    const socket = await connect(own, "/hub", {}, { auth: {}, query: { userId: "user-123" } });
    assert.equal((await ask(socket, "get_online_users")).users[0].id, "user-123");
    socket.close();
    await own.stop();
  });
  test("--dev-auth on a public address is refused, unless forced", async () => {
    const { code, err } = await runToEnd(["--check-config", "--dev-auth", "--listen", "0.0.0.0:0"], { PARLEY_JWT_SECRET: "s" });
    assert.notEqual(code, 0);
    assert.match(err, /dev-auth/);
    const forced = await runToEnd(["--check-config", "--dev-auth", "--dev-auth-force", "--listen", "0.0.0.0:0"], { PARLEY_JWT_SECRET: "s" });
    assert.equal(forced.code, 0);
  });
});

describe("REST", () => {
  const call = async (method, path, claims, body) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: claims ? { Authorization: `Bearer ${token(claims)}` } : {},
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const admin = { sub: "back end", role: "service" };
  after(closeAll);

  test("active users and stats for any valid token", async () => {
    const user = await connect(server, "/rooms", { sub: 9, role: "Editor" });
    const list = await call("GET", "/websocket/active-users", { sub: "x" });
    assert.equal(list.status, 200);
    assert.equal(list.body.count, list.body.users.length);
    assert.ok(list.body.users.some((each) => each.id === 9));
    assert.equal(list.body.stats.totalUsers, list.body.count);
    const stats = await call("GET", "/websocket/users-stats", { sub: "x" });
    assert.equal(stats.body.usersByRole.Editor, 1);
    user.close();
  });
  test("notifications to a user, a role and all", async () => {
    const r = await connect(server, "/rooms", { sub: "rita", role: "Editor" });
    const h = await connect(server, "/hub", { sub: "hugo" });
    const one = await call("POST", "/websocket/send-notification", admin, { userId: "rita", message: "you", type: "info" });
    assert.deepEqual(one.body, { success: true, delivered: 1, users: 1 });
    const heard = await hear(r, "notification");
    assert.equal(heard.message, "you");
    assert.equal(heard.type, "info");
    const role = await call("POST", "/websocket/send-to-role", admin, { role: "editor", message: "editors" });
    assert.equal(role.body.success, true);
    assert.equal((await hear(r, "role-notification")).message, "editors");
    await call("POST", "/websocket/broadcast", admin, { message: "everyone" });
    assert.equal((await hear(r, "broadcast-notification")).message, "everyone");
    assert.equal((await hear(h, "notification")).message, "everyone");
    const nobody = await call("POST", "/websocket/send-notification", admin, { userId: "nobody", message: "x" });
    assert.equal(nobody.body.success, false);
  });
  test("refusals have the error's shape and status", async () => {
    for (const [status, code, args] of [
      [401, "token_missing", ["GET", "/websocket/active-users"]],
      [403, "forbidden", ["POST", "/websocket/broadcast", { sub: "x" }, { message: "x" }]],
      [400, "invalid_payload", ["POST", "/websocket/broadcast", admin, {}]],
      [404, "not_found", ["GET", "/websocket/nothing", admin]],
      [405, "method_not_allowed", ["DELETE", "/websocket/broadcast", admin]],
    ]) {
      const answer = await call(...args);
      assert.equal(answer.status, status);
      assert.equal(answer.body.code, code);
      assert.equal(answer.body.status, "error");
      assert.equal(answer.body.statusCode, status);
    }
  });
});

describe("clients that misbehave", () => {
  after(closeAll);
  test("one that stops reading is closed at its limit, while others are served", async () => {
    const slow = createConnection({ host: "127.0.0.1", port: new URL(server.url).port });
    const gone = new Promise((done) => slow.once("close", done));
    slow.on("error", () => {});
    await new Promise((done) => slow.once("connect", done));
    slow.write(
      `GET /hub?token=${token({ sub: "slow" })} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    );
    await new Promise((done) => slow.once("data", done));
    slow.pause();
    const talker = await connect(server, "/hub", { sub: "talker" });
    for (let n = 0; n < 1500; ++n) await ask(talker, "send_message", { message: "x".repeat(16000) });
    slow.resume();
    await gone;
    assert.equal((await ask(talker, "ping")).ok, true);
  });
  test("one that floods commands is answered in order, and others are served", async () => {
    const flood = await connect(server, "/rooms", { sub: "flood" });
    await ask(flood, "join-room", { room: "f" });
    let acks = 0;
    for (let n = 0; n < 5000; ++n) flood.emit("room-message", { room: "f", message: String(n) }, () => ++acks);
    const other = await connect(server, "/rooms", { sub: "other" });
    assert.equal((await ask(other, "get-active-users")).ok, true);
    while (acks < 5000) await pause(10);
    const numbers = flood.heard.filter((event) => event.name === "room-message").map((event) => Number(event.data.message));
    assert.deepEqual(numbers, [...Array(5000).keys()]);
  });
  test("deadlines count from when the client came, also after the server has slept", async () => {
    const own = await startServer(["--header-timeout", "300ms", "--threads", "1"]);
    await pause(1000);
    for (let round = 0; round < 3; ++round) {
      assert.equal((await fetch(`${own.url}/healthz`)).status, 200);
      await pause(400);
    }
    await own.stop();
  });
  test("one that sends its header slowly is closed", async () => {
    const slow = createConnection({ host: "127.0.0.1", port: new URL(server.url).port });
    slow.on("error", () => {});
    slow.write("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
    const begin = Date.now();
    await new Promise((done) => slow.once("close", done));
    assert.ok(Date.now() - begin < 5000);
  });
});

test("--deflate: a client that offers it gets compressed messages, one that does not gets plain ones", async () => {
  const own = await startServer(["--deflate"]);
  const clients = [true, false].map((perMessageDeflate) =>
    connect(own, "/hub", { sub: `deflate ${perMessageDeflate}` }, { transports: ["websocket"], perMessageDeflate }));
  const [first, second] = await Promise.all(clients);
  for (const socket of [first, second]) await ask(socket, "join_room", { room: "packed" });
  const text = "the same again and again ".repeat(300);
  await ask(first, "send_message", { room: "packed", message: text });
  for (const socket of [first, second]) assert.equal((await hear(socket, "new_message")).message, text);
  const raw = new WebSocket(`${own.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  await new Promise((done) => raw.once("open", done));
  assert.match(raw.extensions, /permessage-deflate/);
  raw.close();
  await own.stop();
});

test("python3-socketio speaks with it over both transports", async () => {
  const child = spawn("/usr/bin/python3", [join(here, "python/client.py"), server.url, token({ sub: "py", username: "py" })]);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  assert.equal(await new Promise((done) => child.once("exit", done)), 0, said);
});
