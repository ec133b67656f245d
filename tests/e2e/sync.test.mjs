// A session that asks for what it missed is told it once and in order, also while the conversation goes on at full
// speed, and by whatever way it hears of the conversation.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, closeAll, connect, hear, pause } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";

let server;
before(async () => (server = await startServer(["--presence-grace", "100ms", "--commands-per-second", "0"])));
after(async () => {
  closeAll();
  await server.stop();
});

const service = { sub: "back-end", role: "service" };
const enter = (sub, options = {}) => connect(server, "/messages", { sub }, options);
const join = (socket, conversationId) => ask(socket, "conversation:join", { conversationId });
let count = 0;

async function group(...members) {
  const id = `sync-${++count}`;
  await rest(server, "POST", "/api/conversations", service, { id, type: "group", members });
  return id;
}

/** Messages on their way all the time; `stop()` resolves to how many there are in the end. */
function talk(socket, conversationId, atOnce = 20) {
  let going = true;
  let sent = 0;
  const lanes = Array.from({ length: atOnce }, async () => {
    while (going) {
      const { ok } = await ask(socket, "message:send", { conversationId, content: "x" });
      assert.equal(ok, true);
      ++sent;
    }
  });
  return {
    count: () => sent,
    reached: async (number) => {
      while (sent < number) await pause(5);
    },
    stop: async () => {
      going = false;
      await Promise.all(lanes);
      return sent;
    },
  };
}

const numbers = (socket) => socket.heard.filter((each) => each.name === "message:received").map((each) => each.data.seq);

/** The last number up to which everything was heard. */
function reached(socket) {
  const known = new Set(numbers(socket));
  let at = 0;
  while (known.has(at + 1)) ++at;
  return at;
}

/** As a client does: from what it has, on to the end. */
async function sync(socket, conversationId, afterSeq = reached(socket), more = {}) {
  let part;
  do {
    part = await ask(socket, "conversation:sync", { conversationId, afterSeq, ...more });
    assert.equal(part.ok, true, JSON.stringify(part));
    afterSeq = part.lastSeq;
    if (more.afterRev !== undefined) more = { afterRev: part.rev };
  } while (part.hasMore);
  return part;
}

const doubles = (all) => all.length - new Set(all).size;
const upTo = (last) => Array.from({ length: last }, (_, at) => at + 1);

function wholeAndOnce(socket, last) {
  const all = numbers(socket);
  assert.equal(doubles(all), 0, `${doubles(all)} of ${last} were told twice`);
  assert.deepEqual([...all].sort((one, other) => one - other), upTo(last));
}

function wholeOnceAndInOrder(socket, last) {
  wholeAndOnce(socket, last);
  assert.deepEqual(numbers(socket), upTo(last));
}

