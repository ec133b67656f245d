// Starts the real binary on a free port of the loopback interface, and stops exactly that process.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const binary = resolve(process.env.PARLEYD ?? join(here, "../../../build/bin/parleyd"));

export const secret = "an-e2e-secret-of-more-than-32-bytes";

/** Listens on a free port, unless the flags say where. Resolves to {url, pid, logs(), exited, stop()} once the server listens. */
export async function startServer(flags = [], environment = {}) {
  const folder = mkdtempSync(join(tmpdir(), "parley-e2e-"));
  const listen = flags.includes("--listen") ? [] : ["--listen", "127.0.0.1:0"];
  const child = spawn(binary, [...listen, ...flags], {
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
  const url = await new Promise((found, failed) => {
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const match = /listening on (http:\/\/\S+)/.exec(said);
      if (match) found(match[1]);
    });
    exited.then(({ code }) => failed(new Error(`ended with ${code}: ${errors}`)));
  });
  const stop = async () => {
    child.kill("SIGTERM");
    return exited;
  };
  return { url, pid: child.pid, logs: () => errors, closeLog: () => child.stderr.destroy(), exited, stop };
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
