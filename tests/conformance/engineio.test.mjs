import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { engineSocket, http, pause, Polling, Socket, startServer } from "./support/peer.mjs";

let server;
before(async () => (server = await startServer()));
after(() => server.stop());
const polling = () => new Polling(server.url).open();

describe("HTTP", () => {
  test("the open packet has exactly its keys; upgrades only on polling", async () => {
    const { handshake } = await polling();
    const { sid, ...rest } = handshake;
    assert.ok(sid.length >= 20);
    assert.deepEqual(rest, { upgrades: ["websocket"], pingInterval: 300, pingTimeout: 200, maxPayload: 1000000 });
    const socket = engineSocket(server.url);
    const open = await socket.next();
    assert.deepEqual(JSON.parse(open.slice(1)).upgrades, []);
    assert.doesNotMatch(open, / /);
    socket.ws.close();
  });

  const refusals = [
    ["no transport", "?EIO=4", {}, 0],
    ["an unknown transport", "?EIO=4&transport=abc", {}, 0],
    ["an unknown sid", "?EIO=4&transport=polling&sid=abc", {}, 1],
    ["a POST without sid", "?EIO=4&transport=polling", { method: "POST", body: "4x" }, 2],
    ["a PUT without sid", "?EIO=4&transport=polling", { method: "PUT" }, 2],
    ["websocket without an upgrade", "?EIO=4&transport=websocket", {}, 3],
    ["a missing EIO", "?transport=polling", {}, 5],
    ["EIO=3", "?EIO=3&transport=polling", {}, 5],
    ["EIO=abc", "?EIO=abc&transport=polling", {}, 5],
  ];
  for (const [what, query, options, code] of refusals) {
    test(`${what}: 400 with code ${code}, and CORS headers`, async () => {
      const answer = await http(`${server.url}/engine.io/${query}`, { ...options, headers: { Origin: "http://x.example" } });
      assert.equal(answer.status, 400);
      assert.equal(answer.headers["content-type"], "application/json");
      assert.equal(answer.headers["access-control-allow-origin"], "*");
      assert.equal(JSON.parse(answer.body).code, code);
      assert.equal(typeof JSON.parse(answer.body).message, "string");
    });
  }

  test("a path without its trailing slash is 404", async () => {
    assert.equal((await http(`${server.url}/socket.io?EIO=4&transport=polling`)).status, 404);
  });

  test("a preflight: 204, methods, the requested headers echoed, Vary", async () => {
    const answer = await http(`${server.url}/socket.io/`, {
      method: "OPTIONS",
      headers: { Origin: "http://x.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "x-one" },
    });
    assert.equal(answer.status, 204);
    assert.match(answer.headers["access-control-allow-methods"], /POST/);
    assert.equal(answer.headers["access-control-allow-headers"], "x-one");
    assert.match(answer.headers.vary, /Access-Control-Request-Headers/);
  });

  test("POST answers ok as text/html, uncached; GET text/plain with all packets of the POST in one payload", async () => {
    const client = await polling();
    const post = await client.post("4one\x1e4two\x1ebAQID\x1e4three");
    assert.equal(post.status, 200);
    assert.equal(post.body, "ok");
    assert.equal(post.headers["content-type"], "text/html");
    assert.equal(post.headers["cache-control"], "no-store");
    const get = await client.get();
    assert.equal(get.body, "4one\x1e4two\x1ebAQID\x1e4three");
    assert.equal(get.headers["content-type"], "text/plain; charset=UTF-8");
  });

  test("a parked GET gets a batch with separators", async () => {
    const client = await polling();
    const parked = client.get();
    await pause(30);
    await client.post("4a\x1e4b");
    assert.equal((await parked).body, "4a\x1e4b");
  });

  test("a body over the limit: 413", async () => {
    const client = await polling();
    const answer = await client.post("4" + "x".repeat(1_000_001)).catch((error) => ({ status: error.code }));
    assert.equal(answer.status, 413);
  });

  for (const body of ["", "abc", "7x", "4ok\x1e", "b!!!", "bAQ", "4\ud800".slice(0, 1) + "\x1eX"]) {
    test(`a malformed payload ${JSON.stringify(body)}: 400, the session is gone`, async () => {
      const client = await polling();
      assert.equal((await client.post(body)).status, 400);
      assert.equal((await client.get()).status, 400);
    });
  }

  test("two GETs at once: the first gets 200 with 1, the second 400, the session is gone", async () => {
    const client = await polling();
    const first = client.get();
    await pause(30);
    assert.equal((await client.get()).status, 400);
    const closed = await first;
    assert.equal(closed.status, 200);
    assert.equal(closed.body, "1");
    assert.equal((await client.get()).status, 400);
  });

  test("a client that aborts its parked GET closes the session at once", async () => {
    const client = await polling();
    let parked;
    client.get({ onRequest: (request) => (parked = request) }).catch(() => {});
    await pause(50);
    parked.destroy();
    await pause(50);
    assert.equal((await client.get()).status, 400);
  });

  test("POST of 1: the parked GET gets 6, the next is 400", async () => {
    const client = await polling();
    const parked = client.get();
    await pause(30);
    assert.equal((await client.post("1")).body, "ok");
    assert.equal((await parked).body, "6");
    assert.equal((await client.get()).status, 400);
  });

  test("a failed WebSocket upgrade: HTTP 400", async () => {
    for (const query of ["?EIO=4&transport=abc", "?EIO=3&transport=websocket", "?EIO=4&transport=websocket&sid=nope"]) {
      await assert.rejects(new Socket(server.url, `/engine.io/${query}`).opened, /400/);
    }
  });
});

describe("upgrade", () => {
  const probe = async (client) => {
    const socket = new Socket(server.url, `/engine.io/?EIO=4&transport=websocket&sid=${client.sid}`);
    await socket.opened;
    socket.send("2probe");
    assert.equal(await socket.next(), "3probe");
    return socket;
  };

  test("every GET is answered 6 until 5 arrives; then GETs are 400, and buffered packets flush", async () => {
    const client = await polling();
    const parked = client.get();
    await pause(20);
    const socket = await probe(client);
    assert.equal((await parked).body, "6");
    assert.equal((await client.get()).body, "6");
    assert.equal((await client.get()).body, "6");
    assert.equal((await client.post("4buffered")).body, "ok");
    socket.send("5");
    assert.equal(await socket.said(), "4buffered");
    assert.equal((await client.get()).status, 400);
    socket.send("4hello");
    assert.equal(await socket.said(), "4hello");
    socket.ws.close();
  });

  test("a second WebSocket for that sid is closed, and the first keeps working", async () => {
    const client = await polling();
    const socket = await probe(client);
    socket.send("5");
    const second = new Socket(server.url, `/engine.io/?EIO=4&transport=websocket&sid=${client.sid}`);
    await second.closed;
    socket.send("4still");
    assert.equal(await socket.said(), "4still");
    socket.ws.close();
  });

  test("a failed probe leaves polling alive", async () => {
    const client = await polling();
    const socket = new Socket(server.url, `/engine.io/?EIO=4&transport=websocket&sid=${client.sid}`);
    await socket.opened;
    socket.send("4not a probe");
    await socket.closed;
    await client.post("4alive");
    assert.match((await client.get()).body, /4alive/);
  });
});

describe("heartbeat", () => {
  test("the server pings at 300 ms and closes at 500 ms without a pong", async () => {
    const socket = engineSocket(server.url);
    await socket.next();
    const begin = performance.now();
    assert.equal(await socket.next(), "2");
    const pinged = performance.now() - begin;
    await socket.closed;
    const closed = performance.now() - begin;
    assert.ok(pinged > 280 && pinged < 400, `ping after ${pinged}`);
    assert.ok(closed > 480 && closed < 620, `close after ${closed}`);
  });
  test("the server pings over polling", async () => {
    const client = await polling();
    for (let round = 0; round < 3; ++round) {
      assert.equal((await client.get()).body, "2");
      assert.equal((await client.post("3")).body, "ok");
    }
  });
  test("stray 3, 0, 6 and 5 are ignored", async () => {
    const socket = engineSocket(server.url);
    await socket.next();
    for (const packet of ["3", "0", "6", "5"]) socket.send(packet);
    socket.send("4here");
    assert.equal(await socket.said(), "4here");
    socket.ws.close();
  });
  for (const packet of ["2", "abc", "7", ""]) {
    test(`a client's ${JSON.stringify(packet)} closes`, async () => {
      const socket = engineSocket(server.url);
      await socket.next();
      socket.send(packet);
      await socket.closed;
    });
  }
});

describe("messages", () => {
  test("text and binary are echoed", async () => {
    const socket = engineSocket(server.url);
    await socket.next();
    socket.send("4hello €");
    assert.equal(await socket.said(), "4hello €");
    socket.send(Buffer.from([1, 2, 3]));
    assert.deepEqual(await socket.said(), Buffer.from([1, 2, 3]));
    socket.ws.close();
  });
  test("a message over the limit: close 1009", async () => {
    const socket = engineSocket(server.url);
    await socket.next();
    socket.send("4" + "x".repeat(1_000_001));
    assert.equal(await socket.closed, 1009);
  });
  test("/echo returns messages to 16 MiB, text and binary, fragments joined", async () => {
    const socket = new Socket(server.url, "/echo");
    await socket.opened;
    const large = Buffer.alloc(16 * 1024 * 1024, 7);
    socket.send(large);
    assert.ok((await socket.next(10_000)).equals(large));
    for (let n = 0; n < 1000; ++n) socket.ws.send("x", { fin: n === 999 });
    assert.equal((await socket.next()).length, 1000);
    socket.ws.close();
  });
});
