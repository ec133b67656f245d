// permessage-deflate (RFC 7692) over /echo, with zlib and no WebSocket library, in the words and numbers of Autobahn's
// cases 12 and 13. All of them with AUTOBAHN_SIZES=full; else those that a build machine does in seconds.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { startServer } from "./support/peer.mjs";
import { frame, opcode, RawWebSocket } from "./support/raw_websocket.mjs";

const full = process.env.AUTOBAHN_SIZES === "full";
const tail = Buffer.from([0, 0, 0xff, 0xff]);

let server;
before(async () => (server = await startServer(["--deflate"])));
after(() => server.stop());

const open = (offers) => RawWebSocket.open(server.url, "/echo", { "Sec-WebSocket-Extensions": offers });

const packed = (payload, windowBits = 15) => deflateRawSync(payload, { windowBits, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -tail.length);
const unpacked = (payload, windowBits = 15) => inflateRawSync(Buffer.concat([payload, tail]), { windowBits, finishFlush: constants.Z_SYNC_FLUSH });

function compressed(op, payload, fragment, windowBits) {
  const body = packed(payload, windowBits);
  const size = fragment || Math.max(body.length, 1);
  const frames = [];
  for (let at = 0; at === 0 || at < body.length; at += size)
    frames.push(frame(at === 0 ? op : opcode.continuation, body.subarray(at, at + size), { fin: at + size >= body.length, rsv: at === 0 ? 4 : 0 }));
  return Buffer.concat(frames);
}

// Texts that repeat themselves near and far, and bytes that do not.
const words = "wer immer strebend sich bemüht den können wir erlösen und hat an ihm die Liebe gar".split(" ");
let state = 1;
const random = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
const text = (length) => {
  let made = "";
  while (made.length < length) made += `${words[Math.floor(random() * words.length)]} `;
  return made.slice(0, length);
};
const data = {
  "12.1: JSON": [opcode.text, (size) => JSON.stringify(Array.from({ length: Math.ceil(size / 40) }, (_, n) => ({ id: n, name: text(12), on: n % 2 === 0 }))).slice(0, size)],
  "12.2: a picture": [opcode.binary, (size) => Buffer.from(Array.from({ length: size }, (_, n) => ((n >> 3) % 256) + Math.floor(random() * 4)))],
  "12.3: prose": [opcode.binary, (size) => Buffer.from(text(size))],
  "12.4: HTML": [opcode.text, (size) => `<p class="line">${text(60)}</p>\n`.repeat(Math.ceil(size / 60)).slice(0, size)],
  "12.5: what cannot be compressed": [opcode.binary, (size) => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256)))],
};
const sizes = [[16, 0], [64, 0], [256, 0], [1024, 0], [4096, 0], [8192, 0], [16384, 0], [32768, 0], [65536, 0], [131072, 0],
  [8192, 256], [16384, 256], [32768, 256], [65536, 256], [131072, 256], [131072, 1024], [131072, 4096], [131072, 32768]];
const count = full ? 1000 : 3;
/** Of these the numbers of the cases that are run. */
const chosen = [...sizes.entries()].filter(([index]) => full || [0, 2, 3, 6, 9, 10, 14, 16].includes(index));

/** Sends messages and compares; returns how many of the answers were compressed. */
async function echoes(peer, op, make, [size, fragment], windows = {}) {
  let shrunk = 0;
  for (let n = 0; n < count; ++n) {
    const payload = Buffer.from(make(size));
    await peer.write(compressed(op, payload, fragment, windows.client));
    const heard = await peer.next();
    assert.equal(heard?.op, op);
    assert.ok(heard.rsv === 0 || heard.rsv === 4);
    shrunk += heard.rsv === 4 ? 1 : 0;
    assert.ok((heard.rsv === 4 ? unpacked(heard.data, windows.server) : heard.data).equals(payload));
  }
  return shrunk;
}

for (const [name, [op, make]] of Object.entries(data))
  describe(name, () => {
    for (const [index, size] of chosen)
      test(`${name.slice(0, 4)}.${index + 1}: ${count} messages of ${size[0]} octets${size[1] ? `, in fragments of ${size[1]}` : ""}`, async () => {
        const peer = await open("permessage-deflate");
        const shrunk = await echoes(peer, op, make, size);
        if (size[0] >= 4096 && !name.startsWith("12.5")) assert.equal(shrunk, count);
        assert.equal(await peer.close(), 1000);
      });
  });

