// The dialect `groups` (document 000): the document's samples in their order.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, client, closeAll, connect, hear, refusal, silence } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { inSeconds, token } from "./support/tokens.mjs";

let server;
before(async () => (server = await startServer()));
after(async () => {
  closeAll();
  await server.stop();
});

const enter = (sub, username) => connect(server, "/groups", { sub, username });

describe("document 000, sample by sample", () => {
  test("connect, join, watch, activity, leave", async () => {
    const diego = await enter(1, "diegovinals");
    assert.deepEqual(await hear(diego, "connected"), { message: "Conectado exitosamente", user: { id: 1, username: "diegovinals" } });
    const maria = await enter(2, "mariavinals");
    diego.emit("join-group", { groupId: 123 });
    assert.deepEqual(await hear(diego, "joined-group"), { groupId: 123, message: "Te has unido al grupo exitosamente" });
    maria.emit("join-group", { groupId: 123 });
    const joined = await hear(diego, "user-joined-group");
    assert.deepEqual({ ...joined, timestamp: 0 }, { userId: 2, username: "mariavinals", groupId: 123, timestamp: 0 });
    await hear(maria, "joined-group");
    maria.emit("watch-episode", { groupId: 123, seriesId: 456, episodeId: 789 });
    for (const socket of [diego, maria]) {
      const watched = await hear(socket, "episode-watched");
      assert.deepEqual({ ...watched, timestamp: 0 }, { userId: 2, username: "mariavinals", groupId: 123, seriesId: 456, episodeId: 789, timestamp: 0 });
    }
    maria.emit("group-activity", { groupId: 123, type: "series_added", data: { seriesName: "Breaking Bad" } });
    for (const socket of [diego, maria]) {
      const activity = await hear(socket, "group-activity");
      assert.equal(activity.type, "series_added");
      assert.deepEqual(activity.data, { seriesName: "Breaking Bad" });
      assert.equal(activity.userId, 2);
      assert.equal(activity.groupId, 123);
    }
    maria.emit("leave-group", { groupId: 123 });
    assert.equal((await hear(maria, "left-group")).groupId, 123);
    assert.equal((await hear(diego, "user-left-group")).userId, 2);
  });
  test("a group is for its members, and is no room", async () => {
    const ann = await enter("ann", "ann");
    assert.equal((await ask(ann, "watch-episode", { groupId: 9, seriesId: 1, episodeId: 1 })).code, "not_a_member");
    await ask(ann, "join-group", { groupId: "9" });
    const room = await connect(server, "/rooms", { sub: "roomer" });
    await ask(room, "join-room", { room: "9" });
    await ask(room, "room-message", { room: "9", message: "hello" });
    await silence(ann, "user-joined-group", 100);
    room.close();
  });
  test("back ends emit to a group and to a user", async () => {
    const service = { sub: "back-end", role: "service" };
    const ann = await enter(7, "ann");
    const ben = await enter(8, "ben");
    await ask(ann, "join-group", { groupId: 55 });
    await ask(ben, "join-group", { groupId: 55 });
    const emitted = await rest(server, "POST", "/api/emit", service, [
      { to: { group: 55 }, event: "series-added", data: { seriesName: "Dark", addedBy: "x" }, except: [8] },
      { to: { user: 8 }, event: "notification", data: { message: "Tienes una nueva notificación" } },
    ]);
    assert.equal(emitted.status, 200, JSON.stringify(emitted.body));
    assert.deepEqual(await hear(ann, "series-added"), { seriesName: "Dark", addedBy: "x" });
    assert.deepEqual(await hear(ben, "notification"), { message: "Tienes una nueva notificación" });
    await silence(ben, "series-added", 100);
  });
});

describe("refusals are in the document's language", () => {
  test("of a connection", async () => {
    for (const [options, code, message] of [
      [{}, "token_missing", "Token no proporcionado"],
      [{ auth: { token: "no.such.token" } }, "token_invalid", "Token inválido"],
      [{ auth: { token: token({ sub: 1, exp: inSeconds(-60) }) } }, "token_expired", "Error de autenticación"],
    ]) {
      const error = await refusal(client(server, "/groups", options));
      assert.equal(error.data.code, code);
      assert.equal(error.message, message);
    }
  });
  test("of joining and leaving, in the event and in the ack", async () => {
    const diego = await enter(1, "diegovinals");
    for (const [event, payload, message] of [
      ["join-group", {}, "Error al unirse al grupo"],
      ["leave-group", { groupId: 987 }, "Error al salir del grupo"],
    ]) {
      const answer = await ask(diego, event, payload);
      assert.equal(answer.message, message);
      assert.equal(answer.data.field, "groupId");
      diego.emit(event, payload);
      const error = await hear(diego, "error");
      assert.equal(error.message, message);
      assert.match(error.timestamp, /Z$/);
    }
    const answer = await ask(diego, "watch-episode", { groupId: 987, seriesId: 1, episodeId: 2 });
    assert.equal(answer.code, "not_a_member");
    assert.equal(answer.data.field, "groupId");
  });
});
