// UTF-8 in WebSocket messages, in the words and numbers of Autobahn's cases 6: what cannot become well-formed fails at
// once, wherever it was cut.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { pause, startServer } from "./support/peer.mjs";
import { frame, opcode, RawWebSocket } from "./support/raw_websocket.mjs";

let server;
before(async () => (server = await startServer()));
after(() => server.stop());
const open = () => RawWebSocket.open(server.url, "/echo");
const hex = (text) => Buffer.from(text, "hex");

/** The payload in frames that end where they may, also within a character. */
const fragments = (payload, size) => {
  const frames = [];
  for (let at = 0; at === 0 || at < payload.length; at += size)
    frames.push(frame(at === 0 ? opcode.text : opcode.continuation, payload.subarray(at, at + size), { fin: at + size >= payload.length }));
  return Buffer.concat(frames);
};

async function isTaken(payload, bytes = frame(opcode.text, payload)) {
  const peer = await open();
  await peer.write(bytes);
  const heard = await peer.next();
  assert.equal(heard?.op, opcode.text);
  assert.ok(heard.data.equals(payload));
  assert.equal(await peer.close(), 1000);
}

async function isRefused(bytes) {
  const peer = await open();
  await peer.write(bytes);
  assert.equal(await peer.closed(), 1007);
}

describe("6.1: empty messages", () => {
  const parts = (...payloads) => Buffer.concat(payloads.map((each, n) => frame(n === 0 ? opcode.text : opcode.continuation, each, { fin: n === payloads.length - 1 })));
  test("6.1.1: one frame", () => isTaken(Buffer.alloc(0)));
  test("6.1.2: three fragments", () => isTaken(Buffer.alloc(0), parts("", "", "")));
  test("6.1.3: three fragments, the middle one not empty", () => isTaken(Buffer.from("middle"), parts("", "middle", "")));
});

describe("6.2 and 6.3: well-formed or not, whole or in fragments", () => {
  const good = Buffer.from("Hello-µ@ßöäüàá-UTF-8!!");
  test("6.2.1: in one frame", () => isTaken(good));
  test("6.2.2: in two", () => isTaken(good, fragments(good, 13)));
  test("6.2.3: in fragments of an octet", () => isTaken(good, fragments(good, 1)));
  const kosme = hex("cebae1bdb9cf83cebcceb5");
  test("6.2.4: in fragments of an octet, of three-octet characters", () => isTaken(kosme, fragments(kosme, 1)));
  const bad = Buffer.concat([kosme, hex("eda080"), Buffer.from("edited")]);
  test("6.3.1: malformed in one frame", () => isRefused(frame(opcode.text, bad)));
  test("6.3.2: malformed in fragments of an octet", () => isRefused(fragments(bad, 1)));
});

describe("6.4: it fails as soon as nothing can mend it", () => {
  const payload = hex("cebae1bdb9cf83cebcceb5f4908080656469746564");
  const message = frame(opcode.text, payload);
  const header = message.length - payload.length;
  const cases = {
    "6.4.1: in frames": [[frame(opcode.text, payload.subarray(0, 11), { fin: false }), frame(opcode.continuation, payload.subarray(11, 15), { fin: false })]],
    "6.4.2: in frames, up to the octet that is wrong": [[frame(opcode.text, payload.subarray(0, 12), { fin: false }), frame(opcode.continuation, payload.subarray(12, 13), { fin: false })]],
    "6.4.3: in chops of one frame": [[message.subarray(0, header + 11), message.subarray(header + 11, header + 15)]],
    "6.4.4: in chops of one frame, up to the octet that is wrong": [[message.subarray(0, header + 12), message.subarray(header + 12, header + 13)]],
  };
  for (const [name, [[first, second]]] of Object.entries(cases))
    test(name, async () => {
      const peer = await open();
      await peer.write(first);
      await pause(1000); // the first part is no fault, nor is silence
      assert.ok(!peer.ended && peer.frames.length === 0);
      const begun = performance.now();
      await peer.write(second);
      assert.equal(await peer.closed(), 1007);
      assert.ok(performance.now() - begun < 900, "it waited for the rest");
    });
});

