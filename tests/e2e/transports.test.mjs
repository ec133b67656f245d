// Corners of the transports: what a client may ask of a handshake, and what must not get lost between two of them.
import assert from "node:assert/strict";
import http from "node:http";
import { createConnection } from "node:net";
import { after, before, test } from "node:test";
import { constants, inflateRawSync } from "node:zlib";
import WebSocket from "ws";
import { frame, opcode, RawWebSocket } from "../conformance/support/raw_websocket.mjs";
import { ask, closeAll, connect, io2, pause } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

let server;
before(async () => (server = await startServer(["--allow-eio3", "--max-payload", "1000000"])));
after(async () => {
  closeAll();
  await server.stop();
});

const polling = (more = "") => `${server.url}/socket.io/?EIO=4&transport=polling${more}`;
const post = (sid, body) => fetch(polling(`&sid=${sid}`), { method: "POST", body });
const poll = async (sid) => (await fetch(polling(`&sid=${sid}`))).text();
const next = (socket) => new Promise((done) => socket.once("message", (data) => done(data.toString())));

/** A session that polls, in the namespace `/groups`. */
async function open() {
  const { sid } = JSON.parse((await poll("")).slice(1));
  await post(sid, `40/groups,${JSON.stringify({ token: token({ sub: "poller" }) })}`);
  await poll(sid);
  return sid;
}

for (const transports of [["websocket"], ["polling", "websocket"]])
  test(`a client that names a subprotocol gets it, ${transports}`, async () => {
    const socket = await connect(server, "/hub", { sub: "sub" }, { transports, protocols: ["mine", "other"] });
    for (let tries = 0; tries < 100 && socket.io.engine.transport.name !== "websocket"; ++tries) await pause(20);
    assert.equal(socket.io.engine.transport.name, "websocket");
  });

// Each session belongs to one thread, and a connection moves to that of the session it asks for.
test("a connection stays open whichever sessions it polls", async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const used = new Set();
  const get = (more) =>
    new Promise((done, fail) => {
      const asked = http.get(polling(more), { agent }, async (answer) => done((await answer.toArray()).join("")));
      asked.once("socket", (socket) => used.add(socket));
      asked.once("error", fail);
    });
  const sids = await Promise.all(Array.from({ length: 8 }, async () => JSON.parse((await poll("")).slice(1)).sid));
  assert.ok(new Set(sids.map((sid) => sid.slice(0, 8))).size > 1, "all sessions are on one thread");
  for (const sid of sids) await post(sid, `40/groups,${JSON.stringify({ token: token({ sub: "poller" }) })}`);
  for (const sid of sids) assert.match(await get(`&sid=${sid}`), /^40\/groups,/);
  assert.equal(used.size, 1);
  agent.destroy();
});

test("what waits when a WebSocket takes over goes on by it, however long", async () => {
  const sid = await open();
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
  await new Promise((done) => socket.once("open", done));
  socket.send("2probe");
  assert.equal(await next(socket), "3probe");
  assert.equal(await poll(sid), "6");
  const data = "x".repeat(15_000);
  assert.equal(await (await post(sid, `42/groups,["join-group",{"groupId":"g"}]`)).text(), "ok");
  const activities = Array.from({ length: 60 }, () => `42/groups,["group-activity",${JSON.stringify({ groupId: "g", type: "t", data })}]`);
  assert.equal(await (await post(sid, activities.join("\u001e"))).text(), "ok");
  const heard = [];
  socket.on("message", (each) => heard.push(each.toString()));
  socket.send("5");
  for (let tries = 0; tries < 200 && heard.filter((each) => each.includes("group-activity")).length < 60; ++tries) await pause(20);
  assert.equal(heard.filter((each) => each.includes("group-activity")).length, 60);
  socket.close();
});

test("attachments are not kept for who has not connected to the namespace", async () => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
  await next(socket);
  const closed = new Promise((done) => socket.once("close", done));
  socket.send('451-["message",{"_placeholder":true,"num":0}]');
  assert.equal(await closed, 1008);
});

