// The HTTP surface: headers, caching, errors, limits, CSRF, and what a hostile client may send.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { ask, portOf } from "../attack/support/wire.mjs";
import { generate, giveKey, signIn, startSandbox, until } from "./support/service.mjs";

let service, port;
before(async () => {
  service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0" });
  await giveKey(service, "grace-returning");
  port = Number(new URL(service.url).port);
});
after(() => service.stop());

const get = (path, headers = {}, method = "GET") => fetch(service.url + path, { method, headers, redirect: "manual" });

// Sends raw bytes, and gives all that comes back until the server closes or `enough` matches.
const raw = (bytes, enough = null) =>
  new Promise((done, failed) => {
    const socket = connect(port, "127.0.0.1");
    let text = "";
    socket.setTimeout(20_000, () => {
      socket.destroy();
      failed(new Error(`no end: ${text.slice(0, 300)}`));
    });
    socket.on("connect", () => socket.write(bytes));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (enough?.test(text)) {
        socket.destroy();
        done(text);
      }
    });
    socket.on("error", () => done(text));
    socket.on("close", () => done(text));
  });

test("every kind of answer carries the security headers", async () => {
  const asset = (await (await get("/")).text()).match(/\/assets\/app\.[^"]+\.css/)[0];
  const signedIn = { headers: { Cookie: await signIn(service, "key-holder") } };
  for (const [path, init] of [
    ["/"],
    ["/docs"],
    ["/", signedIn],
    ["/docs", signedIn],
    ["/dashboard", signedIn],
    ["/dashboard"],
    ["/nowhere"],
    ["/healthz"],
    ["/auth/login"],
    ["/auth/callback"],
    [asset],
    ["/dashboard/key", { method: "POST" }],
  ]) {
    const { headers } = await fetch(service.url + path, { redirect: "manual", ...init });
    assert.match(headers.get("content-security-policy"), /default-src 'none'.*frame-ancestors 'none'/, path);
    assert.ok(!/unsafe/.test(headers.get("content-security-policy")));
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("referrer-policy"), "same-origin");
    assert.equal(headers.get("cross-origin-opener-policy"), "same-origin", path);
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.ok(headers.get("permissions-policy"));
    assert.match(headers.get("x-request-id"), /^[\w-]{12}$/);
    assert.equal(headers.get("strict-transport-security"), null, "plain http");
  }
});

// fetch() says of itself where it comes from: only bytes can say what a browser says of a
// navigation.
test("a window that no page has opened needs no process of its own; any other gets one", async () => {
  const cookie = await signIn(service, "key-holder");
  for (const path of ["/", "/docs", "/dashboard", "/nowhere"]) {
    for (const session of ["", `Cookie: ${cookie}\r\n`]) {
      for (const site of ["none", "cross-site", "same-site", "same-origin", null]) {
        const answer = await raw(
          `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n` +
            `${session}${site ? `Sec-Fetch-Site: ${site}\r\n` : ""}\r\n`,
        );
        assert.equal(
          /\r\nCross-Origin-Opener-Policy: same-origin\r\n/.test(answer),
          site !== "none",
          `${path} ${site} ${session}`,
        );
      }
    }
  }
});

test("https, as the public URL says, brings HSTS and Secure cookies", async () => {
  const secure = await startSandbox({ PUBLIC_URL: "https://keys.example.org" });
  const { headers } = await ask(portOf(secure.url), "GET", "/auth/login", { Host: "keys.example.org" });
  assert.match(headers["strict-transport-security"], /max-age=\d{8}/);
  assert.match(headers["set-cookie"], /; Secure/);
  assert.equal(new URL(headers.location).searchParams.get("redirect_uri"), "https://keys.example.org/auth/callback");
  await secure.stop();
});

test("the icon at the address that browsers ask for by themselves may change", async () => {
  const answer = await get("/favicon.ico");
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get("cache-control"), "public, max-age=86400");
  assert.match(answer.headers.get("content-type"), /png/);
});

