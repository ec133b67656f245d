// A cluster whose nodes are killed, frozen, cut off, stopped and started again, while parley-load looks at every message:
// nothing that was acknowledged may be lost, doubled or reordered, and afterwards all must agree on who is here.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { ask, closeAll, connect, hear } from "../e2e/support/clients.mjs";
import { rest } from "../e2e/support/rest.mjs";
import { secret } from "../e2e/support/server.mjs";
import { binary, eventually, next, Nodes } from "./nodes.mjs";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const rounds = Number(process.env.PARLEY_CHAOS_ROUNDS ?? 10);
const frozen = Number(process.env.PARLEY_CHAOS_FREEZE_MS ?? 4000);
const admin = { sub: "root", username: "root", role: "admin" };
const everyone = [1, 2, 3];

let nodes;
before(async () => {
  nodes = await Nodes.start(3);
});
after(() => nodes.remove());
/** What still plays when a test has failed. */
const playing = new Set();
afterEach(() => {
  closeAll();
  for (const child of playing) child.kill();
});

/** Plays a script against all nodes for so long; resolves to {code, text} when it is over. */
function load(script, seconds) {
  const plan = JSON.parse(readFileSync(join(root, "scripts/load", script)));
  plan.measure_s = seconds;
  const path = join(nodes.folder, script);
  writeFileSync(path, JSON.stringify(plan));
  const targets = everyone.flatMap((number) => ["--target", nodes.nodes.get(number).url]);
  const program = resolve(process.env.PARLEYD ?? join(root, "build/bin/parleyd"), "../parley-load");
  const child = spawn(program, [path, ...targets, "--report", join(nodes.folder, "reports")], {
    env: { PATH: process.env.PATH, PARLEY_JWT_SECRET: secret },
    cwd: nodes.folder,
  });
  playing.add(child);
  let text = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
  return new Promise((done) =>
    child.once("exit", (code) => {
      playing.delete(child);
      done({ code, text });
    }),
  );
}

const others = (number) => everyone.filter((each) => each !== number);

/** What can happen to a node: how it begins, and how it is over. */
const faults = {
  kill: { begin: (number) => nodes.kill(number), end: (number) => nodes.start(number) },
  restart: { begin: (number) => nodes.stop(number), end: (number) => nodes.start(number) },
  freeze: { begin: (number) => nodes.freeze(number), end: (number) => nodes.thaw(number), lasts: frozen },
  cut: { begin: (number) => nodes.cut(number), end: (number) => nodes.heal(number), lasts: 4000, network: true },
  "cut what it sends": { begin: (number) => nodes.cut(number, "out"), end: (number) => nodes.heal(number, "out"), lasts: 4000, network: true },
  "cut what it gets": { begin: (number) => nodes.cut(number, "in"), end: (number) => nodes.heal(number, "in"), lasts: 4000, network: true },
};

test("chaos: when a node is killed its users are offline within 5 s, and its rooms go on elsewhere", async (t) => {
  t.diagnostic(nodes.how);
  const [a, b, c] = everyone.map((number) => nodes.nodes.get(number));
  const stays = await Promise.all([a, b].map((node, index) => connect(node, "/hub", { sub: `stays${index}`, username: `stays${index}` })));
  const goes = await connect(c, "/hub", { sub: "goes", username: "goes" });
  const rooms = Array.from({ length: 9 }, (_, index) => `den-${index}`);
  for (const each of [...stays, goes]) for (const room of rooms) await ask(each, "join_room", { room });
  await hear(stays[0], "user_online", (event) => event.user.id === "goes");
  const began = Date.now();
  await nodes.kill(3);
  await hear(stays[0], "user_offline", (event) => event.user.id === "goes", 5000);
  await hear(stays[1], "user_offline", (event) => event.user.id === "goes", 5000);
  t.diagnostic(`offline after ${Date.now() - began} ms (of which 1,000 are the grace)`);
  for (const room of rooms) {
    assert.equal((await ask(stays[0], "send_message", { room, message: room })).ok, true);
    await hear(stays[1], "new_message", (event) => event.message === room);
  }
  const { body } = await rest(b, "GET", "/websocket/active-users", admin);
  assert.deepEqual(body.users.map((user) => user.id).sort(), ["stays0", "stays1"]);
  await nodes.start(3);
  await nodes.settled(3);
});