const always = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const offers = {
  "13.1": ["permessage-deflate; client_max_window_bits", "", {}],
  "13.2": ["permessage-deflate; client_max_window_bits; server_no_context_takeover", "", {}],
  "13.3": ["permessage-deflate; client_max_window_bits; server_max_window_bits=9", "; server_max_window_bits=9", { server: 9 }],
  "13.4": ["permessage-deflate; client_max_window_bits; server_max_window_bits=15", "; server_max_window_bits=15", { server: 15 }],
  "13.5": ["permessage-deflate; server_no_context_takeover; server_max_window_bits=9", "; server_max_window_bits=9", { server: 9 }],
  "13.6": ["permessage-deflate; server_no_context_takeover; server_max_window_bits=15", "; server_max_window_bits=15", { server: 15 }],
  "13.7": ["permessage-deflate; server_no_context_takeover; server_max_window_bits=9, permessage-deflate; server_no_context_takeover, permessage-deflate", "; server_max_window_bits=9", { server: 9 }],
  "beside Autobahn: both windows": ["permessage-deflate; client_max_window_bits=10; server_max_window_bits=8", "; server_max_window_bits=8; client_max_window_bits=10", { server: 8, client: 10 }],
  "beside Autobahn: the client keeps no context": ["permessage-deflate; client_no_context_takeover", "", {}],
};
for (const [name, [offer, answer, windows]] of Object.entries(offers))
  describe(`${name}: ${offer}`, () => {
    test("is agreed to as it was offered, and no context is kept", async () => {
      const peer = await open(offer);
      assert.equal(peer.extensions, always + answer);
      peer.destroy();
    });
    for (const [index, size] of chosen)
      test(`${index + 1}: ${count} messages of ${size[0]} octets${size[1] ? `, in fragments of ${size[1]}` : ""}`, async () => {
        const peer = await open(offer);
        const shrunk = await echoes(peer, opcode.text, data["12.1: JSON"][1], size, windows);
        if (size[0] >= 1024) assert.equal(shrunk, count);
        assert.equal(await peer.close(), 1000);
      });
  });

describe("what may not be", () => {
  test("offers that are malformed are passed over", async () => {
    for (const offer of ["permessage-deflate; server_max_window_bits=16", "permessage-deflate; server_max_window_bits", "permessage-deflate; unknown", "permessage-bzip2"]) {
      const peer = await open(offer);
      assert.equal(peer.extensions, "");
      peer.destroy();
    }
    const peer = await open("permessage-deflate; server_max_window_bits=7, permessage-deflate");
    assert.equal(peer.extensions, always);
    peer.destroy();
  });
  const broken = {
    "a compressed frame where nothing was agreed on": ["", [frame(opcode.text, packed("x"), { rsv: 4 })], 1002],
    "a continuation that says it is compressed": ["permessage-deflate", [frame(opcode.text, packed("x").subarray(0, 1), { rsv: 4, fin: false }), frame(opcode.continuation, packed("x").subarray(1), { rsv: 4 })], 1002],
    "a compressed ping": ["permessage-deflate", [frame(opcode.ping, packed("x"), { rsv: 4 })], 1002],
    "what is not deflate": ["permessage-deflate", [frame(opcode.binary, Buffer.from([0xff, 0xff]), { rsv: 4 })], 1007],
    "text that is not UTF-8": ["permessage-deflate", [frame(opcode.text, packed(Buffer.from([0xc0, 0xaf])), { rsv: 4 })], 1007],
    "a message that unpacks to more than 16 MiB": ["permessage-deflate", [frame(opcode.binary, packed(Buffer.alloc(16 * 1024 * 1024 + 1)), { rsv: 4 })], 1009],
  };
  for (const [name, [offer, frames, code]] of Object.entries(broken))
    test(`${name}: ${code}`, async () => {
      const peer = offer ? await open(offer) : await RawWebSocket.open(server.url, "/echo");
      await peer.write(Buffer.concat(frames));
      assert.equal(await peer.closed(), code);
    });
  test("messages that are not compressed go on to be understood", async () => {
    const peer = await open("permessage-deflate");
    await peer.write(frame(opcode.text, "plain"));
    assert.equal((await peer.next()).data.toString(), "plain");
    peer.destroy();
  });
});
