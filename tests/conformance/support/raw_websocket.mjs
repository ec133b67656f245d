// A WebSocket client that speaks bytes: frames are put together here, well or badly, as no library would.
import { randomBytes } from "node:crypto";
import { createConnection } from "node:net";

export const opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

/** The bytes of one frame. `length` may lie about the payload's, `mask: false` leaves it unmasked. */
export function frame(op, payload = "", { fin = true, rsv = 0, mask = true, length = undefined, wide = 0 } = {}) {
  const body = Buffer.from(payload);
  const said = length ?? body.length;
  const marked = mask ? 0x80 : 0;
  const size = wide || (said < 126 ? 1 : said < 0x10000 ? 3 : 9);
  const header = Buffer.alloc(1 + size);
  header[0] = (fin ? 0x80 : 0) | (rsv << 4) | op;
  header[1] = marked | (size === 1 ? said : size === 3 ? 126 : 127);
  if (size === 3) header.writeUInt16BE(said, 2);
  if (size === 9) header.writeBigUInt64BE(BigInt(said), 2);
  if (!mask) return Buffer.concat([header, body]);
  const key = randomBytes(4);
  const masked = Buffer.allocUnsafe(body.length);
  for (let at = 0; at < body.length; ++at) masked[at] = body[at] ^ key[at & 3];
  return Buffer.concat([header, key, masked]);
}

export const closeFrame = (code, reason = "") => {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(code);
  return frame(opcode.close, Buffer.concat([bytes, Buffer.from(reason)]));
};

export class RawWebSocket {
  constructor(url, path, headers = {}, behind = Buffer.alloc(0)) {
    const { hostname, port, host } = new URL(url);
    this.socket = createConnection({ host: hostname, port, noDelay: true });
    this.buffer = Buffer.alloc(0);
    this.parts = [];
    this.size = 0;
    this.frames = [];
    this.ended = false;
    this.waiting = [];
    this.socket.on("error", () => {});
    this.socket.on("data", (chunk) => this.#take(chunk));
    this.socket.on("close", () => this.#end());
    this.socket.on("end", () => this.#end());
    const lines = { Host: host, Connection: "Upgrade", Upgrade: "websocket", "Sec-WebSocket-Version": 13, "Sec-WebSocket-Key": randomBytes(16).toString("base64"), ...headers };
    const request = `GET ${path} HTTP/1.1\r\n${Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
    this.socket.write(Buffer.concat([Buffer.from(request), behind]));
  }

  static async open(url, path, headers = {}, behind = undefined) {
    const made = new RawWebSocket(url, path, headers, behind);
    await made.#until(() => made.head || made.ended);
    if (!made.head?.startsWith("HTTP/1.1 101")) throw new Error(`no handshake: ${made.head}`);
    return made;
  }

  get extensions() {
    return /^sec-websocket-extensions: (.*)$/im.exec(this.head)?.[1].trim() ?? "";
  }

  write(bytes) {
    return new Promise((done) => this.socket.write(bytes, done));
  }

  /** Byte by byte, or so many at a time, each on its way before the next. */
  async chop(bytes, size = 1) {
    for (let at = 0; at < bytes.length && !this.ended; at += size) await this.write(bytes.subarray(at, at + size));
  }

  /** The next frame; null at the end of the connection. */
  async next(timeout = 10_000) {
    await this.#until(() => this.frames.length > 0 || this.ended, timeout);
    return this.frames.shift() ?? null;
  }

  /** Everything until the connection ends. */
  async rest(timeout = 10_000) {
    await this.#until(() => this.ended, timeout);
    return this.frames.splice(0);
  }

  /** Takes the server's close frame, and answers it: its code; 1005 without one, 1006 where it just ended. */
  async closed(timeout = 10_000) {
    for (;;) {
      const heard = await this.next(timeout);
      if (heard === null) return 1006;
      if (heard.op !== opcode.close) continue;
      const code = heard.data.length >= 2 ? heard.data.readUInt16BE(0) : 1005;
      if (!this.saidClose && !this.socket.destroyed) this.socket.write(frame(opcode.close, heard.data.subarray(0, 2)));
      await this.#until(() => this.ended, timeout);
      return code;
    }
  }

  async close(code = 1000) {
    this.saidClose = true;
    await this.write(closeFrame(code));
    return this.closed();
  }

  destroy() {
    this.socket.destroy();
  }

  #take(chunk) {
    this.parts.push(chunk);
    this.size += chunk.length;
    if (this.size < (this.needed ?? 0)) return;
    this.buffer = Buffer.concat([this.buffer.subarray(0), ...this.parts]);
    this.parts = [];
    if (!this.head) {
      const end = this.buffer.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.head = this.buffer.subarray(0, end + 2).toString();
      this.buffer = this.buffer.subarray(end + 4);
    }
    for (let read; (read = this.#frame()); ) {
      this.frames.push(read.frame);
      this.buffer = this.buffer.subarray(read.size);
    }
    this.size = this.buffer.length;
    this.#tell();
  }

  #frame() {
    const bytes = this.buffer;
    this.needed = 0;
    if (bytes.length < 2) return null;
    const short = bytes[1] & 0x7f;
    const header = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < header) return null;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    this.needed = header + length;
    if (bytes.length < header + length) return null;
    this.needed = 0;
    return {
      size: header + length,
      frame: { op: bytes[0] & 15, fin: (bytes[0] & 0x80) !== 0, rsv: (bytes[0] >> 4) & 7, masked: (bytes[1] & 0x80) !== 0, data: Buffer.from(bytes.subarray(header, header + length)) },
    };
  }

  #end() {
    this.ended = true;
    this.#tell();
  }

  #tell() {
    for (const wake of this.waiting.splice(0)) wake();
  }

  async #until(holds, timeout = 10_000) {
    const deadline = Date.now() + timeout;
    while (!holds()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error("nothing came in time");
      await new Promise((done) => {
        const timer = setTimeout(done, left);
        this.waiting.push(() => (clearTimeout(timer), done()));
      });
    }
  }
}
