// Limits that have options: each is set low, and what a client runs into is looked at.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, closeAll, connect, hear, silence } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";

let server;
before(async () => {
  server = await startServer([
    ...["--name-characters", "40", "--list-entries", "2", "--reactions-per-message", "1", "--history-bytes", "2KiB"],
    ...["--replay-bytes", "1KiB", "--listed-conversations", "1", "--payload-packets", "2", "--remembered-batches", "1"],
  ]);
});
after(async () => {
  closeAll();
  await server.stop();
});
const admin = { sub: "back", role: "admin" };
const enter = (sub) => connect(server, "/messages", { sub });
const send = (socket, conversationId, content) => ask(socket, "message:send", { conversationId, content });

describe("a limit that is an option holds", () => {
  test("name-characters", async () => {
    const socket = await connect(server, "/rooms", { sub: "ann" });
    assert.equal((await ask(socket, "join-room", { room: "x".repeat(40) })).ok, true);
    const refused = await ask(socket, "join-room", { room: "x".repeat(41) });
    assert.equal(refused.code, "invalid_payload");
    assert.match(refused.message, /1 to 40 characters/);
  });
  test("list-entries: users asked about, members, events of a batch", async () => {
    const ann = await enter("ann");
    assert.equal((await ask(ann, "presence:query", { userIds: ["a", "b"] })).users.length, 2);
    assert.match((await ask(ann, "presence:query", { userIds: ["a", "b", "c"] })).message, /1 to 2 user ids/);
    const emit = { to: "all", event: "x", data: 1 };
    assert.equal((await rest(server, "POST", "/api/emit", admin, [emit, emit])).status, 200);
    assert.match((await rest(server, "POST", "/api/emit", admin, [emit, emit, emit])).body.message, /1 to 2 events/);
    assert.equal((await rest(server, "POST", "/api/conversations", admin, { type: "group", members: ["a", "b", "c"] })).status, 400);
  });
  test("reactions-per-message", async () => {
    const ann = await enter("ann");
    const { messageId } = await send(ann, "react", "hi");
    const react = (emoji) => ask(ann, "message:react", { conversationId: "react", messageId, emoji });
    assert.equal((await react("👍")).ok, true);
    assert.equal((await react("👎")).code, "limit_reached");
    assert.equal((await react("👍")).ok, true);
  });
  test("history-bytes and replay-bytes: a page is cut, and says so", async () => {
    const ann = await enter("ann");
    for (let n = 0; n < 4; ++n) await send(ann, "pages", String(n).repeat(900));
    const page = await ask(ann, "messages:history", { conversationId: "pages" });
    assert.deepEqual([page.messages.map((each) => each.seq), page.hasMore], [[4], true]);
    const bob = await enter("bob");
    await ask(bob, "conversation:join", { conversationId: "pages" });
    const synced = await ask(bob, "conversation:sync", { conversationId: "pages", afterSeq: 0 });
    assert.equal(synced.hasMore, true);
    assert.equal((await hear(bob, "message:received")).seq, 1);
    await silence(bob, "message:received");
  });
  test("listed-conversations", async () => {
    for (const id of ["l1", "l2"])
      assert.equal((await rest(server, "POST", "/api/conversations", { sub: "lea" }, { id, type: "group", members: ["lea"] })).status, 201);
    const { body } = await rest(server, "GET", "/api/conversations", { sub: "lea" });
    assert.equal(body.items.length, 1);
  });
  test("payload-packets", async () => {
    const open = async () => JSON.parse((await (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling`)).text()).slice(1)).sid;
    const post = async (packets) => {
      const body = Array(packets).fill("40/nowhere,").join("\x1e");
      return (await fetch(`${server.url}/socket.io/?EIO=4&transport=polling&sid=${await open()}`, { method: "POST", body })).status;
    };
    assert.equal(await post(2), 200);
    assert.equal(await post(3), 400);
  });
  test("remembered-batches", async () => {
    const ann = await connect(server, "/rooms", { sub: "ann" });
    const emit = (key, event) => rest(server, "POST", "/api/emit", admin, [{ to: "all", event }], { "Idempotency-Key": key });
    await emit("a", "first");
    await hear(ann, "first");
    await emit("a", "first");
    await emit("b", "second");
    await hear(ann, "second");
    await silence(ann, "first", 0);
    await emit("a", "first");
    await hear(ann, "first");
  });
});
