// HTTP as it comes over the wire: in pieces, several requests at once, bodies with their headers or behind them.
import assert from "node:assert/strict";
import { createConnection } from "node:net";
import { after, before, describe, test } from "node:test";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

let server;
before(async () => (server = await startServer(["--presence-grace", "100ms", "--header-bytes", "4096", "--cors-origins", "*"])));
after(async () => server.stop());

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Writes the pieces with pauses between them; resolves to all that came until the server closed. */
async function talk(pieces) {
  const socket = createConnection({ host: "127.0.0.1", port: new URL(server.url).port });
  socket.setNoDelay(true);
  let heard = "";
  const done = new Promise((ended, failed) => {
    socket.on("data", (chunk) => (heard += chunk));
    socket.on("end", ended);
    socket.on("error", failed);
  });
  for (const piece of pieces) {
    socket.write(piece);
    await pause(5);
  }
  await done;
  socket.destroy();
  return heard;
}

const statuses = (heard) => [...heard.matchAll(/HTTP\/1\.1 (\d+)/g)].map((each) => Number(each[1]));
const get = (path, last = true) =>
  `GET ${path} HTTP/1.1\r\nHost: here\r\n${last ? "Connection: close\r\n" : ""}\r\n`;

let made = 0;

/** The header and the body of a request that makes a conversation. */
function post(extra = "", body = JSON.stringify({ id: `wire-${++made}`, type: "open" })) {
  const jwt = token({ sub: "back-end", role: "admin" });
  return [
    `POST /api/conversations HTTP/1.1\r\nHost: here\r\nAuthorization: Bearer ${jwt}\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n${extra}\r\n`,
    body,
  ];
}

describe("a request", () => {
  test("is answered when it comes whole", async () => {
    assert.deepEqual(statuses(await talk([get("/healthz")])), [200]);
  });

  test("is answered when it comes byte by byte", async () => {
    assert.deepEqual(statuses(await talk([...get("/healthz")])), [200]);
  });

  test("is answered wherever it is cut", async () => {
    const whole = get("/healthz");
    const cuts = [1, 3, 4, 12, 24, whole.length - 4, whole.length - 3, whole.length - 2, whole.length - 1];
    const heard = await Promise.all(cuts.map((at) => talk([whole.slice(0, at), whole.slice(at)])));
    for (const each of heard) assert.deepEqual(statuses(each), [200]);
  });

  test("is answered behind empty lines", async () => {
    assert.deepEqual(statuses(await talk(["\r\n\r\n" + get("/healthz")])), [200]);
    assert.deepEqual(statuses(await talk([get("/healthz", false) + "\r\n", "\r", "\n" + get("/healthz")])), [200, 200]);
  });

  test("is answered behind others that came with it, in their order", async () => {
    const heard = await talk([get("/nowhere", false) + get("/healthz", false) + get("/socket.io/?EIO=9")]);
    assert.deepEqual(statuses(heard), [404, 200, 400]);
  });

  test("is answered with the rest of it behind another", async () => {
    const last = get("/healthz");
    const heard = await talk([get("/nowhere", false) + last.slice(0, 20), last.slice(20)]);
    assert.deepEqual(statuses(heard), [404, 200]);
  });

  test("is answered on a connection that waited meanwhile", async () => {
    const heard = await talk([get("/healthz", false), "", get("/healthz", false), get("/healthz")]);
    assert.deepEqual(statuses(heard), [200, 200, 200]);
  });
});

describe("a body", () => {
  const ways = {
    "with its header": (header, text) => [header + text],
    "behind its header": (header, text) => [header, text],
    "in two pieces": (header, text) => [header + text.slice(0, 5), text.slice(5)],
    "byte by byte": (header, text) => [header, ...text],
  };
  for (const [name, cut] of Object.entries(ways))
    test(`is taken ${name}`, async () => assert.deepEqual(statuses(await talk(cut(...post()))), [201]));

  test("is waited for when the client asks whether to go on", async () => {
    const [header, text] = post("Expect: 100-continue\r\n");
    assert.deepEqual(statuses(await talk([header, text])), [100, 201]);
  });

  test("that is longer than allowed is refused before it is read", async () => {
    const [header] = post("", "x".repeat(2_000_000));
    assert.deepEqual(statuses(await talk([header])), [413]);
  });
});

