// Large messages and many messages over /echo, in the words and numbers of Autobahn's cases 9 and 10. All sizes with
// AUTOBAHN_SIZES=full; else those that a build machine does in seconds.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startServer } from "./support/peer.mjs";
import { frame, opcode, RawWebSocket } from "./support/raw_websocket.mjs";

const full = process.env.AUTOBAHN_SIZES === "full";
const KiB = 1024;
const MiB = 1024 * KiB;

let server;
before(async () => (server = await startServer()));
after(() => server.stop());

const pattern = (op, size) => Buffer.alloc(size, op === opcode.text ? "BAsd7&jh23" : Buffer.from([0, 0xfe, 0x23, 0xfa, 0xf0]));

function inFragments(op, payload, size) {
  const frames = [];
  for (let at = 0; at < payload.length; at += size)
    frames.push(frame(at === 0 ? op : opcode.continuation, payload.subarray(at, at + size), { fin: at + size >= payload.length }));
  return frames;
}

/** `send` writes the message as it likes: it comes back whole, in one frame, and the connection closes cleanly. */
async function comesBack(op, size, send) {
  const peer = await RawWebSocket.open(server.url, "/echo");
  const payload = pattern(op, size);
  await send(peer, payload);
  const heard = await peer.next(60_000);
  assert.equal(heard?.op, op);
  assert.ok(heard.fin && heard.data.equals(payload));
  assert.equal(await peer.close(), 1000);
}

const kinds = [["9.1", "9.3", "9.5", "9.7", opcode.text, "text"], ["9.2", "9.4", "9.6", "9.8", opcode.binary, "binary"]];
for (const [whole, fragmented, chopped, round, op, name] of kinds) {
  describe(`${whole}: ${name} messages in one frame`, () => {
    for (const [index, size] of [64 * KiB, 256 * KiB, MiB, 4 * MiB, 8 * MiB, 16 * MiB].entries())
      test(`${whole}.${index + 1}: ${size} octets`, () => comesBack(op, size, (peer, payload) => peer.write(frame(op, payload))));
  });
  describe(`${fragmented}: ${name} messages in fragments`, () => {
    const total = full ? 4 * MiB : 512 * KiB;
    for (const [index, size] of [64, 256, KiB, 4 * KiB, 16 * KiB, 64 * KiB, 256 * KiB, MiB, 4 * MiB].entries())
      test(`${fragmented}.${index + 1}: ${total} octets in fragments of ${size}`, () =>
        comesBack(op, total, (peer, payload) => peer.write(Buffer.concat(inFragments(op, payload, size)))));
  });
  describe(`${chopped}: ${name} messages in chops`, () => {
    const total = full ? MiB : 64 * KiB;
    for (const [index, size] of [64, 128, 256, 512, KiB, 2 * KiB].entries())
      test(`${chopped}.${index + 1}: ${total} octets in chops of ${size}`, () => comesBack(op, total, (peer, payload) => peer.chop(frame(op, payload), size)));
  });
  describe(`${round}: ${name} messages, one after the other`, () => {
    const count = full ? 1000 : 200;
    for (const [index, size] of [0, 16, 64, 256, KiB, 4 * KiB].entries())
      test(`${round}.${index + 1}: ${count} of ${size} octets`, async () => {
        const peer = await RawWebSocket.open(server.url, "/echo");
        const payload = pattern(op, size);
        for (let n = 0; n < count; ++n) {
          await peer.write(frame(op, payload));
          const heard = await peer.next();
          assert.ok(heard.op === op && heard.data.equals(payload));
        }
        assert.equal(await peer.close(), 1000);
      });
  });
}

test("9.9.1: a message in 65,536 fragments of an octet", () => comesBack(opcode.text, 65_536, (peer, payload) => peer.write(Buffer.concat(inFragments(opcode.text, payload, 1)))));

test("10.1.1: a message of 65,536 octets in fragments of 1,300", () => comesBack(opcode.text, 65_536, (peer, payload) => peer.write(Buffer.concat(inFragments(opcode.text, payload, 1300)))));
