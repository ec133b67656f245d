// Behind nginx, as Debian ships it, in the ways that people configure it; and who is believed about clients.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { client, closeAll, connect, io2, refusal, versions } from "./support/clients.mjs";
import { eventually } from "./support/cluster.mjs";
import { startNginx, upgrade } from "./support/nginx.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const page = "https://chat.example.com";
const service = { sub: "back-end", role: "service" };
const forwarded = "proxy_set_header X-Forwarded-Host chat.example.com; proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;";

after(closeAll);

/** Runs `body` with a server and an nginx before it. */
async function behind(location, body, flags = []) {
  const server = await startServer(flags);
  const nginx = await startNginx(new URL(server.url).host, location);
  try {
    await body(nginx, server);
  } finally {
    closeAll();
    await nginx.stop();
    await server.stop();
  }
}

/** The addresses of all clients, as back ends see them. */
async function addresses(server) {
  const { body } = await rest(server, "GET", "/api/clients", service);
  return body.clients.map((each) => each.address);
}

const upgraded = (socket) =>
  eventually(() => (socket.io.engine.transport?.name ?? "") === "websocket", "an upgrade");

describe("an nginx that says whom it forwards", () => {
  test("passes pages of its own host, by polling, upgrade and WebSocket, and tells the client's address", () =>
    behind(upgrade + forwarded, async (nginx, server) => {
      const extraHeaders = { Origin: page, "X-Forwarded-For": "203.0.113.9" };
      const socket = await connect(nginx, "/hub", { sub: "a" }, { extraHeaders });
      await upgraded(socket);
      await connect(nginx, "/hub", { sub: "b" }, { extraHeaders, transports: ["websocket"] });
      await connect(nginx, "/hub", { sub: "c" }, { extraHeaders, transports: ["polling"] });
      assert.deepEqual(await addresses(server), ["203.0.113.9", "203.0.113.9", "203.0.113.9"]);
    }));

  for (const [version, io] of Object.entries(versions))
    test(`passes pages with client ${version}`, () =>
      behind(upgrade + forwarded, async (nginx) => {
        await upgraded(await connect(nginx, "/hub", { sub: "a" }, { extraHeaders: { Origin: page } }, io));
      }));

  test("passes pages with client 2.5", () =>
    behind(
      upgrade + forwarded,
      async (nginx) => {
        const extraHeaders = { Origin: page };
        const transportOptions = { polling: { extraHeaders }, websocket: { extraHeaders } };
        await upgraded(await connect(nginx, "/hub", {}, { query: { token: token({ sub: "a" }) }, transportOptions }, io2));
      },
      ["--allow-eio3"],
    ));

  test("does not pass pages of others, or of its host without TLS", () =>
    behind(upgrade + forwarded, async (nginx, server) => {
      for (const Origin of ["https://evil.example", "http://chat.example.com", "http://backend"]) {
        await refusal(client(nginx, "/hub", { auth: { token: token({ sub: "a" }) }, extraHeaders: { Origin } }));
        await eventually(() => server.logs().includes(`--cors-origins ${Origin}`), Origin);
      }
    }));

  test("is not believed when it is not trusted; the log names the option", () =>
    behind(
      upgrade + forwarded,
      async (nginx, server) => {
        const extraHeaders = { Origin: page, "X-Forwarded-For": "203.0.113.9" };
        await refusal(client(nginx, "/hub", { auth: { token: token({ sub: "a" }) }, extraHeaders }));
        await eventually(() => server.logs().includes("--trusted-proxies 127.0.0.1"), "advice");
        await connect(nginx, "/hub", { sub: "a" }, { extraHeaders: { "X-Forwarded-For": "203.0.113.9" } });
        assert.deepEqual(await addresses(server), ["127.0.0.1"]);
      },
      ["--trusted-proxies", "10.0.0.0/8"],
    ));

  test("may say it as RFC 7239 does", () =>
    behind(`${upgrade} proxy_set_header Forwarded 'for="[2001:db8::7]:4711";host=chat.example.com;proto=https';`, async (nginx, server) => {
      await upgraded(await connect(nginx, "/hub", { sub: "a" }, { extraHeaders: { Origin: page } }));
      assert.deepEqual(await addresses(server), ["2001:db8::7"]);
    }));

  test("is named in the log with its client: who was refused, who broke the protocol, what was no request", () =>
    behind(forwarded, async (nginx, server) => {
      const headers = { "X-Forwarded-For": "203.0.113.9" };
      await assert.rejects(connect(nginx, "/hub", { sub: "a" }, { auth: { token: "nonsense" }, transports: ["polling"], extraHeaders: headers }));
      await eventually(() => /client refused.*address=203\.0\.113\.9/.test(server.logs()), "client refused");
      const path = "/socket.io/?EIO=4&transport=polling";
      const opened = await (await fetch(nginx.url + path, { headers })).text();
      await fetch(`${nginx.url}${path}&sid=${JSON.parse(opened.slice(1)).sid}`, { method: "POST", body: "42[1]", headers });
      await eventually(() => /broke the protocol.*address=203\.0\.113\.9/.test(server.logs()), "protocol");
    }));
});

