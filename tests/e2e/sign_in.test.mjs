// Signing in and staying signed in.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import { SignJWT, jwtVerify } from "jose";
import {
  cookiesOf,
  setCookiesOf,
  sessionSecret,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

let upstreams, service, folder;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  service = await startService(upstreams, folder, { UPSTREAM_TIMEOUT_SECONDS: "5" });
});
after(async () => {
  await service.stop();
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => upstreams.clearFaults());

const secret = new TextEncoder().encode(sessionSecret);
const begin = async (next = "/dashboard", headers = {}) => {
  const answer = await fetch(`${service.url}/auth/login?next=${encodeURIComponent(next)}`, {
    redirect: "manual",
    headers,
  });
  return { authorize: answer.headers.get("location"), cookie: cookiesOf(answer).join("; "), answer };
};
const decide = async (authorize, form) => {
  const answer = form
    ? await fetch(authorize, { method: "POST", redirect: "manual", body: new URLSearchParams(form) })
    : await fetch(`${authorize}&login=octo&sandbox_auto=1`, { redirect: "manual" });
  return answer.headers.get("location");
};
const finish = (callback, cookie) => fetch(callback, { redirect: "manual", headers: { cookie, accept: "text/html" } });
const isSignedIn = async (cookie) =>
  (await (await fetch(`${service.url}/dashboard`, { headers: { cookie } })).text()).includes('id="sign-out"');

test("the request to GitHub has state, PKCE S256 and the least scope", async () => {
  const url = new URL((await begin()).authorize);
  assert.equal(url.searchParams.get("scope"), "read:user");
  assert.equal(url.searchParams.get("code_challenge_method"), "S256");
  assert.match(url.searchParams.get("code_challenge"), /^[\w-]{43}$/);
  assert.ok(url.searchParams.get("state").length >= 40);
  assert.equal(url.searchParams.get("redirect_uri"), `${service.url}/auth/callback`);
});

test("attempt cookies are short-lived, httpOnly and for /auth alone", async () => {
  const [cookie] = setCookiesOf((await begin()).answer);
  assert.match(cookie, /HttpOnly/);
  assert.match(cookie, /SameSite=Lax/);
  assert.match(cookie, /Path=\/auth;/);
  assert.match(cookie, /Max-Age=600/);
});

test("two tabs: both sign-ins work, in either order", async () => {
  const one = await begin("/docs"),
    two = await begin("/dashboard");
  const jar = `${one.cookie}; ${two.cookie}`;
  const second = await finish(await decide(two.authorize), jar);
  const first = await finish(await decide(one.authorize), jar);
  assert.deepEqual([second.status, second.headers.get("location")], [302, "/dashboard"]);
  assert.deepEqual([first.status, first.headers.get("location")], [302, "/docs"]);
});

test("many abandoned sign-ins do not pile up in the browser", async () => {
  const jar = new Map();
  for (let i = 0; i < 30; i += 1) {
    const { answer } = await begin("/dashboard", {
      cookie: [...jar].map(([name, value]) => `${name}=${value}`).join("; "),
    });
    for (const cookie of setCookiesOf(answer)) {
      const [name, value] = cookie.split(";")[0].split("=");
      if (/Max-Age=0/.test(cookie)) jar.delete(name);
      else jar.set(name, value);
    }
  }
  assert.ok(jar.size <= 8, `${jar.size} cookies`);
});

test("who is signed in already is let through", async () => {
  const session = await signIn(service, "octo");
  const { answer } = await begin("/docs", { cookie: session });
  assert.equal(answer.headers.get("location"), "/docs");
});

test("GitHub's token is revoked once the profile is read", async () => {
  // Those of earlier sign-ins are handed back in the background.
  await until("no token is left", async () => (await upstreams.githubLedger()).tokens_alive === 0);
  const before_ = await upstreams.githubLedger();
  await signIn(service, "octo");
  await until("the revocation", async () => (await upstreams.githubLedger()).tokens_revoked > before_.tokens_revoked);
  const after_ = await upstreams.githubLedger();
  assert.deepEqual([after_.tokens_revoked, after_.tokens_alive], [before_.tokens_revoked + 1, 0]);
});

for (const [what, form, status, words] of [
  ["denied", { decision: "deny" }, 403, /canceled/],
  ["code rejected, as 200 with an error body", { breakage: "bad_code" }, 400, /did not accept/],
  ["e-mail not verified", { breakage: "unverified" }, 403, /Verify your e-mail/],
  ["500 at the exchange", { breakage: "server_error" }, 502, /did not answer/],
  ["no answer in time", { breakage: "timeout" }, 502, /did not answer/],
  ["rate limit", { breakage: "rate_limit" }, 503, /asks us to wait/],
  ["unreadable profile", { breakage: "profile" }, 502, /did not answer/],
]) {
  test(`${what}: a page says so and offers to try again`, async () => {
    const { authorize, cookie } = await begin("/docs");
    const answer = await finish(await decide(authorize, form), cookie);
    const text = await answer.text();
    assert.equal(answer.status, status);
    assert.match(text, words);
    assert.match(text, /href="\/auth\/login\?next=%2Fdocs"|href="\/auth\/login\?next&#x3D;%2Fdocs"/);
    assert.ok(!cookiesOf(answer).some((each) => each.startsWith("llmapikey_session=")));
    if (status === 503) assert.ok(Number(answer.headers.get("retry-after")) > 0);
  });
}

test("rate limit as 403 without remaining calls", async () => {
  const { authorize, cookie } = await begin();
  const callback = await decide(authorize);
  await upstreams.githubFault({
    method: "GET",
    path: "/user",
    status: 403,
    body: '{"message":"API rate limit exceeded"}',
    headers: { "x-ratelimit-remaining": "0" },
  });
  assert.equal((await finish(callback, cookie)).status, 503);
});

test("a token counts whatever the status says", async () => {
  const { authorize, cookie } = await begin();
  const callback = await decide(authorize);
  await upstreams.githubFault({
    method: "POST",
    path: "/login/oauth/access_token",
    status: 500,
    body: '{"access_token":"gho_unknown"}',
  });
  await upstreams.githubFault({
    method: "GET",
    path: "/user",
    status: 200,
    body: '{"id":424242,"login":"odd","type":"User"}',
  });
  assert.equal((await finish(callback, cookie)).status, 302);
});

test("an organization's account is refused", async () => {
  const { authorize, cookie } = await begin();
  const callback = await decide(authorize);
  await upstreams.githubFault({
    method: "GET",
    path: "/user",
    status: 200,
    body: '{"id":7,"login":"corp","type":"Organization"}',
  });
  assert.equal((await finish(callback, cookie)).status, 403);
});

test("another browser's state, a made-up state, a replayed one and none are refused", async () => {
  const mine = await begin(),
    theirs = await begin();
  const callback = await decide(theirs.authorize);
  assert.equal((await finish(callback, mine.cookie)).status, 400);
  assert.equal((await finish(`${service.url}/auth/callback?code=x&state=made-up`, mine.cookie)).status, 400);
  assert.equal((await finish(`${service.url}/auth/callback?code=x`, mine.cookie)).status, 400);
  assert.equal((await finish(callback, theirs.cookie)).status, 302);
  assert.equal((await finish(callback, theirs.cookie)).status, 400, "the code is used up");
  assert.equal((await finish(callback, "")).status, 400);
});

test("a callback for one who is signed in already changes nothing and leads on", async () => {
  const session = await signIn(service, "octo");
  const answer = await finish(`${service.url}/auth/callback?code=x&state=made-up`, session);
  assert.deepEqual([answer.status, answer.headers.get("location")], [302, "/dashboard"]);
  assert.equal(cookiesOf(answer).length, 0);
});

for (const next of [
  "//evil.example",
  "/\\evil.example",
  "https://evil.example",
  "/%2f/evil.example",
  "/%5Cevil.example",
  "%2f%2fevil.example",
  "/%252fevil.example",
  "javascript:alert(1)",
  "/\r\nX: y",
  "",
]) {
  test(`next=${JSON.stringify(next)} leads to the dashboard`, async () => {
    const { authorize, cookie } = await begin(next);
    assert.equal((await finish(await decide(authorize), cookie)).headers.get("location"), "/dashboard");
  });
}

const claims = { login: "octocat" };
const token = (change = (jwt) => jwt, key = secret, alg = "HS256", more = claims) =>
  change(new SignJWT(more).setProtectedHeader({ alg }).setSubject("583231").setIssuedAt().setExpirationTime("7d")).sign(
    key,
  );

test("a session signed by jose with the same secret is accepted", async () => {
  assert.ok(await isSignedIn(`llmapikey_session=${await token()}`));
});

test("our session verifies with jose, and has exactly the claims and the life of the older deployment's", async () => {
  const session = await signIn(service, "octo");
  const { payload, protectedHeader } = await jwtVerify(session.split("=")[1], secret, { algorithms: ["HS256"] });
  assert.equal(protectedHeader.alg, "HS256");
  assert.deepEqual(Object.keys(payload).sort(), ["exp", "iat", "login", "sub"]);
  assert.equal(payload.login, "octo");
  assert.match(payload.sub, /^[1-9]\d*$/);
  assert.equal(payload.exp - payload.iat, 7 * 86_400);
});

for (const [what, make] of [
  ["another secret", () => token(undefined, new TextEncoder().encode("x".repeat(40)))],
  ["HS512", () => token(undefined, secret, "HS512")],
  ["alg none", async () => `${Buffer.from('{"alg":"none"}').toString("base64url")}.${(await token()).split(".")[1]}.`],
  ["expired", () => token((jwt) => jwt.setExpirationTime("-1m"))],
  ["a subject that is no number", () => token((jwt) => jwt.setSubject("octocat"))],
  ["a subject with leading zeros", () => token((jwt) => jwt.setSubject("0583231"))],
  ["no login", () => token(undefined, secret, "HS256", {})],
  ["issued in the future", () => token((jwt) => jwt.setIssuedAt(Math.floor(Date.now() / 1000) + 3600))],
  [
    "a changed claim",
    async () => {
      const [h, , s] = (await token()).split(".");
      const claims = JSON.stringify({ sub: "1", login: "x", iat: 1, exp: 9999999999 });
      return `${h}.${Buffer.from(claims).toString("base64url")}.${s}`;
    },
  ],
  ["nonsense", async () => "a.b.c"],
  ["5 kB", async () => "a".repeat(5000)],
]) {
  test(`a session with ${what} is refused`, async () => {
    assert.ok(!(await isSignedIn(`llmapikey_session=${await make()}`)));
  });
}

test("signing out clears the cookie", async () => {
  const session = await signIn(service, "octo");
  const answer = await fetch(`${service.url}/auth/sign-out`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: session, origin: service.url },
  });
  assert.deepEqual([answer.status, answer.headers.get("location")], [303, "/"]);
  assert.match(setCookiesOf(answer)[0], /^llmapikey_session=;.*Max-Age=0/);
});
