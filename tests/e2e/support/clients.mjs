// The clients: several versions of socket.io-client, and what tests ask of them.
import { io as io48 } from "socket.io-client";
import { createRequire } from "node:module";
import { token } from "./tokens.mjs";

const require = createRequire(import.meta.url);
export const versions = { 4.8: io48, 4.1: require("sio-client-41").io, 3.1: require("sio-client-3").io };
export const io2 = require("sio-client-2");

const open = new Set();

/** A client that is not connected yet, and remembers every event it gets. */
export function client(server, namespace, options = {}, io = io48) {
  const socket = io(server.url + namespace, { forceNew: true, reconnection: false, ...options });
  socket.heard = [];
  socket.onAny?.((name, ...args) => socket.heard.push({ name, data: args[0] }));
  open.add(socket);
  return socket;
}

/** Resolves to the connected client. */
export async function connect(server, namespace, claims, options = {}, io = io48) {
  const socket = client(server, namespace, { auth: { token: token(claims) }, ...options }, io);
  await new Promise((done, failed) => {
    socket.once("connect", done);
    socket.once("connect_error", (error) => failed(new Error(`${error.message} ${JSON.stringify(error.data)}`)));
  });
  return socket;
}

/** Resolves to the error that a connection is refused with. */
export function refusal(socket) {
  return new Promise((done, failed) => {
    socket.once("connect", () => failed(new Error("was let in")));
    socket.once("connect_error", done);
  });
}

/** The data of the next event of that name (or of one that came already), for which `fits` holds. */
export async function hear(socket, name, fits = () => true, timeout = 3000) {
  const deadline = Date.now() + timeout;
  for (;;) {
    const at = socket.heard.findIndex((event) => event.name === name && fits(event.data));
    if (at >= 0) return socket.heard.splice(at, 1)[0].data;
    if (Date.now() > deadline) {
      throw new Error(`no ${name} within ${timeout} ms; heard ${JSON.stringify(socket.heard).slice(0, 2000)}`);
    }
    await pause(10);
  }
}

/** Fails when an event of that name, for which `fits` holds, came or comes within the time. */
export async function silence(socket, name, time = 300, fits = () => true) {
  await pause(time);
  const heard = socket.heard.filter((event) => event.name === name && fits(event.data));
  if (heard.length > 0) throw new Error(`unexpected ${name}: ${JSON.stringify(heard)}`);
}

export function ask(socket, name, ...args) {
  return new Promise((done, failed) => {
    const timer = setTimeout(() => failed(new Error(`no ack of ${name}`)), 3000);
    socket.emit(name, ...args, (answer) => {
      clearTimeout(timer);
      done(answer);
    });
  });
}

export const pause = (time) => new Promise((done) => setTimeout(done, time));

export function closeAll() {
  for (const socket of open) socket.close();
  open.clear();
}
