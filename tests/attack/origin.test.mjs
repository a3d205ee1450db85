// Whatever host a request claims to be for: no link, redirect or callback leads to it where it must
// not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signIn, startSandbox } from "../e2e/support/service.mjs";
import { ask, portOf } from "./support/wire.mjs";

const evil = "evil.example",
  publicUrl = "https://keys.example.org";
let fixed, open, proxied, fixedAndProxied;
before(async () => {
  [fixed, open, proxied, fixedAndProxied] = await Promise.all(
    [
      { PUBLIC_URL: publicUrl },
      {},
      { TRUSTED_PROXIES: "127.0.0.0/8" },
      { PUBLIC_URL: publicUrl, TRUSTED_PROXIES: "127.0.0.0/8" },
    ].map((env) => startSandbox({ RATE_LIMIT_PER_MINUTE: "0", ...env })),
  );
});
after(() => Promise.all([fixed, open, proxied, fixedAndProxied].map((service) => service.stop())));

// What is forwarded in every spelling that some server somewhere heeds.
const forwarded = {
  "X-Forwarded-Host": evil,
  "X-Host": evil,
  "X-Original-Host": evil,
  "X-Forwarded-Server": evil,
  "X-HTTP-Host-Override": evil,
  "X-Original-URL": `https://${evil}/admin`,
  "X-Rewrite-URL": `https://${evil}/admin`,
  Forwarded: `for=203.0.113.9;host=${evil};proto=https`,
  "X-Forwarded-Port": "6666",
  "X-Forwarded-Scheme": "https",
  "X-Forwarded-Prefix": `//${evil}`,
  Referer: `https://${evil}/`,
  "X-Forwarded-Path": `//${evil}`,
  Via: `1.1 ${evil}`,
  "X-WAP-Profile": `http://${evil}/w.xml`,
  Destination: `http://${evil}/`,
  "Proxy-Host": evil,
  "True-Client-IP": evil,
};
const paths = [
  "/",
  "/docs",
  "/dashboard",
  "/nowhere",
  "/auth/login",
  "/auth/login?next=/docs",
  "/auth/callback?code=x&state=y",
  "/openapi.json",
  "/robots.txt",
  "/healthz",
  "/admin",
  "/api/v1/me",
];
const redirectUriOf = (answer) => new URL(answer.headers.location).searchParams.get("redirect_uri");

const assertClean = async (service, headers, what) => {
  const port = portOf(service.url);
  const session = await signIn(service, "ada-newcomer").catch(() => null);
  for (const path of paths) {
    for (const cookie of [{}, ...(session ? [{ Cookie: session }] : [])]) {
      const answer = await ask(port, "GET", path, { ...headers, ...cookie, Accept: "text/html" });
      assert.ok(!answer.text.includes(evil), `${what} ${path}: ${answer.text.slice(0, 1500)}`);
      assert.ok(answer.status < 500, `${path}: ${answer.status}`);
    }
  }
  const out = await ask(port, "POST", "/auth/sign-out", { ...headers, Origin: `https://${evil}` });
  assert.equal(out.status, 403);
};

test("with PUBLIC_URL nothing that a request says counts, from anybody", async () => {
  for (const service of [fixed, fixedAndProxied]) {
    const port = portOf(service.url);
    for (const headers of [
      { Host: evil },
      { Host: "keys.example.org", ...forwarded },
      { Host: evil, ...forwarded },
      { Host: `${evil}:443` },
      { Host: "keys.example.org", "X-Forwarded-Proto": "http", "X-Forwarded-Host": evil },
    ]) {
      await assertClean(service, headers, "PUBLIC_URL");
      const sent = await ask(port, "GET", "/auth/login", headers);
      // Asked for at another host: first to the canonical one, and nowhere else.
      const isSentOn = sent.headers.location.startsWith(`${publicUrl}/auth/login?`);
      if (isSentOn) assert.equal(sent.headers["set-cookie"], undefined);
      const begun = isSentOn ? await ask(port, "GET", sent.headers.location.slice(publicUrl.length), headers) : sent;
      assert.equal(redirectUriOf(begun), `${publicUrl}/auth/callback`);
      assert.match(begun.headers["set-cookie"], /; Secure/);
      assert.ok(begun.headers["strict-transport-security"]);
    }
    // Not even the host of the request is this origin.
    assert.equal((await ask(port, "POST", "/auth/sign-out", { Host: evil, Origin: `http://${evil}` })).status, 403);
    assert.equal((await ask(port, "POST", "/auth/sign-out", { Host: evil, Origin: publicUrl })).status, 303);
  }
});

