// What signals do to the process: SIGHUP reloads, SIGUSR1 and SIGUSR2 do nothing; how a stop ends with much in memory.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { ask, client, closeAll, connect, refusal } from "./support/clients.mjs";
import { eventually } from "./support/cluster.mjs";
import { startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const folder = mkdtempSync(join(tmpdir(), "parley-signals-"));
const file = (name) => join(folder, name);
after(() => rmSync(folder, { recursive: true, force: true }));
afterEach(closeAll);

const keyPair = () => generateKeyPairSync("ec", { namedCurve: "P-256", publicKeyEncoding: { type: "spki", format: "pem" }, privateKeyEncoding: { type: "pkcs8", format: "pem" } });
const signedBy = (pair, claims) => ({ auth: { token: token(claims, { key: pair.privateKey, alg: "ES256" }) }, transports: ["websocket"] });
const reloads = (own) => own.logs().split("configuration reloaded").length - 1;

async function reload(own, count = reloads(own) + 1) {
  process.kill(own.pid, "SIGHUP");
  await eventually(() => reloads(own) === count, "reloaded");
}

test("SIGHUP: a new key is taken at once, the old one no more; who is connected stays, and refreshes with the new one", async () => {
  const [before, now] = [keyPair(), keyPair()];
  writeFileSync(file("keys.pem"), before.publicKey);
  const own = await startServer(["--jwt-public-key", file("keys.pem")], { PARLEY_JWT_SECRET: "" });
  const stays = await connect(own, "/hub", {}, signedBy(before, { sub: "stays" }));
  await assert.rejects(connect(own, "/hub", {}, signedBy(now, { sub: "new" })));
  writeFileSync(file("keys.pem"), now.publicKey);
  await reload(own);
  await connect(own, "/hub", {}, signedBy(now, { sub: "new" }));
  await assert.rejects(connect(own, "/hub", {}, signedBy(before, { sub: "old" })), /token_invalid/);
  assert.equal((await ask(stays, "ping")).ok, true);
  assert.equal((await ask(stays, "auth:refresh", { token: token({ sub: "stays" }, { key: now.privateKey, alg: "ES256" }) })).ok, true);
  assert.match(own.logs(), /configuration reloaded.*token_keys=1/);
  await own.stop();
});

test("SIGHUP: origins and the log's level are taken from the file, what needs a restart is named", async () => {
  const write = (origin, level, threads) =>
    writeFileSync(file("parleyd.toml"), `cors-origins = "${origin}"\nlog-level = "${level}"\nthreads = ${threads}\n`);
  write("https://one.example", "info", 1);
  const own = await startServer(["--config", file("parleyd.toml")]);
  const allowed = async (origin) =>
    (await fetch(`${own.url}/socket.io/?EIO=4&transport=polling`, { headers: { Origin: origin } })).status === 200;
  assert.deepEqual([await allowed("https://one.example"), await allowed("https://two.example")], [true, false]);
  write("https://two.example", "debug", 2);
  await reload(own);
  assert.deepEqual([await allowed("https://one.example"), await allowed("https://two.example")], [false, true]);
  assert.match(own.logs(), /only a restart takes over.*threads/);
  await fetch(`${own.url}/socket.io/?EIO=4&transport=pigeon`);
  await eventually(() => / debug /.test(own.logs()), "a line of the new level");
  await own.stop();
});

test("SIGHUP: a configuration with mistakes changes nothing, and each mistake is told", async () => {
  writeFileSync(file("wrong.toml"), `log-level = "info"\n`);
  const own = await startServer(["--config", file("wrong.toml")]);
  writeFileSync(file("wrong.toml"), `log-level = "loud"\nno-such-option = 1\n`);
  process.kill(own.pid, "SIGHUP");
  await eventually(() => own.logs().split("configuration not reloaded").length === 3, "two mistakes");
  assert.match(own.logs(), /log-level/);
  assert.match(own.logs(), /no-such-option/);
  await connect(own, "/hub", { sub: "still served" });
  await own.stop();
});

test("log-file: lines go there, and SIGHUP opens it anew after it was moved away; one that cannot be opened is named", async () => {
  const own = await startServer(["--log-file", file("parleyd.log")]);
  await refusal(client(own, "/hub", { auth: { token: "nonsense" } }));
  await eventually(() => /token_invalid/.test(readFileSync(file("parleyd.log"), "utf8")), "a line in the file");
  assert.equal(own.logs(), "");
  renameSync(file("parleyd.log"), file("parleyd.log.1"));
  process.kill(own.pid, "SIGHUP");
  await eventually(() => existsSync(file("parleyd.log")) && /configuration reloaded/.test(readFileSync(file("parleyd.log"), "utf8")), "a new file");
  await own.stop();
  for (const name of ["parleyd.log/no-folder", "no/such/folder/log"])
    await assert.rejects(startServer(["--log-file", file(name)]), new RegExp(`log-file: .*${name}`));
});

test("SIGHUP: another log-file is gone on with", async () => {
  const write = (name) => writeFileSync(file("logs.toml"), `log-file = "${file(name)}"\n`);
  write("first.log");
  const own = await startServer(["--config", file("logs.toml")]);
  write("second.log");
  process.kill(own.pid, "SIGHUP");
  await eventually(() => existsSync(file("second.log")) && /configuration reloaded/.test(readFileSync(file("second.log"), "utf8")), "the second file");
  assert.doesNotMatch(readFileSync(file("first.log"), "utf8") + readFileSync(file("second.log"), "utf8"), /only a restart/);
  await own.stop();
});

test("SIGUSR1 and SIGUSR2 end nothing", async () => {
  const own = await startServer();
  const socket = await connect(own, "/hub", { sub: "a" });
  for (const signal of ["SIGUSR1", "SIGUSR2"]) process.kill(own.pid, signal);
  await eventually(() => own.logs().split("signal ignored").length === 3, "both are ignored");
  assert.equal((await ask(socket, "ping")).ok, true);
  assert.deepEqual(await own.stop(), { code: 0, signal: null });
});

test("polling sessions that nobody comes back for hold up no stop", async () => {
  const own = await startServer();
  const open = async () => JSON.parse((await (await fetch(`${own.url}/socket.io/?EIO=4&transport=polling`)).text()).slice(1)).sid;
  await open();
  const sid = await open();
  await fetch(`${own.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: "POST", body: "40/nowhere," });
  const begin = Date.now();
  assert.deepEqual(await own.stop(), { code: 0, signal: null });
  assert.ok(Date.now() - begin < 5000, `${Date.now() - begin} ms`);
});

test("files without an end are not read: keys, and what SIGHUP reads", async () => {
  await assert.rejects(startServer(["--jwt-public-key", "/dev/zero"], { PARLEY_JWT_SECRET: "" }), /jwt-public-key: \/dev\/zero: it is longer than/);
  await assert.rejects(startServer(["--config", "/dev/zero"]), /config: \/dev\/zero: it is longer than/);
});

// STOP_SOCKETS=200 plays it with 200,000.
const stopSockets = Number(process.env.STOP_SOCKETS ?? 20);
test(`a stop with ${stopSockets},000 conversations joined ends with 0 within drain-timeout`, async () => {
  const own = await startServer(["--threads", "2"]);
  const sockets = await Promise.all([...Array(stopSockets).keys()].map((n) => connect(own, "/messages", { sub: `u${n}` }, { transports: ["websocket"] })));
  await Promise.all(sockets.map(async (socket, n) => {
    for (let from = 0; from < 1000; from += 25)
      await Promise.all([...Array(25).keys()].map((k) => new Promise((done) => socket.emit("conversation:join", { conversationId: `c${n}-${from + k}` }, done))));
  }));
  const begin = Date.now();
  assert.deepEqual(await own.stop(), { code: 0, signal: null });
  assert.ok(Date.now() - begin < 8000, `${Date.now() - begin} ms`);
  assert.doesNotMatch(own.logs(), /actors are still running/);
});