test("assets are immutable, precompressed and revalidated", async () => {
  const asset = (await (await get("/")).text()).match(/\/assets\/app\.[^"]+\.css/)[0];
  const plain = Buffer.from(await (await get(asset, { "accept-encoding": "identity" })).arrayBuffer()).toString();
  const text = await raw(`GET ${asset} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip, br\r\nConnection: close\r\n\r\n`);
  assert.match(text, /Content-Encoding: br\r\n/);
  assert.match(text, /Cache-Control: public, max-age=31536000, immutable/);
  assert.equal(
    brotliDecompressSync(Buffer.from(text.split("\r\n\r\n").slice(1).join("\r\n\r\n"), "latin1")).toString(),
    plain,
  );
  const zipped = await raw(`GET ${asset} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n`);
  assert.equal(gunzipSync(Buffer.from(zipped.split("\r\n\r\n").slice(1).join("\r\n\r\n"), "latin1")).toString(), plain);
  const etag = (await get(asset)).headers.get("etag");
  assert.equal((await get(asset, { "if-none-match": etag })).status, 304);
  assert.equal((await get(asset.replace(/\.[0-9a-f]{16}\./, ".0000000000000000."))).status, 404);
});

test("pages are revalidated, too, and differ for who is signed in", async () => {
  const page = await get("/");
  assert.match(page.headers.get("vary"), /Cookie/);
  assert.equal((await get("/", { "if-none-match": page.headers.get("etag") })).status, 304);
  const session = await signIn(service, "grace-returning");
  const mine = await get("/dashboard", { cookie: session });
  assert.equal(mine.headers.get("cache-control"), "no-store");
});

test("HEAD answers as GET would, without a body", async () => {
  for (const path of ["/", "/docs", "/nowhere", "/healthz"]) {
    const [head, whole] = [await get(path, {}, "HEAD"), await get(path)];
    assert.equal(head.status, whole.status);
    assert.equal(head.headers.get("content-type"), whole.headers.get("content-type"));
    assert.equal(await head.text(), "");
  }
});

test("errors are pages for people and problem+json for programs", async () => {
  const page = await get("/nowhere", { accept: "text/html,application/xhtml+xml,*/*;q=0.8" });
  assert.equal(page.status, 404);
  assert.match(await page.text(), /<h1>Page not found/);
  const problem = await get("/nowhere", { accept: "application/json" });
  assert.equal(problem.headers.get("content-type"), "application/problem+json");
  const body = await problem.json();
  assert.equal(body.status, 404);
  assert.equal(body.request_id, problem.headers.get("x-request-id"));
  const wrong = await get("/docs", {}, "DELETE");
  assert.deepEqual([wrong.status, wrong.headers.get("allow")], [405, "GET, HEAD"]);
});

test("/admin cannot be told from an unknown path", async () => {
  const strip = async (answer) => {
    const headers = [...answer.headers].filter(([name]) => !["date", "x-request-id"].includes(name));
    return JSON.stringify([
      answer.status,
      headers,
      (await answer.text()).replaceAll(answer.headers.get("x-request-id"), ""),
    ]);
  };
  const session = await signIn(service, "grace-returning");
  for (const headers of [{}, { cookie: session }]) {
    assert.equal(await strip(await get("/admin", headers)), await strip(await get("/xdmin", headers)));
    assert.equal(
      await strip(await get("/admin/keys", headers, "POST")),
      await strip(await get("/xdmin/keys", headers, "POST")),
    );
  }
});

test("state changes need same-origin evidence or a token", async () => {
  const session = await signIn(service, "linus-organizer");
  const post = async (headers, body) =>
    (
      await fetch(`${service.url}/auth/sign-out`, {
        method: "POST",
        redirect: "manual",
        headers: { cookie: session, ...headers },
        body,
      })
    ).status;
  assert.equal(await post({}), 403);
  for (const origin of [
    "https://evil.example",
    "null",
    `${service.url}.evil.example`,
    service.url.replace(/\d$/, (digit) => (Number(digit) + 1) % 10),
  ])
    assert.equal(await post({ origin }), 403, origin);
  for (const site of ["cross-site", "same-site", "none"])
    assert.equal(await post({ "sec-fetch-site": site }), 403, site);
  assert.equal(await post({ origin: "https://evil.example", "sec-fetch-site": "same-origin" }), 403);
  assert.equal(await post({ origin: service.url }), 303);
  assert.equal(await post({ "sec-fetch-site": "same-origin" }), 303);
  const token = (await (await get("/dashboard", { cookie: session })).text()).match(
    /name="csrf_token" value="([^"]+)"/,
  )[1];
  assert.equal(await post({ "x-csrf-token": token }), 303);
  assert.equal(await post({}, new URLSearchParams({ csrf_token: token })), 303);
  assert.equal(await post({ origin: "https://evil.example", "x-csrf-token": token }), 403);
  const other = await signIn(service, "ada-newcomer");
  assert.equal(await post({ cookie: other, "x-csrf-token": token }), 403, "a token of another session");
});

test("generating answers in the words of its contract", async () => {
  const anonymous = await fetch(`${service.url}/dashboard/key`, {
    method: "POST",
    headers: { accept: "application/json", origin: service.url },
  });
  assert.deepEqual([anonymous.status, (await anonymous.json()).status], [401, "error"]);
  const session = await signIn(service, "grace-returning");
  const foreign = await generate(service, session, { origin: "https://evil.example" });
  assert.deepEqual([foreign.status, (await foreign.json()).status], [403, "error"]);
  const form = await generate(service, session, { accept: "text/html" });
  assert.deepEqual([form.status, form.headers.get("location")], [303, "/dashboard"]);
});

