// WebSocket libraries that others wrote, as clients of /echo: ws of npm, and Python's websockets where it is installed.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { startServer } from "./support/peer.mjs";

let server;
before(async () => (server = await startServer(["--deflate"])));
after(() => server.stop());

const payloads = [Buffer.from(""), Buffer.from("short"), Buffer.alloc(100_000, "over and over again "), Buffer.alloc(3_000_000, 0xfe)];

describe("ws", () => {
  for (const options of [false, true, { serverMaxWindowBits: 9 }, { serverMaxWindowBits: 15, clientMaxWindowBits: 10 }, { serverNoContextTakeover: true, clientNoContextTakeover: true }])
    test(`messages come back, perMessageDeflate: ${JSON.stringify(options)}`, async () => {
      const socket = new WebSocket(`${server.url.replace("http", "ws")}/echo`, { perMessageDeflate: options && { threshold: 0, ...options } });
      await new Promise((done, failed) => socket.once("open", done).once("error", failed));
      assert.equal(socket.extensions, options ? "permessage-deflate" : "");
      for (const payload of payloads) {
        const heard = new Promise((done, failed) => socket.once("message", done).once("close", failed));
        socket.send(payload);
        assert.ok((await heard).equals(payload));
        socket.removeAllListeners("close");
      }
      const closed = new Promise((done) => socket.once("close", done));
      socket.close(1000);
      assert.equal(await closed, 1000);
    });
});

const program = `
import asyncio, sys, websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory as Deflate

async def check(url, **options):
    async with websockets.connect(url, max_size=None, **options) as peer:
        for payload in (b"", b"short", b"over and over again " * 5000, "text €" * 1000, b"\\xfe" * 3000000):
            await peer.send(payload)
            assert await peer.recv() == payload
        await (await peer.ping(b"there?"))
        return [each.name for each in peer.extensions]

async def main(url):
    assert await check(url, compression=None) == []
    assert await check(url) == ["permessage-deflate"]
    for offer in (Deflate(server_max_window_bits=9), Deflate(client_max_window_bits=9), Deflate(True, True, 10, 10)):
        assert await check(url, compression=None, extensions=[offer]) == ["permessage-deflate"]

asyncio.run(main(sys.argv[1]))
`;
const python = ["/usr/bin/python3", "python3"].find((each) => spawnSync(each, ["-c", "import websockets"]).status === 0);
test("Python's websockets", { skip: python ? false : "it is not installed" }, async () => {
  const child = spawn(python, ["-c", program, `${server.url.replace("http", "ws")}/echo`]);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  assert.equal(await new Promise((done) => child.once("exit", done)), 0, said);
});