describe("a sync while the conversation goes on tells nothing twice", () => {
  const ways = {
    "a member who has not joined": async () => ({ id: await group("a", "b"), joins: false }),
    "a member who has joined": async () => ({ id: await group("a", "b"), joins: true }),
    "somebody in an open conversation": async () => ({ id: `open-${++count}`, joins: true }),
  };
  for (const transports of [["websocket"], ["polling"]])
    for (const [who, begin] of Object.entries(ways)) {
      test(`to ${who}, again and again, in order, over ${transports}`, async () => {
        const { id, joins } = await begin();
        const [a, b] = [await enter("a"), await enter("b", { transports })];
        if (joins) await join(b, id);
        const talking = talk(a, id);
        for (let round = 0; round < 40; ++round) {
          await talking.reached(round * 20);
          await sync(b, id);
        }
        const last = await talking.stop();
        await sync(b, id);
        await pause(200);
        wholeOnceAndInOrder(b, last);
      });

      test(`to ${who}, as it comes and comes back, over ${transports}`, async () => {
        const { id, joins } = await begin();
        const a = await enter("a");
        const talking = talk(a, id);
        await talking.reached(300);
        for (let round = 0; round < 4; ++round) {
          const b = await enter("b", { transports });
          // Said in one breath, as front ends do.
          const joining = joins ? join(b, id) : undefined;
          await Promise.all([joining, sync(b, id, 0)]);
          await talking.reached(talking.count() + 200);
          await sync(b, id);
          const all = numbers(b);
          assert.equal(doubles(all), 0, `${doubles(all)} of ${all.length} were told twice`);
          // What comes after the replay is in order as well.
          const known = reached(b);
          await talking.reached(talking.count() + 100);
          const later = numbers(b).filter((seq) => seq > known);
          assert.deepEqual(later, [...later].sort((one, other) => one - other));
          b.close();
        }
        const last = await talking.stop();
        const b = await enter("b", { transports });
        await sync(b, id, 0);
        wholeOnceAndInOrder(b, last);
      });
    }

  test("to one device because another asks", async () => {
    const id = await group("a", "b");
    const a = await enter("a");
    const [phone, tablet] = [await enter("b"), await enter("b")];
    await join(tablet, id);
    const talking = talk(a, id);
    for (let round = 0; round < 30; ++round) {
      await talking.reached(round * 20);
      await Promise.all([sync(phone, id), round % 3 === 0 ? sync(tablet, id) : undefined]);
    }
    const last = await talking.stop();
    await Promise.all([sync(phone, id), sync(tablet, id)]);
    await pause(200);
    for (const device of [phone, tablet]) wholeOnceAndInOrder(device, last);
  });

  test("where it joins and leaves between two of them, or asks twice at once", async () => {
    const id = await group("a", "b");
    const [a, b] = [await enter("a"), await enter("b")];
    const talking = talk(a, id);
    for (let round = 0; round < 20; ++round) {
      await talking.reached(round * 30);
      await ask(b, round % 2 === 0 ? "conversation:join" : "conversation:leave", { conversationId: id });
      await Promise.all([sync(b, id), sync(b, id)]);
    }
    const last = await talking.stop();
    await sync(b, id);
    await pause(200);
    wholeAndOnce(b, last);
  });
});

test("a sync tells what it told, and from where to go on", async () => {
  const id = await group("a", "b");
  const a = await enter("a");
  for (let number = 0; number < 5; ++number) await ask(a, "message:send", { conversationId: id, content: number });
  const b = await enter("b");
  const first = await ask(b, "conversation:sync", { conversationId: id, afterSeq: 2 });
  assert.deepEqual(first, { ok: true, conversationId: id, count: 3, lastSeq: 5, hasMore: false, rev: 5 });
  assert.deepEqual(numbers(b), [3, 4, 5]);
  const second = await ask(b, "conversation:sync", { conversationId: id, afterSeq: 0 });
  assert.deepEqual([second.count, second.lastSeq, second.hasMore], [2, 5, false]);
  assert.equal((await ask(b, "conversation:sync", { conversationId: id, afterSeq: 0 })).count, 0);
  assert.deepEqual(numbers(b), [3, 4, 5, 1, 2]);
});

