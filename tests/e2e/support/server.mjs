// Starts the real binary on a free port of the loopback interface, and stops exactly that process.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const binary = resolve(process.env.PARLEYD ?? join(here, "../../../build/bin/parleyd"));

export const secret = "an-e2e-secret-of-more-than-32-bytes";

/** Resolves to {url, urls, pid, logs(), exited, stop()} once the server listens: `urls` are all of its addresses. */
export async function startServer(flags = [], environment = {}, listen = ["127.0.0.1:0"]) {
  const folder = mkdtempSync(join(tmpdir(), "parley-e2e-"));
  const child = spawn(binary, [...listen.flatMap((each) => ["--listen", each]), ...flags], {
    env: { PATH: process.env.PATH, PARLEY_JWT_SECRET: secret, ...environment },
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => (errors += chunk));
  const exited = new Promise((done) =>
    child.once("exit", (code, signal) => {
      rmSync(folder, { recursive: true, force: true });
      done({ code, signal });
    }),
  );
  const urls = await new Promise((found, failed) => {
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const all = [...said.matchAll(/listening on (\S+)\n/g)].map((match) => match[1]);
      if (all.length === listen.length) found(all);
    });
    exited.then(({ code }) => failed(new Error(`ended with ${code}: ${errors}`)));
  });
  const stop = async () => {
    child.kill("SIGTERM");
    return exited;
  };
  return { url: urls[0], urls, pid: child.pid, logs: () => errors, closeLog: () => child.stderr.destroy(), exited, stop };
}

/** Runs the binary to its end. */
export function runToEnd(flags, environment = {}) {
  return new Promise((done) => {
    const folder = mkdtempSync(join(tmpdir(), "parley-e2e-"));
    const child = spawn(binary, flags, { cwd: folder, env: { PATH: process.env.PATH, ...environment } });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => (out += chunk));
    child.stderr.on("data", (chunk) => (err += chunk));
    child.once("exit", (code) => {
      rmSync(folder, { recursive: true, force: true });
      done({ code, out, err });
    });
  });
}
