// RFC 6455 against /echo, frame by frame, in the words and numbers of Autobahn's cases 1 to 5 and 7, which ask the same.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { pause, startServer } from "./support/peer.mjs";
import { closeFrame, frame, opcode, RawWebSocket } from "./support/raw_websocket.mjs";

let server;
before(async () => (server = await startServer(["--deflate", "--allow-eio3"])));
after(() => server.stop());
const open = (headers, behind) => RawWebSocket.open(server.url, "/echo", headers, behind);

/** Sends the frames at once, each on its own, or octet by octet. */
const ways = { "in one chop": (peer, frames) => peer.write(Buffer.concat(frames)), "in chops of a frame": async (peer, frames) => {
  for (const each of frames) await peer.write(each);
}, "in chops of an octet": (peer, frames) => peer.chop(Buffer.concat(frames)) };

async function echoes(peer, op, payload) {
  const heard = await peer.next();
  assert.equal(heard.op, op);
  assert.ok(heard.fin);
  assert.equal(heard.rsv, 0);
  assert.ok(!heard.masked);
  assert.ok(heard.data.equals(Buffer.from(payload)), `${heard.data.length} bytes instead of ${payload.length}`);
}

async function closesCleanly(peer) {
  assert.equal(await peer.close(), 1000);
}

/** The frames make the server close with that code, and it says nothing else before. */
async function fails(frames, code, before = [], way = "in one chop") {
  const peer = await open();
  await ways[way](peer, frames);
  for (const [op, payload] of before) await echoes(peer, op, payload);
  const heard = await peer.next();
  assert.equal(heard?.op, opcode.close);
  assert.equal(heard.data.readUInt16BE(0), code);
  assert.deepEqual(await peer.rest(), []);
}

describe("1: framing", () => {
  const sizes = [0, 125, 126, 127, 128, 65535, 65536];
  for (const [group, op, fill] of [["1.1", opcode.text, "*"], ["1.2", opcode.binary, "\xfe"]]) {
    for (const [index, size] of [...sizes.entries()])
      test(`${group}.${index + 1}: a message of ${size} octets comes back`, async () => {
        const peer = await open();
        const payload = Buffer.alloc(size, fill, "latin1");
        await peer.write(frame(op, payload));
        await echoes(peer, op, payload);
        await closesCleanly(peer);
      });
    test(`${group}.8: a message of 65536 octets in chops of 997 comes back`, async () => {
      const peer = await open();
      const payload = Buffer.alloc(65536, fill, "latin1");
      await peer.chop(frame(op, payload), 997);
      await echoes(peer, op, payload);
      await closesCleanly(peer);
    });
  }
});

describe("2: pings and pongs", () => {
  const pings = { "2.1": "", "2.2": "Hello, world!", "2.3": Buffer.from([0, 255, 254, 253, 252, 251, 0, 255]), "2.4": Buffer.alloc(125, 0xfe) };
  for (const [name, payload] of Object.entries(pings))
    test(`${name}: a ping of ${payload.length} octets is answered with its payload`, async () => {
      const peer = await open();
      await peer.write(frame(opcode.ping, payload));
      await echoes(peer, opcode.pong, payload);
      await closesCleanly(peer);
    });
  test("2.5: a ping of 126 octets fails", () => fails([frame(opcode.ping, Buffer.alloc(126, 0xfe))], 1002));
  test("2.6: a ping in chops of an octet", async () => {
    const peer = await open();
    await peer.chop(frame(opcode.ping, Buffer.alloc(125, 0xfe)));
    await echoes(peer, opcode.pong, Buffer.alloc(125, 0xfe));
    await closesCleanly(peer);
  });
  for (const [name, payload] of [["2.7", ""], ["2.8", "unsolicited pong payload"]])
    test(`${name}: a pong that nobody asked for is ignored`, async () => {
      const peer = await open();
      await peer.write(frame(opcode.pong, payload));
      await closesCleanly(peer);
    });
  test("2.9: a pong that nobody asked for, then a ping", async () => {
    const peer = await open();
    await peer.write(Buffer.concat([frame(opcode.pong, "unsolicited"), frame(opcode.ping, "ping payload")]));
    await echoes(peer, opcode.pong, "ping payload");
    await closesCleanly(peer);
  });
  for (const [name, way] of [["2.10", "in one chop"], ["2.11", "in chops of an octet"]])
    test(`${name}: ten pings ${way}`, async () => {
      const peer = await open();
      const payloads = Array.from({ length: 10 }, (_, n) => `payload-${n}`);
      await ways[way](peer, payloads.map((each) => frame(opcode.ping, each)));
      for (const each of payloads) await echoes(peer, opcode.pong, each);
      await closesCleanly(peer);
    });
});

