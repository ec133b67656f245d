// A client that speaks bytes: it may say what no library would.
import { spawn } from "node:child_process";
import { request } from "node:http";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import WebSocket from "ws";

const here = dirname(fileURLToPath(import.meta.url));
const binary = process.env.PARLEYD ?? join(here, "../../../build/bin/parleyd");

export async function startServer(flags = []) {
  const child = spawn(binary, ["--conformance", "--listen", "127.0.0.1:0", ...flags], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((found) => {
    child.stdout.on("data", (chunk) => {
      const match = /listening on (http:\/\/\S+)/.exec(chunk);
      if (match) found(match[1]);
    });
  });
  const exited = new Promise((done) => child.once("exit", done));
  return { url, stop: () => (child.kill("SIGTERM"), exited) };
}

/** One HTTP request on a connection of its own: {status, headers, body}. */
export function http(url, { method = "GET", headers = {}, body, onRequest = () => {} } = {}) {
  return new Promise((done, failed) => {
    const asking = request(url, { method, headers, agent: false }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (chunk) => (text += chunk));
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: text }));
    });
    asking.on("error", failed);
    onRequest(asking);
    asking.end(body);
  });
}

export class Polling {
  constructor(base, path = "/engine.io/") {
    this.base = `${base}${path}?EIO=4&transport=polling`;
  }
  async open() {
    const { body } = await http(this.base);
    this.handshake = JSON.parse(body.slice(1));
    this.sid = this.handshake.sid;
    return this;
  }
  get url() {
    return `${this.base}&sid=${this.sid}`;
  }
  get = (options) => http(this.url, options);
  post = (body, headers = {}) => http(this.url, { method: "POST", body, headers });
}

/** A WebSocket that keeps what it heard. */
export class Socket {
  constructor(base, path, options = {}) {
    this.ws = new WebSocket(base.replace("http", "ws") + path, options);
    this.heard = [];
    this.waiting = [];
    this.ws.on("message", (data, binary) => {
      const message = binary ? data : data.toString();
      const next = this.waiting.shift();
      if (next) next(message);
      else this.heard.push(message);
    });
    this.opened = new Promise((done, failed) => {
      this.ws.once("open", () => done(this));
      this.ws.once("error", failed);
    });
    this.opened.catch(() => {});
    this.closed = new Promise((done) => this.ws.once("close", done));
  }
  send(data) {
    this.ws.send(data);
  }
  next(timeout = 2000) {
    if (this.heard.length > 0) return Promise.resolve(this.heard.shift());
    return new Promise((done, failed) => {
      const timer = setTimeout(() => failed(new Error("nothing came")), timeout);
      this.waiting.push((message) => (clearTimeout(timer), done(message)));
    });
  }
  /** The next message that is no ping; pings are answered. */
  async said(timeout) {
    for (;;) {
      const message = await this.next(timeout);
      if (message !== "2") return message;
      this.send("3");
    }
  }
}

export const engineSocket = (url) => new Socket(url, "/engine.io/?EIO=4&transport=websocket");

/** A Socket.IO connection that is on `/`. */
export async function ioSocket(url, connect = "40") {
  const socket = new Socket(url, "/socket.io/?EIO=4&transport=websocket");
  await socket.next();
  if (connect) {
    socket.send(connect);
    await socket.said(); // the CONNECT reply
    await socket.said(); // auth
  }
  return socket;
}

export const pause = (time) => new Promise((done) => setTimeout(done, time));
