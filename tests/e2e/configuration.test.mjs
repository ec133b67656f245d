// What --check-config finds before a start would fail on it, and what a start that fails says.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { runToEnd, secret, startServer } from "./support/server.mjs";

const folder = mkdtempSync(join(tmpdir(), "parley-configuration-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name, text) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const key = { PARLEY_JWT_SECRET: secret };
const check = (flags, environment = key) => runToEnd(["--check-config", ...flags], environment);
const count = (text, pattern) => text.split("\n").filter((line) => pattern.test(line)).length;

describe("--check-config", () => {
  const scripts = resolve(dirname(fileURLToPath(import.meta.url)), "../../scripts");
  const nonsense = file("nonsense.pem", "this is no PEM\n");
  const cluster = (certificate, privateKey, authority) => [
    ...["--store", "postgresql://localhost/p", "--cluster-listen", "127.0.0.1:4000"],
    ...["--cluster-cert", certificate, "--cluster-key", privateKey, "--cluster-ca", authority],
  ];
  const wrong = {
    "a JWKS file that is missing": [["--jwks", "/nowhere/keys.json"], /jwks: \/nowhere\/keys.json: cannot read it/],
    "a JWKS file that is none": [["--jwks", nonsense], /jwks: .*nonsense.pem: not a JSON text/],
    "a PEM file that is missing": [["--jwt-public-key", "/nowhere.pem"], /jwt-public-key: \/nowhere.pem: cannot read it/],
    "a PEM file that is none": [["--jwt-public-key", nonsense], /jwt-public-key: .*nonsense.pem: no PEM block in it/],
    "a certificate that is none": [cluster(nonsense, nonsense, nonsense), /cluster-cert: no certificate in .*nonsense.pem/],
    "a folder of the store that is missing": [["--store", "sqlite:/nowhere/p.db"], /store: \/nowhere\/p.db: there is no folder/],
    "a store that is a folder": [["--store", `sqlite:${folder}`], /store: .*: is not a file/],
    "a store that is no database": [["--store", `sqlite:${nonsense}`], /store: .*nonsense.pem: is not a database/],
    "an address of another machine": [["--listen", "203.0.113.7:3000"], /listen: cannot listen on 203.0.113.7/],
    "a namespace that is none": [["--auth-refusal", "/hubs=event"], /auth-refusal: there is no namespace \/hubs/],
    "an option that means nothing": [["--dev-auth-force"], /dev-auth-force: means nothing without dev-auth/],
    "a flag that is given twice, once": [["--threads", "1", "--threads", "2"], /^parleyd: threads: is given twice on the command line$/],
  };
  for (const [what, [flags, sentence]] of Object.entries(wrong)) {
    test(`finds ${what}`, async () => {
      const { code, err, out } = await check(flags);
      assert.equal(code, 2);
      assert.equal(count(err, sentence), 1, err);
      assert.equal(out, "");
    });
  }
  test("finds a private key that is another certificate's, and takes what scripts/certificates makes", async () => {
    for (const name of ["one", "two"]) execFileSync(join(scripts, "certificates"), [folder, name]);
    const path = (name) => join(folder, name);
    assert.equal((await check(cluster(path("one.pem"), path("one.key"), path("ca.pem")))).code, 0);
    assert.match((await check(cluster(path("one.pem"), path("two.key"), path("ca.pem")))).err, /cluster-key: .*two.key/);
    assert.match((await check(cluster(path("one.pem"), path("one.key"), nonsense))).err, /cluster-ca: .*nonsense.pem/);
  });
  test("finds an environment variable that sets nothing", async () => {
    const { code, err } = await check([], { ...key, PARLEY_OUTBOX_BYTE: "1MiB" });
    assert.equal(code, 2);
    assert.match(err, /PARLEY_OUTBOX_BYTE: no such option/);
  });
  test("tells several things at once", async () => {
    const { err } = await check(["--jwks", "/nowhere", "--store", "sqlite:/nowhere/p.db"]);
    assert.equal(count(err, /^parleyd: (jwks|store): /), 2, err);
  });
  test("warns, and says that it is valid: of a token that fits no header, of a weak secret", async () => {
    const { code, err, out } = await check(["--token-bytes", "40KiB"], { PARLEY_JWT_SECRET: "short" });
    assert.equal(code, 0);
    assert.match(out, /configuration is valid/);
    assert.match(err, /warning: token-bytes: .* does not fit into a header or a query: header-bytes is 32768/);
    assert.match(err, /a secret of 5 bytes is weak/);
  });
  test("leaves no trace: neither a database nor a lock", async () => {
    const path = join(folder, "untouched.db");
    assert.equal((await check(["--store", `sqlite:${path}`])).code, 0);
    assert.throws(() => readFileSync(path), /ENOENT/);
    assert.throws(() => readFileSync(`${path}.lock`), /ENOENT/);
  });
  test("says of a running server's configuration that it is valid", async () => {
    const store = ["--store", `sqlite:${join(folder, "running.db")}`];
    const running = await startServer(store);
    assert.equal((await check([...store, "--listen", new URL(running.url).host])).code, 0);
    await running.stop();
  });
});

describe("a start that fails", () => {
  const start = (flags, environment = key) => runToEnd(["--listen", "127.0.0.1:0", ...flags], environment);
  test("names the file that is no database", async () => {
    const { code, err } = await start(["--store", `sqlite:${file("letter.txt", "Dear Sir or Madam, ".repeat(100))}`]);
    assert.equal(code, 1);
    assert.match(err, /cannot start reason="store: .*letter.txt: is not a database"/);
    assert.match((await start(["--store", "sqlite:/nowhere/p.db"])).err, /cannot start reason="store: \/nowhere\/p.db: there is no folder/);
  });
  test("names the host of the database, and not its password", async () => {
    const { code, err } = await start(["--store", "postgresql://ann:hunter2@127.0.0.1:1/p?password=hunter2"]);
    assert.equal(code, 1);
    assert.match(err, /store: postgresql:\/\/127.0.0.1:1: /);
    assert.doesNotMatch(err, /hunter2/);
  });
  test("names the key file", async () => {
    assert.match((await start(["--jwks", "/nowhere"])).err, /cannot start reason="jwks: \/nowhere: cannot read it/);
  });
});

describe("two servers on one SQLite file", () => {
  const path = join(folder, "shared.db");
  const second = (where) => runToEnd(["--listen", "127.0.0.1:0", "--store", `sqlite:${where}`], key);
  test("the second refuses, by whatever name it knows the file, and says whose it is", async () => {
    const first = await startServer(["--store", `sqlite:${path}`]);
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(path, join(folder, "elsewhere/link.db"));
    for (const where of [path, join(folder, "elsewhere/../shared.db"), join(folder, "elsewhere/link.db")]) {
      const { code, err } = await second(where);
      assert.equal(code, 1);
      assert.match(err, new RegExp(`store: ${where} is in use by another parleyd \\(process ${first.pid} on `));
    }
    assert.equal((await fetch(`${first.url}/readyz`)).status, 200);
    await first.stop();
  });
  test("another starts as soon as the first has stopped, or was killed", async () => {
    for (const signal of ["SIGTERM", "SIGKILL"]) {
      const first = await startServer(["--store", `sqlite:${path}`]);
      process.kill(first.pid, signal);
      await first.exited;
      await (await startServer(["--store", `sqlite:${path}`])).stop();
    }
  });
});
