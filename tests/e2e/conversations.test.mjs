// What several dialects and many users do in one conversation harms nobody, and comes in parts that a client can take.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, closeAll, connect, hear, pause } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";

let server;
before(async () => (server = await startServer(["--presence-grace", "100ms", "--commands-per-second", "0"])));
after(async () => {
  closeAll();
  await server.stop();
});

const service = { sub: "back-end", role: "service" };
const enter = (sub, claims = {}) => connect(server, "/messages", { sub, ...claims });
const join = async (socket, conversationId) => assert.equal((await ask(socket, "conversation:join", { conversationId })).success, true);
const group = (id, ...members) => rest(server, "POST", "/api/conversations", service, { id, type: "group", members });

describe("a message that is refused as its id is taken", () => {
  test("harms nobody but its sender", async () => {
    const chat_id = "open";
    const readers = await Promise.all(["r1", "r2", "r3"].map((sub) => enter(sub)));
    for (const each of readers) await join(each, chat_id);
    const [ann, eve] = await Promise.all(["ann", "eve"].map((sub) => connect(server, "/chat", { sub })));
    const id = "0190a0a0-0000-7000-8000-0000000000aa";
    assert.equal((await ask(ann, "message:send", { chat_id, body: "first", id })).ok, true);
    assert.equal((await ask(eve, "message:send", { chat_id, body: "mine", id })).code, "conflict");
    assert.equal((await ask(ann, "message:send", { chat_id, body: "second" })).ok, true);
    for (const each of readers) {
      const { messageId } = await hear(each, "message:received", (said) => said.content.body === "second" || said.content === "second");
      assert.match((await hear(each, "message:status", (said) => said.messageId === messageId)).userId, /^r\d$/);
      assert.equal(each.connected, true);
    }
  });

  test("leaves others' receipts alone", async () => {
    const id = "receipts";
    await group(id, "a", "b", "eve");
    const [a, b] = await Promise.all([enter("a"), enter("b")]);
    const eve = await connect(server, "/chat", { sub: "eve" });
    for (let round = 0; round < 30; ++round) {
      const uuid = `0190a0a0-0000-7000-8000-${String(round).padStart(12, "0")}`;
      const chat = await connect(server, "/chat", { sub: "a" });
      assert.equal((await ask(chat, "message:send", { chat_id: id, body: "taken", id: uuid })).ok, true);
      const sent = await ask(a, "message:send", { conversationId: id, content: round });
      const [bad, read] = await Promise.all([
        ask(eve, "message:send", { chat_id: id, body: "no", id: uuid }),
        ask(b, "message:read", { conversationId: id, messageId: sent.messageId }),
      ]);
      assert.equal(bad.code, "conflict");
      assert.equal(read.ok, true, JSON.stringify(read));
      chat.close();
    }
  });
});

describe("many large messages", () => {
  const count = 40;
  const content = "\u0001".repeat(8000); // six bytes each on the wire

  test("come as pages, and are synced, in parts; whoever reads is never closed", async () => {
    const id = "large";
    await group(id, "a", "b");
    const a = await enter("a");
    for (let number = 0; number < count; ++number) await ask(a, "message:send", { conversationId: id, content });
    for (const transports of [["websocket"], ["polling"]]) {
      const b = await connect(server, "/messages", { sub: "b" }, { transports });
      const seen = [];
      for (let page = { hasMore: true }, beforeSeq; page.hasMore; beforeSeq = page.messages[0].seq) {
        page = await ask(b, "messages:history", { conversationId: id, limit: 100, ...(beforeSeq ? { beforeSeq } : {}) });
        seen.unshift(...page.messages.map((each) => each.seq));
      }
      assert.deepEqual(seen, Array.from({ length: count }, (_, at) => at + 1));
      let afterSeq = 0;
      for (let part = { hasMore: true }; part.hasMore; afterSeq = part.lastSeq)
        part = await ask(b, "conversation:sync", { conversationId: id, afterSeq });
      assert.equal(afterSeq, count);
      await pause(100);
      const synced = b.heard.filter((each) => each.name === "message:received").map((each) => each.data.seq);
      assert.deepEqual(synced, seen);
      assert.equal(b.connected, true);
    }
  });
});

test("a status tells who gave it, also where two read each other at once", async () => {
  for (let round = 0; round < 10; ++round) {
    const id = `both-${round}`;
    await group(id, "x", "y");
    const [x, y] = await Promise.all([enter("x"), enter("y")]);
    const [fromX, fromY] = await Promise.all([x, y].map((each) => ask(each, "message:send", { conversationId: id, content: "hi" })));
    await Promise.all([
      ask(x, "message:read", { conversationId: id, messageId: fromY.messageId }),
      ask(y, "message:read", { conversationId: id, messageId: fromX.messageId }),
    ]);
    const read = (messageId) => (said) => said.messageId === messageId && said.status === "read";
    assert.equal((await hear(x, "message:status", read(fromX.messageId))).userId, "y");
    assert.equal((await hear(y, "message:status", read(fromY.messageId))).userId, "x");
    x.close();
    y.close();
  }
});

test("what back ends told of a sender is told with messages from REST, and when they are synced", async () => {
  const id = "told";
  await rest(server, "PUT", "/api/users/paula", service, { username: "p", name: "Paula", phoneNumber: "+1" });
  await group(id, "paula", "q");
  const q = await enter("q");
  await rest(server, "POST", `/api/conversations/${id}/messages`, service, { senderId: "paula", content: "by the service" });
  await rest(server, "POST", `/api/conversations/${id}/messages`, { sub: "paula" }, { content: "by herself" });
  for (let number = 0; number < 2; ++number) assert.equal((await hear(q, "message:received")).sender.name, "Paula");
  const later = await enter("q");
  await ask(later, "conversation:sync", { conversationId: id, afterSeq: 0 });
  for (let number = 0; number < 2; ++number) assert.equal((await hear(later, "message:received")).sender.name, "Paula");
});
