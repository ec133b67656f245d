// Engine.IO 3, as 2.x clients speak it, in exact bytes: those of the reference, engine.io-parser 2.2.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startServer } from "./support/peer.mjs";

let server;
before(async () => (server = await startServer(["--allow-eio3"])));
after(() => server.stop());

async function open(more = "", path = "/socket.io/") {
  const url = `${server.url}${path}?EIO=3&transport=polling${more}`;
  const first = await (await fetch(url)).text();
  const [, length, packet] = /^(\d+):(.*)$/s.exec(first);
  const { sid } = JSON.parse(packet.slice(1));
  return {
    first, length: Number(length), packet,
    get: () => fetch(`${url}&sid=${sid}`),
    post: (body) => fetch(`${url}&sid=${sid}`, { method: "POST", body, headers: { "Content-Type": typeof body === "string" ? "text/plain;charset=UTF-8" : "application/octet-stream" } }),
  };
}
const packet = (text) => `${text.length}:${text}`;
/** `<0 or 1><length, a byte for each digit><255><data>` */
const binary = (isBinary, content) => {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([isBinary ? 1 : 0, ...String(bytes.length).split("").map(Number), 255]), bytes]);
};

describe("polling", () => {
  for (const path of ["/socket.io/", "/engine.io/"])
    test(`the open packet comes alone, ${path}`, async () => {
      const session = await open("", path);
      assert.equal(session.length, session.packet.length);
      assert.match(session.packet, /^0\{"sid":"[^}]*\}$/);
    });

  test("who is let in on / hears so in the second answer", async () => {
    const session = await open();
    assert.ok((await (await session.get()).text()).startsWith("2:40"));
  });

  test("text and binary together are answered in binary to who takes that", async () => {
    const session = await open("", "/engine.io/");
    assert.equal(await (await session.post(Buffer.concat([binary(false, "4€uro"), binary(true, [4, 0, 1, 255]), binary(false, "4three")]))).text(), "ok");
    const answer = await session.get();
    assert.equal(answer.headers.get("content-type"), "application/octet-stream");
    const bytes = Buffer.from(await answer.arrayBuffer());
    assert.deepEqual(bytes, Buffer.concat([Buffer.from([0, 7, 255]), Buffer.from("4€uro"), Buffer.from([1, 4, 255, 4, 0, 1, 255]), Buffer.from([0, 6, 255]), Buffer.from("4three")]));
  });

  test("an event of Socket.IO with its attachment is answered in binary", async () => {
    const session = await open();
    await session.get();
    await session.post(Buffer.concat([binary(false, '451-["message",{"_placeholder":true,"num":0}]'), binary(true, [4, 1, 2, 3])]));
    let bytes = Buffer.alloc(0);
    while (!bytes.includes("message-back")) bytes = Buffer.from(await (await session.get()).arrayBuffer());
    assert.ok(bytes.includes(binary(false, '451-["message-back",{"_placeholder":true,"num":0}]')));
    assert.ok(bytes.subarray(-7).equals(binary(true, [4, 1, 2, 3])));
  });

  test("with b64 in its first request, in base64", async () => {
    const session = await open("&b64=1", "/engine.io/");
    await session.post(`${packet("4text")}${packet("b4AAH/")}`);
    const answer = await session.get();
    assert.match(answer.headers.get("content-type"), /^text\/plain/);
    assert.equal(await answer.text(), `${packet("4text")}${packet("b4AAH/")}`);
  });

  test("text alone stays text, also where it looks like binary", async () => {
    const session = await open("", "/engine.io/");
    await session.post(`${packet("4a:b4AAH/")}${packet("4€")}`);
    const answer = await session.get();
    assert.match(answer.headers.get("content-type"), /^text\/plain/);
    assert.equal(await answer.text(), `${packet("4a:b4AAH/")}2:4€`);
  });

  test("an unknown namespace is refused with a JSON text", async () => {
    for (const name of ["/random", "/random?token=x"]) {
      const session = await open();
      await session.get();
      await session.post(packet(`40${name},`));
      let heard = "";
      while (!heard.includes("44/")) heard = await (await session.get()).text();
      assert.ok(heard.includes(packet('44/random,"Invalid namespace"')), heard);
    }
  });
});
