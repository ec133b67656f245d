// The REST interface below /api, as a back end uses it.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, closeAll, connect, hear, refusal, client, silence } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

let server;
before(async () => (server = await startServer(["--presence-grace", "100ms"])));
after(async () => {
  closeAll();
  await server.stop();
});

const service = { sub: "back-end", role: "service" };
const call = (method, path, claims, body, headers) => rest(server, method, path, claims, body, headers);

describe("conversations", () => {
  test("are made, described, listed, and their members changed", async () => {
    const made = await call("POST", "/api/conversations", service, { id: "r1", type: "group", members: ["ann", 7] });
    assert.equal(made.status, 201);
    assert.equal(made.body.id, "r1");
    assert.deepEqual(made.body.members.map((each) => each.userId).sort(), [7, "ann"].sort());
    assert.equal((await call("POST", "/api/conversations", service, { id: "r1", type: "group", members: [] })).status, 409);
    assert.equal((await call("GET", "/api/conversations/r1", { sub: "ann" })).body.type, "group");
    assert.equal((await call("GET", "/api/conversations/r1", { sub: "eve" })).status, 403);
    assert.equal((await call("GET", "/api/conversations/unknown", service)).status, 404);
    assert.equal((await call("PUT", "/api/conversations/r1/members/ben", { sub: "ann" })).status, 403);
    assert.equal((await call("PUT", "/api/conversations/r1/members/ben", service)).status, 200);
    assert.equal((await call("GET", "/api/conversations/r1", { sub: "ben" })).status, 200);
    assert.equal((await call("DELETE", "/api/conversations/r1/members/ben", { sub: "ben" })).status, 200);
    assert.equal((await call("GET", "/api/conversations/r1", { sub: "ben" })).status, 403);
    const list = await call("GET", "/api/conversations", { sub: "ann" });
    assert.deepEqual(list.body.items.map((each) => each.conversationId), ["r1"]);
  });
  test("a user makes one and is a member of it; the server makes an id", async () => {
    const made = await call("POST", "/api/conversations", { sub: "maker" }, { type: "direct", members: ["other"] });
    assert.equal(made.status, 201);
    assert.match(made.body.id, /^[0-9a-f-]{36}$/);
    assert.deepEqual(made.body.members.map((each) => each.userId).sort(), ["maker", "other"]);
  });
});

