// The Node reference: the dialect `rooms` on namespace /rooms, as an experienced Socket.IO user would write it for
// speed. It offers what the benchmark exercises, and is started and spoken to exactly as parleyd is: the HS256 secret
// in PARLEY_JWT_SECRET, `--listen HOST:PORT`, and the line "listening on http://HOST:PORT" once it is ready.
import cluster from "node:cluster";
import { createSecretKey } from "node:crypto";
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { createAdapter, setupPrimary } from "@socket.io/cluster-adapter";
import jwt from "jsonwebtoken";
import { Server } from "socket.io";

const presenceLimit = 1000; // online users; presence.broadcast_limit of parleyd
const presenceGrace = 2000; // ms; presence.grace of parleyd
const maxName = 128;
const maxText = 16 * 1024;

const { values: options } = parseArgs({
  options: { listen: { type: "string", default: "127.0.0.1:0" }, workers: { type: "string", default: "1" } },
});
const workers = Number(options.workers);
if (!process.env.PARLEY_JWT_SECRET) throw new Error("set PARLEY_JWT_SECRET to the HS256 secret");
const key = createSecretKey(process.env.PARLEY_JWT_SECRET, "utf8"); // once, not per token

const http = createServer();
const adapter = cluster.isWorker ? { adapter: createAdapter() } : {};
const io = new Server(http, { serveClient: false, perMessageDeflate: false, ...adapter });
const gateway = io.of("/rooms");

/** userId → {user, sessions, offline: the timer that announces the user's leaving} */
const online = new Map();

/** userId → how many sessions the other workers have. Only with workers. */
const elsewhere = new Map();
function tellOthers(id, change) {
  if (cluster.isWorker) gateway.serverSideEmit("sessions", id, change);
}
gateway.on("sessions", (id, change) => {
  const count = (elsewhere.get(id) ?? 0) + change;
  if (count > 0) elsewhere.set(id, count);
  else elsewhere.delete(id);
});

const now = () => new Date().toISOString();
const roomKey = (name) => `room:${name}`;
const userKey = (id) => `user:${id}`;
const sharedRooms = (socket) => [...socket.rooms].filter((name) => name.startsWith("room:"));

function failure(code, message, statusCode, field) {
  return { status: "error", code, message, statusCode, timestamp: now(), ...(field && { data: { field } }) };
}

function succeed(ack, payload) {
  if (typeof ack === "function") ack({ ok: true, ...payload });
}

function fail(socket, ack, error) {
  if (typeof ack === "function") ack({ ok: false, ...error });
  else socket.emit("error", error);
}

function bearer(handshake) {
  const token = handshake.auth.token ?? handshake.headers.authorization ?? handshake.query.token;
  return typeof token === "string" ? token.replace(/^Bearer /i, "") : undefined;
}

function identify(claims) {
  const id = claims.sub ?? claims.id ?? claims.userId ?? claims.user_id;
  const roles = claims.roles ?? (claims.role ? [claims.role] : []);
  return {
    id,
    username: claims.username ?? claims.name ?? claims.email ?? String(id),
    role: claims.role ?? roles[0] ?? "user",
    roles,
    ...(claims.email && { email: claims.email }),
    connectedAt: now(),
  };
}

gateway.use((socket, next) => {
  const refuse = (code, message) => next(Object.assign(new Error(message), { data: { code } }));
  const token = bearer(socket.handshake);
  if (!token) return refuse("token_missing", "Authentication token is missing");
  try {
    socket.data.user = identify(jwt.verify(token, key, { algorithms: ["HS256"], clockTolerance: 5 }));
    next();
  } catch (error) {
    const expired = error instanceof jwt.TokenExpiredError;
    refuse(expired ? "token_expired" : "token_invalid", expired ? "Token has expired" : "Token is invalid");
  }
});

/** To all while fewer users than the limit are online; above it to those in one of `rooms` alone. */
function announce(from, rooms, event, user) {
  const payload = { user, timestamp: now(), activeUsersCount: online.size };
  if (online.size < presenceLimit) from.emit(event, payload);
  else if (rooms.length > 0) from.to(rooms).emit(event, payload);
}

function enter(socket) {
  const { user } = socket.data;
  const known = online.get(String(user.id));
  tellOthers(String(user.id), 1);
  socket.emit("connected", { message: "Connected successfully", user, timestamp: now() });
  if (known) {
    known.sessions += 1;
    clearTimeout(known.offline);
    return;
  }
  online.set(String(user.id), { user, sessions: 1, offline: undefined });
  announce(socket.broadcast, [], "user-connected", user); // a new session has no rooms yet
}