test("a 2.x client's query for a namespace says who it is there", async () => {
  const first = io2(`${server.url}/chat?token=${token({ sub: "alice" })}`, { reconnection: false, transports: ["websocket"], forceNew: true, query: { token: token({ sub: "alice" }) } });
  await new Promise((done, failed) => first.on("connect", done).on("error", failed));
  const second = first.io.socket("/hub", { query: { token: token({ sub: "bob" }) } });
  await new Promise((done, failed) => second.on("connect", done).on("error", failed));
  const said = await new Promise((done) => second.emit("get_online_users", {}, done));
  assert.deepEqual(said.users.map((each) => each.id).filter((id) => ["alice", "bob"].includes(id)).sort(), ["alice", "bob"]);
  const third = first.io.socket("/rooms", { query: { token: "nonsense" } });
  const refused = await new Promise((done) => third.on("error", done).on("connect", () => done({ code: "connected" })));
  assert.equal(refused.code, "token_invalid");
  first.close();
});

for (const transports of [["websocket"], ["polling"]])
  test(`a 2.x client hears in a text that there is no such namespace, ${transports}`, async () => {
    const socket = io2(`${server.url}/random`, { transports, forceNew: true, reconnection: false, query: { token: token({ sub: "lost" }) } });
    const refused = await new Promise((done) => socket.on("error", done).on("connect", () => done("connected")));
    assert.equal(refused, "Invalid namespace");
    socket.close();
  });

test("polling by script elements is refused, not served wrongly", async () => {
  const answer = await fetch(`${server.url}/socket.io/?EIO=3&transport=polling&j=0`);
  assert.equal(answer.status, 400);
});

for (const behind of ["", "\r\n", "GET /"])
  test(`a client that gives up its GET closes its session, with ${JSON.stringify(behind)} behind it`, async () => {
    const sid = await open();
    const { port } = new URL(server.url);
    const socket = createConnection({ host: "127.0.0.1", port });
    socket.write(`GET /socket.io/?EIO=4&transport=polling&sid=${sid} HTTP/1.1\r\nHost: here\r\n\r\n`);
    await pause(50);
    if (behind) socket.write(behind);
    await pause(50);
    socket.destroy();
    let status = 200;
    for (let tries = 0; tries < 100 && status === 200; ++tries) {
      await pause(20);
      status = (await post(sid, "6")).status;
    }
    assert.equal(status, 400);
  });