describe("messages", () => {
  test("are posted for a user, once per Idempotency-Key, read, edited and deleted", async () => {
    await call("POST", "/api/conversations", service, { id: "r2", type: "direct", members: ["ann", "ben"] });
    const ben = await connect(server, "/messages", { sub: "ben" });
    const key = { "Idempotency-Key": "order-1" };
    const first = await call("POST", "/api/conversations/r2/messages", service, { senderId: "ann", content: "from REST" }, key);
    assert.equal(first.status, 201);
    assert.equal(first.body.seq, 1);
    assert.equal(first.body.clientId, "order-1");
    assert.deepEqual((await call("POST", "/api/conversations/r2/messages", service, { senderId: "ann", content: "from REST" }, key)).body, first.body);
    assert.equal((await hear(ben, "message:received")).senderId, "ann");
    await silence(ben, "message:received", 100);
    const { messageId } = first.body;
    assert.equal((await call("POST", "/api/conversations/r2/messages", { sub: "eve" }, { senderId: "ann", content: "x" })).status, 403);
    assert.equal((await call("POST", "/api/conversations/r2/messages", { sub: "eve" }, { content: "x" })).status, 403);
    assert.equal((await call("POST", "/api/conversations/r2/read", { sub: "ben" }, { messageId })).status, 200);
    const receipts = await call("GET", `/api/conversations/r2/messages/${messageId}/receipts`, { sub: "ann" });
    assert.deepEqual(receipts.body.receipts, [{ userId: "ben", status: "read" }]);
    assert.equal((await call("PATCH", `/api/conversations/r2/messages/${messageId}`, { sub: "ben" }, { content: "his" })).status, 403);
    assert.equal((await call("PATCH", `/api/conversations/r2/messages/${messageId}`, { sub: "ann" }, { content: "hers" })).status, 200);
    assert.equal((await call("GET", "/api/conversations/r2/messages?limit=1", { sub: "ben" })).body.messages[0].content, "hers");
    assert.equal((await call("DELETE", `/api/conversations/r2/messages/${messageId}`, { sub: "ann" })).status, 200);
    assert.equal((await call("GET", "/api/conversations/r2/messages", { sub: "ben" })).body.messages[0].deleted, true);
  });
  test("what is wrong is told with the field and the status", async () => {
    for (const [path, body, field] of [
      ["/api/conversations/r2/messages", {}, "content"],
      ["/api/conversations/r2/messages", { content: "x", type: "smell" }, "type"],
      ["/api/conversations", { type: "direct", members: ["one"] , id: "" }, "id"],
      ["/api/emit", { to: { all: true }, event: "connect", data: 1 }, "event"],
      ["/api/emit", { to: { nobody: 1 }, event: "x" }, "to"],
      ["/api/emit", { to: { all: false }, event: "x" }, "to"],
      ["/api/emit", [{ to: "all", event: "x" }, { to: "all" }], "[1].event"],
      ["/api/conversations", { type: "direct", members: [1, "1"] }, "members"],
    ]) {
      const answer = await call("POST", path, service, body);
      assert.equal(answer.status, 400, path);
      assert.equal(answer.body.code, "invalid_payload");
      assert.equal(answer.body.data.field, field);
    }
    assert.equal((await call("GET", "/api/conversations/r2/messages?limit=900", service)).status, 400);
    assert.equal((await call("POST", "/api/emit", { sub: "user" }, { to: { all: true }, event: "x" })).status, 403);
    assert.equal((await call("GET", "/api/clients", undefined)).status, 401);
  });
});

test("what is too large, or no HTTP, is told as JSON", async () => {
  const large = await call("POST", "/api/emit", service, { to: "all", event: "x", data: "x".repeat(2_000_000) });
  assert.deepEqual(large, { status: 413, body: { status: "error", code: "payload_too_large", message: "Payload is too large", statusCode: 413 } });
  const header = await call("GET", "/api/users/online", service, undefined, { "X-Large": "x".repeat(100_000) });
  assert.equal(header.status, 431);
  assert.equal(header.body.code, "header_too_large");
});

describe("users", () => {
  test("what back ends tell of a user is in the messages' sender", async () => {
    await call("PUT", "/api/users/paula", service, { username: "paula", name: "Paula P.", avatar: "https://x/p.png", phoneNumber: "+1" });
    await call("POST", "/api/conversations", service, { id: "r3", type: "direct", members: ["paula", "quin"] });
    const paula = await connect(server, "/messages", { sub: "paula" });
    const quin = await connect(server, "/messages", { sub: "quin" });
    await ask(paula, "message:send", { conversationId: "r3", content: "hi" });
    assert.deepEqual((await hear(quin, "message:received")).sender, { id: "paula", name: "Paula P.", phoneNumber: "+1", avatar: "https://x/p.png" });
  });
  test("revoking ends the user's sessions, and their old tokens", async () => {
    const socket = await connect(server, "/messages", { sub: "revoked" });
    const gone = new Promise((done) => socket.once("disconnect", done));
    assert.equal((await call("POST", "/api/users/revoked/revoke", service)).status, 200);
    assert.equal(await gone, "io server disconnect");
    assert.equal((await hear(socket, "error")).code, "token_revoked");
    const late = client(server, "/messages", { auth: { token: token({ sub: "revoked" }) } });
    assert.equal((await refusal(late)).data.code, "token_revoked");
    (await connect(server, "/messages", { sub: "revoked", tokenVersion: 1 })).close();
  });
  test("who is online, and when somebody was last seen", async () => {
    const here = await connect(server, "/messages", { sub: "here" });
    const online = await call("GET", "/api/users/online", { sub: "x" });
    assert.ok(online.body.users.some((each) => each.userId === "here"));
    assert.equal((await call("GET", "/api/users/here/presence", { sub: "x" })).body.online, true);
    assert.deepEqual((await call("GET", "/api/users/never/presence", { sub: "x" })).body, { userId: "never", online: false, lastSeen: null });
    here.close();
  });
});

