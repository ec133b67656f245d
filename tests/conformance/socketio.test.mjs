import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ioSocket, Polling, Socket, startServer } from "./support/peer.mjs";

let server;
before(async () => (server = await startServer()));
after(() => server.stop());

describe("connecting", () => {
  test("CONNECT is answered with exactly a sid; then auth is emitted with the auth object", async () => {
    const socket = await ioSocket(server.url, null);
    socket.send('40{"token":"123"}');
    const reply = await socket.said();
    assert.match(reply, /^40\{"sid":"[\w-]+"\}$/);
    assert.equal(await socket.said(), '42["auth",{"token":"123"}]');
    socket.send("40/custom,");
    assert.match(await socket.said(), /^40\/custom,\{"sid":"/);
    assert.equal(await socket.said(), '42/custom,["auth",{}]');
    socket.ws.close();
  });
  test("an unknown namespace, or one with a query string: Invalid namespace; the connection stays open", async () => {
    const socket = await ioSocket(server.url, null);
    for (const name of ["/random", "/custom?a=b"]) {
      socket.send(`40${name},`);
      assert.equal(await socket.said(), `44${name},{"message":"Invalid namespace"}`);
    }
    socket.send("40");
    assert.match(await socket.said(), /^40\{/);
    socket.ws.close();
  });
  test("no CONNECT within the timeout closes the connection", async () => {
    const socket = await ioSocket(server.url, null);
    const pong = setInterval(() => socket.heard.splice(0).forEach((each) => each === "2" && socket.send("3")), 20);
    const begin = Date.now();
    await socket.closed;
    clearInterval(pong);
    assert.ok(Date.now() - begin > 900);
  });
  test("events sent right behind CONNECT work", async () => {
    const socket = await ioSocket(server.url, null);
    socket.send("40");
    socket.send('421["message-with-ack","early"]');
    assert.match(await socket.said(), /^40/);
    // The suite's greeting comes by itself, a moment later.
    assert.deepEqual([await socket.said(), await socket.said()].sort(), ['42["auth",{}]', '431["early"]']);
    socket.ws.close();
  });
  test("41 leaves the Engine.IO connection open", async () => {
    const socket = await ioSocket(server.url);
    socket.send("41");
    socket.send("40");
    assert.match(await socket.said(), /^40\{/);
    socket.ws.close();
  });
});

describe("messages", () => {
  test("plain and with an ack, both ways", async () => {
    const socket = await ioSocket(server.url);
    socket.send('42["message",1,"2",{"3":[true]}]');
    assert.equal(await socket.said(), '42["message-back",1,"2",{"3":[true]}]');
    socket.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    assert.equal(await socket.said(), '43456[1,"2",{"3":[false]}]');
    for (const id of [0, 1]) {
      socket.send('42["emit-with-ack",1]');
      assert.equal(await socket.said(), `42${id}["emit-with-ack",1]`);
      socket.send(`43${id}[1,"2"]`);
      assert.equal(await socket.said(), '42["emit-with-ack",1,"2"]');
    }
    socket.send('4399["nobody asked"]');
    socket.send('42["message"]');
    assert.equal(await socket.said(), '42["message-back"]');
    socket.ws.close();
  });
  test("binary attachments, both ways, adjacent to their event", async () => {
    const socket = await ioSocket(server.url);
    socket.send('452-["message",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    socket.send(Buffer.from([1, 2, 3]));
    socket.send(Buffer.from([4, 5, 6]));
    assert.equal(await socket.said(), '452-["message-back",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    assert.deepEqual(await socket.next(), Buffer.from([1, 2, 3]));
    assert.deepEqual(await socket.next(), Buffer.from([4, 5, 6]));
    socket.send('452-789["message-with-ack",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    socket.send(Buffer.from([1]));
    socket.send(Buffer.from([2]));
    assert.equal(await socket.said(), '462-789[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    assert.deepEqual(await socket.next(), Buffer.from([1]));
    assert.deepEqual(await socket.next(), Buffer.from([2]));
    socket.ws.close();
  });
  test("over polling, with base64", async () => {
    const client = await new Polling(server.url, "/socket.io/").open();
    await client.post("40");
    for (let heard = ""; !heard.includes('42["auth"'); ) heard += (await client.get()).body;
    await client.post('451-["message",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
    assert.equal((await client.get()).body, '451-["message-back",{"_placeholder":true,"num":0}]\x1ebAQIDBA==');
  });
  const unharmed = ['"\\ud800"', '"\\u0000"', '{"__proto__":1}', '{"_placeholder":true,"num":0}', "1e+300", '"\u{10fffd}"'];
  for (const value of unharmed) {
    test(`${value} passes unharmed`, async () => {
      const socket = await ioSocket(server.url);
      socket.send(`42["message",${value}]`);
      const [name, back] = JSON.parse((await socket.said()).slice(2));
      assert.equal(name, "message-back");
      assert.deepEqual(back, JSON.parse(value));
      socket.ws.close();
    });
  }
});

describe("closes the whole connection", () => {
  const before = {
    "an event before CONNECT": ['42["message"]'],
    "a CONNECT payload that is not an object": ["40[]"],
    "a CONNECT payload that is not JSON": ["40{abc"],
  };
  for (const [what, packets] of Object.entries(before)) {
    test(what, async () => {
      const socket = await ioSocket(server.url, null);
      packets.forEach((packet) => socket.send(packet));
      await socket.closed;
    });
  }
  const cases = {
    "a second CONNECT to a namespace": ["40"],
    "an event for a namespace not connected": ['42/custom,["message"]'],
    "a client's 44": ['44{"message":"x"}'],
    "41 with data": ['41{"x":1}'],
    "an empty event": ["42[]"],
    "an event named null": ["42[null]"],
    "an event that is no array": ["42{}"],
    "an event that is no JSON": ['42["message'],
    "an unknown packet type": ["49"],
    "an empty packet": ["4"],
    "an ack without an id": ["43[]"],
    "text while attachments are outstanding": ['451-["message",{"_placeholder":true,"num":0}]', '42["message"]'],
    "a binary frame out of turn": [Buffer.from([1])],
    "a placeholder out of range": ['451-["message",{"_placeholder":true,"num":1}]', Buffer.from([1])],
    "more than 10 attachments": ['4511-["message"]'],
    "an attachment count that is none": ['45x-["message"]'],
  };
  for (const name of ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"])
    cases[`the reserved event ${name}`] = [`42["${name}"]`];
  for (const [what, packets] of Object.entries(cases)) {
    test(what, async () => {
      const socket = await ioSocket(server.url);
      packets.forEach((packet) => socket.send(packet));
      await socket.closed;
    });
  }
  test("but numeric event names are legal", async () => {
    const socket = await ioSocket(server.url);
    socket.send("42[5]");
    socket.send('42["message"]');
    assert.match(await socket.said(), /unknown_event|message-back/);
    socket.ws.close();
  });
});