function leave(socket, rooms) {
  const id = String(socket.data.user.id);
  const entry = online.get(id);
  entry.sessions -= 1;
  tellOthers(id, -1);
  if (entry.sessions > 0) return;
  entry.offline = setTimeout(() => {
    online.delete(id);
    announce(gateway, rooms, "user-disconnected", entry.user);
  }, presenceGrace);
}

/** The first field of `payload` that is not a text of 1 to `limits[field]` characters. */
function wrongField(payload, limits) {
  return Object.keys(limits).find((field) => {
    const value = payload?.[field];
    return typeof value !== "string" || value.length === 0 || value.length > limits[field];
  });
}

/** Listens to `event`, refusing payloads of another shape before `handle(payload, ack)` sees them. */
function on(socket, event, limits, handle) {
  socket.on(event, (payload, ack) => {
    const field = wrongField(payload, limits);
    if (field) fail(socket, ack, failure("invalid_payload", `Invalid field: ${field}`, 400, field));
    else handle(payload, ack);
  });
}

function joinRoom(socket, { room }, ack) {
  const { user } = socket.data;
  const already = socket.rooms.has(roomKey(room));
  socket.join(roomKey(room));
  const confirmation = { room, message: `Joined room ${room}` };
  socket.emit("joined-room", confirmation);
  succeed(ack, confirmation);
  if (!already) socket.to(roomKey(room)).emit("user-joined-room", { user, room, timestamp: now() });
}

function roomMessage(socket, { room, message }, ack) {
  if (!socket.rooms.has(roomKey(room))) {
    return fail(socket, ack, failure("not_a_member", "You are not in this room", 403));
  }
  const event = { from: socket.data.user, message, room, timestamp: now() };
  gateway.to(roomKey(room)).emit("room-message", event);
  succeed(ack, event);
}

function sendMessage(socket, { message, to }, ack) {
  const event = { from: socket.data.user, message, timestamp: now() };
  if (to === undefined) {
    gateway.emit("broadcast-message", event);
    return succeed(ack, event);
  }
  if (!(online.get(String(to))?.sessions > 0) && !elsewhere.has(String(to))) {
    return fail(socket, ack, failure("user_offline", "User is not online", 404));
  }
  gateway.to(userKey(to)).emit("private-message", event);
  const self = String(socket.data.user.id);
  if (online.get(self).sessions > 1) socket.to(userKey(self)).emit("private-message", { ...event, to });
  succeed(ack, event);
}

function activeUsers(socket, ack) {
  const users = [...online.values()].filter((each) => each.sessions > 0).map((each) => each.user);
  socket.emit("active-users", { users, count: users.length });
  succeed(ack, { users, count: users.length });
}

gateway.on("connection", (socket) => {
  socket.conn.request = null; // the HTTP request is not needed any more: Socket.IO's own advice on memory
  socket.join(userKey(socket.data.user.id));
  on(socket, "join-room", { room: maxName }, (payload, ack) => joinRoom(socket, payload, ack));
  on(socket, "room-message", { room: maxName, message: maxText }, (payload, ack) => roomMessage(socket, payload, ack));
  on(socket, "get-active-users", {}, (payload, ack) => activeUsers(socket, ack));
  on(socket, "send-message", { message: maxText }, (payload, ack) => sendMessage(socket, payload, ack));
  socket.on("disconnecting", () => leave(socket, sharedRooms(socket)));
  enter(socket);
});

const [host, port] = options.listen.split(":");

/** With workers: Node's own hand-out of connections, Socket.IO's own adapter between processes. */
function runPrimary() {
  cluster.setupPrimary({ serialization: "advanced" });
  setupPrimary();
  const all = Array.from({ length: workers }, () => cluster.fork());
  let listening = 0;
  cluster.on("listening", (worker, address) => {
    if (++listening < workers) return;
    console.log(`pids ${[process.pid, ...all.map((each) => each.process.pid)].join(" ")}`);
    console.log(`listening on http://${host}:${address.port}`);
  });
  process.once("SIGTERM", () => {
    for (const each of all) each.process.kill("SIGTERM");
    cluster.on("exit", () => Object.keys(cluster.workers).length === 0 && process.exit(0));
  });
}

function runServer() {
  http.listen(Number(port), host, 8192, () => {
    if (cluster.isPrimary) console.log(`listening on http://${host}:${http.address().port}`);
  });
  process.once("SIGTERM", () => io.close(() => process.exit(0)));
}

if (workers > 1 && cluster.isPrimary) runPrimary();
else runServer();
