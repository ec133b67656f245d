import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { ask, client, closeAll, connect, hear, io2, refusal, versions } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { inSeconds, token } from "./support/tokens.mjs";

let server;
before(async () => (server = await startServer(["--allow-eio3", "--presence-grace", "100ms"])));
after(async () => {
  closeAll();
  await server.stop();
});

const places = {
  "auth object": (jwt) => ({ auth: { token: jwt } }),
  "auth object with Bearer": (jwt) => ({ auth: { token: `Bearer ${jwt}` } }),
  "Authorization header": (jwt) => ({ extraHeaders: { Authorization: `Bearer ${jwt}` } }),
  query: (jwt) => ({ query: { token: jwt } }),
};
const transports = { polling: ["polling"], websocket: ["websocket"], upgrade: ["polling", "websocket"] };

describe("a token is accepted", () => {
  for (const [version, io] of Object.entries(versions)) {
    for (const [place, options] of Object.entries(places)) {
      for (const [name, list] of Object.entries(transports)) {
        test(`from the ${place}, by socket.io-client ${version} over ${name}`, async () => {
          const socket = client(server, "/rooms", { ...options(token({ sub: 7, username: "ann" })), transports: list }, io);
          const data = await hear(socket, "connected");
          assert.equal(data.user.id, 7);
          assert.equal(data.user.username, "ann");
          if (name === "upgrade") {
            while (socket.io.engine.transport.name !== "websocket") await new Promise((done) => setTimeout(done, 10));
            assert.equal((await ask(socket, "get-active-users")).ok, true);
          }
          socket.close();
        });
      }
    }
  }

  for (const [place, options] of Object.entries(places)) {
    for (const [name, list] of Object.entries(transports)) {
      test(`of 11.8 KB, from the ${place} over ${name}`, async () => {
        const jwt = token({ sub: "long", pad: "x".repeat(8_700) });
        assert.ok(jwt.length > 11_700 && jwt.length < 12_000, `${jwt.length}`);
        const socket = client(server, "/rooms", { ...options(jwt), transports: list });
        assert.equal((await hear(socket, "connected")).user.id, "long");
        socket.close();
      });
    }
  }
  test("of 11.8 KB over REST and plain frames", async () => {
    const jwt = token({ sub: "long", pad: "x".repeat(8_700) });
    for (const [url, headers] of [[`/api/users/online?token=${jwt}`, {}], ["/api/users/online", { Authorization: `Bearer ${jwt}` }]])
      assert.equal((await fetch(server.url + url, { headers })).status, 200);
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/rooms?token=${jwt}`);
    const first = await new Promise((done) => socket.once("message", (text) => done(JSON.parse(text))));
    assert.equal(first.event, "connected");
    socket.close();
  });
  test("when it was issued ten seconds ahead, or has an iat that means nothing", async () => {
    for (const iat of [inSeconds(10), "yesterday"]) (await connect(server, "/hub", { sub: 1, iat })).close();
  });
  test("when its role is an object with a name, or a list of such", async () => {
    for (const claims of [{ role: { name: "Admin", id: 1 } }, { roles: [{ name: "Admin" }, "viewer"] }]) {
      const socket = await connect(server, "/rooms", { sub: 1, ...claims });
      assert.equal((await hear(socket, "connected")).user.role, "Admin");
      assert.equal((await rest(server, "GET", "/api/clients", { sub: 1, ...claims })).status, 200);
      socket.close();
    }
  });

  for (const list of [["polling"], ["websocket"], ["polling", "websocket"]]) {
    test(`from the query, by a 2.x client over ${list}`, async () => {
      const socket = io2(`${server.url}/rooms?token=${token({ sub: "old" })}`, { transports: list, forceNew: true, query: { token: token({ sub: "old" }) } });
      const data = await new Promise((done, failed) => {
        socket.on("connected", done);
        socket.on("error", failed);
      });
      assert.equal(data.user.id, "old");
      const answer = await new Promise((done) => socket.emit("join-room", { room: "two" }, done));
      assert.equal(answer.ok, true);
      socket.close();
    });
  }

  test("when its user id is in sub, id, userId or user_id, and its name in username, name or email", async () => {
    for (const [claims, id, username] of [
      [{ sub: "a", name: "Ann" }, "a", "Ann"],
      [{ id: 5, email: "five@x.example" }, 5, "five@x.example"],
      [{ userId: "b" }, "b", "b"],
      [{ user_id: 6 }, 6, "6"],
    ]) {
      const socket = await connect(server, "/rooms", claims);
      const { user } = await hear(socket, "connected");
      assert.equal(user.id, id);
      assert.equal(user.username, username);
      socket.close();
    }
  });
});

describe("a token is refused", () => {
  const cases = {
    token_missing: {},
    token_invalid: { auth: { token: "no.such.token" } },
    token_expired: { auth: { token: token({ sub: 1, exp: inSeconds(-60) }) } },
  };
  for (const [code, options] of Object.entries(cases)) {
    test(`with ${code}`, async () => {
      const error = await refusal(client(server, "/rooms", options));
      assert.equal(error.data.code, code);
      assert.ok(error.message.length > 0);
    });
  }
  const invalid = {
    "of another key": token({ sub: 1 }, { key: "another secret of more than 32 bytes" }),
    "without a signature": token({ sub: 1 }, { alg: "none" }),
    "without a user": token({ username: "nobody" }),
    "not valid yet": token({ sub: 1, nbf: inSeconds(600) }),
  };
  for (const [what, jwt] of Object.entries(invalid)) {
    test(`when it is ${what}`, async () => {
      const error = await refusal(client(server, "/hub", { auth: { token: jwt } }));
      assert.equal(error.data.code, "token_invalid");
    });
  }
  test("when it is longer than token-bytes, and is told so, in the dialect's words", async () => {
    const jwt = token({ sub: 1, pad: "x".repeat(14_000) });
    const error = await refusal(client(server, "/hub", { auth: { token: jwt } }));
    assert.equal(error.data.code, "token_invalid");
    assert.equal(error.message, `Authentication token is invalid: it has ${jwt.length} bytes, and this server takes tokens of 16384 bytes at most (token-bytes)`);
    assert.match((await refusal(client(server, "/groups", { auth: { token: jwt } }))).message, /demasiado largo/);
  });
  test("without ending the connection: another namespace can be joined over it", async () => {
    const refused = client(server, "/rooms", { forceNew: true });
    await refusal(refused);
    const other = refused.io.socket("/hub", { auth: { token: token({ sub: "late" }) } });
    await new Promise((done) => other.once("connect", done));
    other.io.engine.close();
  });
});

describe("keys in files", () => {
  const folder = mkdtempSync(join(tmpdir(), "parley-keys-"));
  after(() => rmSync(folder, { recursive: true }));
  const pairs = {
    RS256: generateKeyPairSync("rsa", { modulusLength: 2048 }),
    ES256: generateKeyPairSync("ec", { namedCurve: "P-256" }),
  };
  for (const [alg, { publicKey, privateKey }] of Object.entries(pairs)) {
    test(`${alg} by PEM file, and HS256 with the public key as its secret is refused`, async () => {
      const pem = publicKey.export({ type: "spki", format: "pem" });
      const file = join(folder, `${alg}.pem`);
      writeFileSync(file, pem);
      const keyed = await startServer(["--jwt-public-key", file], { PARLEY_JWT_SECRET: "" });
      const socket = client(keyed, "/hub", { auth: { token: token({ sub: 1 }, { alg, key: privateKey }) } });
      await new Promise((done) => socket.once("connect", done));
      const forged = client(keyed, "/hub", { auth: { token: token({ sub: 1 }, { key: pem }) } });
      assert.equal((await refusal(forged)).data.code, "token_invalid");
      socket.close();
      await keyed.stop();
    });
    test(`${alg} by JWKS file`, async () => {
      const file = join(folder, `${alg}.json`);
      writeFileSync(file, JSON.stringify({ keys: [{ ...publicKey.export({ format: "jwk" }), alg, kid: "k1", use: "sig" }] }));
      const keyed = await startServer(["--jwks", file], { PARLEY_JWT_SECRET: "" });
      const jwt = token({ sub: 1 }, { alg, key: privateKey, header: { kid: "k1" } });
      const socket = client(keyed, "/hub", { auth: { token: jwt } });
      await new Promise((done) => socket.once("connect", done));
      socket.close();
      await keyed.stop();
    });
  }
});

describe("a session and its token's end", () => {
  for (const [namespace, event] of [["/rooms", "error"], ["/hub", "exception"]]) {
    test(`on ${namespace}: ${event} with token_expired, then a disconnect`, async () => {
      const socket = await connect(server, namespace, { sub: "brief", exp: inSeconds(-3) });
      const gone = new Promise((done) => socket.once("disconnect", done));
      assert.equal((await hear(socket, event, () => true, 5000)).code, "token_expired");
      assert.equal(await gone, "io server disconnect");
    });
  }
  test("it lives as long as the token would let it in", async () => {
    const exp = inSeconds(1);
    const socket = await connect(server, "/rooms", { sub: "late", exp });
    assert.equal((await hear(socket, "error", () => true, 9000)).code, "token_expired");
    assert.ok(Date.now() >= (exp + 5) * 1000);
    assert.equal((await refusal(client(server, "/rooms", { auth: { token: token({ sub: "late", exp }) } }))).data.code, "token_expired");
  });
  test("auth:refresh keeps it alive, and answers when the new token ends", async () => {
    const socket = await connect(server, "/rooms", { sub: "stays", exp: inSeconds(-3) });
    const exp = inSeconds(600);
    const answer = await ask(socket, "auth:refresh", { token: token({ sub: "stays", exp }) });
    assert.equal(answer.ok, true);
    assert.equal(Date.parse(answer.expiresAt), exp * 1000);
    await new Promise((done) => setTimeout(done, 2600));
    assert.ok(socket.connected);
  });
  test("a token without exp: its session does not end, and one warning is logged", async () => {
    const sockets = await Promise.all([1, 2, 3].map((sub) => connect(server, "/rooms", { sub, exp: undefined })));
    const answer = await ask(sockets[0], "auth:refresh", { token: token({ sub: 1, exp: undefined }) });
    assert.deepEqual([answer.ok, answer.expiresAt], [true, null]);
    assert.equal(server.logs().match(/a token without exp was taken/g).length, 1);
    for (const socket of sockets) assert.ok(socket.connected);
  });
  test("auth:refresh with a token without exp: the old one's end is none of the session's", async () => {
    const socket = await connect(server, "/rooms", { sub: "endless", exp: inSeconds(-3) });
    assert.equal((await ask(socket, "auth:refresh", { token: token({ sub: "endless", exp: undefined }) })).expiresAt, null);
    await new Promise((done) => setTimeout(done, 2600));
    assert.ok(socket.connected);
    assert.equal((await ask(socket, "auth:refresh", { token: token({ sub: "endless", exp: inSeconds(-4) }) })).ok, true);
    assert.equal((await hear(socket, "error", () => true, 5000)).code, "token_expired");
  });
  test("--jwt-require-exp refuses a token without exp", async () => {
    const strict = await startServer(["--jwt-require-exp"]);
    const error = await refusal(client(strict, "/rooms", { auth: { token: token({ sub: 1, exp: undefined }) } }));
    assert.equal(error.data.code, "token_invalid");
    assert.match(error.message, /exp/);
    (await connect(strict, "/rooms", { sub: 1 })).close();
    await strict.stop();
  });
  test("auth:refresh with another user's token is refused", async () => {
    const socket = await connect(server, "/rooms", { sub: "me" });
    const answer = await ask(socket, "auth:refresh", { token: token({ sub: "you" }) });
    assert.equal(answer.ok, false);
    assert.equal(answer.code, "forbidden");
  });
});

test("no token ever appears in the logs", () => assert.doesNotMatch(server.logs(), /eyJ/));
