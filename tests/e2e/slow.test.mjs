// Who reads what is sent to them is served, however much it is; who does not is disconnected, told so where that is
// possible, and comes back by itself.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import WebSocket from "ws";
import { frame, opcode, RawWebSocket } from "../conformance/support/raw_websocket.mjs";
import { client, closeAll, connect, io2, pause, versions } from "./support/clients.mjs";
import { eventually as within } from "./support/cluster.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const servers = new Set();
async function serve(...flags) {
  const made = await startServer(flags);
  servers.add(made);
  return made;
}
after(async () => {
  closeAll();
  await Promise.all([...servers].map((each) => each.stop()));
});

const MB = 1_000_000;
const patience = 60_000; // megabytes take their time on a busy machine
const eventually = (holds, what) => within(holds, what, patience);
const ask = (socket, name, data) =>
  new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`no ack of ${name}`)), patience);
    socket.emit(name, data, (answer) => (clearTimeout(timer), done(answer)));
  });
const join = (socket, groupId) => ask(socket, "join-group", { groupId });
const activity = (groupId, data) => ["group-activity", { groupId, type: "t", data }];
/** Stops and goes on reading, as a page that is busy does. */
const stopReading = (socket) => socket.io.engine.transport.ws._socket.pause();
const goOnReading = (transport) => transport.ws._socket.resume();

async function disconnects(server, transport, reason) {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  return Number(new RegExp(`^parley_disconnects_total{reason="${reason}",transport="${transport}"} (\\S+)$`, "m").exec(text)?.[1]);
}

/** A session that polls, in the namespace /groups and the group g: {get, post}. */
async function poller(server, sub) {
  const url = `${server.url}/socket.io/?EIO=4&transport=polling`;
  const { sid } = JSON.parse((await (await fetch(url)).text()).slice(1));
  const made = { sid, get: async () => await fetch(`${url}&sid=${sid}`), post: async (body) => await fetch(`${url}&sid=${sid}`, { method: "POST", body }) };
  await made.post(`40/groups,${JSON.stringify({ token: token({ sub }) })}`);
  await made.get();
  await made.post('42/groups,0["join-group",{"groupId":"g"}]');
  await made.get();
  return made;
}

describe("long-polling", () => {
  test("what one request causes arrives: an event and an ack, each half a megabyte", async () => {
    const server = await serve();
    const session = await poller(server, "bulky");
    for (let round = 0; round < 3; ++round) {
      assert.equal((await session.post(`42/groups,1${JSON.stringify(activity("g", "x".repeat(530_000)))}`)).status, 200);
      const answer = await session.get();
      assert.equal(answer.status, 200);
      const packets = (await answer.text()).split("\x1e");
      assert.ok(packets.some((each) => each.startsWith('42/groups,["group-activity"') && each.length > 530_000));
      assert.ok(packets.some((each) => each.startsWith("43/groups,1[") && each.length > 530_000));
    }
  });

  test("what many events in one request cause arrives, also where the next GET waits for the POST's answer", async () => {
    const server = await serve();
    const session = await poller(server, "batch");
    const events = Array.from({ length: 30 }, (_, n) => `42/groups,${n}${JSON.stringify(activity("g", "x".repeat(30_000)))}`);
    assert.equal((await session.post(events.join("\x1e"))).status, 200);
    const packets = (await (await session.get()).text()).split("\x1e");
    assert.equal(packets.filter((each) => each.startsWith('42/groups,["group-activity"')).length, 30);
    assert.equal(packets.filter((each) => each.startsWith("43/groups,")).length, 30);
  });

  for (const [name, io] of [...Object.entries(versions), ["2.5", io2]])
    test(`socket.io-client ${name} sends and gets large events with acks while heartbeats go on`, async () => {
      const server = await serve("--allow-eio3", "--ping-interval", "200ms");
      const auth = { sub: "large" };
      const socket = await connect(server, "/groups", auth, { transports: ["polling"], query: { token: token(auth) } }, io);
      let closed = "";
      let heard = 0;
      socket.on("disconnect", (reason) => (closed = reason));
      socket.on("group-activity", (event) => (heard += event.data.length));
      await join(socket, "g");
      for (let round = 0; round < 9; ++round) assert.ok(await ask(socket, ...activity("g", "x".repeat(530_000))));
      await eventually(() => heard === 9 * 530_000, "all events");
      assert.equal(closed, "");
    });

  test("who asks for nothing while something waits is disconnected, which is logged and counted", async () => {
    const server = await serve("--send-timeout", "500ms", "--ping-interval", "10s");
    const session = await poller(server, "absent");
    await session.post(`42/groups,1${JSON.stringify(activity("g", "x".repeat(1000)))}`);
    await eventually(async () => (await disconnects(server, "polling", "slow consumer")) === 1, "the disconnect");
    assert.equal((await session.get()).status, 400);
    assert.match(server.logs(), /it does not read what is sent to it user=absent .*transport=polling limit=send-timeout waiting_bytes=\d{4} stalled_ms=[5-9]\d\d/);
  });

  test("who waits for something is not disconnected, however long nothing comes", async () => {
    const server = await serve("--send-timeout", "200ms", "--ping-interval", "10s");
    const session = await poller(server, "patient");
    const parked = session.get();
    await pause(1000);
    await session.post(`42/groups,1${JSON.stringify(activity("g", "x"))}`);
    assert.equal((await parked).status, 200);
  });
});

