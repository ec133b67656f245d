// Which pages may connect: as browsers ask, with Host, Origin and what they say beside them.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, describe, test } from "node:test";
import { client, closeAll, connect, refusal } from "./support/clients.mjs";
import { eventually } from "./support/cluster.mjs";
import { runToEnd, startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const open = "/socket.io/?EIO=4&transport=polling";

/** Resolves to {status, headers, body} of one request with exactly those headers. */
function ask(server, path, headers, { method = "GET", body } = {}) {
  return new Promise((done, failed) => {
    const asking = request(server.url + path, { method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: text }));
    });
    asking.on("error", failed);
    asking.end(body);
  });
}

const refusals = (server) => server.logs().split("\n").filter((line) => line.includes("origin refused"));

describe("pages of the server's own host", () => {
  let server;
  before(async () => (server = await startServer(["--threads", "1"])));
  after(async () => server.stop());

  const own = [
    ["chat.example.com", "https://chat.example.com"],
    ["chat.example.com:443", "https://chat.example.com"],
    ["Chat.Example.com", "https://chat.example.com"],
    ["chat.example.com:80", "http://chat.example.com"],
    ["chat.example.com", "http://chat.example.com:80"],
    ["chat.example.com:8443", "https://chat.example.com:8443"],
    ["[2001:db8::1]:80", "http://[2001:db8::1]"],
  ];
  for (const [Host, Origin] of own)
    test(`Host ${Host} beside Origin ${Origin}`, async () => assert.equal((await ask(server, open, { Host, Origin })).status, 200));

  const foreign = [
    ["chat.example.com", "https://evil.example.com"],
    ["chat.example.com:443", "http://chat.example.com"],
    ["chat.example.com:80", "https://chat.example.com"],
    ["chat.example.com", "https://chat.example.com:8443"],
    ["chat.example.com", "https://chat.example.com.evil.example"],
    ["chat.example.com", "null"],
  ];
  for (const [Host, Origin] of foreign)
    test(`not Host ${Host} beside Origin ${Origin}`, async () => assert.equal((await ask(server, open, { Host, Origin })).status, 403));

  test("a browser's own word counts, where a proxy has changed the host's name", async () => {
    const headers = { Host: "backend:3000", Origin: "https://chat.example.com" };
    assert.equal((await ask(server, open, { ...headers, "Sec-Fetch-Site": "same-origin" })).status, 200);
    for (const said of ["cross-site", "same-site", "none"])
      assert.equal((await ask(server, open, { ...headers, "Sec-Fetch-Site": said })).status, 403);
  });

  // A page's GET of its own host has no Origin, its POST has one.
  test("who knows the sid is the page that opened the session", async () => {
    const Host = "backend:3000";
    const opened = await ask(server, open, { Host });
    const { sid } = JSON.parse(opened.body.slice(1));
    const posted = await ask(server, `${open}&sid=${sid}`, { Host, Origin: "https://chat.example.com" }, { method: "POST", body: "40/hub," });
    assert.equal(posted.status, 200);
  });
});

describe("pages of localhost", () => {
  test("may connect from any port while the server listens on loopback; that is said once", async () => {
    const server = await startServer(["--threads", "2"], {}, ["127.0.0.1:0", "127.0.0.1:0"]);
    for (const Origin of ["http://localhost:5173", "https://localhost", "http://127.0.0.1:8080", "http://[::1]:3001"]) {
      const answer = await ask(server, open, { Origin });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["access-control-allow-origin"], Origin);
    }
    for (const transports of [["polling"], ["websocket"]])
      (await connect(server, "/hub", { sub: "a" }, { transports, extraHeaders: { Origin: "http://localhost:5173" } })).close();
    assert.equal((await ask(server, open, { Origin: "http://localhost.evil.example" })).status, 403);
    assert.equal(server.logs().split("pages of localhost").length - 1, 1);
    await server.stop();
  });

  test("may not where others reach the server", async () => {
    const server = await startServer([], {}, ["127.0.0.1:0", "0.0.0.0:0"]);
    assert.equal((await ask(server, open, { Origin: "http://localhost:5173" })).status, 403);
    assert.doesNotMatch(server.logs(), /pages of localhost/);
    await server.stop();
  });
});

describe("origins that are configured", () => {
  after(closeAll);
  const attempt = (server, Origin) => ask(server, open, { Origin }).then(({ status }) => status);

  test("are those of --cors-origins and of FRONTEND_URL", async () => {
    const server = await startServer(["--cors-origins", "https://App.example:443,capacitor://localhost"], { FRONTEND_URL: "https://www.example/app/" });
    for (const origin of ["https://app.example", "capacitor://localhost", "https://www.example"]) assert.equal(await attempt(server, origin), 200);
    assert.equal(await attempt(server, "https://other.example"), 403);
    await server.stop();
  });

  test("* is all of them", async () => {
    const server = await startServer(["--cors-origins", "*"]);
    for (const origin of ["https://any.example", "null", "file://"]) assert.equal(await attempt(server, origin), 200);
    await server.stop();
  });

  test("are errors when no browser can ever send them, also for --check-config", async () => {
    const environment = { PARLEY_JWT_SECRET: "0123456789abcdef0123456789abcdef" };
    for (const origin of ["https://a.example/", "https://a.example/chat", "a.example", "https://*.example", "https://a b"]) {
      const { code, err } = await runToEnd(["--check-config", "--cors-origins", origin], environment);
      assert.notEqual(code, 0);
      assert.match(err, /cors-origins: .*can never match/);
    }
    const { code, err } = await runToEnd(["--check-config"], { ...environment, FRONTEND_URL: "a.example" });
    assert.notEqual(code, 0);
    assert.match(err, /FRONTEND_URL: a\.example can never match/);
  });
});

describe("a refused page", () => {
  let server;
  before(async () => (server = await startServer(["--threads", "1"])));
  after(async () => {
    closeAll();
    await server.stop();
  });

  test("is in the log, with the option that admits it and where it came from, but not each time", async () => {
    for (let round = 0; round < 20; ++round) assert.equal((await ask(server, open, { Origin: "https://app.example" })).status, 403);
    await eventually(() => refusals(server).length > 0, "a line");
    const [line, ...more] = refusals(server);
    assert.deepEqual(more, []);
    assert.match(line, /warn/);
    assert.match(line, /origin=https:\/\/app\.example/);
    assert.match(line, /address=127\.0\.0\.1/);
    assert.match(line, /--cors-origins https:\/\/app\.example/);
  });

  test("is so by WebSocket, by plain frames and by preflight, too", async () => {
    const socket = client(server, "/hub", { auth: { token: token({ sub: "a" }) }, transports: ["websocket"], extraHeaders: { Origin: "https://ws.example" } });
    await refusal(socket);
    const plain = client({ url: server.url }, "", { path: "/", transports: ["websocket"], extraHeaders: { Origin: "https://plain.example" } });
    await refusal(plain);
    await ask(server, open, { Origin: "https://preflight.example", "Access-Control-Request-Method": "POST" }, { method: "OPTIONS" });
    for (const origin of ["ws", "plain", "preflight"])
      await eventually(() => refusals(server).some((line) => line.includes(`https://${origin}.example`)), origin);
  });

  test("of however many origins fills no log", async () => {
    for (let round = 0; round < 300; ++round) await ask(server, open, { Origin: `https://page-${round}.example` });
    assert.ok(refusals(server).length <= 100);
  });
});
