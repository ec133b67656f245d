// SIGKILL at random moments under load, again and again on one database. Each client sends until it is acknowledged, and
// sends again with the same clientId where it does not know: afterwards the checker looks at everything.
import assert from "node:assert/strict";
import { randomBytes, randomInt } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { io } from "socket.io-client";
import { startServer } from "../e2e/support/server.mjs";
import { rest } from "../e2e/support/rest.mjs";
import { token } from "../e2e/support/tokens.mjs";
import { ledger } from "./ledger.mjs";

const rounds = Number(process.env.PARLEY_KILL_ROUNDS ?? 20);
const pairs = 5;
const service = { sub: "back-end", role: "service" };
const folder = mkdtempSync(join(tmpdir(), "parley-kill-"));
const store = ["--store", `sqlite:${join(folder, "parley.db")}`];
after(() => rmSync(folder, { recursive: true, force: true }));

const book = new ledger();

/** Sends one message after the other, each until it is acknowledged, until told to stop. */
class sender {
  constructor(user, conversationId) {
    Object.assign(this, { user, conversationId, running: true, pending: [], resent: 0 });
  }
  connect(server) {
    this.socket = io(`${server.url}/messages`, { auth: { token: token({ sub: this.user }) }, transports: ["websocket"], reconnection: false, forceNew: true });
    return new Promise((done) => this.socket.once("connect", done).once("connect_error", done));
  }
  /** Several under way at a time, so that a kill hits some of them in the middle. */
  async run() {
    const again = this.pending.splice(0);
    this.resent += again.length;
    const lane = async (first) => {
      for (let clientId = first; this.running && this.socket.connected; clientId = undefined)
        if (!(await this.send(clientId ?? randomBytes(8).toString("hex")))) return;
    };
    await Promise.all([...again, undefined, undefined, undefined].slice(0, Math.max(again.length, 3)).map(lane));
  }
  async send(clientId) {
    const message = { conversationId: this.conversationId, content: `${this.user} ${clientId}`, clientId };
    const answer = await new Promise((done) => {
      const lost = () => done(null);
      this.socket.once("disconnect", lost);
      this.socket.emit("message:send", message, (ack) => {
        this.socket.off("disconnect", lost);
        done(ack);
      });
    });
    if (answer?.ok) book.acknowledged(this.conversationId, clientId, answer);
    else this.pending.push(clientId);
    return answer?.ok;
  }
}

async function history(server, id) {
  const all = [];
  for (;;) {
    const { body } = await rest(server, "GET", `/api/conversations/${id}/messages?afterSeq=${all.length}&limit=200`, service);
    all.push(...body.messages);
    if (!body.hasMore) return all;
  }
}

const conversations = Array.from({ length: pairs }, (_, index) => `kill-${index}`);
let senders;

before(async () => {
  const server = await startServer(store);
  for (const [index, id] of conversations.entries())
    await rest(server, "POST", "/api/conversations", service, { id, type: "direct", members: [`l${index}`, `r${index}`] });
  await server.stop();
  senders = conversations.flatMap((id, index) => [new sender(`l${index}`, id), new sender(`r${index}`, id)]);
});

test(`${rounds} times: killed under load, nothing acknowledged is lost, nothing is there twice, no holes`, { timeout: 600_000 }, async (t) => {
  for (let round = 0; round < rounds; ++round) {
    const server = await startServer(store);
    await Promise.all(senders.map((each) => each.connect(server)));
    const work = Promise.all(senders.map((each) => each.run()));
    await pause(randomInt(50, 400));
    process.kill(server.pid, "SIGKILL");
    await server.exited;
    await work;
    for (const each of senders) each.socket.close();
  }
  const server = await startServer(store);
  await Promise.all(senders.map((each) => each.connect(server)));
  for (const each of senders) {
    each.running = false;
    for (const clientId of each.pending.splice(0)) assert.ok(await each.send(clientId), "a message that can't be sent again");
    each.socket.close();
  }
  for (const id of conversations) book.check(id, await history(server, id));
  await server.stop();
  const resent = senders.reduce((sum, each) => sum + each.resent, 0);
  t.diagnostic(`${book.count} messages acknowledged, ${resent} sent again after a kill`);
  assert.ok(book.count > rounds * pairs);
  assert.ok(resent > 0, "no kill hit a message under way: the test proves nothing");
});
