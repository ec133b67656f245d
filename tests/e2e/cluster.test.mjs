// Three nodes, one system: what users of different nodes see of each other.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { connect as connectTo } from "node:net";
import { connect as connectTls } from "node:tls";
import { after, afterEach, before, test } from "node:test";
import WebSocket from "ws";
import { ask, client, closeAll, connect, hear, pause, refusal, silence } from "./support/clients.mjs";
import { Cluster, eventually, freePort, metric } from "./support/cluster.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { rest } from "./support/rest.mjs";
import { runToEnd, secret } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const admin = { sub: "root", username: "root", role: "admin" };
const service = { sub: "back-end", role: "service" };

let cluster;
let a, b, c;
before(async () => {
  cluster = await Cluster.start(3, ["--presence-grace", "300ms"]);
  [a, b, c] = cluster.nodes;
});
after(() => cluster.stop());
afterEach(async () => {
  closeAll();
  await pause(500); // the presence's grace, so that tests do not hear each other's users go
});

/** Names whose owners differ, as there are enough of them. */
const many = (prefix) => Array.from({ length: 9 }, (_, index) => `${prefix}-${index}`);

test("cluster: what is said in a room reaches members on all nodes, once and in one order", async () => {
  const all = await Promise.all([a, b, c].map((node, index) => connect(node, "/hub", { sub: `u${index}`, username: `u${index}` })));
  for (const room of many("room")) {
    for (const each of all) assert.equal((await ask(each, "join_room", { room })).ok, true);
    await hear(all[0], "user_joined", (event) => event.room === room && event.user.id === "u2");
    for (let round = 0; round < 5; ++round)
      await Promise.all(all.map((each, index) => ask(each, "send_message", { room, message: `${index}.${round}` })));
    const orders = [];
    for (const each of all) {
      await eventually(() => each.heard.filter((event) => event.name === "new_message" && event.data.room === room).length >= 15, "15 messages");
      await pause(20);
      orders.push(each.heard.filter((event) => event.name === "new_message" && event.data.room === room).map((event) => event.data.message));
    }
    assert.equal(orders[0].length, 15);
    assert.deepEqual(orders[1], orders[0]);
    assert.deepEqual(orders[2], orders[0]);
  }
});

test("cluster: groups, typed labels and leaving work across nodes", async () => {
  const ann = await connect(a, "/groups", { sub: 1, username: "ann" });
  const ben = await connect(b, "/groups", { sub: 2, username: "ben" });
  assert.equal((await ask(ann, "join-group", { groupId: 7 })).groupId, 7);
  await ask(ben, "join-group", { groupId: 7 });
  assert.deepEqual((await hear(ann, "user-joined-group")).groupId, 7);
  await ask(ben, "watch-episode", { groupId: 7, seriesId: 3, episodeId: "e" });
  assert.equal((await hear(ann, "episode-watched")).seriesId, 3);
  ben.close();
  assert.equal((await hear(ann, "user-left-group")).userId, 2);
});

test("cluster: private messages find their user on any node, and copies the sender's other devices", async () => {
  const senders = await Promise.all([a, b, c].map((node) => connect(node, "/rooms", { sub: "sam", username: "sam" })));
  for (const name of many("to")) {
    const to = await connect([a, b, c][name.at(-1) % 3], "/rooms", { sub: name, username: name });
    assert.equal((await ask(senders[0], "send-message", { to: name, message: `for ${name}` })).ok, true);
    assert.equal((await hear(to, "private-message")).message, `for ${name}`);
    for (const other of senders.slice(1)) await hear(other, "private-message", (event) => event.message === `for ${name}` && event.to === name);
  }
  assert.equal((await ask(senders[0], "send-message", { to: "nobody", message: "x" })).code, "user_offline");
});

test("cluster: broadcasts, admin announcements and roles reach everybody", async () => {
  const all = await Promise.all([a, b, c].map((node, index) => connect(node, "/hub", { sub: `b${index}`, username: `b${index}`, role: index === 2 ? "admin" : "user" })));
  await ask(all[0], "send_message", { message: "to all" });
  for (const each of all) assert.equal((await hear(each, "new_message")).message, "to all");
  await ask(all[2], "admin_broadcast", { message: "hear" });
  for (const each of all) await hear(each, "admin_announcement");
  const told = await rest(a, "POST", "/websocket/send-to-role", admin, { role: "user", message: "users" });
  assert.equal(told.body.delivered, 2);
  await hear(all[1], "notification", (event) => event.message === "users");
  await silence(all[2], "notification", 200, (event) => event.message === "users");
});