test("too many requests are told when to come back, and others are not disturbed", async () => {
  const strict = await startSandbox({ RATE_LIMIT_PER_MINUTE: "5" });
  const answers = [];
  for (let i = 0; i < 8; i += 1)
    answers.push(await fetch(`${strict.url}/auth/login`, { redirect: "manual", headers: { accept: "text/html" } }));
  assert.deepEqual(
    answers.map((answer) => answer.status),
    [302, 302, 302, 302, 302, 429, 429, 429],
  );
  assert.ok(Number(answers[7].headers.get("retry-after")) >= 1);
  assert.match(await answers[7].text(), /Too many requests/);
  assert.equal((await fetch(strict.url)).status, 200);
  await strict.stop();
});

test("malformed requests are refused, and the connection is closed", async () => {
  for (const [bytes, status] of [
    ["nonsense\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
    ["GET http:/// HTTP/1.1\r\nHost: x\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nHost: a b\r\nConnection: close\r\n\r\n", 400],
    ["GET / HTTP/9.9\r\nHost: x\r\n\r\n", 400],
    ["POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400],
    ["POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400],
    [`GET / HTTP/1.1\r\nHost: x\r\nX-Large: ${"a".repeat(20_000)}\r\n\r\n`, 431],
    ["POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", 413],
    [
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" +
        `${`4000\r\n${"b".repeat(0x4000)}\r\n`.repeat(8)}0\r\n\r\n`,
      413,
    ],
  ]) {
    const answer = await raw(bytes);
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} `), bytes.slice(0, 60));
    assert.match(answer, /Connection: close/i);
  }
});

test("a request that never ends is cut off with 408", async () => {
  const answer = await raw("GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ");
  assert.match(answer, /^HTTP\/1\.1 408 /);
});

test("pipelined requests are answered in order on one connection", async () => {
  const text = await raw(
    "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /robots.txt HTTP/1.1\r\nHost: x\r\n\r\n" +
      "GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
  );
  assert.deepEqual(text.match(/HTTP\/1\.1 \d+/g), ["HTTP/1.1 200", "HTTP/1.1 200", "HTTP/1.1 404"]);
});

test("100-continue is answered", async () => {
  const text = await raw(
    "POST /auth/sign-out HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n",
    /100 Continue/,
  );
  assert.match(text, /^HTTP\/1\.1 100 Continue/);
});

test("what a client sends reaches no header of the answer", async () => {
  const text = await raw("GET /auth/login?next=/%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  assert.ok(!/X-Evil/.test(text));
});

test("health, readiness and metrics; metrics not through a proxy", async () => {
  assert.equal(await (await get("/healthz")).text(), "ok\n");
  assert.equal(await (await get("/readyz")).text(), "ready\n");
  const metrics = await (await get("/metrics")).text();
  assert.match(metrics, /llmapikey_http_requests_total\{route="\/",status="200"\} \d+/);
  assert.match(metrics, /llmapikey_live_keys \d+/);
  assert.equal((await get("/metrics", { "x-forwarded-for": "203.0.113.9" })).status, 404);
});

test("forwarded headers count from trusted proxies alone", async () => {
  const behind = await startSandbox({ TRUSTED_PROXIES: "127.0.0.0/8" });
  const headers = {
    "x-forwarded-proto": "https",
    "x-forwarded-host": "keys.example.org",
    "x-forwarded-for": "203.0.113.9",
  };
  const redirectOf = async (target) =>
    new URL(
      (await fetch(`${target.url}/auth/login`, { redirect: "manual", headers })).headers.get("location"),
    ).searchParams.get("redirect_uri");
  assert.equal(await redirectOf(behind), "https://keys.example.org/auth/callback");
  assert.equal(await redirectOf(service), `${service.url}/auth/callback`);
  await behind.stop();
});

test("a thousand connections at once are all answered", async () => {
  const answers = await Promise.all(
    Array.from({ length: 1000 }, () => raw("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")),
  );
  assert.ok(answers.every((answer) => answer.startsWith("HTTP/1.1 200")));
});

test("a slow upstream does not delay dashboards", async () => {
  const session = await signIn(service, "grace-returning");
  await service.openrouterFault({ method: "", path: "/", delay_ms: 3000, times: 50 });
  const others = await Promise.all(Array.from({ length: 12 }, (_, i) => signIn(service, `slow-${i}`)));
  const stuck = others.map((each) => generate(service, each));
  const answer = await until("the dashboard", () => get("/dashboard", { cookie: session }), 2000);
  assert.equal(answer.status, 200);
  await service.clearFaults();
  await Promise.all(stuck);
});
