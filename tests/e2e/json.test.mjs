// Valid JSON that is not taken, as it is too deep or has a number out of range, is answered; only what is no JSON ends a
// connection.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { ask, client, closeAll, connect, hear, refusal, versions } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const service = { sub: "back-end", role: "service" };
let server;
before(async () => (server = await startServer(["--log-level", "debug"])));
after(async () => {
  closeAll();
  await server.stop();
});

const nested = (levels) => "[".repeat(levels) + "]".repeat(levels);
const deep = (levels) => JSON.parse(nested(levels));

/** Sends a packet as it is, with an ack id of its own; resolves to the ack. */
function askRaw(socket, namespace, text, id = 4711) {
  return new Promise((done) => {
    socket.acks[id] = done;
    socket.io.engine.send(`2${namespace},${id}${text}`);
  });
}

describe("Socket.IO", () => {
  for (const [version, io] of Object.entries(versions)) {
    for (const transport of ["websocket", "polling"]) {
      test(`depth and range cost no connection (client ${version}, ${transport})`, async () => {
        const ann = await connect(server, "/groups", { sub: "ann" }, { transports: [transport] }, io);
        let closed = false;
        ann.on("disconnect", () => (closed = true));
        await ask(ann, "join-group", { groupId: 1 });
        for (const levels of [65, 100, 126]) {
          const answer = await ask(ann, "group-activity", { groupId: 1, type: "x", data: deep(levels) });
          assert.equal(answer.ok, true, levels);
          assert.deepEqual(answer.data, deep(levels));
        }
        for (const levels of [128, 129, 1000, 3000]) {
          const answer = await ask(ann, "group-activity", { groupId: 1, type: "x", data: deep(levels) });
          assert.equal(answer.code, "payload_too_deep", levels);
          assert.equal(answer.statusCode, 400);
          ann.emit("group-activity", { groupId: 1, type: "x", data: deep(levels) });
          assert.equal((await hear(ann, "error")).message, "Los datos tienen demasiados niveles anidados");
        }
        const huge = await askRaw(ann, "/groups", '["group-activity",{"groupId":1,"type":"x","data":{"a":1e400}}]');
        assert.equal(huge.code, "invalid_payload");
        assert.equal(huge.message, "El número 1e400 está fuera de rango");
        ann.io.engine.send('2/groups,["group-activity",{"groupId":-1e400,"type":"x"}]');
        assert.equal((await hear(ann, "error")).code, "invalid_payload");
        assert.equal((await ask(ann, "leave-group", { groupId: 1 })).ok, true);
        assert.equal(closed, false);
      });
    }
  }
  test("the deepest there can be, in the largest message, costs no connection", async () => {
    const ann = await connect(server, "/rooms", { sub: "ann" }, { transports: ["websocket"] });
    const answer = await askRaw(ann, "/rooms", `["join-room",${nested(490_000)}]`);
    assert.equal(answer.code, "payload_too_deep");
    assert.equal((await ask(ann, "join-room", { room: "r" })).ok, true);
  });
  test("a mixed namespace tells it in the words of the dialect that knows the event", async () => {
    const mixed = await connect(server, "/", { sub: "ann" });
    assert.equal((await ask(mixed, "join_room", { room: deep(200) })).message, "The payload is nested too deeply");
    assert.equal((await ask(mixed, "join-group", { groupId: deep(200) })).message, "Los datos tienen demasiados niveles anidados");
    assert.equal((await ask(mixed, "make-coffee", deep(200))).code, "payload_too_deep");
  });
  test("with attachments, too", async () => {
    const ann = await connect(server, "/rooms", { sub: "ann" });
    const answer = await ask(ann, "join-room", { room: deep(200), more: Buffer.from("more") });
    assert.equal(answer.code, "payload_too_deep");
    assert.equal((await ask(ann, "join-room", { room: "r" })).ok, true);
  });
  test("a CONNECT is refused with the code, and the connection stays", async () => {
    const error = await refusal(client(server, "/rooms", { auth: { token: token({ sub: "ann" }), more: deep(200) } }));
    assert.equal(error.data.code, "payload_too_deep");
    assert.equal(error.message, "The payload is nested too deeply");
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    const next = () => new Promise((done) => socket.once("message", (data) => done(String(data))));
    assert.match(await next(), /^0\{/);
    const own = JSON.stringify(token({ sub: "ann" }));
    socket.send(`40/groups,{"token":${own},"more":${nested(200)}}`);
    assert.equal(await next(), '44/groups,{"message":"Los datos tienen demasiados niveles anidados","data":{"code":"payload_too_deep"}}');
    socket.send(`40/groups,{"token":${own},"more":1e400}`);
    assert.match(await next(), /^44\/groups,\{"message":"El número 1e400/);
    socket.send(`40/groups,{"token":${own}}`);
    assert.match(await next(), /^40\/groups,\{"sid":/);
    socket.close();
  });
  // On one transport: a library that pauses polling to upgrade, and loses the WebSocket then, waits for its ping timeout.
  for (const transport of ["websocket", "polling"]) {
    test(`what is no JSON ends the connection, also inside of what is too deep (${transport})`, async () => {
      for (const text of ['["join-room",{]', `["join-room",${nested(200)}]x`, `["join-room",${"[".repeat(300)}1,${"]".repeat(300)}]`]) {
        const ann = await connect(server, "/rooms", { sub: "ann" }, { transports: [transport] });
        const gone = new Promise((done) => ann.once("disconnect", done));
        ann.io.engine.send(`2/rooms,${text}`);
        assert.equal(await gone, "transport close", text);
      }
    });
  }
});

test("json-depth is an option", async () => {
  const own = await startServer(["--json-depth", "4"]);
  const ann = await connect(own, "/rooms", { sub: "ann" });
  assert.equal((await ask(ann, "send-message", { message: "x", more: deep(3) })).ok, true);
  assert.equal((await ask(ann, "send-message", { message: "x", more: deep(4) })).code, "payload_too_deep");
  assert.equal((await rest(own, "POST", "/websocket/broadcast", service, { message: "x", more: deep(3) })).status, 200);
  assert.equal((await rest(own, "POST", "/websocket/broadcast", service, { message: "x", more: deep(4) })).status, 400);
  await own.stop();
});

test("plain frames", async () => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/hub?token=${token({ sub: "plain" })}`);
  const frames = [];
  socket.on("message", (data) => frames.push(JSON.parse(data)));
  await new Promise((done) => socket.once("open", done));
  const next = async (event) => {
    for (let tries = 0; tries < 300; ++tries) {
      const at = frames.findIndex((each) => each.event === event);
      if (at >= 0) return frames.splice(at, 1)[0];
      await new Promise((done) => setTimeout(done, 10));
    }
    throw new Error(`no ${event}; heard ${JSON.stringify(frames)}`);
  };
  socket.send(`{"event":"join_room","id":"a","data":{"room":${nested(200)}}}`);
  const ack = await next("ack");
  assert.equal(ack.id, "a");
  assert.equal(ack.data.code, "payload_too_deep");
  socket.send('{"event":"join_room","data":{"room":1e999}}');
  assert.equal((await next("exception")).data.message, "The number 1e999 is out of range");
  socket.send(`${nested(200)}`);
  assert.equal((await next("exception")).data.code, "payload_too_deep");
  socket.send('{"event":"ping"}');
  await next("pong");
  assert.equal(socket.readyState, WebSocket.OPEN);
  socket.close();
});

test("REST bodies", async () => {
  const post = async (body) => {
    const headers = { Authorization: `Bearer ${token(service)}` };
    const answer = await fetch(`${server.url}/api/emit`, { method: "POST", headers, body });
    return { ...(await answer.json()), status: answer.status };
  };
  const good = await post(`{"to":"all","event":"x","data":${nested(127)}}`);
  assert.equal(good.status, 200);
  const deepBody = await post(`{"to":"all","event":"x","data":${nested(128)}}`);
  assert.deepEqual([deepBody.status, deepBody.code], [400, "payload_too_deep"]);
  const huge = await post('{"to":"all","event":"x","data":1e400}');
  assert.deepEqual([huge.status, huge.code, huge.message], [400, "invalid_payload", "The number 1e400 is out of range"]);
  assert.equal((await post('{"to":"all"')).message, "The body must be JSON");
});

test("a token whose claims are that deep is told so, and not called malformed", async () => {
  const error = await refusal(client(server, "/rooms", { auth: { token: token({ sub: "ann", deep: deep(1100) }) } }));
  assert.equal(error.data.code, "token_invalid");
  assert.match(error.message, /its payload is nested too deeply/);
  (await connect(server, "/rooms", { sub: "ann", deep: deep(300) })).close();
});
