// Trying often, and trying what might be there: limits that no header evades, tokens that nobody
// guesses, a console that nobody finds.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signIn, startSandbox } from "../e2e/support/service.mjs";
import { makeToken, nameOf, routeTable, startGround } from "./support/ground.mjs";
import { ask, comparable, portOf } from "./support/wire.mjs";

const table = await routeTable();
const perMinute = 10;

let ground, port;
before(async () => {
  ground = await startGround();
  port = portOf(ground.service.url);
});
after(() => ground.stop());

const uuid = "0b0e7c2e-5a3e-4d52-9a7e-111111111111";
const pathOf = (route) => route.path.replace("{id}", uuid);
const withService = async (env, act) => {
  const service = await startSandbox({ RATE_LIMIT_PER_MINUTE: String(perMinute), ...env });
  try {
    await act(portOf(service.url), service);
  } finally {
    await service.stop();
  }
};
// How many of 40 requests came through: the limit, and what trickles back meanwhile (one in six
// seconds).
const admitted = async (attempt) => {
  const began = Date.now();
  let through = 0;
  for (let i = 0; i < 40; i += 1) if ((await attempt(i)).status !== 429) through += 1;
  return { through, most: perMinute + 1 + Math.ceil((((Date.now() - began) / 1000) * perMinute) / 60) };
};
const assertLimited = ({ through, most }, what) =>
  assert.ok(through >= perMinute && through <= most, `${what}: ${through} of 40 came through`);
const address = (i) => `198.51.${Math.floor(i / 250)}.${(i % 250) + 1}`;

test("no header that a stranger sends gives them another address", async () => {
  for (const name of [
    "X-Forwarded-For",
    "X-Real-IP",
    "Forwarded",
    "CF-Connecting-IP",
    "True-Client-IP",
    "X-Client-IP",
    "X-Cluster-Client-IP",
    "Fastly-Client-IP",
    "X-Originating-IP",
    "X-Remote-Addr",
  ]) {
    await withService({}, async (at) => {
      assertLimited(
        await admitted((i) =>
          ask(at, "GET", "/auth/login", { [name]: name === "Forwarded" ? `for=${address(i)}` : address(i) }),
        ),
        name,
      );
      assert.equal((await ask(at, "GET", "/")).status, 200, "pages that change nothing are not limited");
    });
  }
});

test("behind a trusted proxy the address that it saw counts, whatever the client said before", async () => {
  const seen = "203.0.113.9";
  for (const [what, value] of [
    ["one before it", (i) => `${address(i)}, ${seen}`],
    ["many before it", (i) => `${address(i)}, 10.0.0.1, 127.0.0.1, ${address(i + 99)}, ${seen}`],
    ["a port", (i) => `${seen}:${1000 + i}`],
    ["blanks", (i) => `${" ".repeat(i + 1)}${seen}${" ".repeat(i)}`],
    ["nonsense before it", (i) => `x${i}, <script>, ${seen}`],
    ["an address of the proxy's behind it", () => `${seen}, 127.0.0.1`],
  ]) {
    await withService({ TRUSTED_PROXIES: "127.0.0.0/8" }, async (at) => {
      assertLimited(await admitted((i) => ask(at, "GET", "/auth/login", { "X-Forwarded-For": value(i) })), what);
      assert.equal(
        (await ask(at, "GET", "/auth/login", { "X-Forwarded-For": "203.0.113.10" })).status,
        302,
        "somebody else is not disturbed",
      );
    });
  }
  await withService({ TRUSTED_PROXIES: "127.0.0.0/8" }, async (at) =>
    assertLimited(
      await admitted((i) => ask(at, "GET", "/auth/login", { "X-Forwarded-For": [address(i), seen] })),
      "two lines",
    ),
  );
  await withService({ TRUSTED_PROXIES: "127.0.0.0/8" }, async (at) =>
    assertLimited(
      await admitted((i) => ask(at, "GET", "/auth/login", { "X-Forwarded-For": `2001:db8:1:2::${i.toString(16)}` })),
      "addresses of one IPv6 network",
    ),
  );
});

test("one address has one allowance, over all routes, sessions and methods of evidence", async () => {
  await withService({}, async (at, service) => {
    // four of the ten
    const sessions = [await signIn(service, "ada-newcomer"), await signIn(service, "grace-returning")];
    const rest = await admitted(() => ask(at, "GET", "/auth/login"));
    assert.ok(rest.through <= rest.most, `${rest.through} of 40 came through`);
    // None is left but what trickles back meanwhile: whatever comes through beyond that has another
    // allowance.
    const began = Date.now();
    let through = 0;
    const refusal = async (attempt, what) => {
      for (;;) {
        const answer = await attempt();
        if (answer.status === 429) return answer;
        through += 1;
        const most = 1 + Math.ceil((((Date.now() - began) / 1000) * perMinute) / 60);
        assert.ok(through <= most, `${what}: ${answer.status}, and ${through} came through where ${most} may`);
      }
    };
    for (const route of table.filter(({ limit, who }) => limit !== "none" && who !== "admin")) {
      for (const cookie of [{}, ...sessions.map((Cookie) => ({ Cookie }))]) {
        const answer = await refusal(
          () => ask(at, route.method, route.path, { Host: new URL(service.url).host, Origin: service.url, ...cookie }),
          nameOf(route),
        );
        assert.ok(Number(answer.headers["retry-after"]) >= 1);
      }
    }
  });
});

test("every route that changes something, or begins a sign-in, has a limit", () => {
  for (const route of table)
    if (route.needs_evidence || route.path.startsWith("/auth/")) assert.notEqual(route.limit, "none", nameOf(route));
});

