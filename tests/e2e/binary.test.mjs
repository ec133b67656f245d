// Binary values stay binary, whoever sends them by whatever transport: live, in acks, from history and after a restart.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";
import { base64, bytes, clients, enter, plain, shown } from "./support/binary.mjs";
import { ask, closeAll, hear } from "./support/clients.mjs";
import { Cluster } from "./support/cluster.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

let server;
before(async () => (server = await startServer(["--allow-eio3"])));
after(async () => {
  closeAll();
  await server.stop();
});

const service = { sub: "back-end", role: "service" };
const binary = { binary: base64 };
/** At the top, deep inside, more than one, none at all; and text that is its base64. */
const values = [bytes, { deep: [1, bytes], text: base64 }, [bytes, Buffer.alloc(0), bytes], base64];
const all = [binary, { deep: [1, binary], text: base64 }, [binary, { binary: "" }, binary], base64];
const as_text = [base64, { deep: [1, base64], text: base64 }, [base64, "", base64], base64];

describe("live", () => {
  for (const way of clients) {
    const name = `${way.version}-${way.transports}`;
    test(`${way.name}: the data of an activity`, async () => {
      const ann = await enter(server, "/groups", { sub: `ann-${name}` }, way);
      const others = [await enter(server, "/groups", { sub: "ben" }, way), await enter(server, "/groups", { sub: "cem" })];
      const frames = await plain(server, "/groups", { sub: "dan" });
      for (const each of [ann, ...others]) await ask(each, "join-group", { groupId: name });
      await frames.ask("join-group", { groupId: name });
      for (const [at, data] of values.entries()) {
        const ack = await ask(ann, "group-activity", { groupId: name, type: "t", data });
        assert.deepEqual(shown(ack.data), all[at]);
        for (const each of [ann, ...others]) assert.deepEqual(shown((await hear(each, "group-activity")).data), all[at]);
        assert.deepEqual((await frames.hear("group-activity")).data, as_text[at]);
      }
      for (const each of [ann, ...others, frames]) each.close();
    });

    test(`${way.name}: the content of a message, its edits and its history`, async () => {
      const conversationId = `c-${name}`;
      const ann = await enter(server, "/messages", { sub: `ann-${name}` }, way);
      const others = [await enter(server, "/messages", { sub: "ben" }, way), await enter(server, "/messages", { sub: "cem" })];
      for (const each of [ann, ...others]) await ask(each, "conversation:join", { conversationId });
      for (const [at, content] of values.entries()) {
        const ack = await ask(ann, "message:send", { conversationId, content, clientId: `k${at}` });
        for (const each of [ann, ...others]) assert.deepEqual(shown((await hear(each, "message:received")).content), all[at]);
        const again = await ask(ann, "message:send", { conversationId, content, clientId: `k${at}` });
        assert.deepEqual([again.messageId, again.seq], [ack.messageId, ack.seq]);
        await ask(ann, "message:edit", { conversationId, messageId: ack.messageId, content });
        for (const each of [ann, ...others]) assert.deepEqual(shown((await hear(each, "message:edited")).content), all[at]);
      }
      for (const each of [ann, ...others]) {
        const { messages } = await ask(each, "messages:history", { conversationId });
        assert.deepEqual(messages.map((message) => shown(message.content)), all);
      }
      for (const each of [ann, ...others]) each.close();
    });

    test(`${way.name}: the payload of a call and of a screen`, async () => {
      const conversationId = `calls-${name}`;
      const ann = await enter(server, "/messages", { sub: `ann-${name}` }, way);
      const ben = await enter(server, "/messages", { sub: `ben-${name}` }, way);
      for (const each of [ann, ben]) await ask(each, "conversation:join", { conversationId });
      for (const [at, payload] of values.entries()) {
        const call = { conversationId, callId: `k${at}`, to: `ben-${name}`, payload };
        for (const event of ["call:offer", "call:candidate", "call:hangup"]) {
          ann.emit(event, call);
          assert.deepEqual(shown((await hear(ben, event)).payload), all[at]);
        }
        assert.deepEqual(shown((await ask(ann, "screen:start", { conversationId, payload })).payload), all[at]);
        assert.deepEqual(shown((await hear(ben, "screen:start")).payload), all[at]);
      }
      for (const each of [ann, ben]) each.close();
    });
  }
});

