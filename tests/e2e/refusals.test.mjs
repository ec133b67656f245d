// What refusals say: in Spanish wherever the dialect `groups` speaks (document 000), and the name of an unknown event.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ask, client, closeAll, connect, hear, refusal } from "./support/clients.mjs";
import { rest } from "./support/rest.mjs";
import { startServer } from "./support/server.mjs";
import { inSeconds, token } from "./support/tokens.mjs";

const service = { sub: "back-end", role: "service" };
let server;
before(async () => (server = await startServer(["--log-level", "debug", "--rooms-per-session", "2"])));
after(async () => {
  closeAll();
  await server.stop();
});

/** The event's message and the ack's, which are the same. */
async function refused(socket, event, payload) {
  const answer = await ask(socket, event, payload);
  socket.emit(event, payload);
  const error = await hear(socket, "error");
  assert.equal(answer.ok, false);
  assert.equal(error.message, answer.message);
  assert.equal(error.code, answer.code);
  assert.deepEqual(error.data, answer.data);
  return answer;
}

describe("on /groups refusals are in Spanish", () => {
  test("of events", async () => {
    const diego = await connect(server, "/groups", { sub: 1, username: "diegovinals" });
    for (const [event, payload, code, message] of [
      ["join-group", { groupId: true }, "invalid_payload", "Error al unirse al grupo"],
      ["leave-group", { groupId: 9 }, "not_a_member", "Error al salir del grupo"],
      ["watch-episode", { groupId: 9, seriesId: 1, episodeId: 1 }, "not_a_member", "No eres miembro del grupo"],
      ["watch-episode", { groupId: 9, episodeId: 1 }, "invalid_payload", "seriesId debe ser un número o un texto"],
      ["watch-episode", "nine", "invalid_payload", "los datos deben ser un objeto"],
      ["group-activity", { groupId: 9, type: "" }, "invalid_payload", "type debe ser un texto de 1 a 16384 bytes"],
      ["group-activity", { groupId: 9, userId: 2, type: "x" }, "forbidden", "Solo puedes actuar en tu propio nombre"],
      ["make-coffee", {}, "unknown_event", "Evento desconocido: make-coffee"],
      ["auth:refresh", {}, "invalid_payload", "token debe ser un texto que no esté vacío"],
      ["auth:refresh", { token: "no.such.token" }, "token_invalid", "Token inválido"],
      ["auth:refresh", { token: token({ sub: 2 }) }, "forbidden", "El token es de otro usuario"],
    ]) {
      const answer = await refused(diego, event, payload);
      assert.equal(answer.message, message);
      assert.equal(answer.code, code);
    }
    for (const groupId of [1, 2]) await ask(diego, "join-group", { groupId });
    assert.equal((await refused(diego, "join-group", { groupId: 3 })).message, "Error al unirse al grupo");
  });
  test("of connections, and of a session that is ended", async () => {
    for (const [options, message] of [
      [{}, "Token no proporcionado"],
      [{ auth: { token: token({ sub: 1, exp: inSeconds(-60) }) } }, "Error de autenticación"],
    ])
      assert.equal((await refusal(client(server, "/groups", options))).message, message);
    const diego = await connect(server, "/groups", { sub: 1 });
    await rest(server, "DELETE", `/api/clients/${diego.id}`, service);
    assert.equal((await hear(diego, "error")).message, "El servidor ha terminado la sesión");
    const maria = await connect(server, "/groups", { sub: "maria" });
    await rest(server, "POST", "/api/users/maria/revoke", service);
    assert.equal((await hear(maria, "error")).message, "Error de autenticación");
  });
});

describe("elsewhere they are in English", () => {
  test("on a mixed namespace the texts are those of the dialect that took the command, or English", async () => {
    const mixed = await connect(server, "/", { sub: "mixed" });
    assert.equal((await refused(mixed, "make-coffee", {})).message, "Unknown event: make-coffee");
    assert.equal((await refused(mixed, "auth:refresh", {})).message, "token must be a string that is not empty");
    assert.match((await ask(mixed, "join_room", {})).message, /^room must be/);
    assert.equal((await ask(mixed, "join-group", {})).message, "Error al unirse al grupo");
    assert.match((await ask(mixed, "join-room", {})).message, /^room must be/);
  });
  test("over REST, whoever asks", async () => {
    const answer = await rest(server, "POST", "/api/emit", { sub: 1 }, { to: { group: 1 }, event: "x" });
    assert.equal(answer.body.message, "This needs one of the roles admin, service");
    assert.equal((await rest(server, "GET", "/api/nothing", service)).body.message, "There is no such endpoint");
  });
});

describe("an unknown event", () => {
  test("is named in the answer, and in the log, escaped and not at any length", async () => {
    for (const namespace of ["/rooms", "/messages", "/chat"]) {
      const ann = await connect(server, namespace, { sub: "ann" });
      const answer = await refused(ann, "make:tea", { any: "thing" });
      assert.equal(answer.message, "Unknown event: make:tea");
      assert.deepEqual(answer.data, { event: "make:tea" });
    }
    const hub = await connect(server, "/hub", { sub: "ann" });
    hub.emit("make_tea");
    assert.deepEqual((await hear(hub, "exception")).data, { event: "make_tea" });
    const long = `a "quoted"\nname ${"x".repeat(500)}`;
    const answer = await ask(hub, long);
    assert.equal(answer.data.event, `${long.slice(0, 64)}…`);
    assert.ok(answer.message.length < 100);
    const lines = server.logs().split("\n").filter((line) => line.includes("event refused") && line.includes("unknown_event"));
    assert.ok(lines.some((line) => /event=make_tea code=unknown_event .*user=ann namespace=\/hub/.test(line)), lines.join("\n"));
    assert.ok(lines.some((line) => line.includes(String.raw`event="a \"quoted\"\nname xxx`)), lines.join("\n"));
    assert.ok(lines.every((line) => line.length < 600));
  });
  test("with a numeric name", async () => {
    const hub = await connect(server, "/hub", { sub: "ann" });
    hub.io.engine.send("2/hub,[17]");
    assert.deepEqual((await hear(hub, "exception")).data, { event: "17" });
  });
});