test("cluster: who says in chat that they go is offline there on every node; notifications count what all nodes reached", async () => {
  const ear = await connect(b, "/chat", { sub: "chat-ear", username: "chat-ear" });
  const going = [await connect(a, "/chat", { sub: "going", username: "going" }), await connect(c, "/hub", { sub: "going", username: "going" })];
  const hears = (name) => hear(ear, name, (data) => data.user_id === "going");
  await hears("user:connected");
  going[0].emit("user:disconnected", { user_id: "going" });
  await hears("user:disconnected");
  assert.equal((await ask(ear, "users:list")).users.some((each) => each.user_id === "going"), false);
  going[0].emit("user:connected", { user_id: "going", username: "going" });
  await hears("user:connected");
  assert.equal((await ask(ear, "users:list")).users.some((each) => each.user_id === "going"), true);
  const told = await rest(b, "POST", "/websocket/send-notification", admin, { userId: "going", message: "both" });
  assert.deepEqual(told.body, { success: true, delivered: 2, users: 1 });
  for (const each of going) await hear(each, "notification", (data) => data.message === "both");
});

test("cluster: one truth about who is online: lists, counts, coming and going, last seen", async () => {
  const ear = await connect(c, "/rooms", { sub: "ear", username: "ear" });
  const first = await connect(a, "/rooms", { sub: "pat", username: "pat" });
  await hear(ear, "user-connected", (event) => event.user.id === "pat");
  const second = await connect(b, "/rooms", { sub: "pat", username: "pat" });
  await silence(ear, "user-connected", 200, (event) => event.user.id === "pat");
  first.close();
  await silence(ear, "user-disconnected", 600, (event) => event.user.id === "pat");
  for (const node of [a, b, c]) {
    const { body } = await rest(node, "GET", "/websocket/active-users", admin);
    assert.deepEqual(body.users.map((user) => user.id).sort(), ["ear", "pat"], node.name);
    assert.equal(body.count, 2);
  }
  second.close();
  await hear(ear, "user-disconnected", (event) => event.user.id === "pat");
  const messages = await connect(a, "/messages", { sub: "asks" });
  const { users } = await ask(messages, "presence:query", { userIds: ["pat", "ear"] });
  assert.equal(users[0].online, false);
  assert.ok(users[0].lastSeen);
  assert.equal(users[1].online, true);
});

test("cluster: conversations: durable messages, receipts, typing, edits and calls across nodes", async () => {
  for (const [index, id] of many("talk").entries()) {
    const members = [`x${index}`, `y${index}`];
    assert.equal((await rest([a, b, c][index % 3], "POST", "/api/conversations", service, { id, type: "direct", members })).status, 201);
    const x = await connect(a, "/messages", { sub: members[0] });
    const y = await connect(b, "/messages", { sub: members[1] });
    await ask(x, "conversation:join", { conversationId: id });
    await ask(y, "conversation:join", { conversationId: id });
    const sent = await ask(x, "message:send", { conversationId: id, content: "hello", clientId: "1" });
    assert.equal(sent.ok, true);
    assert.equal((await hear(y, "message:received")).messageId, sent.messageId);
    await hear(x, "message:status", (event) => event.status === "delivered");
    await ask(y, "message:read", { conversationId: id, messageId: sent.messageId });
    await hear(x, "message:status", (event) => event.status === "read");
    y.emit("typing:start", { conversationId: id });
    assert.equal((await hear(x, "typing:start")).user.id, members[1]);
    await ask(x, "message:edit", { conversationId: id, messageId: sent.messageId, content: "edited" });
    assert.equal((await hear(y, "message:edited")).content, "edited");
    const again = await ask(x, "message:send", { conversationId: id, content: "hello", clientId: "1" });
    assert.equal(again.messageId, sent.messageId);
    x.emit("call:offer", { conversationId: id, callId: "c1", to: members[1], payload: {} });
    assert.equal((await hear(y, "call:offer")).from, members[0]);
    const history = await rest(c, "GET", `/api/conversations/${id}/messages`, { sub: members[1] });
    assert.equal(history.body.messages.length, 1);
    closeAll();
  }
});

test("cluster: REST on any node: emit to anyone, batches once, clients listed and ended", async () => {
  const ben = await connect(b, "/hub", { sub: "ben", username: "ben" });
  await ask(ben, "join_room", { room: "den" });
  for (const to of [{ user: "ben" }, { room: "den" }, { all: true }]) {
    assert.equal((await rest(c, "POST", "/api/emit", service, { to, event: "news", data: { to } })).status, 200);
    await hear(ben, "news");
  }
  const key = { "Idempotency-Key": "batch-1" };
  for (const node of [a, b, c])
    await rest(node, "POST", "/api/emit", service, [{ to: { user: "ben" }, event: "once", data: 1 }], key);
  await hear(ben, "once");
  await silence(ben, "once", 300);
  const { body } = await rest(a, "GET", "/api/clients", service);
  const listed = (body.clients ?? body).find((each) => each.userId === "ben" || each.user?.id === "ben");
  assert.ok(listed, JSON.stringify(body));
  assert.equal((await rest(a, "DELETE", `/api/clients/${listed.sid ?? listed.id}`, service)).status, 200);
  await eventually(() => !ben.connected, "ben is out");
});