// Events behind a CONNECT wait for its answer, also where the connection has become another meanwhile.
test("who upgrades right behind a CONNECT is known before what it says is heard", async () => {
  await rest(server, "PUT", "/api/users/known", { sub: "service", role: "service" }, { username: "known" });
  for (let round = 0; round < 30; ++round) {
    const { sid } = JSON.parse((await poll("")).slice(1));
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
    await new Promise((done) => socket.once("open", done));
    socket.send("2probe");
    assert.equal(await next(socket), "3probe");
    const heard = [];
    socket.on("message", (each) => heard.push(each.toString()));
    const body = `40/hub,${JSON.stringify({ token: token({ sub: "known" }) })}`;
    const path = new URL(polling(`&sid=${sid}`));
    const line = createConnection({ host: "127.0.0.1", port: path.port, noDelay: true });
    await new Promise((done) => line.once("connect", done));
    line.write(`POST ${path.pathname}${path.search} HTTP/1.1\r\nHost: here\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    for (const begun = performance.now(); performance.now() - begun < round * 0.02; );
    socket.send("5");
    socket.send('42/hub,7["ping"]');
    for (let tries = 0; tries < 100 && !heard.some((each) => each.startsWith("43/hub,7")) && socket.readyState === WebSocket.OPEN; ++tries) await pause(10);
    const answered = heard.findIndex((each) => each.startsWith("43/hub,7"));
    const connected = heard.findIndex((each) => each.startsWith("40/hub,"));
    if (answered >= 0) assert.ok(connected >= 0 && connected < answered, heard.join());
    socket.close();
    line.destroy();
  }
  await connect(server, "/hub", { sub: "known" });
});

// A client need not wait for the handshake's answer.
const text = (payload) => frame(opcode.text, payload);
const hears = async (peer, start) => {
  for (;;) {
    const heard = await peer.next();
    assert.ok(heard, "it was closed");
    if (heard.data.toString().startsWith(start)) return;
  }
};

test("frames right behind an upgrade request are heard: Engine.IO", async () => {
  const connectPacket = `40/hub,${JSON.stringify({ token: token({ sub: "hasty" }) })}`;
  const behind = Buffer.concat([text(connectPacket), text('42/hub,7["ping"]')]);
  const peer = await RawWebSocket.open(server.url, "/socket.io/?EIO=4&transport=websocket", {}, behind);
  await hears(peer, "0{");
  await hears(peer, "40/hub,");
  await hears(peer, "43/hub,7");
  peer.destroy();
});

test("frames right behind an upgrade request are heard: probes, whichever thread has their session", async () => {
  const sids = await Promise.all(Array.from({ length: 8 }, async () => JSON.parse((await poll("")).slice(1)).sid));
  assert.ok(new Set(sids.map((sid) => sid.slice(0, 8))).size > 1, "all sessions are on one thread");
  for (const sid of sids) {
    const connectPacket = `40/hub,${JSON.stringify({ token: token({ sub: "hasty" }) })}`;
    const behind = Buffer.concat([text("2probe"), text("5"), text(connectPacket)]);
    const peer = await RawWebSocket.open(server.url, `/socket.io/?EIO=4&transport=websocket&sid=${sid}`, {}, behind);
    await hears(peer, "3probe");
    await hears(peer, "40/hub,");
    peer.destroy();
  }
});

test("frames right behind an upgrade request are heard: plain frames", async () => {
  const behind = text(JSON.stringify({ event: "ping", id: 1 }));
  const peer = await RawWebSocket.open(server.url, `/hub?token=${token({ sub: "hasty" })}`, {}, behind);
  await hears(peer, '{"event":"ack","id":1');
  peer.destroy();
});

test("who leaves its last namespace is closed as who never entered one, unless it enters again", async () => {
  const own = await startServer(["--connect-timeout", "600ms"]);
  const enter = `40/hub,${JSON.stringify({ token: token({ sub: "guest" }) })}`;
  const enterAndLeave = async (path) => {
    const peer = await RawWebSocket.open(own.url, path);
    await peer.write(text(enter));
    await hears(peer, "40/hub,");
    await pause(700);
    await peer.write(text("41/hub,"));
    return peer;
  };
  const path = "/socket.io/?EIO=4&transport=websocket";
  const [left, back] = await Promise.all([enterAndLeave(path), enterAndLeave(path)]);
  await back.write(text(enter));
  await hears(back, "40/hub,");
  const begun = performance.now();
  assert.equal(await left.closed(), 1000);
  assert.ok(performance.now() - begun > 300, "it was closed at once");
  await pause(500);
  await back.write(text('42/hub,7["ping"]'));
  await hears(back, "43/hub,7");
  await back.write(text("41/hub,"));
  assert.equal(await back.closed(), 1000);
  await own.stop();
});

test("plain frames are compressed where that is agreed on, in the window that was asked for", async () => {
  const own = await startServer(["--deflate"]);
  const message = "the same again and again ".repeat(300);
  for (const [windowBits, asked] of [[15, ""], [9, "; server_max_window_bits=9"]]) {
    const peer = await RawWebSocket.open(own.url, `/hub?token=${token({ sub: "packed" })}`, { "Sec-WebSocket-Extensions": `permessage-deflate${asked}` });
    assert.ok(peer.extensions.endsWith(`client_no_context_takeover${asked}`));
    await peer.write(text(JSON.stringify({ event: "send_message", data: { message }, id: 1 })));
    let heard;
    do heard = await peer.next();
    while (heard.rsv === 0);
    const plain = inflateRawSync(Buffer.concat([heard.data, Buffer.from([0, 0, 255, 255])]), { windowBits, finishFlush: constants.Z_SYNC_FLUSH });
    assert.equal(JSON.parse(plain).data.message, message);
    peer.destroy();
  }
  await own.stop();
});