test("without PUBLIC_URL what is forwarded by anybody but a trusted proxy does not count", async () => {
  const { host } = new URL(open.url);
  await assertClean(open, { Host: host, ...forwarded, "X-Forwarded-Proto": "https" }, "untrusted");
  const begun = await ask(portOf(open.url), "GET", "/auth/login", {
    Host: host,
    ...forwarded,
    "X-Forwarded-Proto": "https",
  });
  assert.equal(redirectUriOf(begun), `${open.url}/auth/callback`);
  assert.doesNotMatch(begun.headers["set-cookie"], /Secure/);
  assert.equal(begun.headers["strict-transport-security"], undefined);
});

test("a foreign host leaves nothing behind in what others are shown, nor in any page", async () => {
  const port = portOf(open.url),
    { host } = new URL(open.url);
  for (const path of paths.filter((each) => !each.startsWith("/auth/login"))) {
    const theirs = await ask(port, "GET", path, { Host: evil });
    assert.ok(!theirs.text.includes(evil), `${path} names the host that it was asked under`);
  }
  for (const path of paths) {
    const mine = await ask(port, "GET", path, { Host: host });
    assert.ok(!mine.text.includes(evil), path);
  }
  // GitHub compares the callback with the registered one: asked for under another host nobody gets
  // back here.
  const begun = await ask(port, "GET", "/auth/login", { Host: evil });
  const decided = await fetch(`${begun.headers.location}&login=victim&sandbox_auto=1`, { redirect: "manual" });
  const callback = new URL(decided.headers.get("location"));
  assert.notEqual(callback.hostname, evil);
  assert.equal(callback.searchParams.get("code"), null);
});

test("a trusted proxy's host counts if it is one; whatever else it forwards does not", async () => {
  const port = portOf(proxied.url);
  const begin = (headers) => ask(port, "GET", "/auth/login", { Host: "inside", ...headers });
  assert.equal(
    redirectUriOf(await begin({ "X-Forwarded-Host": "keys.example.org", "X-Forwarded-Proto": "https" })),
    "https://keys.example.org/auth/callback",
  );
  for (const host of [
    "",
    " ",
    "a b",
    "evil.example/x",
    "user@evil.example",
    ",evil.example",
    "a b, evil.example",
    "a\\evil.example",
    "<script>",
    "a?b",
    "a#b",
    "a%0d%0ab",
    "'",
    '"',
    "a".repeat(300),
    "\xff",
  ])
    assert.equal((await begin({ "X-Forwarded-Host": host })).status, 400, host);
  // What proxies in a row have appended: the first of them was nearest to the browser.
  assert.equal(
    redirectUriOf(
      await begin({ "X-Forwarded-Host": "keys.example.org, evil.example", "X-Forwarded-Proto": "https, http" }),
    ),
    "https://keys.example.org/auth/callback",
  );
  for (const proto of ["javascript", "http, https", "http", "", "HTTPS\u0000".slice(0, 5) + "x"]) {
    const uri = redirectUriOf(await begin({ "X-Forwarded-Host": "keys.example.org", "X-Forwarded-Proto": proto }));
    assert.equal(uri, "http://keys.example.org/auth/callback", proto);
  }
  const rest = Object.fromEntries(Object.entries(forwarded).filter(([name]) => name !== "X-Forwarded-Host"));
  await assertClean(proxied, { Host: "inside", ...rest }, "a proxy");
  assert.equal(redirectUriOf(await begin(rest)), "http://inside/auth/callback");
});

test("every redirect of the service's own is a path", async () => {
  const port = portOf(open.url),
    { host } = new URL(open.url);
  const session = await signIn(open, "grace-returning");
  for (const [method, path] of [
    ["POST", "/auth/sign-out"],
    ["POST", "/dashboard/key"],
    ["GET", "/auth/login"],
    ["GET", "/auth/callback?code=x"],
  ]) {
    const answer = await ask(port, method, path, {
      Host: host,
      Origin: open.url,
      Cookie: session,
      Accept: "text/html",
      ...forwarded,
    });
    assert.ok([302, 303].includes(answer.status), `${path}: ${answer.status}`);
    assert.match(answer.headers.location, /^\/(?!\/)/, path);
  }
});