test("chaos: a node that was frozen owns nothing when it wakes up: it sends its clients away and joins again", async (t) => {
  const [a, , c] = everyone.map((number) => nodes.nodes.get(number));
  const here = await connect(a, "/hub", { sub: "here", username: "here" });
  const there = await connect(c, "/hub", { sub: "there", username: "there" });
  await hear(here, "user_online", (event) => event.user.id === "there");
  const began = Date.now();
  nodes.freeze(3);
  const rooms = Array.from({ length: 12 }, (_, index) => `asked-while-frozen-${index}`);
  const joins = Promise.all(rooms.map((room) => here.timeout(10_000).emitWithAck("join_room", { room })));
  await hear(here, "user_offline", (event) => event.user.id === "there", 5000);
  t.diagnostic(`offline after ${Date.now() - began} ms (of which 1,000 are the grace)`);
  await nodes.settled(2, [1, 2]);
  for (const joined of await joins) assert.equal(joined.ok, true, JSON.stringify(joined));
  t.diagnostic(`all joins answered after ${Date.now() - began} ms`);
  for (const room of rooms) assert.equal((await ask(here, "send_message", { room, message: "in" })).ok, true);
  nodes.thaw(3);
  await eventually(() => !there.connected, "its client was sent away", 5000);
  await nodes.settled(3);
});

test("chaos: rooms and private messages: nothing lost while a node is added, stopped, and all are restarted in turn", { timeout: 120_000 }, async (t) => {
  if (next !== binary) t.diagnostic(`an upgrade to ${next}`);
  const over = load("cluster-rooms.json", 22);
  await pause(3000);
  await nodes.start(4, next);
  await nodes.settled(4);
  await pause(2000);
  await nodes.stop(4);
  nodes.nodes.delete(4);
  await nodes.settled(3);
  for (const number of everyone) {
    await nodes.stop(number);
    await nodes.start(number, next);
    await nodes.settled(3);
    await pause(500);
  }
  const { code, text } = await over;
  assert.equal(code, 0, text);
});

const logs = () =>
  everyone
    .map((each) => nodes.nodes.get(each))
    .map((each) => `${each.name} (${each.child.exitCode}): ${each.log.slice(-1500)}`)
    .join("\n");

test(`chaos: ${rounds} faults at random moments: no acknowledged message is lost, doubled or reordered`, { timeout: 1_800_000 }, async (t) => {
  const possible = Object.keys(faults).filter((name) => nodes.networks || !faults[name].network);
  const over = load("cluster-conversations.json", Math.round(rounds * (8 + frozen / 4000)));
  await pause(3000);
  const seen = {};
  for (let round = 0; round < rounds; ++round) {
    // Each fault once, then any.
    const name = round < possible.length ? possible[round] : possible[randomInt(possible.length)];
    const number = everyone[randomInt(3)];
    const began = Date.now();
    await faults[name].begin(number);
    await nodes.settled(2, others(number));
    const took = Date.now() - began;
    (seen[name] ??= []).push(took);
    assert.ok(took < 5000, `${name} of ${number}: the others took ${took} ms\n${logs()}`);
    await pause(Math.max(0, (faults[name].lasts ?? 0) - took) + randomInt(500));
    await faults[name].end(number);
    await nodes.settled(3, everyone, 20_000).catch((error) => {
      throw new Error(`${error.message} after ${name} of ${number}\n${logs()}`);
    });
    await pause(randomInt(1500));
  }
  for (const [name, took] of Object.entries(seen)) t.diagnostic(`${name}: the others had agreed after ${took.join(", ")} ms`);
  const { code, text } = await over;
  t.diagnostic(text.split("\n").filter((line) => /lost|doubled|reordered|kept|acknowledged|delivered/.test(line)).slice(-12).join(" | "));
  assert.equal(code, 0, text);
});

test("chaos: in the end all nodes agree on who is here, and nobody is who is not", async () => {
  const [a, b, c] = everyone.map((number) => nodes.nodes.get(number));
  const one = await connect(a, "/hub", { sub: "one", username: "one" });
  await connect(b, "/hub", { sub: "two", username: "two" });
  await hear(one, "user_online", (event) => event.user.id === "two");
  for (const node of [a, b, c])
    await eventually(async () => {
      const { body } = await rest(node, "GET", "/websocket/active-users", admin);
      return JSON.stringify(body.users.map((user) => user.id).sort()) === '["one","two"]';
    }, `${node.name} knows who is here`, 8000);
});

test("chaos: of two nodes that lose each other for a while one begins anew, and they are one system again", async () => {
  await nodes.stop(3);
  nodes.nodes.delete(3);
  await nodes.settled(2);
  // Where there are no networks to part, one is frozen.
  const [begin, end] = nodes.networks ? ["part", "meet"] : ["freeze", "thaw"];
  for (const silence of [1500, 2000, 3500]) {
    nodes[begin](2, 1);
    await pause(silence);
    nodes[end](2, 1);
    await pause(1000); // long enough for both to have noticed
    await nodes.settled(2);
    const [one, other] = await Promise.all([1, 2].map((number) => connect(nodes.nodes.get(number), "/hub", { sub: `u${number}`, username: `u${number}` })));
    for (let index = 0; index < 6; ++index) {
      const room = `reunion-${silence}-${index}`;
      for (const each of [one, other]) assert.equal((await ask(each, "join_room", { room })).ok, true);
      assert.equal((await ask(one, "send_message", { room, message: room })).ok, true);
      await hear(other, "new_message", (event) => event.message === room);
    }
    closeAll();
  }
});
