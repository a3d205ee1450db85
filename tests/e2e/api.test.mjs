// The JSON API: its document, its tokens, and every answer checked against the document. On the
// embedded database, or with LLMAPIKEY_TEST_STORE=postgres on PostgreSQL through PgBouncer.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import addFormats from "ajv-formats";
import Ajv from "ajv/dist/2020.js";
import { startPostgres } from "./support/postgres.mjs";
import { signIn, startSandbox, startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

let service, document, ajv, admin, token;
const seen = new Set();

const isEmbedded = process.env.LLMAPIKEY_TEST_STORE !== "postgres";
const startOnPostgres = async () => {
  const [upstreams, postgres] = await Promise.all([startUpstreams(), startPostgres()]);
  const folder = temporaryFolder();
  const started = await startService(upstreams, folder, {
    POSTGRES_URL: postgres.database().pooled,
    ADMIN_GITHUB_USER_IDS: "1003",
    MAX_TOTAL_KEYS: "0",
    SPENDING_POLL_SECONDS: "5",
  });
  return {
    ...started,
    stop: async () => {
      await started.stop();
      await upstreams.stop();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

before(async () => {
  service = isEmbedded
    ? await startSandbox({ RATE_LIMIT_PER_MINUTE: "0", MAX_TOTAL_KEYS: "0" })
    : await startOnPostgres();
  document = await (await fetch(`${service.url}/openapi.json`)).json();
  ajv = new Ajv({ strict: false, allErrors: true });
  addFormats(ajv);
  ajv.addSchema(document, "openapi.json");
  admin = await signIn(service, "linus-organizer");
  token = (
    await call("POST", "/tokens", {
      body: { name: "test", scopes: ["read", "write", "reveal"], expires_in_days: 1 },
      cookie: admin,
    })
  ).body.token;
});
after(() => service.stop());

const pointer = (...parts) =>
  "openapi.json#/" +
  parts.map((part) => encodeURIComponent(String(part).replaceAll("~", "~0").replaceAll("/", "~1"))).join("/");

const matches = (pattern, path) => new RegExp(`^${pattern.replace("{id}", "[^/]+")}$`).test(path);

// Sends a request and checks the answer against what the document says of it.
const call = async (method, path, { body, cookie, bearer = cookie ? undefined : token, headers = {} } = {}) => {
  const target = `/api/v1${path}`;
  const answer = await fetch(service.url + target, {
    method,
    redirect: "manual",
    body: body && JSON.stringify(body),
    headers: {
      ...(body ? { "content-type": "application/json" } : {}),
      ...(cookie ? { cookie, origin: service.url } : {}),
      ...(bearer ? { authorization: `Bearer ${bearer}` } : {}),
      ...headers,
    },
  });
  const text = await answer.text();
  const parsed = JSON.parse(text);
  const pattern =
    Object.keys(document.paths).find((each) => each === target.split("?")[0]) ??
    Object.keys(document.paths).find((each) => matches(each, target.split("?")[0]));
  const operation = document.paths[pattern]?.[method.toLowerCase()];
  if (operation) {
    const status = String(answer.status) in operation.responses ? String(answer.status) : "default";
    const type = answer.headers.get("content-type");
    const schema = operation.responses[status].content[type];
    assert.ok(schema, `${method} ${target}: ${answer.status} as ${type}: ${text}`);
    assert.ok(
      ajv.validate(
        pointer("paths", pattern, method.toLowerCase(), "responses", status, "content", type, "schema"),
        parsed,
      ),
      `${method} ${target}: ${text}: ${JSON.stringify(ajv.errors)}`,
    );
    assert.ok(
      answer.status < 400 || status === "default" || type === "application/problem+json" || parsed.status,
      text,
    );
    if (answer.status < 400) seen.add(operation.operationId);
  }
  return { status: answer.status, body: parsed, headers: answer.headers };
};

test("a validator finds no fault in the document", async () => {
  const result = await new Validator().validate(structuredClone(document));
  assert.deepEqual([result.valid, result.errors], [true, undefined]);
  assert.match(document.openapi, /^3\.1/);
});

test("recipients: replace the key, once for each wish, and give it back", async () => {
  const cookie = await signIn(service, "api-changer");
  assert.equal((await call("POST", "/me/key/rotate", { cookie })).status, 404);
  assert.equal((await call("DELETE", "/me/key", { cookie })).status, 404);
  const first = (await call("POST", "/me/key", { cookie })).body.key;
  const { id } = (await call("GET", "/me", { cookie })).body.key;
  const second = await call("POST", "/me/key/rotate", { cookie, body: { key_id: id } });
  assert.deepEqual([second.status, second.body.status], [200, "created"]);
  assert.notEqual(second.body.key, first);
  const again = await call("POST", "/me/key/rotate", { cookie, body: { key_id: id } });
  assert.deepEqual([again.body.status, again.body.key], ["exists", second.body.key]);
  assert.equal((await call("DELETE", "/me/key", { cookie, body: { key_id: id } })).status, 404, "that one is gone");
  assert.equal((await call("GET", "/me/key", { cookie })).body.key, second.body.key);
  assert.equal((await call("DELETE", "/me/key", { cookie })).body.status, "given_back");
  const after = (await call("GET", "/me", { cookie })).body;
  assert.equal(after.key, null);
  assert.equal(after.hold.until.slice(11), "00:00:00Z");
  assert.equal((await call("POST", "/me/key", { cookie })).status, 403);
  for (const [method, path] of [
    ["POST", "/me/key/rotate"],
    ["DELETE", "/me/key"],
  ])
    assert.equal(
      (await fetch(`${service.url}/api/v1${path}`, { method, headers: { cookie, origin: "https://evil.example" } }))
        .status,
      403,
    );
});

test("recipients: who am I, get a key, read it", async () => {
  const cookie = await signIn(service, "api-person");
  assert.equal((await call("GET", "/me", { cookie })).body.key, null);
  assert.equal((await call("GET", "/me/key", { cookie })).status, 404);
  const made = await call("POST", "/me/key", { cookie });
  assert.deepEqual([made.status, made.body.status], [200, "created"]);
  assert.equal((await call("GET", "/me/key", { cookie })).body.key, made.body.key);
  assert.equal((await call("GET", "/me", { cookie })).body.key.hint, made.body.key.slice(-4));
  assert.equal((await call("GET", "/me", { bearer: null })).status, 401);
  assert.equal((await call("GET", "/me", {})).status, 403, "a token is nobody's session");
});

const mint = async (id, login = `minted-${id}`) =>
  (await call("POST", "/keys", { body: { github_user_id: id, github_username: login } })).body;
const keyOf = async (id) => (await call("GET", `/accounts/${id}`)).body.key;

test("admins: mint, find, switch off and on, change the cap, reveal, revoke, lift", async () => {
  assert.equal((await mint(880001)).status, "created");
  const found = (await call("GET", "/keys?q=880001")).body;
  assert.equal(found.keys.length, 1);
  assert.equal(found.next_cursor, null);
  const { id } = found.keys[0];
  assert.deepEqual((await call("GET", `/keys/${id}`)).body, found.keys[0]);
  const { people } = (await call("GET", "/people?q=880001&sort=expires")).body;
  assert.deepEqual(
    people.map(({ github_username, state }) => [github_username, state]),
    [["minted-880001", "usable"]],
  );
  const upstream = async () =>
    (await service.ledger()).keys.find((key) => key.name.includes("gh-880001/") && !key.deleted_at);
  assert.equal(
    (await call("PATCH", `/keys/${id}`, { body: { disabled: true, reason: "quiet for now" } })).body.disabled,
    true,
  );
  assert.equal((await upstream()).disabled, true);
  assert.equal((await call("GET", "/keys?state=disabled")).body.keys[0].id, id);
  const cheaper = (await call("PATCH", `/keys/${id}`, { body: { disabled: false, daily_limit_usd: 2.5 } })).body;
  assert.deepEqual([cheaper.disabled, cheaper.daily_limit_usd, cheaper.synchronized], [false, 2.5, true]);
  assert.deepEqual([(await upstream()).disabled, (await upstream()).limit], [false, 2.5]);
  for (const body of [{}, { daily_limit_usd: 0 }, { daily_limit_usd: "x" }, { disabled: "maybe" }])
    assert.equal((await call("PATCH", `/keys/${id}`, { body })).status, 400);
  const revealed = await call("POST", `/keys/${id}/reveal`, { body: { reason: "the owner lost it" } });
  assert.equal(revealed.body.key.slice(-4), found.keys[0].hint);
  assert.equal((await call("POST", `/keys/${id}/reveal`, { body: {} })).status, 400);
  const ended = await call("POST", `/keys/${id}/revoke`, { body: { reason: "over", hold: "7d" } });
  assert.equal(ended.body.key, null);
  assert.deepEqual(
    [ended.body.ended[0].status, ended.body.ended[0].reason, ended.body.hold.reason],
    ["revoked", "over", "over"],
  );
  assert.equal(await upstream(), undefined);
  assert.equal((await mint(880001)).status, "error");
  assert.equal((await call("DELETE", "/accounts/880001/hold")).body.hold, null);
  assert.equal((await mint(880001)).status, "created");
  assert.equal(
    (await call("PUT", "/accounts/880009/hold", { body: { reason: "no", hold: "forever" } })).body.hold.until,
    null,
  );
  assert.equal((await call("POST", `/keys/${id}/revoke`, { body: { reason: "x" } })).status, 404);
  assert.equal((await call("GET", "/keys/nonsense")).status, 404);
});

test("a login that is not given is looked up at GitHub", async () => {
  assert.equal((await call("POST", "/keys", { body: { github_user_id: 1005 } })).body.status, "created");
  assert.match((await keyOf(1005)).github_username, /^a-login-name-of-thirty-nine/);
  assert.equal((await call("POST", "/keys", { body: { github_user_id: 990099 } })).status, 404);
});

test("an Idempotency-Key makes one of many equal requests", async () => {
  const headers = { "idempotency-key": "first" };
  const body = { github_user_id: 880100, github_username: "once" };
  const first = await call("POST", "/keys", { body, headers });
  const again = await call("POST", "/keys", { body, headers });
  assert.deepEqual(
    [first.body.status, again.body.status, again.headers.get("idempotency-replayed")],
    ["created", "created", "true"],
  );
  assert.equal((await call("POST", "/keys", { body: { ...body, github_user_id: 880101 }, headers })).status, 422);
  const made = await Promise.all(
    Array.from({ length: 8 }, () =>
      call("POST", "/tokens", {
        cookie: admin,
        headers: { "idempotency-key": "t" },
        body: { name: "once", scopes: ["read"], expires_in_days: 1 },
      }),
    ),
  );
  assert.ok(made.every(({ status }) => status === 201 || status === 409));
  assert.equal(
    (await call("GET", "/tokens", { cookie: admin })).body.tokens.filter((each) => each.name === "once").length,
    1,
  );
  const failed = await call("POST", "/keys", {
    body: { github_user_id: "x" },
    headers: { "idempotency-key": "second" },
  });
  assert.equal(failed.status, 400);
  assert.equal((await call("POST", "/keys", { body, headers: { "idempotency-key": "x".repeat(256) } })).status, 400);
});

test("a look at a key is checked and recorded each time, whatever its Idempotency-Key", async () => {
  const made = await call("POST", "/keys", { body: { github_user_id: 880150, github_username: "looked-at" } });
  assert.equal(made.body.status, "created");
  const { id } = await keyOf(880150);
  const reveal = () =>
    call("POST", `/keys/${id}/reveal`, { body: { reason: "support" }, headers: { "idempotency-key": "look" } });
  const looks = async () =>
    (await call("GET", "/audit?limit=1000")).body.entries.filter(
      (entry) => entry.action === "key.reveal" && entry.outcome === "done" && entry.subject.includes(id),
    ).length;
  const [first, again] = [await reveal(), await reveal()];
  assert.deepEqual(
    [first.status, again.status, again.body.key, again.headers.get("idempotency-replayed")],
    [200, 200, first.body.key, null],
  );
  assert.equal(await looks(), 2);
  assert.equal((await call("POST", `/keys/${id}/revoke`, { body: { reason: "leaked", hold: "forever" } })).status, 200);
  assert.equal((await reveal()).status, 404);
});

test("an answer with one's own key is given again only while that is the key", async () => {
  const cookie = await signIn(service, "replayer");
  const ask = (path, key) => call("POST", path, { cookie, headers: { "idempotency-key": key } });
  const made = await ask("/me/key", "mine");
  const again = await ask("/me/key", "mine");
  assert.deepEqual(
    [made.body.status, again.body.key, again.headers.get("idempotency-replayed")],
    ["created", made.body.key, "true"],
  );
  const next = await ask("/me/key/rotate", "next");
  assert.notEqual(next.body.key, made.body.key);
  assert.deepEqual(
    [(await ask("/me/key", "mine")).status, (await ask("/me/key/rotate", "next")).body.key],
    [410, next.body.key],
  );
  assert.equal((await call("DELETE", "/me/key", { cookie })).status, 200);
  assert.equal((await ask("/me/key/rotate", "next")).status, 410);
});

test("what is left empty is refused, and does not mean any", async () => {
  const cookie = await signIn(service, "leaves-it-empty");
  const made = await call("POST", "/me/key", { cookie });
  for (const key_id of ["", " ", null]) {
    for (const [method, path] of [
      ["DELETE", "/me/key"],
      ["POST", "/me/key/rotate"],
    ]) {
      const answer = await call(method, path, { cookie, body: { key_id } });
      assert.deepEqual(
        [answer.status, /key_id is empty/i.test(JSON.stringify(answer.body))],
        [400, true],
        `${method} ${path} ${JSON.stringify(key_id)}`,
      );
    }
  }
  assert.equal((await call("POST", "/me/key", { cookie })).body.key, made.body.key, "it is still there");
  for (const query of ["state=", "q=", "unused=", "q=a&state=+", "not_used_since="])
    assert.equal((await call("GET", `/keys?${query}`)).status, 400, query);
  assert.equal((await call("GET", "/webhook-deliveries?state=")).status, 400);
  assert.equal((await call("GET", "/audit?q=")).status, 400);
  assert.equal((await call("GET", "/keys?cursor=")).status, 200, "from the beginning");
  for (const body of [
    { q: "", state: "active", reason: "x" },
    { ids: [""], reason: "x" },
    { state: "active", q: "a", from: "", reason: "x" },
  ])
    assert.equal((await call("POST", "/revocations", { body })).status, 400, JSON.stringify(body));
  assert.equal((await call("POST", "/keys", { body: { github_user_id: 880190, github_username: "" } })).status, 400);
});

test("an answer with a token or a webhook's secret is given again only while that is good, and recorded", async () => {
  const ask = (path, key, body) => call("POST", path, { cookie: admin, body, headers: { "idempotency-key": key } });
  const shown = async (action, id) =>
    (await call("GET", "/audit?limit=1000")).body.entries.filter(
      (entry) => entry.action === action && entry.outcome === "done" && entry.subject.includes(id),
    ).length;
  const token = () => ask("/tokens", "a-token", { name: "again", scopes: ["read"], expires_in_days: 1 });
  const made = await token();
  assert.deepEqual([made.status, (await token()).body.token], [201, made.body.token]);
  assert.equal(await shown("token.reveal", made.body.id), 1);
  assert.equal((await call("DELETE", `/tokens/${made.body.id}`, { cookie: admin })).status, 200);
  const gone = await token();
  assert.deepEqual([gone.status, gone.body.token, await shown("token.reveal", made.body.id)], [410, undefined, 1]);

  const add = () => ask("/webhooks", "a-hook", { url: "http://127.0.0.1:9/again", events: [] });
  const hook = await add();
  assert.deepEqual([hook.status, (await add()).body.secret], [201, hook.body.secret]);
  assert.equal(await shown("webhook.reveal", hook.body.id), 1);
  const rotate = (key) => ask(`/webhooks/${hook.body.id}/secret`, key, {});
  const next = await rotate("next-secret");
  assert.deepEqual(
    [next.status, (await add()).status, (await rotate("next-secret")).body.secret],
    [200, 410, next.body.secret],
    "the first secret is a former one",
  );
  assert.equal(await shown("webhook.reveal", hook.body.id), 2);
  assert.equal((await call("DELETE", `/webhooks/${hook.body.id}`, { cookie: admin })).status, 200);
  assert.equal((await rotate("next-secret")).status, 410);
});

test("tokens: scopes, expiry, revocation, and nothing but a hash is kept", async () => {
  const make = async (scopes) =>
    (await call("POST", "/tokens", { cookie: admin, body: { name: "narrow", scopes, expires_in_days: 1 } })).body;
  const reader = await make(["read"]);
  assert.equal((await call("GET", "/keys", { bearer: reader.token })).status, 200);
  assert.equal(
    (await call("POST", "/keys", { bearer: reader.token, body: { github_user_id: 1, github_username: "x" } })).status,
    403,
  );
  assert.equal((await call("GET", "/tokens", { bearer: reader.token })).status, 403);
  const writer = await make(["write"]);
  assert.equal((await call("GET", "/keys", { bearer: writer.token })).status, 403);
  const { id } = await keyOf(880100);
  assert.equal((await call("POST", `/keys/${id}/reveal`, { bearer: writer.token, body: { reason: "x" } })).status, 403);
  assert.equal((await call("DELETE", `/tokens/${reader.id}`, { cookie: admin })).status, 200);
  assert.equal((await call("GET", "/keys", { bearer: reader.token })).status, 401);
  assert.equal((await call("DELETE", `/tokens/${reader.id}`, { cookie: admin })).status, 404);
  for (const bearer of ["llmk_", "x", "llmk_" + "a".repeat(43)]) {
    const refused = await call("GET", "/keys", { bearer });
    assert.deepEqual([refused.status, refused.headers.get("www-authenticate")], [401, "Bearer"]);
    assert.equal(
      (await call("GET", "/nothing-here", { bearer })).status,
      401,
      "which paths there are is not told either",
    );
  }
  assert.equal(
    (await call("POST", "/tokens", { cookie: admin, body: { name: "x", scopes: ["everything"], expires_in_days: 1 } }))
      .status,
    400,
  );
  const listed = JSON.stringify((await call("GET", "/tokens", { cookie: admin })).body);
  assert.ok(!listed.includes(reader.token));
});

test("to everybody else the admins' paths do not exist", async () => {
  const cookie = await signIn(service, "api-nobody");
  const unknown = await (await fetch(`${service.url}/api/v1/nothing-here`, { headers: { cookie } })).json();
  for (const [path, item] of Object.entries(document.paths)) {
    if (path.startsWith("/api/v1/me")) continue;
    for (const method of Object.keys(item).filter((each) => each !== "parameters")) {
      for (const headers of [{}, { cookie, origin: service.url }]) {
        const answer = await fetch(service.url + path.replace("{id}", "1002"), {
          method: method.toUpperCase(),
          headers,
        });
        assert.equal(answer.status, 404, `${method} ${path}`);
        assert.deepEqual({ ...(await answer.json()), request_id: "" }, { ...unknown, request_id: "" });
      }
    }
  }
});

test("pages of keys and of the audit log, each thing once", async () => {
  const seenKeys = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = (await call("GET", `/keys?limit=2${cursor && `&cursor=${cursor}`}`)).body;
    seenKeys.push(...page.keys.map((key) => key.id));
    cursor = page.next_cursor;
  }
  assert.equal(new Set(seenKeys).size, seenKeys.length);
  const entries = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = (await call("GET", `/audit?limit=7${cursor && `&cursor=${cursor}`}`)).body;
    entries.push(...page.entries.map((entry) => entry.sequence));
    cursor = page.next_cursor;
  }
  assert.deepEqual(
    entries,
    Array.from(entries, (_, i) => i + 1),
  );
  assert.ok(
    (await call("GET", "/audit?limit=1000")).body.entries.some((entry) => /^github:1003 token:/.test(entry.actor)),
  );
  for (const path of [
    "/keys?limit=0",
    "/keys?cursor=x",
    "/keys?state=x",
    "/keys?sort=x",
    "/keys?from=yesterday",
    "/keys?expires_within=x",
    "/audit?cursor=x",
  ])
    assert.equal((await call("GET", path)).status, 400, path);
});

test("a bulk revocation by ids and by filter, followed to its end", async () => {
  for (let i = 0; i < 6; i += 1) await mint(881000 + i, `bulk-${i}`);
  const ids = [(await keyOf(881000)).id, (await keyOf(881001)).id];
  const finished = async (request) => {
    const begun = await call("POST", "/revocations", { body: request });
    assert.equal(begun.status, 201, JSON.stringify(begun.body));
    return until("the bulk revocation is done", async () => {
      const { body } = await call("GET", `/revocations/${begun.body.id}`);
      return body.state === "done" && body;
    });
  };
  assert.equal((await finished({ ids, reason: "two of them", hold: "none" })).total, 2);
  assert.equal((await finished({ q: "bulk-", reason: "the rest", hold: "forever" })).total, 4);
  assert.equal((await call("GET", "/keys?q=bulk-")).body.keys.length, 0);
  assert.equal((await call("GET", "/accounts/881005")).body.hold.reason, "the rest");
  assert.equal((await call("GET", "/accounts/881000")).body.hold, null);
  assert.equal((await call("GET", "/revocations")).body.revocations.length, 2);
  await mint(881010, "bulk-kept");
  const { id } = (await call("POST", "/revocations", { body: { q: "bulk-kept", reason: "by mistake" } })).body;
  const stopped = await call("POST", `/revocations/${id}/stop`);
  assert.deepEqual([stopped.status, stopped.body.total, stopped.body.stopped_by === ""], [200, 0, false]);
  assert.equal((await keyOf(881010)).status, "active");
  assert.deepEqual((await call("POST", "/keys/search", { body: { key: `sk-or-v1-${"0".repeat(64)}` } })).body, {
    key: null,
    perhaps_ended: [],
  });
  assert.equal((await call("GET", "/keys?state=ended&q=bulk-")).body.keys.length, 6);
  for (const body of [
    { reason: "nothing named" },
    { sort: "newest", reason: "an order names nothing" },
    { ids: ["x"], reason: "x" },
    { q: "x" },
    { q: "x", state: "revoking", reason: "x" },
  ])
    assert.equal((await call("POST", "/revocations", { body })).status, 400, JSON.stringify(body));
  assert.equal((await call("GET", "/revocations/none")).status, 404);
  // A condition that cannot be read must not make the rest mean more.
  const form = await fetch(`${service.url}/api/v1/revocations`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/x-www-form-urlencoded" },
    body: "q=%ff&state=active&reason=x",
  });
  assert.equal(form.status, 400);
  assert.equal(
    (await call("POST", "/revocations", { body: { q: "\u0000", state: "active", reason: "x" } })).status,
    400,
  );
});

test("figures", async () => {
  await mint(1004, "alan-at-the-limit");
  const spender = (await service.ledger()).keys.find((key) => key.name.includes("gh-1004/"));
  await fetch(`${service.openrouter_url.replace("/api/v1", "")}/sandbox/spend`, {
    method: "POST",
    body: JSON.stringify({ hash: spender.hash, usd: 0.5 }),
  });
  await until("it is known", async () => (await keyOf(1004)).spent_usd > 0, 60_000);
  // Taken every half minute at the most often, perhaps a moment before what was spent is known.
  const overview = await until(
    "the figures are taken, with what was spent",
    async () => {
      const { body } = await call("GET", "/overview");
      return body.figures_at && body.credits_left_usd !== null && body.usable >= 3 && body.spent_today_usd > 0 && body;
    },
    90_000,
    100,
  );
  assert.ok(overview.exposure_per_day_usd > 0 && overview.exposure_until_expiry_usd > overview.exposure_per_day_usd);
  assert.equal(overview.days.length, 30);
  assert.ok(overview.days[29].issued >= 3);
  const most = (await call("GET", "/keys?sort=spent&limit=1")).body.keys[0];
  assert.equal(most.github_username, "alan-at-the-limit");
});

test("webhooks by the API", async () => {
  const made = (await call("POST", "/webhooks", { body: { url: "http://127.0.0.1:9/hook", events: ["key.issued"] } }))
    .body;
  assert.match(made.secret, /^whsec_/);
  assert.ok(!JSON.stringify((await call("GET", "/webhooks")).body).includes(made.secret));
  assert.equal((await call("POST", `/webhooks/${made.id}/test`)).status, 202);
  const delivery = await until("it was tried", async () => {
    const { body } = await call("GET", "/webhook-deliveries?state=waiting");
    return body.deliveries.find((each) => each.attempts > 0);
  });
  assert.match(delivery.problem, /no answer/);
  const shown = await until("its trouble is shown", async () => {
    const { body } = await call("GET", "/webhooks");
    return body.webhooks.find(({ id, failures }) => id === made.id && failures > 0);
  });
  assert.ok(shown.failing_since);
  const rotated = await call("POST", `/webhooks/${made.id}/secret`, { body: { former_secret_hours: 2 } });
  assert.ok(rotated.body.secret !== made.secret && rotated.body.former_secret_until);
  assert.equal((await call("POST", `/webhooks/${made.id}/secret`, { body: { former_secret_hours: "x" } })).status, 400);
  const receiver = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.end());
  });
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
  const heard = (
    await call("POST", "/webhooks", {
      body: { url: `http://127.0.0.1:${receiver.address().port}/`, events: ["key.issued"] },
    })
  ).body;
  assert.equal((await call("POST", `/webhooks/${heard.id}/test`)).status, 202);
  const sent = await until("it is delivered", async () => {
    const { body } = await call("GET", "/webhook-deliveries?state=delivered");
    return body.deliveries.find(({ endpoint_id }) => endpoint_id === heard.id);
  });
  assert.equal((await call("POST", `/webhook-deliveries/${sent.id}/resend`)).status, 202);
  receiver.close();
  receiver.closeAllConnections();
  for (const { id } of [made, heard]) assert.equal((await call("DELETE", `/webhooks/${id}`)).status, 200);
  assert.ok(
    (await call("GET", "/webhook-deliveries")).body.deliveries.every(
      ({ endpoint_id }) => ![made.id, heard.id].includes(endpoint_id),
    ),
    "its messages go with it",
  );
  for (const body of [{ url: "ftp://x" }, { url: "https://x", events: ["nothing"] }, {}])
    assert.equal((await call("POST", "/webhooks", { body })).status, 400);
  assert.equal((await call("GET", "/webhook-deliveries?state=x")).status, 400);
});