test("cluster: revoking a user's tokens on one node ends their sessions on all, and no node lets them in", async () => {
  const sessions = await Promise.all([a, b, c].map((node) => connect(node, "/hub", { sub: "rev", username: "rev" })));
  assert.equal((await rest(c, "POST", "/api/users/rev/revoke", service)).status, 200);
  await eventually(() => sessions.every((each) => !each.connected), "all are out");
  for (const node of [a, b, c]) {
    const again = client(node, "/hub", { auth: { token: token({ sub: "rev", username: "rev" }) } });
    const error = await new Promise((done) => again.once("connect_error", done).once("connect", () => done(new Error("was let in"))));
    assert.equal(error.data?.code, "token_revoked", node.name);
  }
});

test("cluster: long-polling needs no sticky session: each request goes to another node", async () => {
  const nodes = [a, b, c];
  let turn = 0;
  const next = () => nodes[turn++ % 3].url;
  const open = await (await fetch(`${next()}/socket.io/?EIO=4&transport=polling`)).text();
  const { sid } = JSON.parse(open.slice(1));
  const query = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
  const post = async (text) => {
    const answer = await fetch(next() + query, { method: "POST", body: text });
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), "ok");
  };
  await post(`40/hub,${JSON.stringify({ token: token({ sub: "poll", username: "poll" }) })}`);
  let heard = "";
  const until = async (text) => {
    while (!heard.includes(text)) heard += await (await fetch(next() + query)).text();
  };
  await until("40/hub,");
  await post('42/hub,7["join_room",{"room":"polled"}]');
  await until("43/hub,7");
  const other = await connect(b, "/hub", { sub: "other", username: "other" });
  await ask(other, "join_room", { room: "polled" });
  await ask(other, "send_message", { room: "polled", message: "over all nodes" });
  await until("over all nodes");
  // An upgrade that lands elsewhere is refused, and the session goes on.
  const upgrade = (node) =>
    new Promise((done) => {
      const socket = new WebSocket(`${node.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket&sid=${sid}`);
      socket.once("unexpected-response", (_, answer) => done(answer.statusCode));
      socket.once("open", () => done("open"));
      socket.on("error", () => {});
    });
  const answers = [];
  for (const node of nodes) answers.push(await upgrade(node));
  assert.deepEqual(answers.sort(), [400, 400, "open"]);
  await post('42/hub,8["ping"]');
  await until("43/hub,8");
});

test("cluster: a node that is added takes its share, and one that is stopped hands its keys over without a loss", async (t) => {
  const rooms = many("moving");
  const members = await Promise.all([a, b, c].map((node, index) => connect(node, "/hub", { sub: `m${index}`, username: `m${index}` })));
  for (const room of rooms) for (const each of members) await ask(each, "join_room", { room });
  let sent = 0;
  let slowest = 0;
  let running = true;
  const talk = members.map(async (each, who) => {
    for (let at = 0; running; ++at) {
      const began = Date.now();
      const answer = await ask(each, "send_message", { room: rooms[at % rooms.length], message: `${who}.${at}` });
      assert.equal(answer.ok, true, JSON.stringify(answer));
      slowest = Math.max(slowest, Date.now() - began);
      ++sent;
      await pause(2);
    }
  });
  await pause(300);
  const extra = await cluster.add();
  await cluster.settled();
  await pause(500);
  await extra.stop();
  await cluster.settled([a, b, c]);
  await pause(500);
  running = false;
  await Promise.all(talk);
  await eventually(() => members.every((each) => each.heard.filter((event) => event.name === "new_message").length >= sent), "all have all", 3000);
  for (const each of members) {
    const heard = each.heard.filter((event) => event.name === "new_message").map((event) => event.data.message);
    assert.equal(heard.length, sent);
    assert.equal(new Set(heard).size, sent, "one is doubled");
    const last = [-1, -1, -1];
    const byRoom = {};
    for (const event of each.heard.filter((one) => one.name === "new_message")) {
      const [who, at] = event.data.message.split(".").map(Number);
      const key = `${event.data.room} ${who}`;
      assert.ok(at > (byRoom[key] ?? -1), `reordered in ${key}`);
      byRoom[key] = at;
      last[who] = at;
    }
  }
  t.diagnostic(`the longest anybody waited for an answer: ${slowest} ms`);
  assert.ok(slowest < 1500, `somebody waited ${slowest} ms`);
});

