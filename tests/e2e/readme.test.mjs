// What the documents for newcomers show, done as they show it: the samples of the first README with socket.io-client,
// and every line of curl on the pages about moving here and about REST.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { client, closeAll } from "./support/clients.mjs";
import { runToEnd, startServer } from "./support/server.mjs";
import { token } from "./support/tokens.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const address = "http://127.0.0.1:3000"; // in all documents
const page = (path) => readFileSync(join(here, "../..", path), "utf8");
/** The code blocks of that language, in their order. */
const blocks = (text, language) => [...text.matchAll(new RegExp("```" + language + "\n([^]*?)```", "g"))].map((found) => found[1]);

let server;
let folder;
before(async () => {
  server = await startServer();
  folder = mkdtempSync(join(tmpdir(), "parley-readme-"));
  symlinkSync(join(here, "node_modules"), join(folder, "node_modules"));
});
after(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
});

/** Runs it until it has printed all of that, and resolves to what it printed. */
function runUntil(command, args, expected, options) {
  const child = spawn(command, args, options);
  let printed = "";
  return new Promise((done, failed) => {
    const look = (chunk) => {
      printed += chunk;
      if (!expected.every((each) => printed.includes(each))) return;
      child.kill();
      done(printed);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    child.once("exit", () => failed(new Error(`it ended, and had printed:\n${printed}`)));
  });
}

test("the samples of the first README work as they stand there", async () => {
  const samples = blocks(page("README.md"), "javascript");
  assert.equal(samples.length, 2);
  const text = samples.join("\n").replaceAll(address, server.url).replace(/"<the token[^"]*>"/, JSON.stringify(token({ sub: "alice", username: "alice", role: "admin" })));
  writeFileSync(join(folder, "sample.mjs"), text);
  const printed = await runUntil(process.execPath, ["sample.mjs"], ["connected as", "room: 'general'", "alice says Hello!", "1 Hello!", "kept as number 1", "content: 'Hello!'"], { cwd: folder });
  assert.doesNotMatch(printed, /refused|exitosamente/);
});

describe("each line of curl is answered as one that was right:", () => {
  for (const path of ["protocol/dialects/MOVING.md", "net/routes/README.md", "README.md"]) {
    const lines = page(path).replaceAll("\\\n", " ").split("\n").filter((line) => line.startsWith("curl "));
    assert.notEqual(lines.length, 0);
    for (const line of lines)
      test(`${path}: ${line}`, async () => {
        const TOKEN = token({ sub: "back-end", role: "service" });
        const command = line.replace(/ +#.*$/, "").replaceAll(address, server.url);
        const environment = { PATH: process.env.PATH, TOKEN, P: server.url, A: `Authorization: Bearer ${TOKEN}` };
        const printed = await run("sh", ["-c", `${command} -s -w ' %{http_code}'`], environment);
        assert.match(printed, / 20[01]$/);
        JSON.parse(printed.replace(/ \d+$/, ""));
      });
  }
});

test("every option that the documents name is one", async () => {
  const { out } = await runToEnd(["--help"]);
  const reference = page("protocol/dialects/README.md");
  const isEvent = (name) => new RegExp("^\\|[^|]*`" + name + "`", "m").test(reference);
  const isOption = (name) => new RegExp(`--(\\[no-\\])?${name}\\b`).test(out) || new RegExp(`--no-${name}\\b`).test(out);
  for (const path of ["README.md", "net/routes/README.md", "protocol/dialects/README.md", "protocol/dialects/MOVING.md"]) {
    const text = page(path).replaceAll(/curl [^]*?\n```/g, ""); // whose flags are not ours
    for (const [, name] of text.matchAll(/(?<![\w-])--([a-z]+(?:-[a-z0-9]+)*)/g))
      assert.ok(isOption(name) || name === "sanitize" || name === "no", `${path}: --${name}`);
    for (const [, name] of text.matchAll(/`([a-z]+(?:-[a-z0-9]+)+)`/g)) assert.ok(isOption(name) || isEvent(name), `${path}: ${name}`);
  }
});

describe("a server that is started as the page on moving here has it", () => {
  const starts = page("protocol/dialects/MOVING.md").split("\n").filter((line) => /^(\S+=\S+ )?parleyd --listen/.test(line));
  const greetings = { "/groups": "connected", "/rooms": "connected", "/hub": undefined, "/chat": "users:list" };
  test("there is one for each document", () => assert.equal(starts.length, 5));
  for (const line of starts)
    test(line, async () => {
      const [variables, flags] = line.split(/ ?parleyd /);
      const words = flags.replaceAll("'", "").split(" ").slice(2); // without --listen
      const environment = Object.fromEntries(variables.split(" ").filter(Boolean).map((each) => each.split("=")));
      const its = await startServer(words, environment);
      try {
        const dialect = /--namespaces \/=(\w+)/.exec(flags)?.[1];
        const socket = client(its, dialect ? "/" : "/messages", { auth: { token: token({ sub: "ann" }) } });
        const heard = [];
        socket.onAny((name) => heard.push(name));
        const command = { groups: "join-group", rooms: "get-active-users", hub: "ping", chat: "users:list" }[dialect] ?? "conversation:join";
        const ack = await socket.timeout(5000).emitWithAck(command, { groupId: 1, conversationId: "c1" });
        assert.equal(ack.ok, true);
        if (greetings[`/${dialect}`]) assert.equal(heard[0], greetings[`/${dialect}`]);
      } finally {
        closeAll();
        await its.stop();
      }
    });
});

/** What a command that ends by itself printed. */
function run(command, args, env) {
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  child.stdout.on("data", (chunk) => (printed += chunk));
  child.stderr.on("data", (chunk) => (printed += chunk));
  return new Promise((done) => child.once("close", () => done(printed)));
}
