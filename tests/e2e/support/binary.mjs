// What tests of binary values need: clients of all versions that remember what they hear, and bytes to compare.
import assert from "node:assert/strict";
import WebSocket from "ws";
import { connect, io2, pause, versions } from "./clients.mjs";
import { token } from "./tokens.mjs";

/** Those of a NUL, of ASCII, and of what is no UTF-8. */
export const bytes = Buffer.from([0, 4, 0x41, 0x22, 0xff, 0xc3]);
export const base64 = bytes.toString("base64");

/** Every client version over each transport: {name, version, transports}. */
export const clients = ["2.5", ...Object.keys(versions)].flatMap((version) =>
  ["polling", "websocket"].map((transport) => ({ name: `client ${version}, ${transport}`, version, transports: [transport] })),
);

async function connect2(server, namespace, claims, transports) {
  const query = { token: token(claims) };
  const socket = io2(`${server.url}${namespace}?token=${query.token}`, { forceNew: true, reconnection: false, transports, query });
  socket.heard = [];
  const { onevent } = socket;
  socket.onevent = function (packet) {
    this.heard.push({ name: packet.data[0], data: packet.data[1] });
    onevent.call(this, packet);
  };
  await new Promise((done, failed) => socket.on("connect", done).on("error", failed).on("connect_error", failed));
  return socket;
}

/** Resolves to a connected client of that version. */
export function enter(server, namespace, claims, { version, transports } = clients.at(-1)) {
  if (version === "2.5") return connect2(server, namespace, claims, transports);
  return connect(server, namespace, claims, { transports }, versions[version]);
}

/** A value in which binary is told from text: what is binary becomes {binary: base64}. */
export function shown(value) {
  if (ArrayBuffer.isView(value)) return { binary: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64") };
  if (value instanceof ArrayBuffer) return { binary: Buffer.from(value).toString("base64") };
  if (Array.isArray(value)) return value.map(shown);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, shown(member)]));
}

/** A WebSocket without Engine.IO; `frames` are those it got, `ask` resolves to an event's ack. */
export async function plain(server, namespace, claims) {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}${namespace}?token=${token(claims)}`);
  const frames = [];
  socket.on("message", (text) => frames.push(JSON.parse(text)));
  await new Promise((done) => socket.once("open", done));
  const find = async (fits) => {
    for (let tries = 0; tries < 300; ++tries, await pause(10)) {
      const at = frames.findIndex(fits);
      if (at >= 0) return frames.splice(at, 1)[0].data;
    }
    assert.fail(`not among ${JSON.stringify(frames)}`);
  };
  let id = 0;
  const ask = (event, data) => {
    const own = ++id;
    socket.send(JSON.stringify({ event, data, id: own }));
    return find((frame) => frame.event === "ack" && frame.id === own);
  };
  return { ask, hear: (event) => find((frame) => frame.event === event), close: () => socket.close() };
}