test("cluster: strangers, garbage and handshakes that are never finished keep no node out", async () => {
  const knock = (text) =>
    new Promise((done) => {
      const socket = connectTo({ host: "127.0.0.1", port: a.clusterPort }, () => {
        if (text) socket.write(text);
        done(socket);
      });
      socket.on("error", () => done(socket));
    });
  const basp = Buffer.alloc(36, 0); // CAF's own header without a handshake: a plain port would crash
  basp[3] = 1;
  const sockets = [];
  for (const text of ["GET / HTTP/1.1\r\n\r\n", randomBytes(2000), basp, Buffer.alloc(100_000, 255)])
    for (let each = 0; each < 50; ++each) sockets.push(await knock(text));
  for (let each = 0; each < 2000; ++each) sockets.push(await knock());
  const stranger = connectTls({ host: "127.0.0.1", port: a.clusterPort, rejectUnauthorized: false });
  await new Promise((done) => stranger.once("error", done).once("close", done)); // it has no certificate
  const extra = await cluster.add();
  await cluster.settled();
  const [one, two] = [await connect(a, "/hub", { sub: "one" }), await connect(extra, "/hub", { sub: "two" })];
  await ask(one, "join_room", { room: "knocked" });
  await ask(two, "join_room", { room: "knocked" });
  await ask(two, "send_message", { room: "knocked", message: "still here" });
  await hear(one, "new_message");
  for (const socket of sockets) socket.destroy();
  closeAll();
  await extra.stop();
  await cluster.settled([a, b, c]);
});

test("cluster: nodes that the database's addresses do not reach are found by --cluster-join, also by a DNS name", async () => {
  const other = new Cluster();
  Object.assign(other, { flags: [], folder: cluster.folder, postgres: await startPostgres() });
  const port = await freePort();
  await other.add("far2", ["--cluster-advertise", "127.0.0.1:1"], port);
  await other.add("far1", ["--cluster-join", `127.0.0.1:2,dns:localhost:${port}`]);
  await other.settled();
  await Promise.all(other.nodes.map((each) => each.stop()));
  await other.postgres.remove();
});

test("cluster: a revocation ends sessions also where their users' node does not answer, and holds on nodes that come later", async () => {
  const names = many("revoked");
  const sessions = await Promise.all(names.map((sub) => connect(a, "/hub", { sub })));
  const gone = sessions.map((each) => new Promise((done) => each.once("disconnect", done)));
  process.kill(c.pid, "SIGSTOP");
  try {
    const answers = await Promise.all(names.map((name) => rest(b, "POST", `/api/users/${name}/revoke`, service)));
    assert.deepEqual(new Set(answers.map((each) => each.status)), new Set([200]));
    assert.deepEqual(new Set(await Promise.all(gone)), new Set(["io server disconnect"]));
    await cluster.settled([a, b]);
  } finally {
    process.kill(c.pid, "SIGCONT");
  }
  // At first it believes that nothing has happened; the others count it only when it has begun anew.
  const counted = async () => Math.min(...(await Promise.all([a, b, c].map((node) => metric(node, "parley_cluster_nodes").catch(() => 0)))));
  await eventually(async () => (await metric(b, "parley_cluster_nodes")) === 3 && (await counted()) === 3, "that the frozen one is back");
  const late = await cluster.add();
  await cluster.settled();
  for (const node of [c, late]) assert.equal((await refusal(client(node, "/hub", { auth: { token: token({ sub: names[0] }) } }))).data.code, "token_revoked");
  await late.stop();
  await cluster.settled([a, b, c]);
});

test("cluster: a second process of a node's name does not start, and the first goes on; one that was killed is followed at once", async () => {
  const name = cluster.nodes[0].name;
  await assert.rejects(cluster.add(name), /another process runs as node node1/);
  await pause(500);
  assert.deepEqual(await Promise.all(cluster.nodes.map((each) => metric(each, "parley_cluster_nodes"))), [3, 3, 3]);
  const late = await cluster.add("late");
  await cluster.settled();
  process.kill(late.pid, "SIGKILL");
  await late.exited;
  const again = await cluster.add("late");
  await cluster.settled();
  await again.stop();
  await cluster.settled([a, b, c]);
});

test("cluster: it starts only where it can be safe", async () => {
  const secretOf = { PARLEY_JWT_SECRET: secret };
  const sqlite = await runToEnd(["--cluster-listen", "127.0.0.1:7999", "--cluster-insecure"], secretOf);
  assert.notEqual(sqlite.code, 0);
  assert.match(sqlite.err, /PostgreSQL/);
  const open = await runToEnd(["--cluster-listen", "127.0.0.1:7999", "--store", cluster.postgres.uri], secretOf);
  assert.notEqual(open.code, 0);
  assert.match(open.err, /mutual TLS/);
  const reachable = await runToEnd(["--cluster-listen", "10.1.2.3:7999", "--cluster-insecure", "--store", cluster.postgres.uri], secretOf);
  assert.match(reachable.err, /only on loopback/);
});