test("guesses at API tokens are refused alike, limited, and do not shut out who has one", async () => {
  const { token } = await makeToken(ground, ["read", "write", "reveal"]);
  const bearer = (text) => ({ Authorization: `Bearer ${text}` });
  assert.equal((await ask(port, "GET", "/api/v1/keys", bearer(token))).status, 200);
  const guesses = [
    "x",
    token.slice(0, -1),
    `${token}x`,
    token.slice(1),
    token.toUpperCase(),
    token.replace(/.$/, (c) => (c === "A" ? "B" : "A")),
    token.split("_").slice(0, -1).join("_"),
    `${token}\t${token}`,
    `${token},${token}`,
    `"${token}"`,
    encodeURIComponent(`${token} `),
    Buffer.from(token).toString("base64"),
    "' OR '1'='1",
    "%",
    "*",
    "null",
    "undefined",
    "\xff\xfe",
    "a".repeat(8000),
    "../../x",
    "{}",
    "Bearer",
    `Bearer ${token}`,
  ];
  const unknown = comparable(await ask(port, "GET", "/api/v1/keys", bearer("llmk_unknown")));
  for (const guess of guesses) {
    for (const path of ["/api/v1/keys", "/api/v1/nothing-here"])
      assert.equal(comparable(await ask(port, "GET", path, bearer(guess))), unknown, guess);
  }
  for (const headers of [
    { Authorization: `Basic ${Buffer.from(`x:${token}`).toString("base64")}` },
    { Authorization: `Token ${token}` },
    { Authorization: token },
    { "X-API-Key": token },
    { Cookie: `llmapikey_session=${token}` },
    { Cookie: `authorization=Bearer ${token}` },
  ]) {
    const answer = await ask(port, "GET", "/api/v1/keys", headers);
    assert.equal(answer.status, 404, JSON.stringify(headers));
  }
  assert.equal((await ask(port, "GET", `/api/v1/keys?access_token=${token}&token=${token}`)).status, 404);
  assert.equal((await ask(port, "GET", "/admin", bearer(token))).status, 404, "a token opens the API alone");
  await withService({}, async (at, service) => {
    const good = (await makeToken({ service, admin: await signIn(service, "linus-organizer") }, ["read"])).token;
    for (let i = 0; i < 20; i += 1) await ask(at, "GET", "/api/v1/keys", bearer(`llmk_guess-${i}`));
    assert.equal((await ask(at, "GET", "/api/v1/keys", bearer("llmk_another"))).status, 429);
    assert.equal((await ask(at, "GET", "/api/v1/keys", bearer(good))).status, 200);
  });
});

test("a token ends with its owner's rights, and with its revocation", async () => {
  const { token, id } = await makeToken(ground, ["read"]);
  const headers = { Authorization: `Bearer ${token}` };
  assert.equal((await ask(port, "GET", "/api/v1/keys", headers)).status, 200);
  const gone = await fetch(`${ground.service.url}/api/v1/tokens/${id}`, {
    method: "DELETE",
    headers: { cookie: ground.admin, origin: ground.service.url },
  });
  assert.equal(gone.status, 200);
  assert.equal((await ask(port, "GET", "/api/v1/keys", headers)).status, 401);
});

const methods = [
  "GET",
  "HEAD",
  "POST",
  "PUT",
  "PATCH",
  "DELETE",
  "OPTIONS",
  "TRACE",
  "PROPFIND",
  "LINK",
  "get",
  "ADMIN",
  "X",
];
test(`every admin route, by each of ${methods.length} methods, is byte for byte an unknown path`, async () => {
  const hidden = table.filter(({ who }) => who === "admin");
  assert.ok(hidden.length > 40);
  const recipient = { Cookie: await signIn(ground.service, "nosy-person") };
  const own = { Host: new URL(ground.service.url).host, Origin: ground.service.url };
  for (const headers of [
    {},
    { ...own, Accept: "application/json" },
    { ...own, ...recipient },
    { ...own, ...recipient, Accept: "application/json", "Content-Type": "application/json" },
  ]) {
    for (const method of methods) {
      const pages = comparable(await ask(port, method, "/nothing-here", headers)),
        api = comparable(await ask(port, method, "/api/v1/nothing-here", headers));
      for (const path of new Set(hidden.flatMap((route) => [pathOf(route), `${pathOf(route)}?q=a`]))) {
        const answer = comparable(await ask(port, method, path, headers));
        assert.equal(answer, path.startsWith("/api/v1/") ? api : pages, `${method} ${path}`);
        assert.match(answer, /"status":404/);
      }
    }
  }
});

test("nor do pages, robots, sitemaps, the API's document for others, or figures tell of the console", async () => {
  const recipient = { Cookie: await signIn(ground.service, "nosy-person") };
  for (const headers of [{}, recipient]) {
    for (const path of ["/", "/docs", "/dashboard", "/robots.txt", "/nothing-here", "/auth/callback?code=x"]) {
      const { text } = await ask(port, "GET", path, { ...headers, Accept: "text/html" });
      assert.doesNotMatch(text, /\/admin|linus-organizer/, path);
    }
  }
});

test("a body that is refused before the route is looked at is refused alike", async () => {
  for (const bytes of [{ "Content-Length": "1000000" }, { "Content-Length": "5, 5" }]) {
    const [known, unknown] = [
      await ask(port, "POST", "/admin/keys", bytes),
      await ask(port, "POST", "/nothing-here", bytes),
    ];
    assert.equal(comparable(known), comparable(unknown));
  }
});
