// What proxies, balancers and other programs of the same domain make of requests: people sign in
// and press buttons all the same.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { SignJWT } from "jose";
import { ask, comparable, exchange, portOf } from "../attack/support/wire.mjs";
import { run, sessionSecret, startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

const publicUrl = "https://keys.example.org";
let upstreams, folders, open, proxied, canonical;
before(async () => {
  upstreams = await startUpstreams();
  folders = Array.from({ length: 3 }, temporaryFolder);
  const environments = [
    {},
    { TRUSTED_PROXIES: "127.0.0.0/8" },
    { PUBLIC_URL: publicUrl, TRUSTED_PROXIES: "127.0.0.0/8" },
  ];
  [open, proxied, canonical] = await Promise.all(
    environments.map((env, i) => startService(upstreams, folders[i], { ADMIN_GITHUB_USER_IDS: "1003", ...env })),
  );
});
after(async () => {
  await Promise.all([open, proxied, canonical].map((service) => service.stop()));
  await upstreams.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const secret = new TextEncoder().encode(sessionSecret);
const tokenOf = (id, login, iat = Math.floor(Date.now() / 1000)) =>
  new SignJWT({ login })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(id)
    .setIssuedAt(iat)
    .setExpirationTime("7d")
    .sign(secret);
const get = (service, path, headers = {}) =>
  ask(portOf(service.url), "GET", path, { Host: new URL(service.url).host, Accept: "text/html", ...headers });
const post = (service, path, headers, fields = {}) =>
  ask(
    portOf(service.url),
    "POST",
    path,
    {
      Host: new URL(service.url).host,
      Accept: "text/html",
      "Content-Type": "application/x-www-form-urlencoded",
      ...headers,
    },
    new URLSearchParams(fields).toString(),
  );
const csrfOf = ({ body }) => /name="csrf_token" value="([^"]+)"/.exec(body)[1];
const linesWith = (service, text) => service.process.output.split("\n").filter((line) => line.includes(text));

test("with Referrer-Policy: no-referrer browsers send 'Origin: null': Sec-Fetch-Site or a token decides", async () => {
  const cookie = `llmapikey_session=${await tokenOf("41", "no-referrer")}`;
  const token = csrfOf(await get(open, "/dashboard", { Cookie: cookie }));
  const press = async (headers, fields) =>
    (await post(open, "/dashboard/key", { Cookie: cookie, ...headers }, fields)).status;
  assert.equal(await press({ Origin: "null", "Sec-Fetch-Site": "same-origin" }), 303);
  assert.equal(await press({ Origin: "null" }, { csrf_token: token }), 303, "a browser without Sec-Fetch-Site");
  assert.equal(await press({ Origin: "null" }), 403);
  for (const site of ["cross-site", "same-site", "none"])
    assert.equal(await press({ Origin: "null", "Sec-Fetch-Site": site }, { csrf_token: token }), 403, site);
});

test("a port that goes without saying is none: at a proxy that passes it on, and in PUBLIC_URL", async () => {
  const press = async (service, headers) => (await post(service, "/auth/sign-out", headers)).status;
  for (const name of ["Host", "X-Forwarded-Host"])
    assert.equal(
      await press(proxied, { [name]: "keys.example.org:443", "X-Forwarded-Proto": "https", Origin: publicUrl }),
      303,
      name,
    );
  assert.equal(
    await press(open, { Host: "keys.example.org:443", Origin: publicUrl }),
    303,
    "TLS ends at a proxy that says nothing of it",
  );
  assert.equal(await press(open, { Host: "keys.example.org:80", Origin: "http://keys.example.org" }), 303);
  assert.equal(await press(open, { Host: "keys.example.org:444", Origin: publicUrl }), 403);
  const begun = await get(proxied, "/auth/login", { Host: "keys.example.org:443", "X-Forwarded-Proto": "https" });
  assert.equal(new URL(begun.headers.location).searchParams.get("redirect_uri"), `${publicUrl}/auth/callback`);
  const folder = temporaryFolder();
  const service = await startService(upstreams, folder, { PUBLIC_URL: `${publicUrl}:443` });
  assert.equal(await press(service, { Host: "keys.example.org", Origin: publicUrl }), 303);
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a PUBLIC_URL that nobody can open is refused at the start, with what to do", async () => {
  for (const [url, words] of [
    ["https://YOUR-HOST", /placeholder/],
    ["https://<your-domain>", /placeholder/],
    ["https://keys.example.com", /placeholder/],
    [`${publicUrl}:99999`, /port/],
    [`${publicUrl}.`, /dot/],
  ]) {
    const { code, err } = await run(["serve"], { PUBLIC_URL: url, LISTEN: "127.0.0.1:0" });
    assert.equal(code, 2, url);
    assert.match(err, new RegExp(`PUBLIC_URL.*${words.source}`), url);
  }
});

test("another program's cookie of our name does not hide ours", async () => {
  const mine = await tokenOf("42", "two-cookies");
  for (const cookie of [
    `llmapikey_session=theirs; llmapikey_session=${mine}`,
    `llmapikey_session=; llmapikey_session=a.b.c; llmapikey_session=${mine}`,
    `llmapikey_session=${mine}; llmapikey_session=theirs`,
  ]) {
    const page = await get(open, "/dashboard", { Cookie: cookie });
    assert.match(page.body, /two-cookies/, cookie);
    // The token of the form is that of the session that counts.
    assert.equal((await post(open, "/auth/sign-out", { Cookie: cookie }, { csrf_token: csrfOf(page) })).status, 303);
  }
  const admin = await tokenOf("1003", "linus-organizer");
  assert.equal(
    (await get(open, "/admin", { Cookie: `llmapikey_session=theirs; llmapikey_session=${admin}` })).status,
    200,
  );
  const dead = `${mine.slice(0, -10)}0123456789`;
  for (const many of [Array.from({ length: 400 }, (_, i) => `a.b.${i}`), Array(20).fill(dead)])
    assert.match(
      (
        await get(open, "/dashboard", {
          Cookie: [...many, mine].map((value) => `llmapikey_session=${value}`).join("; "),
        })
      ).body,
      /two-cookies/,
      `${many.length} dead ones before it`,
    );
});

test("nor does one of an attempt's name hide the attempt's", async () => {
  const begun = await get(open, "/auth/login?next=/docs");
  const [cookie] = begun.headers["set-cookie"].split(";");
  const name = cookie.split("=")[0];
  const decided = await fetch(`${begun.headers.location}&login=octo&sandbox_auto=1`, { redirect: "manual" });
  const { pathname, search } = new URL(decided.headers.get("location"));
  const answer = await get(open, pathname + search, { Cookie: `${`${name}=theirs; `.repeat(20)}${cookie}` });
  assert.deepEqual([answer.status, answer.headers.location], [302, "/docs"]);
});

test("health checks need neither a Host nor a good one", async () => {
  for (const service of [open, canonical]) {
    for (const [path, body] of [
      ["/healthz", /^ok/],
      ["/readyz", /^ready/],
      ["/metrics", /llmapikey_live_keys/],
    ]) {
      for (const head of [
        `GET ${path} HTTP/1.0\r\n`,
        `GET ${path} HTTP/1.0\r\nHost: \r\n`,
        `GET ${path} HTTP/1.1\r\nHost: not a host\r\nConnection: close\r\n`,
        `HEAD ${path} HTTP/1.0\r\n`,
      ]) {
        const { answers } = await exchange(portOf(service.url), `${head}\r\n`);
        assert.equal(answers[0].status, 200, head);
        if (!head.startsWith("HEAD")) assert.match(answers[0].body, body);
      }
    }
  }
  const { answers } = await exchange(portOf(open.url), "GET /dashboard HTTP/1.0\r\n\r\n");
  assert.equal(answers[0].status, 400);
});

test("of what proxies in a row say the first element counts", async () => {
  const begun = await get(proxied, "/auth/login", {
    Host: "inside:3000",
    "X-Forwarded-Host": "keys.example.org, inside",
    "X-Forwarded-Proto": "https, http",
  });
  assert.equal(new URL(begun.headers.location).searchParams.get("redirect_uri"), `${publicUrl}/auth/callback`);
  assert.match(begun.headers["set-cookie"], /; Secure/);
  assert.match(begun.headers["strict-transport-security"], /^max-age=\d{8}$/);
});

test("what is refused for its host or origin is in the log, with the reason and the variable that helps", async () => {
  const folder = temporaryFolder();
  const service = await startService(upstreams, folder, { TRUSTED_PROXIES: "127.0.0.1" });
  assert.equal((await get(service, "/dashboard", { "X-Forwarded-Host": "a b" })).status, 400);
  assert.equal((await get(service, "/dashboard", { Host: "a b" })).status, 400);
  assert.equal((await post(service, "/auth/sign-out", { Origin: "https://elsewhere.example.org" })).status, 403);
  for (const words of [
    "X-Forwarded-Host is no host",
    "the Host header is no host",
    "Origin and Sec-Fetch-Site do not name this service",
  ]) {
    const [line] = await until(words, () => linesWith(service, words).length > 0 && linesWith(service, words));
    assert.match(line, /request refused.*PUBLIC_URL/);
  }
  assert.match(linesWith(service, "elsewhere.example.org")[0], new RegExp(new URL(service.url).host));
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("a session of a replica whose clock is some minutes ahead counts", async () => {
  const cookie = `llmapikey_session=${await tokenOf("43", "from-ahead", Math.floor(Date.now() / 1000) + 600)}`;
  assert.match((await get(open, "/dashboard", { Cookie: cookie })).body, /from-ahead/);
});

test("signing in begins at the host to which GitHub leads back", async () => {
  for (const headers of [
    { Host: "www.keys.example.org" },
    { Host: "192.0.2.1:3000" },
    { Host: "inside", "X-Forwarded-Host": "www.keys.example.org" },
    { Host: "keys.example.org", "X-Forwarded-Proto": "http" },
  ]) {
    const begun = await get(canonical, "/auth/login?next=/docs", headers);
    assert.equal(begun.status, 302);
    const there = new URL(begun.headers.location);
    assert.deepEqual(
      [there.origin, there.pathname, there.searchParams.get("next")],
      [publicUrl, "/auth/login", "/docs"],
    );
    assert.equal(begun.headers["set-cookie"], undefined);
    // A proxy that does not pass the host on: not in a circle.
    const again = await get(canonical, there.pathname + there.search, headers);
    assert.equal(new URL(again.headers.location).searchParams.get("redirect_uri"), `${publicUrl}/auth/callback`);
  }
  const begun = await get(canonical, "/auth/login?next=/docs", {
    Host: "keys.example.org",
    "X-Forwarded-Proto": "https",
  });
  assert.equal(new URL(begun.headers.location).searchParams.get("redirect_uri"), `${publicUrl}/auth/callback`);
  for (const next of ["//evil.example", "https://evil.example"]) {
    const elsewhere = await get(canonical, `/auth/login?next=${encodeURIComponent(next)}`, {
      Host: "www.keys.example.org",
    });
    assert.equal(new URL(elsewhere.headers.location).searchParams.get("next"), "/dashboard");
  }
});

test("what GitHub says is wrong has a page and a line in the log, whatever becomes of the state", async () => {
  const begun = await get(open, "/auth/login");
  const state = new URL(begun.headers.location).searchParams.get("state");
  const [cookie] = begun.headers["set-cookie"].split(";");
  for (const [error, status, words] of [
    ["redirect_uri_mismatch", 502, /callback URL/],
    ["application_suspended", 502, /suspended/],
    ["access_denied", 403, /canceled/],
    ["made_up<b>", 502, /not set up correctly/],
  ]) {
    for (const [what, more, headers] of [
      ["no state", "", {}],
      ["a state without its cookie", `&state=${state}`, {}],
      ["a state of nobody's", "&state=made-up", {}],
      ["a state and its cookie", `&state=${state}`, { Cookie: cookie }],
    ]) {
      const answer = await get(
        open,
        `/auth/callback?error=${encodeURIComponent(error)}&error_description=EVIL${more}`,
        headers,
      );
      assert.equal(answer.status, status, `${error}, ${what}`);
      assert.match(answer.body, words, what);
      assert.doesNotMatch(answer.body, /EVIL|sign-in has expired|made_up/);
    }
    assert.ok(linesWith(open, `GitHub answered ${error}`).length > 0, error);
  }
  assert.match(linesWith(open, "redirect_uri_mismatch")[0], /PUBLIC_URL\/auth\/callback/);
});

test("a slash too many leads to the page, and tells nobody which paths are hidden", async () => {
  const recipient = { Cookie: `llmapikey_session=${await tokenOf("44", "nosy")}` },
    admin = { Cookie: `llmapikey_session=${await tokenOf("1003", "linus-organizer")}` };
  for (const [path, location] of [
    ["/dashboard/", "/dashboard"],
    ["/docs/?key=show", "/docs?key=show"],
    ["/auth/login/?next=/docs", "/auth/login?next=/docs"],
    ["/api/v1/me/", "/api/v1/me"],
  ]) {
    const answer = await get(open, path);
    assert.deepEqual([answer.status, answer.headers.location], [308, location], path);
  }
  assert.equal((await post(open, "/dashboard/key/", recipient)).headers.location, "/dashboard/key");
  for (const path of ["/dashboard//", "//dashboard/", "/nowhere/", "//", "/metrics/"])
    assert.equal((await get(open, path)).status, 404, path);
  for (const path of ["/admin/", "/admin/overview/", "/admin/accounts/1/", "/api/v1/keys/"]) {
    for (const headers of [{}, recipient])
      assert.equal(
        comparable(await get(open, path, headers)),
        comparable(await get(open, path.startsWith("/api") ? "/api/v1/nothing/" : "/nothing/", headers)),
        path,
      );
    const answer = await get(open, path, admin);
    assert.deepEqual([answer.status, answer.headers.location], [308, path.slice(0, -1)], path);
  }
});

test("HSTS is for this host, unless the organizer says that it is for all below it", async () => {
  const folder = temporaryFolder();
  const wide = await startService(upstreams, folder, { PUBLIC_URL: publicUrl, HSTS_INCLUDE_SUBDOMAINS: "true" });
  for (const path of ["/", "/dashboard", "/nowhere", "/assets/nothing"]) {
    assert.equal((await get(canonical, path)).headers["strict-transport-security"], "max-age=63072000", path);
    assert.equal(
      (await get(wide, path)).headers["strict-transport-security"],
      "max-age=63072000; includeSubDomains",
      path,
    );
  }
  await wide.stop();
  rmSync(folder, { recursive: true, force: true });
});

test("how long a connection may be idle is the operator's choice", async () => {
  const folder = temporaryFolder();
  const service = await startService(upstreams, folder, { KEEP_ALIVE_SECONDS: "1" });
  const began = Date.now();
  const { answers } = await exchange(portOf(service.url), "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", { isOpen: true });
  const took = Date.now() - began;
  assert.equal(answers[0].status, 200);
  assert.ok(took >= 900 && took < 30_000, `${took} ms`);
  await service.stop();
  rmSync(folder, { recursive: true, force: true });
});
