// The three endpoints that notify (document 001): who may use them, and whom they say they reached.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, closeAll, connect, hear, pause } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";

const service = { sub: "back-end", role: "service" };
const endpoints = [
  ["/websocket/send-notification", { userId: "reader", message: "hear" }],
  ["/websocket/broadcast", { message: "hear" }],
  ["/websocket/send-to-role", { role: "reader", message: "hear" }],
];

async function statuses(server, claims) {
  const answers = [];
  for (const [path, body] of endpoints) answers.push((await rest(server, "POST", path, claims, body)).status);
  return answers;
}

describe("whom it reached", () => {
  let server, one, two, other;
  before(async () => {
    server = await startServer(["--presence-grace", "100ms", "--threads", "2"]);
    one = await connect(server, "/rooms", { sub: "reader", role: "Reader" });
    two = await connect(server, "/hub", { sub: "reader", role: "writer" });
    other = await connect(server, "/messages", { sub: 2, roles: ["reader", "writer"] });
  });
  after(async () => {
    closeAll();
    await server.stop();
  });
  const notify = async (path, body) => (await rest(server, "POST", path, service, body)).body;

  test("one user: their sessions, none is no success", async () => {
    assert.deepEqual(await notify("/websocket/send-notification", { userId: "reader", message: "1" }), { success: true, delivered: 2, users: 1 });
    for (const socket of [one, two]) assert.equal((await hear(socket, "notification")).message, "1");
    assert.deepEqual(await notify("/websocket/send-notification", { userId: "nobody", message: "1" }), { success: false, delivered: 0, users: 0 });
  });
  test("a user whose last session has just ended", async () => {
    (await connect(server, "/rooms", { sub: "short" })).close();
    let answer;
    for (let tries = 0; tries < 100 && answer?.success !== false; ++tries, await pause(10))
      answer = await notify("/websocket/send-notification", { userId: "short", message: "1" });
    assert.deepEqual(answer, { success: false, delivered: 0, users: 0 });
  });
  test("all, and those of a role, whose tokens may differ", async () => {
    assert.deepEqual(await notify("/websocket/broadcast", { message: "2" }), { success: true, delivered: 3, users: 2 });
    assert.equal((await hear(one, "broadcast-notification")).message, "2");
    assert.equal((await hear(other, "notification")).message, "2");
    assert.deepEqual(await notify("/websocket/send-to-role", { role: "READER", message: "3" }), { success: true, delivered: 2, users: 2 });
    assert.equal((await hear(one, "role-notification")).targetRole, "READER");
    assert.deepEqual(await notify("/websocket/send-to-role", { role: "king", message: "3" }), { success: true, delivered: 0, users: 0 });
  });
});

describe("who may", () => {
  after(closeAll);
  test("without an option: admins and services", async () => {
    const server = await startServer();
    assert.deepEqual(await statuses(server, { sub: 1, role: "Admin" }), [200, 200, 200]);
    assert.deepEqual(await statuses(server, service), [200, 200, 200]);
    assert.deepEqual(await statuses(server, { sub: 1, role: "user" }), [403, 403, 403]);
    const refused = await rest(server, "POST", "/websocket/broadcast", { sub: 1 }, { message: "x" });
    assert.equal(refused.body.message, "This needs one of the roles admin, service");
    await server.stop();
  });
  test("notify-roles names them, and who may notify may do nothing else", async () => {
    const server = await startServer(["--notify-roles", "editor,EDITORS"]);
    assert.deepEqual(await statuses(server, { sub: 1, roles: ["x", "Editors"] }), [200, 200, 200]);
    assert.deepEqual(await statuses(server, service), [403, 403, 403]);
    assert.equal((await rest(server, "POST", "/api/users/x/revoke", { sub: 1, role: "editor" })).status, 403);
    assert.equal((await rest(server, "POST", "/api/users/x/revoke", service)).status, 200);
    await server.stop();
  });
  test("*: whoever has a valid token, as in the document", async () => {
    const server = await startServer(["--notify-roles", "*"]);
    assert.deepEqual(await statuses(server, { sub: 1 }), [200, 200, 200]);
    assert.deepEqual(await statuses(server, undefined), [401, 401, 401]);
    for (const [method, path] of [["POST", "/api/users/x/revoke"], ["GET", "/api/clients"], ["POST", "/api/emit"]])
      assert.equal((await rest(server, method, path, { sub: 1 })).status, 403, path);
    await server.stop();
  });
});

test("/api/emit to the room conversation:{id} (document 002) reaches those who joined that conversation", async () => {
  const server = await startServer();
  const ann = await connect(server, "/messages", { sub: "ann" });
  const ben = await connect(server, "/messages", { sub: "ben" });
  await ask(ann, "conversation:join", { conversationId: "c1" });
  const data = { messageId: "m", conversationId: "c1", content: "from the back end" };
  const emitted = await rest(server, "POST", "/api/emit", service, { to: { room: "conversation:c1" }, event: "message:received", data });
  assert.equal(emitted.status, 200);
  assert.deepEqual(await hear(ann, "message:received"), data);
  assert.equal(ben.heard.some((event) => event.name === "message:received"), false);
  closeAll();
  await server.stop();
});
