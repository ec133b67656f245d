// Tokens that are good but for what back ends say of their users: refused over sockets and over REST alike.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { client, closeAll, connect, hear, pause, refusal } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { runToEnd, secret, startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const service = { sub: "back-end", role: "service" };
const reading = ["/api/conversations", "/api/users/online", "/websocket/active-users", "/websocket/users-stats"];

describe("a revoked token", () => {
  let server;
  before(async () => (server = await startServer()));
  after(async () => {
    closeAll();
    await server.stop();
  });
  const call = (method, path, claims, body) => rest(server, method, path, claims, body);

  test("is refused by REST, too, whatever is asked; a newer one is not", async () => {
    assert.equal((await call("POST", "/api/users/ann/revoke", service)).status, 200);
    for (const path of reading) {
      const refused = await call("GET", path, { sub: "ann" });
      assert.equal(refused.status, 401, path);
      assert.equal(refused.body.code, "token_revoked");
      assert.equal((await call("GET", path, { sub: "ann", tokenVersion: 1 })).status, 200, path);
    }
    assert.equal((await call("GET", "/api/nothing", { sub: "ann" })).status, 404);
    assert.equal((await call("GET", "/api/conversations/x/messages?limit=900", { sub: "ann" })).status, 401);
  });
  test("is refused when it is a service's", async () => {
    const old = { sub: "other-back-end", role: "service" };
    assert.equal((await call("POST", "/api/emit", old, { to: "all", event: "x" })).status, 200);
    assert.equal((await call("POST", "/api/users/other-back-end/revoke", service)).status, 200);
    for (const [path, body] of [
      ["/api/emit", { to: "all", event: "x" }],
      ["/websocket/broadcast", { message: "x" }],
      ["/websocket/send-to-role", { role: "admin", message: "x" }],
    ]) {
      const refused = await call("POST", path, old, body);
      assert.equal(refused.status, 401, path);
      assert.equal(refused.body.code, "token_revoked");
    }
  });
  test("a back end that raises the version ends the sessions of older tokens alone, and never lowers it", async () => {
    const old = await connect(server, "/messages", { sub: "raised", tokenVersion: 1 });
    const fresh = await connect(server, "/messages", { sub: "raised", tokenVersion: 2 });
    const gone = new Promise((done) => old.once("disconnect", done));
    const put = (tokenVersion) => call("PUT", "/api/users/raised", service, { username: "raised", tokenVersion });
    assert.equal((await put(2)).body.tokenVersion, 2);
    assert.equal(await gone, "io server disconnect");
    assert.equal((await hear(old, "error")).code, "token_revoked");
    assert.equal((await put(1)).body.tokenVersion, 2);
    assert.equal((await put(undefined)).body.tokenVersion, 2);
    assert.equal((await refusal(client(server, "/messages", { auth: { token: token({ sub: "raised", tokenVersion: 1 }) } }))).data.code, "token_revoked");
    await pause(100);
    assert.ok(fresh.connected);
  });
});

describe("require-known-user", () => {
  test("REST refuses who is unknown, as sockets do", async () => {
    const server = await startServer(["--require-known-user"]);
    for (const path of reading) {
      const refused = await rest(server, "GET", path, { sub: "nobody" });
      assert.equal(refused.status, 401);
      assert.equal(refused.body.code, "user_unknown");
    }
    assert.equal((await refusal(client(server, "/messages", { auth: { token: token({ sub: "nobody" }) } }))).data.code, "user_unknown");
    assert.equal((await rest(server, "GET", "/api/users/online")).body.code, "token_missing");
    await server.stop();
  });
  test("an unknown back end may tell of users, itself first", async () => {
    const server = await startServer(["--require-known-user"]);
    const emit = () => rest(server, "POST", "/api/emit", service, { to: "all", event: "x" });
    const put = (id, claims) => rest(server, "PUT", `/api/users/${id}`, claims, { username: id });
    assert.equal((await emit()).body.code, "user_unknown");
    assert.equal((await put("ann", { sub: "ann" })).status, 401);
    for (const id of [service.sub, "ann"]) assert.equal((await put(id, service)).status, 200);
    assert.equal((await emit()).status, 200);
    assert.equal((await rest(server, "GET", "/api/users/online", { sub: "ann" })).status, 200);
    await server.stop();
  });
  test("without a store: the server says why it does not start", async () => {
    const ended = await runToEnd(["--require-known-user", "--store", "none"], { PARLEY_JWT_SECRET: secret });
    assert.equal(ended.code, 2);
    assert.match(ended.err, /require-known-user: needs a store/);
  });
});