test("a user who calls too often is told so", async () => {
  const own = await startServer(["--rest-calls-per-second", "5"]);
  const statuses = await Promise.all(Array.from({ length: 40 }, () => rest(own, "GET", "/api/users/online", { sub: "hasty" }).then((answer) => answer.status)));
  assert.ok(statuses.includes(200));
  assert.ok(statuses.includes(429));
  await own.stop();
});

describe("sessions and events", () => {
  test("sessions are listed and ended", async () => {
    const socket = await connect(server, "/messages", { sub: "listed" });
    const { clients } = (await call("GET", "/api/clients", service)).body;
    const mine = clients.find((each) => each.user.id === "listed");
    assert.equal(mine.namespace, "/messages");
    assert.equal(mine.sid, socket.id);
    assert.equal(mine.address, "127.0.0.1");
    assert.deepEqual(mine.user, { id: "listed", username: "listed", role: null });
    const gone = new Promise((done) => socket.once("disconnect", done));
    assert.equal((await call("DELETE", `/api/clients/${mine.sid}`, service)).status, 200);
    await gone;
    assert.equal((await call("DELETE", `/api/clients/${mine.sid}`, service)).status, 404);
  });
  test("any event to a user, a role, a room, a conversation, all; in a batch, once per key", async () => {
    const ann = await connect(server, "/rooms", { sub: "emit-1", role: "editor" });
    const ben = await connect(server, "/messages", { sub: "emit-2" });
    await ask(ann, "join-room", { room: "emitting" });
    await ask(ben, "conversation:join", { conversationId: "emitting" });
    const batch = [
      { to: { user: "emit-1" }, event: "one", data: { n: 1 } },
      { to: { role: "EDITOR" }, event: "two", data: [2] },
      { to: { room: "emitting" }, event: "three", data: "3" },
      { to: { conversation: "emitting" }, event: "four", data: null },
      { to: { all: true }, event: "five" },
    ];
    for (let round = 0; round < 2; ++round) assert.equal((await call("POST", "/api/emit", service, batch, { "Idempotency-Key": "batch-1" })).status, 200);
    assert.deepEqual(await hear(ann, "one"), { n: 1 });
    assert.deepEqual(await hear(ann, "two"), [2]);
    assert.equal(await hear(ann, "three"), "3");
    await hear(ben, "four");
    for (const socket of [ann, ben]) await hear(socket, "five");
    for (const event of ["one", "two", "three", "five"]) await silence(ann, event, 30);
    const other = { sub: "another-back-end", role: "service" };
    assert.equal((await call("POST", "/api/emit", other, [batch[0]], { "Idempotency-Key": "batch-1" })).status, 200);
    assert.deepEqual(await hear(ann, "one"), { n: 1 }, "its key is its own");
  });
});

test("a user id in a query is what is written there", async () => {
  await call("POST", "/api/conversations", service, { id: "zeros", type: "direct", members: ["0612", "612"] });
  await call("POST", "/api/conversations", service, { id: "no-zeros", type: "direct", members: ["612", "613"] });
  const listed = await call("GET", "/api/conversations?userId=0612", service);
  assert.deepEqual(listed.body.items.map((each) => each.conversationId), ["zeros"]);
  assert.equal((await call("GET", "/api/conversations?userId=0612", { sub: "0612" })).status, 200);
});

test("null is data, too", async () => {
  const ann = await connect(server, "/messages", { sub: "null-hearer" });
  await call("POST", "/api/emit", service, { to: { user: "null-hearer" }, event: "nothing", data: null });
  assert.equal(await hear(ann, "nothing"), null);
});
