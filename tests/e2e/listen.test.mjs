// Where the server is reached: several addresses, Unix sockets, its path with and without the last slash.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { closeAll, connect, hear, versions } from "./support/clients.mjs";
import { runToEnd, startServer } from "./support/server.mjs";

const key = { PARLEY_JWT_SECRET: "0123456789abcdef0123456789abcdef" };
const handshake = (base) => fetch(`${base}?EIO=4&transport=polling`).then(({ status }) => status);

/** The status of a request by the socket's file. */
function askUnix(socketPath, path = "/healthz") {
  return new Promise((done, failed) => {
    const asking = request({ socketPath, path, headers: { Host: "here" }, agent: false }, (answer) => {
      answer.resume();
      answer.on("end", () => done(answer.statusCode));
    });
    asking.on("error", failed);
    asking.end();
  });
}

describe("several addresses", () => {
  afterEach(closeAll);

  test("are served alike, and announced each", async () => {
    const server = await startServer(["--threads", "2"], {}, ["127.0.0.1:0", "[::1]:0", "127.0.0.1:0"]);
    assert.equal(new Set(server.urls).size, 3);
    assert.match(server.urls[1], /^http:\/\/\[::1\]:\d+$/);
    const sockets = [];
    for (const [at, url] of server.urls.entries()) sockets.push(await connect({ url }, "/hub", { sub: `user-${at}` }));
    for (const socket of sockets) await socket.emitWithAck("join_room", { room: "all" });
    sockets[0].emit("send_message", { room: "all", message: "hello" });
    for (const socket of sockets) await hear(socket, "new_message", (each) => each.message === "hello");
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  });

  test("may come from the environment and the file", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-listen-"));
    const file = join(folder, "parley.toml");
    writeFileSync(file, `listen = ["127.0.0.1:0", "unix:${folder}/p.sock"]\n`);
    for (const [flags, environment] of [[["--config", file], {}], [[], { PARLEY_LISTEN: `127.0.0.1:0,unix:${folder}/p.sock` }]]) {
      const { code, err } = await runToEnd([...flags, "--check-config"], { ...key, ...environment });
      assert.equal(code, 0, err);
    }
    rmSync(folder, { recursive: true });
  });

  test("of which one is taken are none: the start fails, and names it", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((done) => taken.once("listening", done));
    const where = `127.0.0.1:${taken.address().port}`;
    const { code, out, err } = await runToEnd(["--listen", "127.0.0.1:0", "--listen", where], key);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`cannot listen on ${where}: .*in use`));
    assert.doesNotMatch(out, /listening/);
    taken.close();
  });

  test("must all be loopback where only loopback is right", async () => {
    for (const mode of ["--dev-auth", "--conformance"]) {
      const { code, err } = await runToEnd([mode, "--check-config", "--listen", "127.0.0.1:0", "--listen", "0.0.0.0:3000"], key);
      assert.notEqual(code, 0);
      assert.match(err, /0\.0\.0\.0:3000/);
    }
  });
});

describe("a Unix socket", () => {
  let folder, path;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "parley-unix-"));
    path = join(folder, "parley.sock");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("is announced, served, has its permissions, and is gone after the stop", async () => {
    const server = await startServer(["--listen-mode", "0600"], {}, [`unix:${path}`]);
    assert.deepEqual(server.urls, [`unix:${path}`]);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(await askUnix(path), 200);
    assert.equal(await askUnix(path, "/socket.io/?EIO=4&transport=polling"), 200);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.deepEqual(readdirSync(folder), []);
  });

  test("has permissions for owner and group unless others are named", async () => {
    const server = await startServer([], {}, [`unix:${path}`]);
    assert.equal(statSync(path).mode & 0o777, 0o660);
    await server.stop();
  });

  test("that a killed server has left is replaced", async () => {
    const first = await startServer([], {}, [`unix:${path}`]);
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    assert.ok(existsSync(path));
    const second = await startServer([], {}, [`unix:${path}`]);
    assert.equal(await askUnix(path), 200);
    await second.stop();
  });

  test("of another server stays that one's, as does a file that is no socket", async () => {
    const server = await startServer([], {}, [`unix:${path}`]);
    const second = await runToEnd(["--listen", `unix:${path}`], key);
    assert.equal(second.code, 1);
    assert.match(second.err, new RegExp(`cannot listen on unix:${path}: .*in use`));
    assert.equal(await askUnix(path), 200);
    await server.stop();

    const other = createServer().listen(path);
    await new Promise((done) => other.once("listening", done));
    assert.match((await runToEnd(["--listen", `unix:${path}`], key)).err, /in use/);
    await new Promise((done) => other.close(done));

    writeFileSync(path, "mine");
    const third = await runToEnd(["--listen", `unix:${path}`], key);
    assert.equal(third.code, 1);
    assert.match(third.err, /no socket/);
    assert.equal(statSync(path).size, 4);
  });

  test("without a folder names the address that cannot be had", async () => {
    const { code, err } = await runToEnd(["--listen", `unix:${folder}/no/p.sock`], key);
    assert.equal(code, 1);
    assert.match(err, new RegExp(`cannot listen on unix:${folder}/no/p\\.sock`));
  });
});

describe("the path", () => {
  let server, own;
  before(async () => {
    server = await startServer();
    own = await startServer(["--path", "/chat/ws"]);
  });
  after(async () => {
    closeAll();
    await Promise.all([server.stop(), own.stop()]);
  });

  test("may be configured without its last slash", async () => {
    for (const path of ["/chat/ws", "/chat/ws/"]) await connect(own, "/hub", { sub: "a" }, { path });
    assert.equal(await handshake(`${own.url}/chat/ws/`), 200);
    assert.equal(await handshake(`${own.url}/socket.io/`), 404);
  });

  for (const transports of [["polling"], ["websocket"], ["polling", "websocket"]])
    test(`may be asked for without its last slash, by ${transports.join(" then ")}`, async () => {
      for (const [at, path] of [[server, "/socket.io"], [own, "/chat/ws"]]) {
        const socket = await connect(at, "/hub", { sub: "a" }, { path, addTrailingSlash: false, transports }, versions[4.8]);
        assert.ok((await socket.emitWithAck("get_online_users")).ok);
      }
    });

  test("without its last slash is nothing to who does not speak Engine.IO, and more than a slash is another", async () => {
    assert.equal((await fetch(`${server.url}/socket.io`)).status, 404);
    assert.equal(await handshake(`${server.url}/socket.io//`), 404);
    assert.equal(await handshake(`${server.url}/socket.i`), 404);
  });

  test("for the conformance suites ends in a slash", async () => {
    const strict = await startServer(["--conformance"]);
    assert.equal(await handshake(`${strict.url}/socket.io`), 404);
    assert.equal(await handshake(`${strict.url}/socket.io/`), 200);
    await strict.stop();
  });
});