describe("other vocabularies", () => {
  test("chat has binary content as its body, and the base64 of what is deeper in its JSON text", async () => {
    const ann = await enter(server, "/messages", { sub: "ann" });
    const ben = await enter(server, "/chat", { sub: "ben" });
    await ask(ann, "message:send", { conversationId: "both", content: bytes });
    assert.deepEqual(shown((await hear(ben, "message:send")).body), binary);
    await ask(ann, "message:send", { conversationId: "both", content: { deep: bytes } });
    assert.equal((await hear(ben, "message:send")).body, JSON.stringify({ deep: base64 }));
  });

  test("what is text by contract takes none, and the connection stays", async () => {
    for (const [namespace, event, payload, field] of [
      ["/chat", "message:send", { chat_id: "c", body: bytes }, "body"],
      ["/hub", "send_message", { message: bytes }, "message"],
      ["/rooms", "send-message", { message: bytes }, "message"],
      ["/groups", "join-group", { groupId: bytes }, "groupId"],
      ["/messages", "message:send", { conversationId: bytes, content: "x" }, "conversationId"],
    ]) {
      const ann = await enter(server, namespace, { sub: "ann" });
      for (let tries = 0; tries < 2; ++tries) {
        const refused = await ask(ann, event, payload);
        assert.deepEqual([refused.code, refused.data.field], ["invalid_payload", field]);
      }
      ann.close();
    }
  });

  test("REST and plain frames have base64 text, and JSON goes in as it is", async () => {
    const ann = await enter(server, "/messages", { sub: "ann" });
    const frames = await plain(server, "/messages", { sub: "dan" });
    const conversationId = "texts";
    await frames.ask("conversation:join", { conversationId });
    await ask(ann, "conversation:join", { conversationId });
    for (const [at, content] of values.entries()) {
      await ask(ann, "message:send", { conversationId, content });
      assert.deepEqual((await frames.hear("message:received")).content, as_text[at]);
    }
    const contents = (page) => page.messages.map((message) => message.content);
    assert.deepEqual(contents(await frames.ask("messages:history", { conversationId })), as_text);
    assert.deepEqual(contents((await rest(server, "GET", `/api/conversations/${conversationId}/messages`, service)).body), as_text);
    const posted = await rest(server, "POST", `/api/conversations/${conversationId}/messages`, service, { content: base64 });
    assert.equal(posted.status, 201);
    assert.equal((await hear(ann, "message:received", (message) => message.senderId === "back-end")).content, base64);
    frames.close();
  });
});

