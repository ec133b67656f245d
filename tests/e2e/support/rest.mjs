// REST as a back end calls it.
import { token } from "./tokens.mjs";

/** Resolves to {status, body}. */
export async function rest(server, method, path, claims, body, headers = {}) {
  const answer = await fetch(server.url + path, {
    method,
    headers: { ...(claims ? { Authorization: `Bearer ${token(claims)}` } : {}), ...headers },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
}
