// Sessions of people who have never signed in: tokens signed as the service signs them.
import { createHmac } from "node:crypto";
import { sessionSecret } from "../../tests/e2e/support/service.mjs";

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const header = encoded({ alg: "HS256", typ: "JWT" });
const week = 7 * 86_400;

export const loginOf = (id) => `bench-${id}`;

export const sessionCookie = (id) => {
  const now = Math.floor(Date.now() / 1000);
  const signed = `${header}.${encoded({ exp: now + week, iat: now, login: loginOf(id), sub: String(id) })}`;
  return `llmapikey_session=${signed}.${createHmac("sha256", sessionSecret).update(signed).digest("base64url")}`;
};

export const sessionsFrom = (first, count) =>
  Array.from({ length: count }, (_, i) => ({ id: first + i, cookie: sessionCookie(first + i) }));