describe("a request", () => {
  test("may name the whole address", async () => {
    assert.deepEqual(statuses(await talk([get("http://here/healthz")])), [200]);
    assert.deepEqual(statuses(await talk([get("http://here?x")])), [404]);
  });

  test("of HTTP/1.0 is not told to go on", async () => {
    const [header, text] = post("Expect: 100-continue\r\n");
    assert.deepEqual(statuses(await talk([header.replace("HTTP/1.1", "HTTP/1.0"), text])), [201]);
  });

  test("by HEAD is answered without a body, by other methods where there are none 405", async () => {
    const head = await talk([get("/readyz").replace("GET", "HEAD")]);
    assert.deepEqual(statuses(head), [200]);
    assert.equal(head.split("\r\n\r\n")[1], "");
    const secret = token({ sub: "ann" });
    const online = await talk([get("/api/users/online").replace("GET", "HEAD").replace("\r\n", `\r\nAuthorization: Bearer ${secret}\r\n`)]);
    assert.deepEqual(statuses(online), [200]);
    assert.deepEqual(statuses(await talk([get("/healthz").replace("GET", "DELETE")])), [405]);
  });

  test("for a WebSocket may say so in two lines", async () => {
    const asked = "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: here\r\nConnection: keep-alive\r\nConnection: Upgrade\r\n";
    const heard = await talk([`${asked}Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`, Buffer.from([0x88, 0x80, 0, 0, 0, 0])]);
    assert.deepEqual(statuses(heard), [101]);
  });
});

describe("what is no request", () => {
  test("is told so", async () => assert.deepEqual(statuses(await talk(["no request at all\r\n\r\n"])), [400]));

  test("is told that its header is too long, in one piece or many", async () => {
    const long = `GET /healthz HTTP/1.1\r\nHost: here\r\nX-Long: ${"x".repeat(10_000)}\r\n\r\n`;
    assert.deepEqual(statuses(await talk([long])), [431]);
    assert.deepEqual(statuses(await talk([long.slice(0, 100), long.slice(100)])), [431]);
  });

  for (const coding of ["gzip", "identity", "xchunked", "chunked, gzip", "chunked, chunked", '"chunked"'])
    test(`is all that a body of unknown end is: Transfer-Encoding ${coding}`, async () => {
      const [header, body] = post();
      const within = get("/healthz");
      const unclear = header.replace(/Content-Length: \d+/, `Transfer-Encoding: ${coding}`);
      assert.deepEqual(statuses(await talk([unclear, body + within])), [400]);
      assert.deepEqual(statuses(await talk([unclear + within])), [400]);
    });

  test("is a request for no host, or for two", async () => {
    assert.deepEqual(statuses(await talk(["GET /healthz HTTP/1.1\r\n\r\n"])), [400]);
    assert.deepEqual(statuses(await talk(["GET /healthz HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"])), [400]);
    assert.deepEqual(statuses(await talk(["GET /healthz HTTP/1.0\r\n\r\n"])), [200]);
  });

  test("can be read by pages of other origins", async () => {
    const [header] = post("Origin: http://page.example\r\n", "x".repeat(2_000_000));
    assert.match(await talk([header]), /HTTP\/1\.1 413[^]*access-control-allow-origin: http:\/\/page\.example/i);
  });

  const origin = "Origin: http://page.example\r\n";
  const long = `X-Long: ${"x".repeat(100_000)}\r\n`;
  const unreadable = {
    "431, its origin before the long line": [431, [`${origin}${long}\r\n`]],
    "431, its origin behind the long line": [431, [`${long}${origin}\r\n`]],
    "431, its origin behind the long line, in pieces": [431, [long.slice(0, 5000), long.slice(5000), origin, "\r\n"]],
    "400, a host that is none": [400, [`${origin}Host: a b/@\r\n\r\n`]],
    "400, a line that is none": [400, [`${origin}no line\r\n\r\n`]],
    "400, its origin behind a line that is none": [400, [`no line\r\n${origin}\r\n`]],
    "400, a body of unknown end": [400, [`${origin}Transfer-Encoding: gzip\r\n\r\n`]],
  };
  for (const [what, [status, [first, ...more]]] of Object.entries(unreadable))
    test(`can be read by pages of other origins: ${what}`, async () => {
      const heard = await talk([`GET /healthz HTTP/1.1\r\nHost: here\r\n${first}`, ...more]);
      assert.match(heard, new RegExp(`^HTTP/1\\.1 ${status}[^]*access-control-allow-origin: http://page\\.example`, "i"));
    });

  test("is told so though its header has no end", async () => {
    assert.deepEqual(statuses(await talk([`GET /healthz HTTP/1.1\r\nHost: here\r\n${long}`])), [431]);
  });

  for (const host of ["a b/@", "a/b", "user@host", "host:port", "[::1", "a b"])
    test(`is a request for the host ${host}`, async () => {
      assert.deepEqual(statuses(await talk([`GET /healthz HTTP/1.1\r\nHost: ${host}\r\n\r\n`])), [400]);
      if (host !== "a/b") assert.deepEqual(statuses(await talk([`GET http://${host}/healthz HTTP/1.1\r\nHost: here\r\n\r\n`])), [400]);
    });

  test("harms nobody when it ends in the middle", async () => {
    for (let i = 0; i < 50; ++i) {
      const socket = createConnection({ host: "127.0.0.1", port: new URL(server.url).port });
      socket.end("GET /soc");
    }
    assert.deepEqual(statuses(await talk([get("/healthz")])), [200]);
  });
});
