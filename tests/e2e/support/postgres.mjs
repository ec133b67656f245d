// A PostgreSQL server of the test's own, on a Unix socket in a folder of its own; stops exactly that process.
import { execFileSync, spawn } from "node:child_process";
import { chownSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const binaries = join("/usr/lib/postgresql", readdirSync("/usr/lib/postgresql").sort().at(-1), "bin");

/** PostgreSQL refuses to run as root. */
function account() {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(execFileSync("id", [flag, "postgres"]));
  return { uid: id("-u"), gid: id("-g") };
}

/** Resolves to {uri, start(), kill(), remove()}; it is started. */
export async function startPostgres() {
  const folder = mkdtempSync(join(tmpdir(), "parley-pg-"));
  const as = account();
  if (as.uid !== undefined) chownSync(folder, as.uid, as.gid);
  const data = join(folder, "data");
  execFileSync(join(binaries, "initdb"), ["-D", data, "-A", "trust", "-U", "parley", "-N"], { ...as, cwd: folder, stdio: "ignore" });
  let child;
  const exited = () => new Promise((done) => (child.exitCode !== null || child.signalCode ? done() : child.once("exit", done)));
  const answers = () => {
    try {
      execFileSync(join(binaries, "pg_isready"), ["-h", folder, "-q"], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    }
  };
  const start = async () => {
    child = spawn(join(binaries, "postgres"), ["-D", data, "-k", folder, "-c", "listen_addresses="], { ...as, cwd: folder, stdio: "ignore" });
    for (let tries = 0; tries < 200; ++tries, await pause(50)) if (answers()) return;
    throw new Error("PostgreSQL does not answer");
  };
  /** At once, as a power cut would. */
  const kill = async () => {
    child.kill("SIGQUIT");
    await exited();
  };
  const remove = async () => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  await start();
  return { uri: `postgresql://parley@/postgres?host=${encodeURIComponent(folder)}&connect_timeout=2`, start, kill, remove };
}
