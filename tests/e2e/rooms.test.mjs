import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, closeAll, connect, hear, pause, silence } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const iso = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ann = { sub: 1, username: "ann", role: "admin", email: "ann@x.example" };
const ben = { sub: "ben", username: "Ben", roles: ["user"] };
let server;
before(async () => (server = await startServer(["--presence-grace", "200ms"])));
after(async () => {
  closeAll();
  await server.stop();
});

describe("rooms: coming and going", () => {
  test("connected to oneself, user-connected to the others, user-disconnected after the grace time", async () => {
    const a = await connect(server, "/rooms", ann);
    const hello = await hear(a, "connected");
    assert.deepEqual(Object.keys(hello).sort(), ["message", "timestamp", "user"]);
    assert.match(hello.timestamp, iso);
    const { connectedAt, ...user } = hello.user;
    assert.match(connectedAt, iso);
    assert.deepEqual(user, { id: 1, username: "ann", role: "admin", roles: ["admin"], email: "ann@x.example" });
    const b = await connect(server, "/rooms", ben);
    const came = await hear(a, "user-connected");
    assert.equal(came.user.id, "ben");
    assert.equal(came.activeUsersCount, 2);
    assert.match(came.timestamp, iso);
    await silence(b, "user-connected", 100);
    b.close();
    const gone = await hear(a, "user-disconnected");
    assert.equal(gone.user.id, "ben");
    assert.equal(gone.activeUsersCount, 1);
    a.close();
  });
});

describe("rooms: asking", () => {
  test("get-active-users and get-users-stats, with and without an ack", async () => {
    const a = await connect(server, "/rooms", ann);
    const b = await connect(server, "/rooms", ben);
    await hear(a, "user-connected", (data) => data.user.id === "ben");
    a.emit("get-active-users");
    const list = await hear(a, "active-users");
    assert.equal(list.count, 2);
    assert.deepEqual(list.users.map((user) => user.id).sort(), [1, "ben"]);
    const acked = await ask(a, "get-active-users");
    assert.equal(acked.ok, true);
    assert.equal(acked.count, 2);
    a.emit("get-users-stats");
    const stats = await hear(a, "users-stats");
    assert.equal(stats.totalUsers, 2);
    assert.deepEqual(stats.usersByRole, { admin: 1, user: 1 });
    assert.match(stats.connectionTimes["1"], iso);
    assert.match(stats.connectionTimes.ben, iso);
    a.close();
    b.close();
    await pause(300);
  });
});

describe("rooms: who somebody is", () => {
  test("is as the newest session and a fresh token say, since the oldest session", async () => {
    const first = await connect(server, "/rooms", { sub: "changing", username: "old", role: "user" });
    const me = async () => (await ask(first, "get-active-users")).users.find((each) => each.id === "changing");
    const { connectedAt } = await me();
    await pause(20);
    const second = await connect(server, "/rooms", { sub: "changing", username: "new", role: "admin", email: "n@x.example" });
    let known;
    for (let tries = 0; tries < 50 && known?.username !== "new"; ++tries, await pause(10)) known = await me();
    assert.deepEqual(known, { id: "changing", username: "new", role: "admin", roles: ["admin"], email: "n@x.example", connectedAt });
    assert.equal((await ask(first, "get-users-stats")).usersByRole.user, undefined);
    await ask(first, "auth:refresh", { token: token({ sub: "changing", username: "newest", role: "owner" }) });
    for (let tries = 0; tries < 50 && known.username !== "newest"; ++tries, await pause(10)) known = await me();
    assert.equal(known.username, "newest");
    assert.equal(known.role, "owner");
    const sent = await rest(server, "POST", "/websocket/send-to-role", { sub: "b", role: "service" }, { role: "admin", message: "hear" });
    assert.deepEqual(sent.body, { success: true, delivered: 1, users: 1 });
    assert.equal((await hear(second, "role-notification")).message, "hear");
    await silence(first, "role-notification", 100);
    const none = await rest(server, "POST", "/websocket/send-to-role", { sub: "b", role: "service" }, { role: "user", message: "hear" });
    assert.equal(none.body.delivered, 0);
    first.close();
    second.close();
    await pause(300);
  });
});

