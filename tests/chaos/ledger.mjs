// The checker: proves from what the clients were told, and from the history, that nothing acknowledged is missing, that
// nothing is there twice, and that a conversation has one order without holes.
import assert from "node:assert/strict";

export class ledger {
  #acks = new Map(); // conversation → clientId → {messageId, seq}

  /** An ack that a client got. */
  acknowledged(conversation, clientId, { messageId, seq }) {
    if (!this.#acks.has(conversation)) this.#acks.set(conversation, new Map());
    const known = this.#acks.get(conversation).get(clientId);
    if (known) assert.deepEqual({ messageId, seq }, known, `${conversation}: ${clientId} was acknowledged as another message`);
    this.#acks.get(conversation).set(clientId, { messageId, seq });
  }

  get count() {
    return [...this.#acks.values()].reduce((sum, each) => sum + each.size, 0);
  }

  /** `history`: all messages of a conversation, in the order in which the server lists them. */
  check(conversation, history) {
    history.forEach((each, index) => assert.equal(each.seq, index + 1, `${conversation}: a hole or a double at ${index + 1}`));
    const ids = new Set(history.map((each) => each.messageId));
    assert.equal(ids.size, history.length, `${conversation}: an id twice`);
    const keys = history.map((each) => `${each.senderId} ${each.clientId}`);
    assert.equal(new Set(keys).size, keys.length, `${conversation}: a message twice`);
    for (const [clientId, { messageId, seq }] of this.#acks.get(conversation) ?? []) {
      const kept = history[seq - 1];
      assert.ok(kept, `${conversation}: ${clientId} was acknowledged as ${seq} and is lost`);
      assert.equal(kept.messageId, messageId, `${conversation}: ${clientId} is not where it was acknowledged`);
      assert.equal(kept.clientId, clientId);
    }
  }
}
