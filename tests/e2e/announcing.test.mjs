// The dialect `chat` (document 004): users who announce themselves, and the lists of users that everybody gets.
import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { ask, closeAll, connect, hear, pause, silence, versions } from "./support/clients.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const grace = 700;
let server;
before(async () => (server = await startServer(["--presence-grace", `${grace}ms`, "--users-list-broadcast", "3"])));
beforeEach(async () => {
  closeAll();
  await pause(grace + 200); // until nobody of the test before is online
});
after(async () => {
  closeAll();
  await server.stop();
});

const enter = (sub, namespace = "/chat", options = {}, io = undefined) => connect(server, namespace, { sub, username: `name of ${sub}` }, options, io);
const about = (sub) => (data) => data.user_id === sub;
const lists = (...subs) => (data) => data.users.map((each) => each.user_id).sort().join() === subs.sort().join();

describe("users:list", () => {
  test("goes to all on each coming and going, while as many are online as users-list-broadcast says", async () => {
    const ann = await enter("ann");
    await hear(ann, "users:list", lists("ann"));
    const ben = await enter("ben");
    await hear(ann, "users:list", lists("ann", "ben"));
    const cyd = await enter("cyd");
    for (const socket of [ann, ben, cyd]) await hear(socket, "users:list", lists("ann", "ben", "cyd"));
    ann.heard.length = 0;
    const dan = await enter("dan");
    await hear(dan, "users:list", lists("ann", "ben", "cyd", "dan"));
    await hear(ann, "user:connected", about("dan"));
    await silence(ann, "users:list", 200);
    assert.equal((await ask(ann, "users:list")).users.length, 4);
    await hear(ann, "users:list", lists("ann", "ben", "cyd", "dan"));
    dan.close();
    const { users } = await hear(ann, "users:list", lists("ann", "ben", "cyd"));
    assert.deepEqual(users[0], { user_id: "ann", username: "name of ann" });
  });
  test("comes once to a user's further session, and to nobody else then", async () => {
    const ann = await enter("ann");
    await hear(ann, "users:list");
    const again = await enter("ann");
    await hear(again, "users:list", lists("ann"));
    await silence(ann, "users:list", 200);
    await silence(again, "users:list", 0);
  });
  test("is for those who hear chat", async () => {
    const rooms = await enter("ann", "/rooms");
    await enter("ben");
    await hear(rooms, "user-connected");
    await silence(rooms, "users:list", 100);
  });
});

describe("a client's own user:disconnected", () => {
  for (const [version, io] of Object.entries(versions)) {
    test(`takes the user offline in chat at once, and once; other dialects wait for the grace (client ${version})`, async () => {
      const hub = await enter("hub", "/hub");
      const ann = await enter("ann");
      const ben = await enter("ben", "/chat", {}, io);
      await hear(ann, "user:connected", about("ben"));
      const since = Date.now();
      ben.emit("user:disconnected", { user_id: "ben" });
      assert.deepEqual(await hear(ann, "user:disconnected"), { user_id: "ben" });
      await hear(ann, "users:list", lists("ann", "hub"));
      assert.ok(Date.now() - since < grace, "without grace");
      ben.close();
      await hear(hub, "user_offline", (data) => data.user.id === "ben");
      assert.ok(Date.now() - since >= grace, "after the grace");
      await silence(ann, "user:disconnected", 200);
    });
  }
  test("is told by an ack; who is away comes back with user:connected", async () => {
    const ann = await enter("ann");
    const ben = await enter("ben");
    await hear(ann, "user:connected", about("ben"));
    assert.deepEqual(await ask(ben, "user:disconnected", { user_id: "ben" }), { ok: true, user_id: "ben" });
    await hear(ben, "user:disconnected", about("ben"));
    const me = { user_id: "ben", username: "name of ben" };
    assert.deepEqual(await ask(ben, "user:connected", me), { ok: true, ...me });
    for (const name of ["users:online", "user:connected"]) assert.deepEqual(await hear(ann, name, about("ben")), me);
    await hear(ann, "users:list", lists("ann", "ben"));
  });
  test("is over when the user comes back with a new session within the grace", async () => {
    const ann = await enter("ann");
    const ben = await enter("ben");
    await hear(ann, "user:connected", about("ben"));
    ben.emit("user:disconnected", { user_id: "ben" });
    await hear(ann, "user:disconnected");
    ben.close();
    const back = await enter("ben");
    await hear(ann, "user:connected", about("ben"));
    await hear(back, "users:list", lists("ann", "ben"));
    await silence(ann, "user:disconnected", grace + 200);
  });
  test("is nobody else's", async () => {
    const ann = await enter("ann");
    await enter("ben");
    assert.equal((await ask(ann, "user:disconnected", { user_id: "ben" })).code, "forbidden");
    await silence(ann, "user:disconnected", 100);
  });
});

describe("a client's own user:connected", () => {
  test("must name the user as the token does", async () => {
    const ann = await enter("ann");
    assert.equal((await ask(ann, "user:connected", { user_id: "ben", username: "name of ann" })).code, "forbidden");
    const wrong = await ask(ann, "user:connected", { user_id: "ann", username: "Queen" });
    assert.equal(wrong.code, "forbidden");
    assert.equal(wrong.data.field, "username");
    ann.emit("user:connected", { user_id: "ann", username: "Queen" });
    assert.equal((await hear(ann, "error")).code, "forbidden");
    assert.equal((await ask(ann, "user:connected", { user_id: "ann", username: "name of ann" })).ok, true);
  });
  test("says what the user is called where the token names nobody, and all hear it", async () => {
    const ann = await enter("ann");
    const rooms = await connect(server, "/rooms", { sub: "watcher" });
    const nobody = await connect(server, "/chat", { sub: 7 });
    assert.deepEqual(await hear(ann, "user:connected", about(7)), { user_id: 7, username: "7" });
    nobody.emit("user:connected", { user_id: 7, username: "Seven" });
    const seven = { user_id: 7, username: "Seven" };
    for (const socket of [ann, nobody]) assert.deepEqual(await hear(socket, "user:connected", (data) => data.username === "Seven"), seven);
    await hear(ann, "users:list", (data) => data.users.some((each) => each.username === "Seven"));
    // From then on, everywhere: in lists, what comes later, with a further session, and after a fresh token.
    assert.equal((await ask(rooms, "get-active-users")).users.find((each) => each.id === 7).username, "Seven");
    await connect(server, "/chat", { sub: 7 });
    assert.equal((await ask(nobody, "auth:refresh", { token: token({ sub: 7, role: "x" }) })).ok, true);
    await pause(100);
    assert.equal((await ask(rooms, "get-active-users")).users.find((each) => each.id === 7).username, "Seven");
    assert.equal((await ask(nobody, "user:connected", { username: "a\u0007b" })).data.field, "username");
  });
});
