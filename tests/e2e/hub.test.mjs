import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { ask, client, closeAll, connect, hear, pause, silence } from "./support/clients.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const ann = { sub: 1, username: "ann", role: "ADMIN", email: "ann@x.example" };
const ben = { sub: "ben", username: "ben" };
let server;
before(async () => (server = await startServer(["--presence-grace", "500ms"])));
after(async () => {
  closeAll();
  await server.stop();
});

describe("hub", () => {
  let a, b;
  before(async () => {
    a = await connect(server, "/hub", ann);
    b = await connect(server, "/hub", ben);
  });
  after(closeAll);

  test("user_online to the others", async () => assert.equal((await hear(a, "user_online")).user.id, "ben"));

  test("join_room and leave_room: ack, joined_room, user_joined, left_room, user_left", async () => {
    assert.deepEqual(await ask(a, "join_room", { room: "dev" }), { ok: true, room: "dev" });
    assert.deepEqual(await hear(a, "joined_room"), { room: "dev" });
    await ask(b, "join_room", { room: "dev" });
    const joined = await hear(a, "user_joined");
    assert.equal(joined.user.username, "ben");
    assert.equal(joined.room, "dev");
    await ask(b, "leave_room", { room: "dev" });
    assert.equal((await hear(b, "left_room")).room, "dev");
    assert.equal((await hear(a, "user_left")).user.id, "ben");
  });

  test("send_message to a room, a user, all", async () => {
    await ask(b, "join_room", { room: "dev" });
    assert.equal((await ask(a, "send_message", { room: "dev", message: "one" })).type, "room");
    const inRoom = await hear(b, "new_message");
    assert.deepEqual(inRoom.from, { id: 1, username: "ann", email: "ann@x.example", role: "ADMIN" });
    assert.equal(inRoom.type, "room");
    assert.equal(inRoom.room, "dev");
    assert.match(inRoom.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
    await hear(a, "new_message");
    await ask(b, "send_message", { to: 1, message: "two" });
    const toUser = await hear(a, "new_message");
    assert.equal(toUser.type, "private");
    assert.equal(toUser.to, 1);
    b.emit("send_message", { message: "three" });
    for (const socket of [a, b]) assert.equal((await hear(socket, "new_message")).type, "broadcast");
    assert.equal((await ask(a, "send_message", { room: "dev", to: 1, message: "both" })).code, "invalid_payload");
  });

  test("get_online_users, ping", async () => {
    a.emit("get_online_users");
    assert.equal((await hear(a, "online_users")).count, 2);
    a.emit("ping");
    assert.equal((await hear(a, "pong")).user.id, 1);
  });

  test("admin_broadcast: for admins only", async () => {
    await ask(a, "admin_broadcast", { message: "down at ten" });
    for (const socket of [a, b]) assert.equal((await hear(socket, "admin_announcement")).message, "down at ten");
    b.emit("admin_broadcast", { message: "me too" });
    const error = await hear(b, "exception");
    assert.equal(error.code, "forbidden");
    assert.equal(error.statusCode, 403);
    await silence(a, "admin_announcement", 100);
  });
});

describe("presence", () => {
  after(closeAll);
  test("a reload within the grace time is silent; then the user is offline once", async () => {
    const reloader = (data) => data.user.id === "reloader";
    const watcher = await connect(server, "/hub", { sub: "watcher" });
    const first = await connect(server, "/hub", { sub: "reloader" });
    await hear(watcher, "user_online", (data) => data.user.id === "reloader");
    first.close();
    await pause(100);
    const second = await connect(server, "/rooms", { sub: "reloader" });
    await pause(800);
    await silence(watcher, "user_offline", 0, reloader);
    await silence(watcher, "user_online", 0, reloader);
    const third = await connect(server, "/hub", { sub: "reloader" });
    second.close();
    await pause(800);
    await silence(watcher, "user_offline", 0, reloader);
    third.close();
    await hear(watcher, "user_offline", reloader);
    await silence(watcher, "user_offline", 300, reloader);
  });
});

describe("several dialects", () => {
  after(closeAll);
  test("a rooms user and a hub user in one room talk, each in their own words", async () => {
    const r = await connect(server, "/rooms", { sub: "roomer" });
    const h = await connect(server, "/hub", { sub: "hubber" });
    await ask(r, "join-room", { room: "shared" });
    await ask(h, "join_room", { room: "shared" });
    assert.equal((await hear(r, "user-joined-room")).user.id, "hubber");
    await ask(r, "room-message", { room: "shared", message: "from rooms" });
    assert.equal((await hear(h, "new_message")).message, "from rooms");
    await ask(h, "send_message", { room: "shared", message: "from hub" });
    assert.equal((await hear(r, "room-message", (data) => data.from.id === "hubber")).message, "from hub");
    await ask(h, "send_message", { to: "roomer", message: "private" });
    assert.equal((await hear(r, "private-message")).message, "private");
  });
  test("on / a session hears all dialects until it speaks one", async () => {
    const mixed = await connect(server, "/", { sub: "mixed" });
    const other = await connect(server, "/hub", { sub: "speaker" });
    assert.equal((await hear(mixed, "connected")).user.id, "mixed");
    other.emit("send_message", { message: "once" });
    await hear(mixed, "new_message", (data) => data.message === "once");
    await hear(mixed, "broadcast-message", (data) => data.message === "once");
    await ask(mixed, "join_room", { room: "m" });
    other.emit("send_message", { message: "twice" });
    await hear(mixed, "new_message", (data) => data.message === "twice");
    await silence(mixed, "broadcast-message", 150);
    // Commands are still those of the whole namespace.
    assert.equal((await ask(mixed, "join-room", { room: "other" })).ok, true);
    assert.equal((await ask(mixed, "make-coffee", {})).code, "unknown_event");
  });
  test("on / an unknown event is told once, as error", async () => {
    const mixed = await connect(server, "/", { sub: "unknowing" });
    mixed.emit("make-coffee", {});
    assert.equal((await hear(mixed, "error")).code, "unknown_event");
    await silence(mixed, "exception", 100);
    await silence(mixed, "error", 0);
    mixed.emit("join_room", {});
    assert.equal((await hear(mixed, "exception")).code, "invalid_payload");
    await silence(mixed, "error", 100);
  });
  for (const [how, options] of [
    ["query", { query: { dialect: "rooms" } }],
    ["auth object", { auth: { token: token({ sub: "chooser" }), dialect: "rooms" } }],
  ]) {
    test(`the ${how} chooses a dialect from the start`, async () => {
      const chooser = client(server, "/", { auth: { token: token({ sub: "chooser" }) }, ...options });
      await hear(chooser, "connected");
      chooser.emit("send-message", { message: "mine" });
      await hear(chooser, "broadcast-message", (data) => data.message === "mine");
      await silence(chooser, "new_message", 100);
    });
  }
});

describe("plain frames", () => {
  const open = (path) =>
    new Promise((done, failed) => {
      const socket = new WebSocket(server.url.replace("http", "ws") + path);
      socket.frames = [];
      socket.on("message", (data) => socket.frames.push(JSON.parse(data)));
      socket.once("open", () => done(socket));
      socket.once("error", failed);
    });
  const frame = async (socket, event) => {
    for (let tries = 0; tries < 300; ++tries) {
      const at = socket.frames.findIndex((each) => each.event === event);
      if (at >= 0) return socket.frames.splice(at, 1)[0];
      await pause(10);
    }
    throw new Error(`no ${event}; heard ${JSON.stringify(socket.frames)}`);
  };

  for (const [path, join, joined] of [["/rooms", "join-room", "joined-room"], ["/hub", "join_room", "joined_room"], ["/", "join_room", "joined_room"]]) {
    test(`on ${path}: events, acks by id, errors`, async () => {
      const socket = await open(`${path}?token=${token({ sub: "plain" })}`);
      socket.send(JSON.stringify({ event: join, data: { room: "p" }, id: "a1" }));
      assert.equal((await frame(socket, joined)).data.room, "p");
      const ack = await frame(socket, "ack");
      assert.equal(ack.id, "a1");
      assert.equal(ack.data.ok, true);
      socket.send(JSON.stringify({ event: join, data: {}, id: 2 }));
      const failed = await frame(socket, "ack");
      assert.equal(failed.id, 2);
      assert.equal(failed.data.code, "invalid_payload");
      socket.send("this is not JSON");
      const wrong = await Promise.race([frame(socket, "error"), frame(socket, "exception")]);
      assert.equal(wrong.data.code, "invalid_payload");
      assert.equal(socket.readyState, WebSocket.OPEN);
      socket.close();
    });
  }
  test("without a valid token: an error frame, then closed", async () => {
    const socket = await open("/hub?token=nonsense");
    const closed = new Promise((done) => socket.once("close", done));
    assert.equal((await frame(socket, "exception")).data.code, "token_invalid");
    assert.equal(await closed, 1008);
  });
  test("on / what no dialect takes is told once, as error", async () => {
    const socket = await open(`/?token=${token({ sub: "garbling" })}`);
    await frame(socket, "connected");
    for (const garbage of ["this is not JSON", '{"event":"make-coffee"}', '{"data":1}', "[]"]) {
      socket.send(garbage);
      await frame(socket, "error");
    }
    await pause(100);
    assert.deepEqual(socket.frames.filter((each) => each.event === "exception" || each.event === "error"), []);
    socket.close();
  });
  test("on / without a token: one error frame, then closed", async () => {
    const socket = await open("/");
    await new Promise((done) => socket.once("close", done));
    assert.deepEqual(socket.frames.map((each) => [each.event, each.data.code]), [["error", "token_missing"]]);
  });
  test("on a path that ends in a slash", async () => {
    const socket = await open(`/hub/?token=${token({ sub: "slashed" })}`);
    socket.send(JSON.stringify({ event: "ping" }));
    assert.equal((await frame(socket, "pong")).data.user.id, "slashed");
    socket.close();
  });
  test("on a path that is no namespace: refused", async () => {
    await assert.rejects(open(`/nowhere?token=${token({ sub: 1 })}`), /404/);
  });
});
