// A session that asks for what it missed is told it once, wherever in a cluster the conversation is, and while it moves.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ask, closeAll, connect, pause } from "./support/clients.mjs";
import { Cluster } from "./support/cluster.mjs";
import { rest } from "./support/rest.mjs";

const service = { sub: "back-end", role: "service" };

let cluster;
before(async () => (cluster = await Cluster.start(2, ["--presence-grace", "300ms", "--commands-per-second", "0"])));
after(async () => {
  closeAll();
  await cluster.stop();
});

const numbers = (socket, id) =>
  socket.heard.filter((each) => each.name === "message:received" && each.data.conversationId === id).map((each) => each.data.seq);

function reached(socket, id) {
  const known = new Set(numbers(socket, id));
  let at = 0;
  while (known.has(at + 1)) ++at;
  return at;
}

/** As a client does: from what it has to the end, and again where its command was lost with an owner. */
async function sync(socket, id) {
  let afterSeq = reached(socket, id);
  for (let part = { hasMore: true }; part.hasMore; ) {
    part = await ask(socket, "conversation:sync", { conversationId: id, afterSeq }).catch(() => ({ ok: false }));
    if (!part.ok) {
      await pause(50);
      part.hasMore = true;
      continue;
    }
    afterSeq = part.lastSeq;
  }
}

test("a sync tells nothing twice, also while the members of the cluster change", { timeout: 120_000 }, async () => {
  const [first, second] = cluster.nodes;
  const ids = Array.from({ length: 6 }, (_, index) => `moving-${index}`);
  for (const id of ids) await rest(first, "POST", "/api/conversations", service, { id, type: "group", members: ["a", "b", "c"] });
  const a = await connect(first, "/messages", { sub: "a" });
  const joined = await connect(second, "/messages", { sub: "b" });
  const unjoined = await connect(second, "/messages", { sub: "c" });
  for (const id of ids) await ask(joined, "conversation:join", { conversationId: id });
  let going = true;
  const lanes = ids.map(async (conversationId, index) => {
    for (let number = 0; going; ++number) {
      const clientId = `${index}-${number}`;
      // What was not acknowledged is sent again.
      while (!(await ask(a, "message:send", { conversationId, content: number, clientId }).catch(() => ({}))).ok) await pause(20);
    }
  });
  const listening = [joined, unjoined].map(async (socket) => {
    while (going) for (const id of ids) await sync(socket, id);
  });
  await pause(1500);
  const third = await cluster.add();
  await cluster.settled();
  await pause(1500);
  await third.stop();
  await cluster.settled();
  await pause(1500);
  going = false;
  await Promise.all([...lanes, ...listening]);
  for (const id of ids) {
    const { lastSeq } = (await rest(first, "GET", `/api/conversations/${id}`, service)).body;
    for (const [who, socket] of Object.entries({ joined, unjoined })) {
      await sync(socket, id);
      await pause(100);
      const all = numbers(socket, id);
      assert.equal(all.length, new Set(all).size, `${id}: ${all.length - new Set(all).size} of ${lastSeq} were told twice to who has ${who}`);
      assert.equal(new Set(all).size, lastSeq, `${id}: not all was told to who has ${who}`);
    }
  }
});