describe("WebSockets", () => {
  test("a client that reads nothing for 150 ms while 9 MB come to it gets all of it", async () => {
    const server = await serve();
    const reader = await connect(server, "/groups", { sub: "reader" }, { transports: ["websocket"] });
    const writer = await connect(server, "/groups", { sub: "writer" }, { transports: ["websocket"] });
    let closed = "";
    reader.on("disconnect", (reason) => (closed = reason));
    for (const each of [reader, writer]) await join(each, "g");
    stopReading(reader);
    const sent = Array.from({ length: 18 }, () => ask(writer, ...activity("g", "x".repeat(MB / 2))));
    await Promise.all(sent);
    await pause(150);
    goOnReading(reader.io.engine.transport);
    await eventually(() => reader.heard.filter((each) => each.name === "group-activity").length === 18, "all events");
    assert.equal(closed, "");
  });

  test("what a client asks for is not answered faster than it reads, and nothing is lost", async () => {
    const server = await serve();
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/groups?token=${token({ sub: "eager" })}`);
    await new Promise((done) => socket.once("open", done));
    const heard = { ack: 0, "group-activity": 0 };
    socket.on("message", (each) => ++heard[JSON.parse(each).event]);
    socket.send(JSON.stringify({ event: "join-group", data: { groupId: "g" }, id: 0 }));
    await eventually(() => heard.ack === 1, "the join");
    socket._socket.pause();
    const [event, data] = activity("g", "x".repeat(200_000));
    for (let id = 1; id <= 150; ++id) socket.send(JSON.stringify({ event, data, id }));
    await pause(1500);
    socket._socket.resume();
    await eventually(() => heard.ack === 151 && heard["group-activity"] === 150, "all answers");
    socket.close();
  });

  test("who reads slowly, but reads, is not slow", async () => {
    const server = await serve("--send-timeout", "2s");
    const writer = await connect(server, "/groups", { sub: "writer" }, { transports: ["websocket"] });
    const peer = await RawWebSocket.open(server.url, `/groups?token=${token({ sub: "modem" })}`);
    await peer.write(frame(opcode.text, JSON.stringify({ event: "join-group", data: { groupId: "g" }, id: 0 })));
    await eventually(() => peer.frames.some((each) => each.data.includes('"ack"')), "the join");
    await join(writer, "g");
    const sent = Promise.all(Array.from({ length: 24 }, () => ask(writer, ...activity("g", "x".repeat(MB / 2)))));
    for (const begun = Date.now(); Date.now() - begun < 6000; ) {
      peer.socket.resume();
      await pause(1);
      peer.socket.pause();
      await pause(100);
    }
    peer.socket.resume();
    await sent;
    const heard = () => peer.frames.filter((each) => each.data.includes('"group-activity"')).length;
    await eventually(() => heard() === 24 || peer.ended, "all events");
    assert.equal(heard(), 24, server.logs());
    peer.destroy();
  });

  for (const [limit, flags] of [["send-timeout", ["--send-timeout", "500ms"]], ["outbox-bytes", ["--outbox-bytes", "3MB", "--outbox-soft-bytes", "64KiB"]]])
    test(`who does not read is told so with 1013, logged, counted, and comes back by itself: ${limit}`, async () => {
      const server = await serve(...flags);
      const writer = await connect(server, "/groups", { sub: "writer" }, { transports: ["websocket"] });
      const slow = client(server, "/groups", { auth: { token: token({ sub: "slow" }) }, transports: ["websocket"], reconnection: true, reconnectionDelay: 50 });
      await new Promise((done) => slow.once("connect", done));
      for (const each of [slow, writer]) await join(each, "g");
      const { transport } = slow.io.engine;
      const code = new Promise((done) => transport.ws.once("close", done));
      const reason = new Promise((done) => slow.once("disconnect", done));
      const again = new Promise((done) => slow.once("disconnect", () => slow.once("connect", done)));
      stopReading(slow);
      for (let n = 0; n < 30; ++n) await ask(writer, ...activity("g", "x".repeat(MB / 2)));
      await eventually(async () => (await disconnects(server, "websocket", "slow consumer")) === 1, "the disconnect");
      assert.match(server.logs(), new RegExp(`it does not read what is sent to it user=slow .*transport=websocket limit=${limit} waiting_bytes=\\d{5,} stalled_ms=\\d+`));
      goOnReading(transport);
      assert.equal(await code, 1013);
      assert.equal(await reason, "transport close");
      await again;
      assert.ok(await join(slow, "g"));
    });
});