describe("the edges", () => {
  test("a typed array and an ArrayBuffer are binary, too", async () => {
    const ann = await enter(server, "/groups", { sub: "ann" });
    await ask(ann, "join-group", { groupId: "arrays" });
    const data = [new Uint8Array(bytes), new Uint8Array(bytes).buffer];
    assert.deepEqual(shown((await ask(ann, "group-activity", { groupId: "arrays", type: "t", data })).data), [binary, binary]);
    ann.close();
  });

  test("what looks like a placeholder is data, also in a page with binary content", async () => {
    const ann = await enter(server, "/messages", { sub: "ann" });
    const conversationId = "lookalikes";
    const lookalike = { _placeholder: true, num: 7 };
    // The client itself would make an attachment's place of it beside binary; alone it is data for both sides.
    for (const content of [bytes, lookalike, bytes]) await ask(ann, "message:send", { conversationId, content });
    const content = async (page) => (await ask(ann, "messages:history", { conversationId, ...page })).messages.map((each) => shown(each.content));
    assert.deepEqual(await content({}), [binary]);
    assert.deepEqual(await content({ beforeSeq: 3 }), [lookalike]);
    assert.deepEqual(await content({ beforeSeq: 2 }), [binary]);
    assert.deepEqual(await content({ afterSeq: 1 }), [lookalike]);
    assert.ok(ann.connected);
  });

  test("a page has no more attachments than clients take, and says that there is more", async () => {
    const ann = await enter(server, "/messages", { sub: "ann" });
    const conversationId = "pictures";
    for (let at = 0; at < 25; ++at) await ask(ann, "message:send", { conversationId, content: { at, picture: Buffer.from([at]) } });
    const seen = [];
    for (let page = { hasMore: true }; page.hasMore; ) {
      page = await ask(ann, "messages:history", { conversationId, limit: 200, afterSeq: seen.length });
      assert.ok(page.messages.length <= 10);
      seen.push(...page.messages.map((message) => shown(message.content)));
    }
    assert.deepEqual(seen, Array.from({ length: 25 }, (_, at) => ({ at, picture: { binary: Buffer.from([at]).toString("base64") } })));
  });

  test("of a message's size the bytes count", async () => {
    const ann = await enter(server, "/messages", { sub: "ann" });
    assert.equal((await ask(ann, "message:send", { conversationId: "large", content: Buffer.alloc(16 * 1024) })).ok, true);
    const refused = await ask(ann, "message:send", { conversationId: "large", content: Buffer.alloc(16 * 1024 + 1) });
    assert.deepEqual([refused.code, refused.data.field], ["invalid_payload", "content"]);
  });

  test("ten attachments are taken, eleven close the connection", async () => {
    const ten = await enter(server, "/groups", { sub: "ann" });
    await ask(ten, "join-group", { groupId: "ten" });
    const ack = await ask(ten, "group-activity", { groupId: "ten", type: "t", data: Array.from({ length: 10 }, () => bytes) });
    assert.deepEqual(shown(ack.data), Array.from({ length: 10 }, () => binary));
    const closed = new Promise((done) => ten.once("disconnect", done));
    ten.emit("group-activity", { groupId: "ten", type: "t", data: Array.from({ length: 11 }, () => bytes) });
    assert.equal(await closed, "transport close");
  });

  test("acks that nobody asked for, names and odd fields may be binary", async () => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/socket.io/?EIO=4&transport=websocket`);
    const heard = [];
    socket.on("message", (data, isBinary) => heard.push(isBinary ? "binary" : data.toString()));
    const say = (text, ...attachments) => [text, ...attachments].forEach((each) => socket.send(each));
    const answered = async (start) => {
      for (let tries = 0; tries < 300; ++tries, await new Promise((done) => setTimeout(done, 10)))
        if (heard.some((each) => each.startsWith(start))) return;
      assert.fail(`no ${start} among ${heard}`);
    };
    await new Promise((done) => socket.once("open", done));
    const placeholder = '{"_placeholder":true,"num":0}';
    say(`40/groups,{"token":"${token({ sub: "ann" })}","picture":{"type":"Buffer","data":[1]}}`);
    await answered("40/groups");
    say(`461-/groups,0[${placeholder}]`, bytes);
    say(`451-/groups,1["no-such-event",${placeholder}]`, bytes);
    await answered("43/groups,1[");
    say(`451-/groups,2["join-group",{"groupId":1,"__proto__":${placeholder}}]`, bytes);
    await answered("43/groups,2[");
    assert.equal(socket.readyState, WebSocket.OPEN);
    socket.close();
  });

  test("python3-socketio sends and hears bytes", async () => {
    const script = join(dirname(fileURLToPath(import.meta.url)), "python/binary.py");
    const child = spawn("/usr/bin/python3", [script, server.url, token({ sub: "py" })]);
    let said = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
    assert.equal(await new Promise((done) => child.once("exit", done)), 0, said);
  });
});

describe("after a restart", () => {
  async function checkKept(store) {
    const flags = ["--allow-eio3", "--store", store];
    const conversationId = "kept";
    const first = await startServer(flags);
    const writer = await enter(first, "/messages", { sub: "ann" });
    for (const [at, content] of values.entries()) await ask(writer, "message:send", { conversationId, content, clientId: `k${at}` });
    writer.close();
    await first.stop();
    const second = await startServer(flags);
    for (const way of clients) {
      const reader = await enter(second, "/messages", { sub: "ann" }, way);
      const { messages } = await ask(reader, "messages:history", { conversationId });
      assert.deepEqual(messages.map((message) => shown(message.content)), all);
      await ask(reader, "conversation:sync", { conversationId, afterSeq: 0 });
      for (const each of all) assert.deepEqual(shown((await hear(reader, "message:received")).content), each);
      const again = await ask(reader, "message:send", { conversationId, content: values[0], clientId: "k0" });
      assert.equal(again.seq, 1);
      reader.close();
    }
    const page = await rest(second, "GET", `/api/conversations/${conversationId}/messages`, service);
    assert.deepEqual(page.body.messages.map((message) => message.content), as_text);
    await second.stop();
  }

  test("SQLite", async () => {
    const folder = mkdtempSync(join(tmpdir(), "parley-binary-"));
    await checkKept(`sqlite:${join(folder, "p.db")}`);
    rmSync(folder, { recursive: true, force: true });
  });

  test("PostgreSQL", async () => {
    const postgres = await startPostgres();
    await checkKept(postgres.uri);
    await postgres.remove();
  });
});

test("between the nodes of a cluster", async () => {
  const cluster = await Cluster.start(2);
  const conversationId = "across";
  const [ann, ben] = await Promise.all(cluster.nodes.map((node, at) => enter(node, "/messages", { sub: `user-${at}` })));
  const groups = await Promise.all(cluster.nodes.map((node, at) => enter(node, "/groups", { sub: `user-${at}` })));
  for (const each of [ann, ben]) await ask(each, "conversation:join", { conversationId });
  for (const each of groups) await ask(each, "join-group", { groupId: conversationId });
  for (const [at, content] of values.entries()) {
    await ask(ann, "message:send", { conversationId, content });
    await ask(groups[0], "group-activity", { groupId: conversationId, type: "t", data: content });
    ann.emit("call:offer", { conversationId, callId: `k${at}`, to: "user-1", payload: content });
    assert.deepEqual(shown((await hear(ben, "message:received")).content), all[at]);
    assert.deepEqual(shown((await hear(groups[1], "group-activity")).data), all[at]);
    assert.deepEqual(shown((await hear(ben, "call:offer")).payload), all[at]);
    ann.emit("call:hangup", { conversationId, callId: `k${at}`, to: "user-1" });
    await hear(ben, "call:hangup");
  }
  const { messages } = await ask(ben, "messages:history", { conversationId });
  assert.deepEqual(messages.map((message) => shown(message.content)), all);
  closeAll();
  await cluster.stop();
});