describe("3: reserved bits", () => {
  const hello = (options) => frame(opcode.text, "Hello, world!", options);
  test("3.1: RSV = 1", () => fails([hello({ rsv: 1 })], 1002));
  for (const [name, rsv, way] of [["3.2", 2, "in one chop"], ["3.3", 3, "in chops of a frame"], ["3.4", 4, "in chops of an octet"]])
    test(`${name}: a message comes back, then RSV = ${rsv} fails, ${way}`, () =>
      fails([hello(), hello({ rsv }), frame(opcode.ping)], 1002, [[opcode.text, "Hello, world!"]], way));
  test("3.5: RSV = 5 in a binary message", () => fails([frame(opcode.binary, Buffer.alloc(8), { rsv: 5 })], 1002));
  test("3.6: RSV = 6 in a ping", () => fails([frame(opcode.ping, "Hello", { rsv: 6 })], 1002));
  test("3.7: RSV = 7 in a close frame", () => fails([frame(opcode.close, "\x03\xe8", { rsv: 7 })], 1002));
});

describe("4: reserved opcodes", () => {
  for (const [group, first] of [["4.1", 3], ["4.2", 11]])
    for (let n = 0; n < 5; ++n)
      test(`${group}.${n + 1}: opcode ${first + n}`, async () => {
        const hello = frame(opcode.text, "Hello, world!");
        const after = n < 2 ? [] : [[opcode.text, "Hello, world!"]];
        const frames = [...(after.length > 0 ? [hello] : []), frame(first + n, n % 2 ? "reserved opcode payload" : ""), frame(opcode.ping)];
        await fails(frames, 1002, after, n === 4 ? "in chops of an octet" : "in one chop");
      });
});

describe("5: fragments", () => {
  const text = (payload, fin = true) => frame(opcode.text, payload, { fin });
  const more = (payload, fin = true) => frame(opcode.continuation, payload, { fin });
  for (const [name, op] of [["5.1", opcode.ping], ["5.2", opcode.pong]])
    test(`${name}: a control frame in two fragments fails`, () => fails([frame(op, "fragment1", { fin: false }), more("fragment2")], 1002));
  for (const [index, way] of Object.keys(ways).entries()) {
    test(`5.${3 + index}: a message in two fragments, ${way}`, async () => {
      const peer = await open();
      await ways[way](peer, [text("fragment1", false), more("fragment2")]);
      await echoes(peer, opcode.text, "fragment1fragment2");
      await closesCleanly(peer);
    });
    test(`5.${6 + index}: a ping between two fragments, ${way}`, async () => {
      const peer = await open();
      await ways[way](peer, [text("fragment1", false), frame(opcode.ping, "ping payload"), more("fragment2")]);
      await echoes(peer, opcode.pong, "ping payload");
      await echoes(peer, opcode.text, "fragment1fragment2");
      await closesCleanly(peer);
    });
    test(`5.${9 + index}: nothing to continue, FIN, ${way}`, () => fails([more("none"), text("Hello, world!")], 1002, [], way));
    test(`5.${12 + index}: nothing to continue, no FIN, ${way}`, () => fails([more("none", false), text("Hello, world!")], 1002, [], way));
  }
  test("5.15: a message, then a fragment with nothing to continue", () =>
    fails([text("one", false), more("two"), more("three", false), text("four")], 1002, [[opcode.text, "onetwo"]]));
  for (const [name, fin] of [["5.16", false], ["5.17", true]])
    test(`${name}: twice: nothing to continue, then a message in two fragments`, () =>
      fails([...Array(2)].flatMap(() => [more("1", fin), text("2", false), more("3")]), 1002));
  test("5.18: both fragments are called text", () => fails([text("fragment1", false), text("fragment2")], 1002));
  for (const [name, way] of [["5.19", "in one chop"], ["5.20", "in chops of a frame"]])
    test(`${name}: pings between fragments are answered at once, ${way}, and silence is no fault`, async () => {
      const peer = await open();
      await ways[way](peer, [text("f1", false), more("f2", false), frame(opcode.ping, "pongme 1!")]);
      await echoes(peer, opcode.pong, "pongme 1!");
      await pause(1000); // longer than two heartbeats of this mode
      await ways[way](peer, [more("f3", false), more("f4", false), frame(opcode.ping, "pongme 2!"), more("f5")]);
      await echoes(peer, opcode.pong, "pongme 2!");
      await echoes(peer, opcode.text, "f1f2f3f4f5");
      await closesCleanly(peer);
    });
});

