// Tokens, made without a library of ours or the server's.
import { createHmac, sign } from "node:crypto";
import { secret } from "./server.mjs";

const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;

export function token(claims, { key = secret, alg = "HS256", header = {} } = {}) {
  const body = `${encode({ alg, typ: "JWT", ...header })}.${encode({ exp: inSeconds(3600), ...claims })}`;
  if (alg === "none") return `${body}.`;
  if (alg === "HS256") return `${body}.${createHmac("sha256", key).update(body).digest("base64url")}`;
  const options = alg === "ES256" ? { key, dsaEncoding: "ieee-p1363" } : key;
  return `${body}.${sign("sha256", Buffer.from(body), options).toString("base64url")}`;
}
