// The dialect `messenger` (document 002 and its additions) with the real client: the document's samples, and what
// conversations promise.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { ask, closeAll, connect, hear, pause, silence, versions } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

let server;
before(async () => (server = await startServer(["--typing-expiry", "400ms", "--call-timeout", "500ms", "--presence-grace", "100ms"])));
after(async () => {
  closeAll();
  await server.stop();
});

const service = { sub: "back-end", role: "service" };
const enter = (sub, claims = {}) => connect(server, "/messages", { sub, username: `name of ${sub}`, ...claims });
let count = 0;
/** A conversation of these users, made by a back end. */
async function conversation(...members) {
  const id = `conversation-${++count}`;
  const made = await rest(server, "POST", "/api/conversations", service, { id, type: members.length === 2 ? "direct" : "group", members });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  return id;
}
const join = async (socket, conversationId) => assert.equal((await ask(socket, "conversation:join", { conversationId })).success, true);
const send = (socket, conversationId, content, more = {}) => ask(socket, "message:send", { conversationId, content, ...more });

describe("document 002, sample by sample", () => {
  for (const [version, io] of Object.entries(versions)) {
    test(`client ${version}: join, typing, leave`, async () => {
      const ann = await connect(server, "/messages", { sub: `ann-${version}` }, {}, io);
      const ben = await connect(server, "/messages", { sub: `ben-${version}` }, {}, io);
      const conversationId = `open-${version}`;
      for (const socket of [ann, ben]) socket.emit("conversation:join", { conversationId });
      for (const socket of [ann, ben]) assert.deepEqual(await hear(socket, "conversation:joined"), { conversationId, success: true });
      ann.emit("typing:start", { conversationId, userId: `ann-${version}`, isTyping: true });
      const typing = await hear(ben, "typing:start");
      assert.equal(typing.userId, `ann-${version}`);
      assert.equal(typing.isTyping, true);
      assert.equal(typing.user.id, `ann-${version}`);
      ann.emit("typing:stop", { conversationId, userId: `ann-${version}`, isTyping: false });
      assert.deepEqual(await hear(ben, "typing:stop"), { conversationId, userId: `ann-${version}`, isTyping: false });
      ann.emit("conversation:leave", { conversationId });
      assert.deepEqual(await hear(ann, "conversation:left"), { conversationId, success: true });
    });
  }
  test("user:online, user:offline with last seen", async () => {
    const ann = await enter("watcher");
    const ben = await enter("comer");
    assert.deepEqual(await hear(ann, "user:online", (data) => data.userId === "comer"), { userId: "comer" });
    ben.close();
    const gone = await hear(ann, "user:offline", (data) => data.userId === "comer");
    assert.match(gone.lastSeen, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    const { users } = await ask(ann, "presence:query", { userIds: ["comer", "watcher", "nobody"] });
    assert.equal(users[0].online, false);
    assert.equal(users[0].lastSeen, gone.lastSeen);
    assert.equal(users[1].online, true);
    assert.deepEqual(users[2], { userId: "nobody", online: false, lastSeen: null });
  });
  test("the error event has the document's fields", async () => {
    const ann = await enter("erring");
    ann.emit("typing:start", {});
    const error = await hear(ann, "error");
    assert.equal(error.status, "error");
    assert.equal(error.statusCode, 400);
    assert.equal(error.data.field, "conversationId");
    ann.emit("typing:start", { conversationId: "c", userId: "somebody-else", isTyping: true });
    assert.equal((await hear(ann, "error")).code, "forbidden");
  });
  test("Postman's frames", async () => {
    const plain = new WebSocket(`${server.url.replace("http", "ws")}/messages?token=${token({ sub: "postman" })}`);
    await new Promise((done) => plain.once("open", done));
    const frames = [];
    plain.on("message", (text) => frames.push(JSON.parse(text)));
    plain.send(JSON.stringify({ event: "conversation:join", data: { conversationId: "test-conversation-id" } }));
    for (let tries = 0; tries < 100 && !frames.some((frame) => frame.event === "conversation:joined"); ++tries) await pause(20);
    const joined = frames.find((frame) => frame.event === "conversation:joined");
    assert.deepEqual(joined.data, { conversationId: "test-conversation-id", success: true });
    plain.close();
  });
});

describe("messages", () => {
  test("reach all sessions of all members, joined or not, with their number", async () => {
    const id = await conversation("a1", "b1");
    const ann = await enter("a1");
    const other = await enter("a1");
    const ben = await enter("b1");
    await join(ann, id);
    const ack = await send(ann, id, "hello", { clientId: "k1" });
    assert.equal(ack.ok, true);
    assert.equal(ack.seq, 1);
    assert.equal(ack.status, "sent");
    assert.equal(ack.clientId, "k1");
    for (const socket of [ann, other, ben]) {
      const got = await hear(socket, "message:received");
      assert.equal(got.messageId, ack.messageId);
      assert.equal(got.conversationId, id);
      assert.equal(got.senderId, "a1");
      assert.equal(got.content, "hello");
      assert.equal(got.type, "text");
      assert.equal(got.seq, 1);
      assert.ok(["sent", "delivered"].includes(got.status));
    }
    await silence(ann, "message:received");
  });
  test("the same clientId is one message with one ack", async () => {
    const id = await conversation("a2", "b2");
    const ann = await enter("a2");
    const ben = await enter("b2");
    const first = await send(ann, id, { any: ["json", 1] }, { clientId: "same", type: "location" });
    const second = await send(ann, id, { any: ["json", 1] }, { clientId: "same", type: "location" });
    assert.deepEqual({ ...second }, { ...first });
    assert.deepEqual((await hear(ben, "message:received")).content, { any: ["json", 1] });
    await silence(ben, "message:received");
  });
  test("strangers neither write, nor read, nor join", async () => {
    const id = await conversation("a3", "b3");
    const eve = await enter("eve");
    for (const [event, payload] of [
      ["conversation:join", {}],
      ["message:send", { content: "x" }],
      ["messages:history", {}],
      ["typing:start", {}],
      ["conversation:sync", { afterSeq: 0 }],
      ["message:read", { messageId: "x" }],
    ])
      assert.equal((await ask(eve, event, { conversationId: id, ...payload })).code, "forbidden", event);
  });
  test("history pages both ways, sync replays in order", async () => {
    const id = await conversation("a4", "b4");
    const ann = await enter("a4");
    for (let number = 1; number <= 7; ++number) await send(ann, id, `m${number}`);
    const texts = (page) => page.messages.map((each) => each.content);
    const latest = await ask(ann, "messages:history", { conversationId: id, limit: 3 });
    assert.deepEqual(texts(latest), ["m5", "m6", "m7"]);
    assert.equal(latest.hasMore, true);
    assert.deepEqual(texts(await ask(ann, "messages:history", { conversationId: id, beforeSeq: 3 })), ["m1", "m2"]);
    assert.deepEqual(texts(await ask(ann, "messages:history", { conversationId: id, afterSeq: 5 })), ["m6", "m7"]);
    const ben = await enter("b4");
    const unread = (await hear(ben, "conversations:unread")).items.find((each) => each.conversationId === id);
    assert.equal(unread.unread, 7);
    const synced = await ask(ben, "conversation:sync", { conversationId: id, afterSeq: 4 });
    assert.equal(synced.count, 3);
    assert.deepEqual(ben.heard.filter((each) => each.name === "message:received").map((each) => each.data.content), ["m5", "m6", "m7"]);
  });
  test("edit, delete, react: the author's, and told to all", async () => {
    const id = await conversation("a5", "b5");
    const ann = await enter("a5");
    const ben = await enter("b5");
    const { messageId } = await send(ann, id, "draft");
    assert.equal((await ask(ben, "message:edit", { conversationId: id, messageId, content: "mine" })).code, "forbidden");
    await ask(ann, "message:edit", { conversationId: id, messageId, content: "final" });
    assert.equal((await hear(ben, "message:edited")).content, "final");
    const reacted = await ask(ben, "message:react", { conversationId: id, messageId, emoji: "👍" });
    assert.deepEqual(reacted.counts, { "👍": 1 });
    assert.deepEqual((await hear(ann, "message:reaction")).counts, { "👍": 1 });
    assert.equal((await ask(ben, "message:delete", { conversationId: id, messageId })).code, "forbidden");
    await ask(ann, "message:delete", { conversationId: id, messageId });
    assert.equal((await hear(ben, "message:deleted")).messageId, messageId);
    const { messages } = await ask(ben, "messages:history", { conversationId: id });
    assert.equal(messages[0].deleted, true);
    assert.equal(messages[0].content, null);
    assert.equal((await ask(ann, "message:edit", { conversationId: id, messageId, content: "back" })).code, "not_found");
  });
  test("replies name the message they answer", async () => {
    const id = await conversation("a6", "b6");
    const ann = await enter("a6");
    const ben = await enter("b6");
    const { messageId } = await send(ann, id, "question");
    await hear(ben, "message:received");
    await send(ben, id, "answer", { replyTo: messageId });
    assert.equal((await hear(ann, "message:received", (data) => data.content === "answer")).replyTo, messageId);
  });
});

describe("receipts", () => {
  test("sent, delivered, read, for one recipient; unread counts on both devices", async () => {
    const id = await conversation("a7", "b7");
    const ann = await enter("a7");
    const { messageId } = await send(ann, id, "are you there");
    await silence(ann, "message:status", 200);
    const ben = await enter("b7");
    const tablet = await enter("b7");
    await ask(ben, "message:delivered", { conversationId: id, messageId });
    const delivered = await hear(ann, "message:status");
    assert.equal(delivered.status, "delivered");
    assert.equal(delivered.messageId, messageId);
    assert.equal(delivered.userId, "b7");
    assert.equal((await ask(ben, "message:read", { conversationId: id, messageId })).ok, true);
    assert.equal((await hear(ann, "message:status")).status, "read");
    for (const device of [ben, tablet]) assert.deepEqual(await hear(device, "conversation:unread"), { conversationId: id, unread: 0, lastReadSeq: 1 });
    await ask(ben, "message:delivered", { conversationId: id, messageId });
    await silence(ann, "message:status", 200);
  });
  test("written to a recipient's session counts as delivered", async () => {
    const id = await conversation("a8", "b8");
    const ann = await enter("a8");
    await enter("b8");
    const { messageId } = await send(ann, id, "ping");
    const status = await hear(ann, "message:status");
    assert.equal(status.status, "delivered");
    assert.equal(status.messageId, messageId);
  });
  test("in a conversation without members: for those who are in it", async () => {
    const [ann, ben] = [await enter("o1"), await enter("o2")];
    for (const socket of [ann, ben]) await join(socket, "open-receipts");
    const { messageId } = await send(ann, "open-receipts", "hi");
    assert.equal((await hear(ann, "message:status")).status, "delivered");
    ben.emit("message:read", { conversationId: "open-receipts", messageId });
    const read = await hear(ann, "message:status");
    assert.equal(read.status, "read");
    assert.equal(read.userId, "o2");
  });
  test("for twenty recipients: delivered and read when each has it", async () => {
    const readers = Array.from({ length: 20 }, (_, index) => `reader-${index}`);
    const id = await conversation("a9", ...readers);
    const ann = await enter("a9");
    const { messageId } = await send(ann, id, "all of you");
    const sockets = await Promise.all(readers.map((each) => enter(each)));
    for (const socket of sockets.slice(1)) await ask(socket, "message:read", { conversationId: id, messageId });
    await silence(ann, "message:status", 200);
    await ask(sockets[0], "message:delivered", { conversationId: id, messageId });
    assert.equal((await hear(ann, "message:status")).status, "delivered");
    await ask(sockets[0], "message:read", { conversationId: id, messageId });
    assert.equal((await hear(ann, "message:status")).status, "read");
    const { receipts } = (await rest(server, "GET", `/api/conversations/${id}/messages/${messageId}/receipts`, service)).body;
    assert.equal(receipts.length, 20);
    assert.ok(receipts.every((each) => each.status === "read"));
  });
});

describe("what was missed", () => {
  test("counts as delivered when it is replayed", async () => {
    const id = await conversation("y1", "y2");
    const ann = await enter("y1");
    for (const content of ["one", "two", "three"]) await send(ann, id, content);
    const ben = await enter("y2");
    const synced = await ask(ben, "conversation:sync", { conversationId: id, afterSeq: 0 });
    assert.equal(synced.count, 3);
    for (let told = 0; told < 3; ++told) assert.equal((await hear(ann, "message:status")).status, "delivered");
    const { members } = (await rest(server, "GET", `/api/conversations/${id}`, service)).body;
    assert.equal(members.find((each) => each.userId === "y2").deliveredSeq, 3);
    assert.equal((await ask(ben, "conversation:sync", { conversationId: id, afterSeq: 1000 })).lastSeq, 3);
  });
  test("what was sent before a member came does not concern them", async () => {
    const group = await conversation("w1", "w2", "w3");
    const ann = await enter("w1");
    const before = await send(ann, group, "before");
    const late = await enter("w4");
    await rest(server, "PUT", `/api/conversations/${group}/members/w4`, service);
    const after = await send(ann, group, "after");
    const receipts = async ({ messageId }) => (await rest(server, "GET", `/api/conversations/${group}/messages/${messageId}/receipts`, service)).body.receipts;
    assert.deepEqual((await receipts(before)).map((each) => each.userId), ["w2", "w3"]);
    await hear(late, "message:received");
    assert.deepEqual((await receipts(after)).map((each) => each.userId), ["w2", "w3", "w4"]);
    await ask(late, "message:read", { conversationId: group, messageId: after.messageId });
    for (const user of ["w2", "w3"]) await rest(server, "DELETE", `/api/conversations/${group}/members/${user}`, service);
    await hear(ann, "message:status", (data) => data.messageId === after.messageId && data.status === "read");
  });
  test("a payload that names another sender, an unknown message to reply to, an emoji that is none", async () => {
    const id = await conversation("z1", "z2");
    const ann = await enter("z1");
    assert.equal((await send(ann, id, "x", { senderId: "z2" })).code, "forbidden");
    const reply = await send(ann, id, "x", { replyTo: "no-such-message" });
    assert.equal(reply.code, "invalid_payload");
    assert.equal(reply.data.field, "replyTo");
    const { messageId } = await send(ann, id, "x");
    assert.equal((await send(ann, id, "y", { replyTo: messageId })).ok, true);
    assert.equal((await ask(ann, "message:react", { conversationId: id, messageId, emoji: "a\u0007" })).data.field, "emoji");
  });
});

describe("typing, files, calls", () => {
  test("typing ends by itself, with a message, and on leaving", async () => {
    const ann = await enter("t1");
    const ben = await enter("t2");
    for (const socket of [ann, ben]) await join(socket, "typing");
    ann.emit("typing:start", { conversationId: "typing" });
    await hear(ben, "typing:start");
    await hear(ben, "typing:stop");
    ann.emit("typing:start", { conversationId: "typing" });
    await hear(ben, "typing:start");
    await send(ann, "typing", "done");
    await hear(ben, "typing:stop", () => true, 300);
    ann.emit("typing:start", { conversationId: "typing" });
    await hear(ben, "typing:start");
    ann.close();
    await hear(ben, "typing:stop", () => true, 300);
  });
  test("typing ends with the session that typed, though the user stays", async () => {
    const ann = await enter("t5");
    const tab = await enter("t5");
    const ben = await enter("t6");
    for (const socket of [ann, tab, ben]) await join(socket, "tabs");
    await ask(tab, "typing:start", { conversationId: "tabs" });
    await hear(ben, "typing:start");
    tab.close();
    await hear(ben, "typing:stop", () => true, 250);
  });
  test("starts in quick succession are told once", async () => {
    const ann = await enter("t3");
    const ben = await enter("t4");
    for (const socket of [ann, ben]) await join(socket, "quick");
    for (let start = 0; start < 5; ++start) ann.emit("typing:start", { conversationId: "quick" });
    await hear(ben, "typing:start");
    await silence(ben, "typing:start", 200);
  });
  test("file progress: at most five a second, and the last one always", async () => {
    const ann = await enter("f1");
    const ben = await enter("f2");
    for (const socket of [ann, ben]) await join(socket, "files");
    for (let sent = 1; sent <= 50; ++sent) ann.emit("file:progress", { conversationId: "files", fileId: 7, name: "x.bin", size: 50, sent });
    const last = await hear(ben, "file:progress", (data) => data.sent === 50);
    assert.equal(last.fileId, 7);
    assert.equal(last.from, "f1");
    assert.ok(ben.heard.filter((each) => each.name === "file:progress").length <= 6);
  });
  test("calls ring, are answered, are busy, and are not answered", async () => {
    const id = await conversation("c1", "c2");
    const other = await conversation("c2", "c3");
    const ann = await enter("c1");
    const ben = await enter("c2");
    const cid = await enter("c3");
    const call = { conversationId: id, callId: "call-1", to: "c2", payload: { sdp: "…" } };
    assert.equal((await ask(ann, "call:offer", call)).ok, true);
    assert.equal((await hear(ben, "call:offer")).from, "c1");
    assert.equal((await hear(ben, "call:ring")).callId, "call-1");
    await ask(ben, "call:answer", { conversationId: id, callId: "call-1", to: "c1", payload: {} });
    assert.equal((await hear(ann, "call:answer")).from, "c2");
    await ask(cid, "call:offer", { conversationId: other, callId: "call-2", to: "c2" });
    assert.equal((await hear(cid, "call:busy")).callId, "call-2");
    await silence(ben, "call:ring", 100);
    await ask(ann, "call:hangup", { conversationId: id, callId: "call-1", to: "c2" });
    await hear(ben, "call:hangup");
    await ask(cid, "call:offer", { conversationId: other, callId: "call-3", to: "c2" });
    await hear(ben, "call:ring");
    assert.equal((await hear(cid, "call:no-answer")).callId, "call-3");
    assert.equal((await ask(ann, "call:offer", { ...call, to: "stranger" })).code, "not_found");
    ben.close();
    await pause(300);
    assert.equal((await ask(ann, "call:offer", { ...call, callId: "call-4" })).code, "user_offline");
  });
  test("a screen is shared with one, or with all who are here", async () => {
    const id = await conversation("s1", "s2");
    const ann = await enter("s1");
    const ben = await enter("s2");
    await ask(ann, "screen:start", { conversationId: id, callId: "k", to: "s2", payload: { sdp: 1 } });
    assert.deepEqual(await hear(ben, "screen:start"), { conversationId: id, callId: "k", from: "s1", payload: { sdp: 1 } });
    for (const socket of [ann, ben]) await join(socket, id);
    ann.emit("screen:stop", { conversationId: id });
    assert.deepEqual(await hear(ben, "screen:stop"), { conversationId: id, from: "s1" });
  });
  test("presence:subscribe scopes what one is told", async () => {
    const ann = await enter("p1");
    await ask(ann, "presence:subscribe", { userIds: ["wanted"] });
    const unwanted = await enter("unwanted");
    const wanted = await enter("wanted");
    await hear(ann, "user:online", (data) => data.userId === "wanted");
    await silence(ann, "user:online", 100, (data) => data.userId === "unwanted");
    unwanted.close();
    wanted.close();
  });
  test("where many are online, those who watch a user hear of it wherever they are, and nobody else", async () => {
    const own = await startServer(["--presence-broadcast-limit", "1", "--presence-grace", "50ms", "--threads", "4"]);
    try {
      const others = await Promise.all(["o1", "o2", "o3", "o4"].map((sub) => connect(own, "/messages", { sub })));
      const watchers = await Promise.all(Array.from({ length: 8 }, (_, i) => connect(own, "/messages", { sub: `w${i}` })));
      for (const state of ["first", "again"]) {
        await Promise.all(watchers.map((each) => ask(each, "presence:subscribe", { userIds: [`wanted-${state}`] })));
        const wanted = await connect(own, "/messages", { sub: `wanted-${state}` });
        const named = (data) => data.userId === `wanted-${state}`;
        await Promise.all(watchers.map((each) => hear(each, "user:online", named)));
        wanted.close();
        await Promise.all(watchers.map((each) => hear(each, "user:offline", named)));
        await silence(others[0], "user:online", 50, named);
        await Promise.all(watchers.map((each) => ask(each, "presence:subscribe", { userIds: [] })));
        const missed = await connect(own, "/messages", { sub: `missed-${state}` });
        await silence(watchers[0], "user:online", 50, (data) => data.userId === `missed-${state}`);
        missed.close();
      }
    } finally {
      await own.stop();
    }
  });
});