test("settings: what is set wins over the environment, and null goes back", async () => {
  const before_ = (await call("GET", "/settings")).body;
  assert.equal(before_.seats.overridden, false);
  const changed = await call("PATCH", "/settings", { body: { seats: 444, organizer_name: "" } });
  assert.equal(changed.status, 200);
  assert.deepEqual([changed.body.seats.value, changed.body.seats.environment], [444, before_.seats.value]);
  assert.match(changed.body.seats.changed_by, /^github:1003 token:/);
  for (const body of [{ seats: -1 }, { seats: "many" }, { seat: 1 }, { event_name: "" }, { daily_limit_usd: 0 }])
    assert.equal((await call("PATCH", "/settings", { body })).status, 400, JSON.stringify(body));
  const back = (await call("PATCH", "/settings", { body: { seats: null, organizer_name: null } })).body;
  assert.deepEqual([back.seats.value, back.seats.overridden], [before_.seats.value, false]);
});

test("a bulk change by ids and by filter, followed to its end", async () => {
  for (let i = 0; i < 3; i += 1) await mint(883000 + i, `changing-${i}`);
  const finished = async (body) => {
    const begun = await call("POST", "/changes", { body });
    assert.equal(begun.status, 201, JSON.stringify(begun.body));
    return until(
      "the bulk change is done",
      async () => {
        const change = (await call("GET", `/changes/${begun.body.id}`)).body;
        return change.state === "done" && change;
      },
      60_000,
      100,
    );
  };
  const ids = [(await keyOf(883000)).id, (await keyOf(883001)).id];
  assert.equal((await finished({ act: "disable", ids, reason: "two of them" })).done, 2);
  const capped = await finished({ act: "cap", daily_limit_usd: 3.5, q: "changing-", reason: "all of them" });
  assert.deepEqual([capped.done, capped.daily_limit_usd], [3, 3.5]);
  const again = await finished({ act: "disable", ids, reason: "once more" });
  assert.deepEqual([again.done, again.skipped, again.left_keys.length], [0, 2, 2]);
  assert.equal((await keyOf(883002)).daily_limit_usd, 3.5);
  const { id } = (await call("POST", "/changes", { body: { act: "enable", q: "changing-", reason: "x" } })).body;
  assert.equal((await call("POST", `/changes/${id}/stop`)).status, 200);
  assert.equal((await call("POST", `/changes/${capped.id}/retry`)).status, 409, "no key has failed");
  assert.equal((await call("GET", "/changes")).body.changes.length, 4);
});

test("every operation of the document has been seen to succeed", () => {
  const all = Object.values(document.paths).flatMap((item) =>
    Object.entries(item)
      .filter(([name]) => name !== "parameters")
      .map(([, operation]) => operation.operationId),
  );
  // A key fails after minutes only: tests/attack/routes.test.mjs sees that it is tried again.
  assert.deepEqual(
    all.filter((id) => !seen.has(id)),
    ["retryBulkChange"],
  );
});
