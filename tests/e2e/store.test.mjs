// What becomes of messages when the database is locked, full, gone, or newer than the program.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { ask, closeAll, connect, hear, pause } from "./support/clients.mjs";
import { lockDatabase } from "./support/locked.mjs";
import { startPostgres } from "./support/postgres.mjs";
import { runToEnd, startServer } from "./support/server.mjs";

const folders = [];
after(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));
after(closeAll);

function folder() {
  folders.push(mkdtempSync(join(tmpdir(), "parley-store-")));
  return folders.at(-1);
}
const enter = (server, sub) => connect(server, "/messages", { sub });
const send = (socket, content, clientId) => ask(socket, "message:send", { conversationId: "kept", content, clientId });
const texts = async (socket) => (await ask(socket, "messages:history", { conversationId: "kept" })).messages.map((each) => each.content);
const ready = async (server) => (await fetch(`${server.url}/readyz`)).status;

/** Until `condition` holds, at most ten seconds. */
async function eventually(condition) {
  for (let tries = 0; tries < 200; ++tries, await pause(50)) if (await condition()) return;
  assert.fail("it never came true");
}

describe("SQLite", () => {
  test("an acknowledged message survives SIGKILL, with its number; sent again it is the same", async () => {
    const store = ["--store", `sqlite:${join(folder(), "p.db")}`];
    const first = await startServer(store);
    const ann = await enter(first, "ann");
    const ack = await send(ann, "kept", "key");
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    const second = await startServer(store);
    const again = await enter(second, "ann");
    assert.deepEqual(await texts(again), ["kept"]);
    assert.deepEqual({ ...(await send(again, "kept", "key")) }, { ...ack });
    assert.equal((await send(again, "next")).seq, 2);
    again.close();
    await second.stop();
  });

  test("a locked database: a retryable error, nothing half done, and it recovers", async () => {
    const file = join(folder(), "p.db");
    const server = await startServer(["--store", `sqlite:${file}`]);
    const ann = await enter(server, "ann");
    await send(ann, "before");
    const unlock = await lockDatabase(file);
    const refused = await new Promise((done) => ann.emit("message:send", { conversationId: "kept", content: "during", clientId: "d" }, done));
    assert.equal(refused.code, "unavailable");
    assert.equal(refused.statusCode, 503);
    assert.equal(await ready(server), 503);
    assert.deepEqual(await texts(ann), ["before"]);
    unlock();
    await eventually(async () => (await ready(server)) === 200);
    assert.equal((await send(ann, "during", "d")).seq, 2);
    ann.close();
    await server.stop();
  });

  test("a full disk: a retryable error, and it recovers when there is room", async (t) => {
    const where = folder();
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", where], { stdio: "ignore" });
    } catch {
      return t.skip("no right to mount a small disk here");
    }
    try {
      const server = await startServer(["--store", `sqlite:${join(where, "p.db")}`]);
      const ann = await enter(server, "ann");
      await send(ann, "before");
      let filler = 6 * 1024 * 1024;
      for (; filler > 4096; filler = Math.floor(filler / 2))
        try {
          writeFileSync(join(where, `filler-${filler}`), Buffer.alloc(filler));
        } catch {}
      let refused;
      let kept = 1;
      for (let tries = 0; tries < 400 && !refused; ++tries) {
        const ack = await send(ann, "x".repeat(10_000), `full-${tries}`);
        if (ack.ok) kept += 1;
        else refused = ack;
      }
      assert.equal(refused?.code, "unavailable");
      execFileSync("sh", ["-c", `rm ${where}/filler-*`]);
      await eventually(async () => (await send(ann, "after", "after")).ok);
      assert.equal((await send(ann, "after", "after")).seq, kept + 1);
      ann.close();
      await server.stop();
    } finally {
      execFileSync("umount", ["-l", where]);
    }
  });

  test("a newer schema than the program knows: it refuses to start, and says so", async () => {
    const file = join(folder(), "p.db");
    await (await startServer(["--store", `sqlite:${file}`])).stop();
    execFileSync("python3", ["-c", `import sqlite3;c=sqlite3.connect(${JSON.stringify(file)});c.execute("insert into schema_version values (999)");c.commit()`]);
    const { code, err } = await runToEnd(["--listen", "127.0.0.1:0", "--store", `sqlite:${file}`], { PARLEY_JWT_SECRET: "s" });
    assert.equal(code, 1);
    assert.match(err, /999/);
  });

  test("retention keeps the latest messages of a conversation", async () => {
    const server = await startServer(["--store", `sqlite:${join(folder(), "p.db")}`, "--retention-count", "3"]);
    await server.stop();
    const store = ["--store", `sqlite:${join(folder(), "p.db")}`];
    const keeping = await startServer(store);
    const ann = await enter(keeping, "ann");
    for (let number = 1; number <= 5; ++number) await send(ann, `m${number}`);
    ann.close();
    await keeping.stop();
    const pruning = await startServer([...store, "--retention-count", "3"]);
    const ben = await enter(pruning, "ben");
    await eventually(async () => (await texts(ben)).length === 3);
    assert.deepEqual(await texts(ben), ["m3", "m4", "m5"]);
    assert.equal((await send(ben, "m6")).seq, 6);
    ben.close();
    await pruning.stop();
  });
});

describe("PostgreSQL", () => {
  test("messages are kept; it goes away and comes back under a running server", async () => {
    const database = await startPostgres();
    const server = await startServer(["--store", database.uri]);
    const ann = await enter(server, "ann");
    const ben = await enter(server, "ben");
    await ask(ben, "conversation:join", { conversationId: "kept" });
    assert.equal((await send(ann, "before")).seq, 1);
    assert.equal((await hear(ben, "message:received")).content, "before");
    await database.kill();
    assert.equal((await send(ann, "during", "d")).code, "unavailable");
    assert.equal(await ready(server), 503);
    await database.start();
    await eventually(async () => (await ready(server)) === 200);
    await eventually(async () => (await send(ann, "during", "d")).ok);
    assert.deepEqual(await texts(ann), ["before", "during"]);
    ann.close();
    ben.close();
    await server.stop();
    const second = await startServer(["--store", database.uri]);
    const again = await enter(second, "ann");
    assert.deepEqual(await texts(again), ["before", "during"]);
    again.close();
    await second.stop();
    await database.remove();
  });
});

test("a database that cannot be reached: it does not start, and says why without the password", async () => {
  const { code, err } = await runToEnd(["--listen", "127.0.0.1:0", "--store", "postgresql://u:hidden@127.0.0.1:1/x?connect_timeout=2"], { PARLEY_JWT_SECRET: "s" });
  assert.equal(code, 1);
  assert.match(err, /store/);
  assert.doesNotMatch(err, /hidden/);
});