describe("rooms: talking", () => {
  let a, a2, b, c;
  before(async () => {
    a = await connect(server, "/rooms", ann);
    a2 = await connect(server, "/rooms", { ...ann, sub: "1" }, { transports: ["polling"] });
    b = await connect(server, "/rooms", ben, { transports: ["websocket"] });
    c = await connect(server, "/rooms", { sub: "cy" });
  });
  after(closeAll);

  test("join-room: joined-room to oneself, user-joined-room to the others; leave-room likewise", async () => {
    assert.equal((await ask(a, "join-room", { room: "r" })).room, "r");
    const joined = await hear(a, "joined-room");
    assert.equal(joined.room, "r");
    assert.equal(typeof joined.message, "string");
    b.emit("join-room", { room: "r" });
    await hear(b, "joined-room");
    const other = await hear(a, "user-joined-room");
    assert.equal(other.user.id, "ben");
    assert.equal(other.room, "r");
    assert.match(other.timestamp, iso);
    await silence(b, "user-joined-room", 100);
    b.emit("leave-room", { room: "r" });
    assert.equal((await hear(b, "left-room")).room, "r");
    assert.equal((await hear(a, "user-left-room")).user.id, "ben");
  });

  test("room-message reaches the members, the sender too, and nobody else", async () => {
    await ask(b, "join-room", { room: "r" });
    const answer = await ask(b, "room-message", { room: "r", message: "hi \ud83d\ude00 \ud800" });
    assert.equal(answer.ok, true);
    for (const socket of [a, b]) {
      const data = await hear(socket, "room-message");
      assert.deepEqual(Object.keys(data).sort(), ["from", "message", "room", "timestamp"]);
      assert.equal(data.from.id, "ben");
      assert.equal(data.message, "hi \ud83d\ude00 \ud800");
    }
    await silence(c, "room-message", 100);
  });

  test("room-message to a room that was not joined, or was left: not_a_member", async () => {
    assert.equal((await ask(c, "room-message", { room: "r", message: "x" })).code, "not_a_member");
    c.emit("room-message", { room: "r", message: "x" });
    const error = await hear(c, "error");
    assert.equal(error.status, "error");
    assert.equal(error.code, "not_a_member");
    assert.equal(error.statusCode, 403);
    assert.match(error.timestamp, iso);
    assert.equal((await ask(c, "leave-room", { room: "r" })).code, "not_a_member");
  });

  test("messages of one sender keep their order, also right behind the join", async () => {
    c.emit("join-room", { room: "order" });
    for (let n = 0; n < 200; ++n) c.emit("room-message", { room: "order", message: String(n) });
    for (let n = 0; n < 200; ++n) assert.equal((await hear(c, "room-message")).message, String(n));
  });

  test("send-message with `to`: every session of that user, and the sender's others with `to`", async () => {
    const answer = await ask(b, "send-message", { to: 1, message: "psst" });
    assert.equal(answer.ok, true);
    for (const socket of [a, a2]) {
      const data = await hear(socket, "private-message");
      assert.deepEqual(Object.keys(data).sort(), ["from", "message", "timestamp"]);
      assert.equal(data.from.id, "ben");
    }
    await silence(b, "private-message", 100);
    await silence(c, "private-message", 0);
    await ask(a, "send-message", { to: "ben", message: "pst" });
    assert.equal((await hear(a2, "private-message")).to, "ben");
    assert.equal((await hear(b, "private-message")).message, "pst");
    await silence(a, "private-message", 100);
  });

  test("send-message to nobody who is there: user_offline", async () => {
    const answer = await ask(a, "send-message", { to: "nobody", message: "x" });
    assert.equal(answer.ok, false);
    assert.equal(answer.status, "error");
    assert.equal(answer.code, "user_offline");
    await connect(server, "/messages", { sub: "deaf" });
    assert.equal((await ask(a, "send-message", { to: "deaf", message: "x" })).code, "user_offline");
  });

  test("send-message without `to` reaches all", async () => {
    a.emit("send-message", { message: "to all" });
    for (const socket of [a, a2, b, c]) assert.equal((await hear(socket, "broadcast-message")).message, "to all");
  });
});

describe("rooms: mistakes", () => {
  let a;
  before(async () => (a = await connect(server, "/rooms", ann)));
  after(closeAll);
  const wrong = [
    ["join-room", {}, "room"],
    ["join-room", { room: 5 }, "room"],
    ["join-room", { room: "" }, "room"],
    ["join-room", { room: "x".repeat(129) }, "room"],
    ["join-room", { room: "a\u0007b" }, "room"],
    ["room-message", { room: "r" }, "message"],
    ["send-message", { message: "" }, "message"],
    ["send-message", { message: "x".repeat(16385) }, "message"],
    ["send-message", { message: ["no"] }, "message"],
    ["send-message", { message: "x", to: null }, "to"],
    ["send-message", { message: Buffer.from("no") }, "message"],
  ];
  for (const [event, payload, field] of wrong) {
    test(`${event} ${JSON.stringify(payload).slice(0, 40)}: invalid_payload names ${field}`, async () => {
      const answer = await ask(a, event, payload);
      assert.equal(answer.code, "invalid_payload");
      assert.equal(answer.data.field, field);
      a.emit(event, payload);
      const error = await hear(a, "error");
      assert.equal(error.code, "invalid_payload");
      assert.equal(error.data.field, field);
    });
  }
  test("an unknown event: unknown_event", async () => {
    assert.equal((await ask(a, "make-coffee", {})).code, "unknown_event");
    a.emit("make-coffee");
    assert.equal((await hear(a, "error")).code, "unknown_event");
  });
  test("a payload that names another sender: forbidden; one's own id is fine", async () => {
    assert.equal((await ask(a, "send-message", { message: "x", userId: 2 })).code, "forbidden");
    assert.equal((await ask(a, "send-message", { message: "x", userId: "1" })).ok, true);
  });
  test("names of 128 characters and texts of 16 KiB are fine", async () => {
    assert.equal((await ask(a, "join-room", { room: "é".repeat(128) })).ok, true);
    assert.equal((await ask(a, "send-message", { message: "x".repeat(16384) })).ok, true);
  });
  test("a namespace that is not in the table: Invalid namespace", async () => {
    const other = a.io.socket("/elsewhere");
    const error = await new Promise((done) => other.once("connect_error", done));
    assert.equal(error.message, "Invalid namespace");
    assert.equal(error.data, undefined);
  });
});