const range = (from, to) => Array.from({ length: to - from }, (_, n) => from + n);
const sequences = {
  "6.5: well-formed text": [["68656c6c6f24776f726c64", "68656c6c6fc2a2776f726c64", "68656c6c6fe282ac776f726c64", "68656c6c6ff0a4ada2776f726c64", "cebae1bdb9cf83cebcceb5"], []],
  "6.6: prefixes": [["ceba", "cebae1bdb9", "cebae1bdb9cf83", "cebae1bdb9cf83cebc"], ["ce", "cebae1", "cebae1bd", "cebae1bdb9cf", "cebae1bdb9cf83ce", "cebae1bdb9cf83cebcce"]],
  "6.7: first sequences of each length": [["00", "c280", "e0a080", "f0908080"], []],
  "6.8: five and six octets": [[], ["f888808080", "fc8480808080"]],
  "6.9: last sequences of each length": [["7f", "dfbf", "efbfbf", "f48fbfbf"], []],
  "6.10: beyond the last code point": [[], ["f7bfbfbf", "fbbfbfbfbf", "fdbfbfbfbfbf"]],
  "6.11: boundaries": [["ed9fbf", "ee8080", "efbfbd", "f48fbfbf"], ["f4908080"]],
  "6.12: continuations of nothing": [[], ["80", "bf", "80bf", "80bf80", "80bf80bf", "80bf80bf80", "80bf80bf80bf", Buffer.from(range(0x80, 0xbf)).toString("hex")]],
  "6.13: starts of nothing": [[], [[0xc0, 0xdf], [0xe0, 0xef], [0xf0, 0xf7], [0xf8, 0xfb], [0xfc, 0xfd]].map(([from, to]) => Buffer.from(range(from, to).flatMap((each) => [each, 0x20])).toString("hex"))],
  "6.14: the last octet missing": [[], ["c0", "e080", "f08080", "f8808080", "fc80808080", "df", "efbf", "f7bfbf", "fbbfbfbf", "fdbfbfbfbf"]],
  "6.15: all of these together": [[], ["c0e080f08080f8808080fc80808080dfefbff7bfbffbbfbfbffdbfbfbfbf"]],
  "6.16: impossible octets": [[], ["fe", "ff", "fefeffff"]],
  "6.17: overlong ASCII": [[], ["c0af", "e080af", "f08080af", "f8808080af", "fc80808080af"]],
  "6.18: the longest overlong sequences": [[], ["c1bf", "e09fbf", "f08fbfbf", "f887bfbfbf", "fc83bfbfbfbf"]],
  "6.19: overlong NUL": [[], ["c080", "e08080", "f0808080", "f880808080", "fc8080808080"]],
  "6.20: lone surrogates": [[], ["eda080", "edadbf", "edae80", "edafbf", "edb080", "edbe80", "edbfbf"]],
  "6.21: pairs of surrogates": [[], ["eda080edb080", "eda080edbfbf", "edadbfedb080", "edadbfedbfbf", "edae80edb080", "edae80edbfbf", "edafbfedb080", "edafbfedbfbf"]],
  "6.22: non-characters are characters": [["efbfbe", "efbfbf", ...["f09f", "f0af", "f0bf", "f18f", "f19f", "f1af", "f1bf", "f28f", "f29f", "f2af", "f2bf", "f38f", "f39f", "f3af", "f3bf", "f48f"].flatMap((each) => [`${each}bfbe`, `${each}bfbf`])], []],
  "6.23: specials": [["efbfb9", "efbfba", "efbfbb", "efbfbc", "efbfbd", "efbfbe", "efbfbf"], []],
};
for (const [name, [good, bad]] of Object.entries(sequences))
  describe(name, () => {
    if (good.length > 0)
      test("comes back, whole and octet by octet", async () => {
        for (const each of good) for (const bytes of [undefined, fragments(hex(each), 1)]) await isTaken(hex(each), bytes);
      });
    if (bad.length > 0)
      test("is refused, whole and octet by octet", async () => {
        for (const each of bad) for (const bytes of [frame(opcode.text, hex(each)), fragments(hex(each), 1)]) await isRefused(bytes);
      });
  });
