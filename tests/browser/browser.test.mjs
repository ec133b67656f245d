import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { startServer } from "../e2e/support/server.mjs";
import { token } from "../e2e/support/tokens.mjs";

// A page on an origin of its own, so that CORS and Origin checks are real.
const script = readFileSync(new URL("./node_modules/socket.io-client/dist/socket.io.min.js", import.meta.url));
const pages = createServer((request, response) => {
  const isScript = request.url === "/socket.io.js";
  response.setHeader("content-type", isScript ? "text/javascript" : "text/html");
  response.end(isScript ? script : '<script src="/socket.io.js"></script>');
});

let server, browser, origin;
before(async () => {
  await new Promise((done) => pages.listen(0, "127.0.0.1", done));
  origin = `http://127.0.0.1:${pages.address().port}`;
  server = await startServer(["--cors-origins", origin]);
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--host-resolver-rules=MAP stranger.example 127.0.0.1", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
after(async () => {
  await browser.close();
  pages.close();
  await server.stop();
});

/** A page of `from` with a client of `user`; resolves to the page once it is connected, or refused. */
async function open(from, user, options = {}) {
  const page = await browser.newPage();
  await page.goto(from);
  const outcome = await page.evaluate(
    ([url, jwt, more]) =>
      new Promise((done) => {
        window.heard = [];
        window.socket = io(`${url}/hub`, { auth: { token: jwt }, withCredentials: true, reconnection: false, ...more });
        window.socket.on("new_message", (message) => window.heard.push(message));
        window.socket.on("connect", () => done("connected"));
        window.socket.on("connect_error", (error) => done(`refused: ${error.message}`));
      }),
    [server.url, token({ sub: user }), options],
  );
  return { page, outcome };
}

test("two pages of an allowed origin connect by polling, upgrade, and chat", async () => {
  const ann = await open(origin, "ann");
  const ben = await open(origin, "ben");
  assert.equal(ann.outcome, "connected");
  assert.equal(ben.outcome, "connected");
  await ann.page.waitForFunction(() => window.socket.io.engine.transport.name === "websocket");
  for (const { page } of [ann, ben]) await page.evaluate(() => window.socket.emitWithAck("join_room", { room: "web" }));
  await ann.page.evaluate(() => window.socket.emit("send_message", { room: "web", message: "hello ben" }));
  await ben.page.waitForFunction(() => window.heard.some((each) => each.message === "hello ben" && each.from.id === "ann"));
});

for (const transport of ["polling", "websocket"]) {
  test(`a page of another origin is refused over ${transport}`, async () => {
    const stranger = await open(origin.replace("127.0.0.1", "stranger.example"), "eve", { transports: [transport] });
    assert.match(stranger.outcome, /^refused/);
  });
}
