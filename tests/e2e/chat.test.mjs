// The dialect `chat` (document 004): the document's samples in their order, and who may do what.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, client, closeAll, connect, hear, silence } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

let server;
before(async () => (server = await startServer(["--presence-grace", "100ms"])));
after(async () => {
  closeAll();
  await server.stop();
});

const enter = (sub, namespace = "/chat") => connect(server, namespace, { sub, username: `name of ${sub}` });

describe("document 004, sample by sample", () => {
  test("send, update, delete, to all connected clients", async () => {
    const ann = await enter("ann");
    const ben = await enter("ben");
    ann.emit("message:send", { chat_id: "chat-1", sender_id: "ann", body: "Hello World!", status: "sent" });
    const sent = await hear(ben, "message:send");
    assert.deepEqual(Object.keys(sent).sort(), ["body", "chat_id", "created_at", "id", "sender_id", "status"]);
    assert.equal(sent.body, "Hello World!");
    assert.equal(sent.status, "sent");
    assert.equal(sent.chat_id, "chat-1");
    assert.equal(sent.sender_id, "ann");
    assert.equal((await hear(ann, "message:send")).id, sent.id);
    ann.emit("message:update", { id: sent.id, body: "Updated message content", status: "updated" });
    const updated = await hear(ben, "message:update");
    assert.deepEqual(Object.keys(updated).sort(), ["body", "id", "status", "updated_at"]);
    assert.equal(updated.body, "Updated message content");
    assert.equal(updated.status, "updated");
    ann.emit("message:delete", { id: sent.id });
    assert.deepEqual(await hear(ben, "message:delete"), { id: sent.id });
  });
  test("coming, going, and the list of users", async () => {
    const ann = await enter("early");
    const list = await hear(ann, "users:list");
    assert.ok(list.users.some((each) => each.user_id === "early" && each.username === "name of early"));
    const ben = await enter("late");
    assert.deepEqual(await hear(ann, "users:online", (data) => data.user_id === "late"), { user_id: "late", username: "name of late" });
    assert.deepEqual(await hear(ann, "user:connected", (data) => data.user_id === "late"), { user_id: "late", username: "name of late" });
    ben.emit("user:connected", { user_id: "late", username: "name of late" });
    await silence(ann, "user:connected", 150, (data) => data.user_id === "late");
    assert.equal((await ask(ben, "user:connected", { user_id: "early", username: "x" })).code, "forbidden");
    ann.heard.length = 0;
    ann.emit("users:list");
    assert.ok((await hear(ann, "users:list")).users.length >= 2);
    ben.close();
    assert.deepEqual(await hear(ann, "user:disconnected", (data) => data.user_id === "late"), { user_id: "late" });
  });
  test("only the author updates and deletes; an unknown message is not found", async () => {
    const ann = await enter("author");
    const eve = await enter("eve");
    const { id } = await ask(ann, "message:send", { chat_id: "chat-2", body: "mine" });
    assert.equal((await ask(eve, "message:update", { id, body: "hers" })).code, "forbidden");
    assert.equal((await ask(eve, "message:delete", { id })).code, "forbidden");
    assert.equal((await ask(eve, "message:delete", { id: "no-such-message" })).code, "not_found");
    assert.equal((await ask(eve, "message:send", { chat_id: "chat-2", sender_id: "author", body: "as her" })).code, "forbidden");
  });
  test("a client's id sends once", async () => {
    const ann = await enter("repeating");
    const ben = await enter("listening");
    const message = { chat_id: "chat-3", body: "once", id: "0190a0a0-0000-7000-8000-000000000001" };
    const first = await ask(ann, "message:send", message);
    assert.deepEqual({ ...(await ask(ann, "message:send", message)) }, { ...first });
    await hear(ben, "message:send", (data) => data.chat_id === "chat-3");
    await silence(ben, "message:send", 150, (data) => data.chat_id === "chat-3");
  });
  test("what is sent again is answered with what is kept, not with what is said now", async () => {
    const ann = await enter("again");
    const message = { chat_id: "chat-4", body: "once", id: "order-17", status: "queued" };
    const first = await ask(ann, "message:send", message);
    assert.equal(first.status, "queued");
    assert.deepEqual({ ...(await ask(ann, "message:send", { ...message, status: "again", body: "other" })) }, { ...first });
    await ask(ann, "message:update", { id: first.id, body: "better", status: "corrected" });
    const updated = await ask(ann, "message:send", message);
    assert.equal(updated.status, "corrected");
    assert.equal(updated.body, "better");
    assert.equal(updated.id, first.id);
  });
  test("who comes is told of it as the others are, after the list", async () => {
    const ann = await enter("newcomer");
    const me = { user_id: "newcomer", username: "name of newcomer" };
    for (const name of ["users:online", "user:connected"]) assert.deepEqual(await hear(ann, name, (data) => data.user_id === "newcomer"), me);
    const again = await enter("newcomer");
    await hear(again, "user:connected", (data) => data.user_id === "newcomer");
    await silence(ann, "user:connected", 100, (data) => data.user_id === "newcomer");
    const order = [];
    const third = client(server, "/chat", { auth: { token: token({ sub: "ordered" }) } });
    third.onAny((name, data) => (name === "users:list" || data.user_id === "ordered") && order.push(name));
    await hear(third, "user:connected", (data) => data.user_id === "ordered");
    assert.deepEqual(order, ["users:list", "users:online", "user:connected"]);
  });
  test("errors name chat's own fields", async () => {
    const ann = await enter("erring");
    for (const [event, payload, field] of [
      ["message:update", { id: "no-such-message", body: "x" }, "id"],
      ["message:delete", { id: "no-such-message" }, "id"],
    ]) {
      const answer = await ask(ann, event, payload);
      assert.equal(answer.code, "not_found");
      assert.equal(answer.data.field, field);
    }
    await rest(server, "POST", "/api/conversations", { sub: "back-end", role: "service" }, { id: "closed", type: "group", members: ["x", "y"] });
    ann.emit("message:send", { chat_id: "closed", body: "let me in" });
    const error = await hear(ann, "error");
    assert.equal(error.code, "forbidden");
    assert.equal(error.data.field, "chat_id");
  });
  test("an admin changes anybody's message, in chats of others as well", async () => {
    const back = { sub: "back-end", role: "service" };
    await rest(server, "POST", "/api/conversations", back, { id: "theirs", type: "direct", members: ["owner", "friend"] });
    const owner = await enter("owner");
    const { id } = await ask(owner, "message:send", { chat_id: "theirs", body: "mine" });
    const admin = await connect(server, "/chat", { sub: "boss", role: "Admin" });
    const other = await connect(server, "/messages", { sub: "helper", role: "service" });
    assert.equal((await ask(admin, "message:update", { id, body: "his" })).ok, true);
    assert.equal((await hear(owner, "message:update")).body, "his");
    assert.equal((await ask(other, "message:edit", { conversationId: "theirs", messageId: id, content: "theirs" })).ok, true);
    assert.equal((await ask(other, "messages:history", { conversationId: "theirs" })).code, "forbidden");
    assert.equal((await ask(other, "message:delete", { conversationId: "theirs", messageId: id })).ok, true);
    assert.deepEqual(await hear(owner, "message:delete"), { id });
  });
  test("where the chat has members, they alone hear it; messenger's users in their own words", async () => {
    const service = { sub: "back-end", role: "service" };
    await rest(server, "POST", "/api/conversations", service, { id: "shared", type: "direct", members: ["m1", "m2"] });
    const ann = await enter("m1");
    const ben = await enter("m2", "/messages");
    const eve = await enter("outsider");
    const sent = await ask(ann, "message:send", { chat_id: "shared", body: "from chat" });
    const received = await hear(ben, "message:received");
    assert.equal(received.messageId, sent.id);
    assert.equal(received.content, "from chat");
    const back = await ask(ben, "message:send", { conversationId: "shared", content: "from messenger" });
    const heard = await hear(ann, "message:send", (data) => data.body === "from messenger");
    assert.equal(heard.id, back.messageId);
    await silence(eve, "message:send", 150, (data) => data.chat_id === "shared");
    assert.equal((await ask(eve, "message:send", { chat_id: "shared", body: "let me in" })).code, "forbidden");
  });
});
