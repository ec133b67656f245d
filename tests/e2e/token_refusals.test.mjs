// What a client whose token is refused hears, in either way that `auth-refusal` knows, what its library does next, and
// what the log says about it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { ask, client, closeAll, connect, hear, io2, pause, refusal, versions } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { inSeconds, token } from "./support/tokens.mjs";

let server;
before(async () => (server = await startServer(["--allow-eio3", "--auth-refusal", "/=event,/groups=event,/hub=event", "--connect-timeout", "700ms"])));
after(async () => {
  closeAll();
  await server.stop();
});
const stale = () => token({ sub: "late", exp: inSeconds(-60) });
const lines = (pattern) => server.logs().split("\n").filter((line) => pattern.test(line));

describe("with auth-refusal = event", () => {
  for (const [version, io] of Object.entries(versions)) {
    for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]]) {
      test(`client ${version} over ${transports}: connect, the error event with the reason, a disconnect, and it stays away`, async () => {
        const socket = client(server, "/hub", { auth: { token: stale() }, transports, reconnection: true, reconnectionDelay: 50 }, io);
        const story = [];
        for (const name of ["connect", "connect_error", "disconnect", "exception"]) socket.on(name, (what) => story.push([name, what]));
        let attempts = 0;
        socket.io.on("reconnect_attempt", () => ++attempts);
        await new Promise((done) => socket.once("disconnect", done));
        await pause(400);
        assert.deepEqual(story.map(([name]) => name), ["connect", "exception", "disconnect"]);
        const [, said] = story[1];
        assert.equal(said.code, "token_expired");
        assert.equal(said.status, "error");
        assert.equal(said.statusCode, 401);
        assert.equal(said.message, "Authentication token has expired");
        assert.match(said.timestamp, /^\d{4}-.*Z$/);
        assert.equal(story[2][1], "io server disconnect");
        assert.equal(socket.connected, false);
        assert.equal(attempts, 0);
      });
    }
  }
  test("a 2.x client hears the same", async () => {
    const socket = io2(`${server.url}/hub`, { forceNew: true, reconnectionDelay: 50 });
    const story = [];
    socket.on("connect", () => story.push("connect"));
    socket.on("exception", (what) => story.push(what.code));
    const reason = await new Promise((done) => socket.once("disconnect", done));
    await pause(300);
    assert.deepEqual([...story, reason], ["connect", "token_missing", "io server disconnect"]);
    assert.equal(socket.connected, false);
    socket.close();
  });
  for (const [namespace, event, message] of [["/groups", "error", "Token no proporcionado"], ["/", "error", "Token no proporcionado"], ["/hub", "exception", "Authentication token is missing"]]) {
    test(`on ${namespace} it is the event ${event}, in the words of the dialect`, async () => {
      const socket = client(server, namespace);
      const gone = new Promise((done) => socket.once("disconnect", done));
      const said = await hear(socket, event);
      assert.equal(said.code, "token_missing");
      assert.equal(said.message, message);
      assert.equal(await gone, "io server disconnect");
      assert.deepEqual(socket.heard, []);
    });
  }
  test("what it sends meanwhile is not held against its other namespaces", async () => {
    const good = await connect(server, "/rooms", { sub: "good" }, { forceNew: true, transports: ["websocket"] });
    const bad = good.io.socket("/hub", { auth: { token: stale() } });
    for (let n = 0; n < 20; ++n) bad.emit("send_message", { message: "early" });
    bad.emit("join_room", { room: "r" }, Buffer.from("with an attachment"));
    await new Promise((done) => bad.once("disconnect", done));
    assert.equal((await ask(good, "get-active-users")).ok, true);
    assert.equal(good.connected, true);
    bad.auth = { token: token({ sub: "good" }) };
    const back = new Promise((done) => bad.once("connect", done));
    bad.connect();
    await back;
    assert.equal((await ask(bad, "ping")).ok, true);
  });
  test("it was never there: nobody hears of it", async () => {
    const other = await connect(server, "/hub", { sub: "other" });
    const bad = client(server, "/hub", { auth: { token: stale() } });
    await new Promise((done) => bad.once("disconnect", done));
    assert.deepEqual((await ask(other, "get_online_users")).users.map((each) => each.id).filter((id) => id === "late"), []);
    assert.deepEqual(other.heard.filter((event) => event.name === "user_online" && event.data.user.id === "late"), []);
  });
  test("a namespace that is not named keeps CONNECT_ERROR", async () => {
    const error = await refusal(client(server, "/rooms", { auth: { token: stale() } }));
    assert.equal(error.data.code, "token_expired");
  });
  test("a revoked user hears it likewise", async () => {
    await rest(server, "POST", "/api/users/revoked/revoke", { sub: "x", role: "admin" });
    const socket = client(server, "/hub", { auth: { token: token({ sub: "revoked" }) } });
    assert.equal((await hear(socket, "exception")).code, "token_revoked");
    assert.ok(lines(/client refused/).some((line) => /code=token_revoked/.test(line) && /sub=revoked/.test(line)));
  });
});

for (const [path, event] of [["/hub", "exception"], ["/rooms", "error"], ["/groups", "error"]]) {
  test(`plain frames on ${path} hear ${event}, and are closed with 1008, whatever auth-refusal says`, async () => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}${path}?token=${stale()}`);
    const first = new Promise((done) => socket.once("message", (text) => done(JSON.parse(text))));
    const closed = new Promise((done) => socket.once("close", (code, reason) => done([code, reason.toString()])));
    const frame = await first;
    assert.equal(frame.event, event);
    assert.equal(frame.data.code, "token_expired");
    assert.deepEqual(await closed, [1008, "token_expired"]);
  });
}

describe("the log", () => {
  test("says why, where, and what the token says of itself", async () => {
    const jwt = token({ sub: "mallory", exp: inSeconds(-60) }, { header: { kid: "key 7" } });
    await refusal(client(server, "/rooms", { auth: { token: jwt } }));
    const [line] = lines(/mallory/);
    assert.match(line, /auth: client refused reason="Authentication token has expired" code=token_expired .*namespace=\/rooms alg=HS256 kid="key 7" sub=mallory/);
  });
  test("of a REST call, too", async () => {
    const answer = await fetch(`${server.url}/api/clients?token=${token({ sub: "rest" }, { key: "another secret of more than 32 bytes" })}`);
    assert.equal(answer.status, 401);
    assert.match(lines(/sub=rest/)[0], /reason="Authentication token is invalid: its signature does not match" code=token_invalid .*path=\/api\/clients alg=HS256 sub=rest/);
  });
  test("cuts off what is long, and keeps to one line", async () => {
    const jwt = token({ sub: `evil\n2026 error ${"x".repeat(5000)}`, exp: 1 });
    await refusal(client(server, "/rooms", { auth: { token: jwt } }));
    const [line] = lines(/evil/);
    assert.match(line, /sub="evil\\n2026 error/);
    assert.ok(line.length < 400, line);
  });
  test("has no token in it", () => assert.doesNotMatch(server.logs(), /eyJ/));
});
