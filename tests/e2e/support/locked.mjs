// Another process that holds an SQLite file's lock.
import { spawn } from "node:child_process";

/** Resolves once the file is locked, to a function that lets go of it. */
export async function lockDatabase(file) {
  const script = `import sqlite3,sys;c=sqlite3.connect(${JSON.stringify(file)},isolation_level=None);c.execute("begin immediate");print("locked",flush=True);sys.stdin.read()`;
  const locker = spawn("python3", ["-c", script], { stdio: ["pipe", "pipe", "inherit"] });
  await new Promise((done) => locker.stdout.once("data", done));
  return () => locker.stdin.end();
}