describe("7: closing", () => {
  const hello = frame(opcode.text, "Hello World!");
  test("7.1.1: a message, then a close frame", async () => {
    const peer = await open();
    await peer.write(Buffer.concat([hello, closeFrame(1000)]));
    await echoes(peer, opcode.text, "Hello World!");
    assert.equal(await peer.closed(), 1000);
  });
  const behind = { "7.1.2": closeFrame(1000), "7.1.3": frame(opcode.ping), "7.1.4": hello };
  for (const [name, bytes] of Object.entries(behind))
    test(`${name}: what follows a close frame is ignored`, () => fails([closeFrame(1000), bytes], 1000));
  test("7.1.5: a close frame between fragments", () => fails([frame(opcode.text, "one", { fin: false }), closeFrame(1000), frame(opcode.continuation, "two")], 1000));
  test("7.1.6: a long message, a short one, a close frame and a ping: all that was asked for comes, then the close frame", async () => {
    const peer = await open();
    const long = Buffer.alloc(8 * 1024 * 1024, "BAsd7&jh23");
    peer.socket.pause();
    await peer.write(Buffer.concat([frame(opcode.text, long), hello, closeFrame(1000), frame(opcode.ping)]));
    await pause(200);
    peer.socket.resume();
    await echoes(peer, opcode.text, long);
    await echoes(peer, opcode.text, "Hello World!");
    assert.equal(await peer.closed(), 1000);
  });
  test("7.3.1: a close frame without a code", () => fails([frame(opcode.close)], 1000));
  test("7.3.2: a close frame of one octet", () => fails([frame(opcode.close, "a")], 1002));
  test("7.3.3: a close frame with a code", () => fails([closeFrame(1000)], 1000));
  test("7.3.4: a close frame with a reason", () => fails([closeFrame(1000, "Hello World!")], 1000));
  test("7.3.5: a close frame with the longest reason", () => fails([closeFrame(1000, "*".repeat(123))], 1000));
  test("7.3.6: a close frame that is too long", () => fails([closeFrame(1000, "*".repeat(124))], 1002));
  test("7.5.1: a reason that is not UTF-8", () => fails([closeFrame(1000, Buffer.from("cebae1bdb9cf83cebccEb5eda080656469746564", "hex"))], 1007));
  for (const [index, code] of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999].entries())
    test(`7.7.${index + 1}: the code ${code} is answered`, () => fails([closeFrame(code)], code));
  for (const [index, code] of [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999].entries())
    test(`7.9.${index + 1}: the code ${code} may not be said`, () => fails([closeFrame(code)], 1002));
  for (const [name, code] of [["7.13.1", 5000], ["7.13.2", 65535]])
    test(`${name}: nor may ${code}`, () => fails([closeFrame(code)], 1002));
});

describe("beside Autobahn", () => {
  test("frames in the same segment as the handshake are heard", async () => {
    const peer = await open({}, Buffer.concat([frame(opcode.text, "early"), frame(opcode.ping, "bird"), frame(opcode.text, "cut off").subarray(0, 4)]));
    await echoes(peer, opcode.text, "early");
    await echoes(peer, opcode.pong, "bird");
    peer.destroy();
  });
  test("a close frame in the same segment as the handshake is answered", async () => {
    const peer = await open({}, closeFrame(1001));
    assert.equal(await peer.closed(), 1001);
  });
  test("an unmasked frame fails", () => fails([frame(opcode.text, "x", { mask: false })], 1002));
  test("a length in more octets than it needs fails", () => fails([frame(opcode.text, "x", { wide: 3 })], 1002));
  test("a message that says it is longer than 16 MiB fails at once", () => fails([frame(opcode.binary, "x", { length: 16 * 1024 * 1024 + 1 })], 1009));
});