describe("an nginx that passes the host on", () => {
  test("as Debian's proxy_params does", () =>
    behind(`${upgrade} include /etc/nginx/proxy_params;`, async (nginx, server) => {
      // Polling from Node cannot choose its Host.
      const headers = (Origin) => ({ transports: ["websocket"], extraHeaders: { Host: "chat.example.com", "X-Forwarded-For": "203.0.113.9", Origin } });
      await upgraded(await connect(nginx, "/hub", { sub: "a" }, headers("http://chat.example.com")));
      await upgraded(await connect(nginx, "/hub", { sub: "b" }, headers(page)));
      assert.deepEqual(await addresses(server), ["203.0.113.9", "203.0.113.9"]);
      await refusal(client(nginx, "/hub", { auth: { token: token({ sub: "c" }) }, ...headers("https://evil.example") }));
    }));
});

describe("a default nginx, which calls the host by the name of its upstream and says nothing else", () => {
  test("passes a page whose browser says that it is of the same origin", () =>
    behind("", async (nginx) => {
      const extraHeaders = { Origin: page, "Sec-Fetch-Site": "same-origin" };
      await connect(nginx, "/hub", { sub: "a" }, { extraHeaders, transports: ["polling"] });
    }));

  test("passes a page as older browsers ask: GET without Origin, then POST and upgrade with it", () =>
    behind(upgrade, async (nginx) => {
      const socket = client(nginx, "/hub", { auth: { token: token({ sub: "a" }) }, autoConnect: false });
      socket.io.on("open", () => (socket.io.engine.opts.extraHeaders = { Origin: page }));
      socket.connect();
      await new Promise((done, failed) => {
        socket.once("connect", done);
        socket.once("connect_error", failed);
      });
      await upgraded(socket);
    }));

  test("refuses others, and the log names what admits them", () =>
    behind("", async (nginx, server) => {
      await refusal(client(nginx, "/hub", { auth: { token: token({ sub: "a" }) }, extraHeaders: { Origin: page } }));
      await eventually(() => /--cors-origins https:\/\/chat\.example\.com; or.*X-Forwarded-Host/.test(server.logs()), "advice");
    }));
});

describe("an nginx before a Unix socket", () => {
  test("is believed about its clients, whatever proxies are trusted", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-unix-"));
    const path = join(folder, "parley.sock");
    const server = await startServer(["--trusted-proxies", ""], {}, [`unix:${path}`, "127.0.0.1:0"]);
    const nginx = await startNginx(`unix:${path}`, upgrade + forwarded);
    const socket = await connect(nginx, "/hub", { sub: "a" }, { extraHeaders: { Origin: page } });
    await upgraded(socket);
    assert.deepEqual(await addresses({ url: server.urls[1] }), ["127.0.0.1"]);
    closeAll();
    await nginx.stop();
    await server.stop();
    rmSync(folder, { recursive: true });
  });
});