describe("changes of older messages", () => {
  const changes = (socket) =>
    socket.heard.filter((each) => /^message:(edited|deleted|reaction)$/.test(each.name)).map((each) => each.data);
  const act = (socket, event, conversationId, messageId, more = {}) => ask(socket, event, { conversationId, messageId, ...more });

  test("every change raises the revision, in its event and its ack", async () => {
    const id = await group("a", "b");
    const [a, b] = [await enter("a"), await enter("b")];
    const sent = await ask(a, "message:send", { conversationId: id, content: "one", clientId: "k" });
    const { messageId } = sent;
    assert.equal(sent.rev, 1);
    assert.equal((await hear(b, "message:received")).rev, 1);
    assert.equal((await act(a, "message:edit", id, messageId, { content: "two" })).rev, 2);
    assert.equal((await hear(b, "message:edited")).rev, 2);
    assert.equal((await act(b, "message:react", id, messageId, { emoji: "+" })).rev, 3);
    assert.equal((await hear(a, "message:reaction")).rev, 3);
    assert.equal("rev" in (await act(b, "message:react", id, messageId, { emoji: "+" })), false);
    const { messages, rev } = await ask(b, "messages:history", { conversationId: id });
    assert.deepEqual([messages[0].rev, rev], [3, 3]);
    assert.deepEqual(await ask(a, "message:send", { conversationId: id, content: "one", clientId: "k" }), sent);
    assert.equal((await act(a, "message:delete", id, messageId)).rev, 4);
    assert.equal((await hear(b, "message:deleted")).rev, 4);
    const path = `/api/conversations/${id}`;
    assert.equal((await rest(server, "POST", `${path}/messages`, { sub: "a" }, { content: "by REST" })).body.rev, 5);
    const last = (await rest(server, "GET", `${path}/messages`, { sub: "a" })).body;
    assert.deepEqual([last.rev, last.messages[1].rev], [5, 5]);
    const edited = await rest(server, "PATCH", `${path}/messages/${last.messages[1].messageId}`, { sub: "a" }, { content: "!" });
    assert.equal(edited.body.rev, 6);
    assert.equal((await rest(server, "DELETE", `${path}/messages/${last.messages[1].messageId}`, { sub: "a" })).body.rev, 7);
    assert.equal((await rest(server, "GET", path, { sub: "a" })).body.rev, 7);
  });

  test("with afterRev edits, deletions and reactions of what one has are told, once and in order", async () => {
    const id = await group("a", "b");
    const a = await enter("a");
    const ids = [];
    for (let number = 0; number < 4; ++number)
      ids.push((await ask(a, "message:send", { conversationId: id, content: number })).messageId);
    await act(a, "message:edit", id, ids[0], { content: "seen" });
    await act(a, "message:edit", id, ids[1], { content: "b" });
    await act(a, "message:react", id, ids[0], { emoji: "+" });
    await act(a, "message:react", id, ids[2], { emoji: "-" });
    await act(a, "message:react", id, ids[2], { emoji: "-", remove: true });
    await act(a, "message:delete", id, ids[2]);
    await act(a, "message:react", id, ids[0], { emoji: "+", remove: true });
    await act(a, "message:edit", id, ids[3], { content: "comes as it is" });
    const b = await enter("b");
    const { count, rev, lastSeq } = await sync(b, id, 3, { afterRev: 5 });
    assert.deepEqual([count, rev, lastSeq], [4, 12, 4]);
    assert.deepEqual(changes(b).map((each) => [each.messageId, each.rev]), [[ids[1], 6], [ids[2], 10], [ids[0], 11]]);
    assert.equal(changes(b)[0].content, "b");
    assert.deepEqual([changes(b)[2].removed, changes(b)[2].userId, changes(b)[2].counts], [true, "a", {}]);
    const received = b.heard.filter((each) => each.name === "message:received");
    assert.deepEqual(received.map((each) => each.data.content), ["comes as it is"]);
    assert.equal((await sync(b, id, 4, { afterRev: 5 })).count, 0);
    assert.equal((await sync(b, id, 4, { afterRev: rev })).count, 0);
  });

  test("while they go on, page by page, none is told twice, and none is missed", async () => {
    const id = await group("a", "b");
    const a = await enter("a");
    const ids = [];
    for (let number = 0; number < 20; ++number)
      ids.push((await ask(a, "message:send", { conversationId: id, content: number })).messageId);
    for (let number = 0; number < 600; ++number)
      await act(a, "message:react", id, ids[number % 20], { emoji: `e${Math.floor(number / 20)}` });
    let going = true;
    const lanes = ids.map(async (messageId) => {
      while (going) await act(a, "message:edit", id, messageId, { content: "again" });
    });
    for (const joins of [false, true]) {
      const b = await enter("b");
      if (joins) await join(b, id);
      await sync(b, id, 20, { afterRev: 20 });
      for (let round = 0; round < 10; ++round) await sync(b, id, 20, { afterRev: Math.max(...changes(b).map((each) => each.rev)) - 30 });
      await pause(200);
      const all = changes(b).map((each) => each.rev);
      assert.equal(doubles(all), 0, `${doubles(all)} of ${all.length} were told twice`);
      assert.equal(changes(b).filter((each) => each.emoji).length, 600);
    }
    going = false;
    await Promise.all(lanes);
  });
});
