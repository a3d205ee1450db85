// What fault tests rely on in the simulated OpenRouter: guardrails, activity, faults, outages, a
// clock, and 100,000 keys.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import http from "node:http";
import { after, beforeEach, before, test } from "node:test";
import { OpenRouter } from "@openrouter/sdk";
import { startSandbox, startUpstreams, until } from "./support/service.mjs";

let upstreams, admin, root;
before(async () => {
  upstreams = await startUpstreams();
  root = upstreams.openrouter_url.replace("/api/v1", "");
  admin = new OpenRouter({
    apiKey: upstreams.management_key,
    serverURL: upstreams.openrouter_url,
    retryConfig: { strategy: "none" },
  });
});
after(() => upstreams.stop());
beforeEach(async () => {
  await upstreams.clearFaults();
  await upstreams.outage("off");
  await upstreams.setClock(0);
});

const day = 86_400;
// The look-alike's clock at noon, today or so many days from now: no test is to meet midnight.
// Whole seconds, rounded up: a moment before noon is another hour.
const begun = Date.now();
const noon = (days = 0) => upstreams.setClock(Math.ceil(day / 2 - ((begun / 1000) % day)) + days * day);
const dateOf = (days) => new Date(begun + days * day * 1000).toISOString().slice(0, 10);
const unknownHash = "0".repeat(64);
const otherWorkspace = "11111111-1111-4111-8111-111111111111";
const post = (url, body, key = upstreams.management_key, rest = {}) =>
  fetch(url, { method: "POST", body: JSON.stringify(body), headers: { authorization: `Bearer ${key}` }, ...rest });
const api = (path, body, method = body ? "POST" : "GET", key = upstreams.management_key) =>
  fetch(`${upstreams.openrouter_url}${path}`, {
    method,
    body: body && JSON.stringify(body),
    headers: { authorization: `Bearer ${key}` },
  });
const apiJson = async (...args) => (await api(...args)).json();
const control = (path, body) => post(`${root}/sandbox/${path}`, body);
const makeKey = async (name, rest = {}) => apiJson("/keys", { name, ...rest });
const makeGuardrail = async (wish) => (await admin.guardrails.create({ createGuardrailRequest: wish })).data;
const assign = (id, keyHashes) => admin.guardrails.bulkAssignKeys({ id, bulkAssignKeysRequest: { keyHashes } });
const unassign = (id, keyHashes) => admin.guardrails.bulkUnassignKeys({ id, bulkUnassignKeysRequest: { keyHashes } });
const chat = (key, model, rest = {}) =>
  api("/chat/completions", { model, messages: [{ role: "user", content: "x" }], ...rest }, "POST", key);
const rowsOf = async (pages) => {
  const rows = [];
  for await (const page of pages) rows.push(...page.result.data);
  return rows;
};
const guardrailOf = async (hash) => (await upstreams.ledger()).keys.find((key) => key.hash === hash).guardrail_id;

test("guardrails are made, listed, read, changed and deleted with the official client", async () => {
  const made = await makeGuardrail({
    name: "course",
    allowedModels: ["openai/gpt-4o-mini", "mistralai/mistral-small"],
    limitUsd: 5,
    resetInterval: "daily",
  });
  assert.deepEqual(
    made.allowedModels,
    ["openai/gpt-4o-mini-2024-07-18", "mistralai/mistral-small"],
    "slugs go in, canonical slugs come out",
  );
  assert.equal(made.updatedAt, null);
  const listed = await rowsOf(await admin.guardrails.list());
  assert.deepEqual(
    listed.map((each) => each.id),
    [upstreams.guardrail_id, made.id],
  );
  assert.equal(listed[0].allowedModels.length, 2, "the one that is there from the start");
  const changed = await admin.guardrails.update({
    id: made.id,
    updateGuardrailRequest: { allowedModels: null, description: "for all" },
  });
  assert.equal(changed.data.allowedModels, null);
  assert.equal(changed.data.limitUsd, 5, "what is not named stays");
  const read = await admin.guardrails.get({ id: made.id });
  assert.equal(read.data.description, "for all");
  assert.ok(read.data.updatedAt);
  assert.equal((await admin.guardrails.delete({ id: made.id })).deleted, true);
  await assert.rejects(admin.guardrails.get({ id: made.id }), (error) => error.statusCode === 404);
  assert.equal((await apiJson("/guardrails?limit=1&offset=1")).total_count, 1);
});

test("a guardrail that makes no sense is refused and changes nothing", async () => {
  const wrong = [
    {},
    { name: "" },
    { name: null },
    { name: "x".repeat(201) },
    { name: "x", description: "x".repeat(1001) },
    { name: "x", allowed_models: [] },
    { name: "x", allowed_models: "openai/gpt-4o" },
    { name: "x", ignored_providers: [1] },
    { name: "x", limit_usd: 5 },
    { name: "x", reset_interval: "daily" },
    { name: "x", limit_usd: 5, reset_interval: "yearly" },
    { name: "x", limit_usd: -1, reset_interval: "daily" },
    { name: "x", enforce_zdr_openai: "yes" },
    { name: "x", allowed_data_regions: [] },
    { name: "x", allowed_data_regions: ["moon"] },
    { name: "x", include_byok_in_budgets: null },
    { name: "x", workspace_id: "default" },
  ];
  for (const wish of wrong) assert.equal((await api("/guardrails", wish)).status, 400, JSON.stringify(wish));
  const before_ = await apiJson("/guardrails");
  for (const wish of [{ allowed_models: [] }, { limit_usd: 5 }, { name: "" }])
    assert.equal((await api(`/guardrails/${upstreams.guardrail_id}`, wish, "PATCH")).status, 400);
  assert.deepEqual(await apiJson("/guardrails"), before_);
  assert.equal((await api("/guardrails?limit=101")).status, 400);
  assert.equal((await api("/guardrails", { name: "x" }, "PUT")).status, 405);
  assert.equal((await api("/guardrails/", null, "GET", (await makeKey("ordinary")).key)).status, 403);
  assert.equal((await fetch(`${upstreams.openrouter_url}/guardrails`)).status, 401);
});

test("assignment counts the keys that it knows, and a key is under one guardrail at most", async () => {
  const [one, two, elsewhere] = [
    await makeKey("one"),
    await makeKey("two"),
    await makeKey("elsewhere", { workspace_id: otherWorkspace }),
  ];
  const [first, second] = [await makeGuardrail({ name: "first" }), await makeGuardrail({ name: "second" })];
  assert.equal(await guardrailOf(one.data.hash), null);
  assert.equal((await assign(first.id, [one.data.hash, two.data.hash, unknownHash, one.data.hash])).assignedCount, 2);
  assert.equal(await guardrailOf(one.data.hash), first.id);
  assert.equal((await assign(second.id, [one.data.hash])).assignedCount, 1);
  assert.equal(await guardrailOf(one.data.hash), second.id);
  assert.deepEqual(
    (await rowsOf(await admin.guardrails.listGuardrailKeyAssignments({ id: first.id }))).map((row) => row.keyHash),
    [two.data.hash],
  );
  const rows = await rowsOf(await admin.guardrails.listKeyAssignments());
  assert.deepEqual(
    rows.map((row) => [row.guardrailId, row.keyHash, row.keyName]),
    [
      [first.id, two.data.hash, "two"],
      [second.id, one.data.hash, "one"],
    ],
  );
  await assert.rejects(assign(first.id, [one.data.hash, elsewhere.data.hash]), (error) => error.statusCode === 400);
  assert.equal(await guardrailOf(one.data.hash), second.id, "nothing of a refused assignment takes effect");
  for (const body of [{}, { key_hashes: [] }, { key_hashes: [1] }, { key_hashes: unknownHash }]) {
    assert.equal((await api(`/guardrails/${first.id}/assignments/keys`, body)).status, 400);
    assert.equal((await api(`/guardrails/${first.id}/assignments/keys/remove`, body)).status, 400);
  }
  assert.equal(
    (await api(`/guardrails/${otherWorkspace}/assignments/keys`, { key_hashes: [one.data.hash] })).status,
    404,
  );
  assert.equal(
    (await unassign(second.id, [one.data.hash, two.data.hash, unknownHash])).unassignedCount,
    1,
    "only what is under this one",
  );
  assert.equal(await guardrailOf(one.data.hash), null);
  assert.equal(await guardrailOf(two.data.hash), first.id);
});

test("rows of deleted keys are left out after paging, and a deleted guardrail frees its keys", async () => {
  const guardrail = await makeGuardrail({ name: "short pages", allowedModels: ["openai/gpt-4o"] });
  const { hashes } = await upstreams.seedKeys({ name: "row {}", count: 5, hashes: true });
  assert.equal((await assign(guardrail.id, hashes)).assignedCount, 5);
  await api(`/keys/${hashes[1]}`, null, "DELETE");
  const page = async (offset) => {
    const { data, total_count } = await apiJson(
      `/guardrails/${guardrail.id}/assignments/keys?limit=2&offset=${offset}`,
    );
    return [data.map((row) => row.key_hash), total_count];
  };
  assert.deepEqual(
    [await page(0), await page(2), await page(4)],
    [
      [[hashes[0]], 5],
      [[hashes[2], hashes[3]], 5],
      [[hashes[4]], 5],
    ],
  );
  assert.equal((await assign(guardrail.id, [hashes[1]])).assignedCount, 0, "a deleted key is an unknown one");
  const own = await makeKey("freed");
  await assign(guardrail.id, [own.data.hash]);
  assert.equal((await chat(own.key, "mistralai/mistral-small")).status, 403);
  await admin.guardrails.delete({ id: guardrail.id });
  assert.equal((await chat(own.key, "mistralai/mistral-small")).status, 200);
  assert.equal(await guardrailOf(own.data.hash), null);
});

test("a guardrail keeps a key to its models, and says why", async () => {
  const made = await makeKey("kept");
  assert.equal((await assign(upstreams.guardrail_id, [made.data.hash])).assignedCount, 1);
  const refused = await chat(made.key, "openai/gpt-4o");
  assert.equal(refused.status, 403);
  assert.match(
    (await refused.json()).error.message,
    /openai\/gpt-4o is not allowed by guardrail "Sandbox: two models"/,
  );
  for (const name of ["openai/gpt-4o-mini", "openai/gpt-4o-mini-2024-07-18"])
    assert.equal((await chat(made.key, name)).status, 200, name);
  const modelsOf = async (key) => {
    const ids = [];
    for await (const page of await admin.models.listForUser({ bearer: key }))
      ids.push(...page.result.data.map((model) => model.id));
    return ids;
  };
  assert.deepEqual(await modelsOf(made.key), ["openai/gpt-4o-mini", "sandbox/expensive"]);
  assert.equal((await modelsOf((await makeKey("free")).key)).length, 10);
  assert.equal((await apiJson("/models?offset=8&limit=5")).data.length, 2);
  for (const key of ["sk-or-v1-unknown", upstreams.management_key])
    assert.equal((await api("/models/user", null, "GET", key)).status, 401);

  for (const [wish, allowed, forbidden] of [
    [{ ignored_models: ["openai/gpt-4o"] }, "openai/gpt-4o-mini", "openai/gpt-4o"],
    [{ allowed_providers: ["anthropic"] }, "anthropic/claude-sonnet-4", "openai/gpt-4o"],
    [{ ignored_providers: ["openai"] }, "anthropic/claude-sonnet-4", "openai/gpt-4o"],
  ]) {
    const { data } = await apiJson("/guardrails", { name: JSON.stringify(wish), ...wish });
    await assign(data.id, [made.data.hash]);
    assert.equal((await chat(made.key, allowed)).status, 200, JSON.stringify(wish));
    assert.equal((await chat(made.key, forbidden)).status, 403, JSON.stringify(wish));
  }
});

test("a guardrail's budget counts for each key of it, and begins anew with its interval", async () => {
  const guardrail = await makeGuardrail({ name: "budget", limitUsd: 1, resetInterval: "daily" });
  const [one, two] = [await makeKey("spender"), await makeKey("saver")];
  await assign(guardrail.id, [one.data.hash, two.data.hash]);
  await noon();
  assert.equal((await chat(one.key, "sandbox/expensive")).status, 200);
  const refused = await chat(one.key, "openai/gpt-4o-mini");
  assert.equal(refused.status, 403);
  assert.match((await refused.json()).error.message, /budget exceeded \(daily/);
  assert.equal((await chat(two.key, "openai/gpt-4o-mini")).status, 200);
  await noon(1);
  assert.equal((await chat(one.key, "openai/gpt-4o-mini")).status, 200);
});

// From the release notes of OpenRouter's Python client 1.3.26: last_used_at on every key object.
test("a key object says when the key was last used, and what providers' own keys have paid", async () => {
  const made = await makeKey("used", { limit: 10, limit_reset: "daily", include_byok_in_limit: true });
  assert.equal(made.data.last_used_at, null, "the answer to the create has it");
  const {
    data: [listed],
  } = await apiJson("/keys");
  assert.equal(listed.last_used_at, null);
  assert.equal((await chat(made.key, "openai/gpt-4o-mini")).status, 200);
  const used = (await apiJson(`/keys/${made.data.hash}`)).data;
  assert.ok(Math.abs(Date.parse(used.last_used_at) - Date.now()) < 60_000, used.last_used_at);
  await control("spend", { hash: made.data.hash, usd: 4, byok: true });
  const paid = (await apiJson(`/keys/${made.data.hash}`, { name: "still" }, "PATCH")).data;
  assert.deepEqual(
    [paid.byok_usage, paid.byok_usage_daily, paid.byok_usage_weekly, paid.byok_usage_monthly],
    [4, 4, 4, 4],
  );
  assert.ok(paid.usage < 1 && paid.limit_remaining < 6, "it counts towards the cap, and not as OpenRouter's own");
  const without = await makeKey("byok is free", { limit: 10, limit_reset: "daily", include_byok_in_limit: false });
  assert.equal(
    (await (await control("spend", { hash: without.data.hash, usd: 4, byok: true })).json()).data.limit_remaining,
    10,
  );
});

// From OpenRouter's pages "limits" and "guardrail policies", and developersdigest.tech's list of
// OpenRouter's errors.
test("each refusal of a chat completion has its status, and names its limit where it is told to", async (t) => {
  t.after(() => control("chat", {}));
  const { key } = await makeKey("refused", { limit: 10, limit_reset: "daily" });
  const causes = {
    no_credits: [402, null],
    in_flight_budget: [402, "openrouter_in_flight_budget"],
    too_heavy: [402, "openrouter_in_flight_budget"],
    key_limit: [403, "openrouter_key_limit"],
    workspace_budget: [403, "openrouter_workspace_budget"],
    guardrail_budget: [403, "openrouter_guardrail_budget"],
    moderation: [403, undefined],
    model_not_allowed: [403, null],
    no_endpoints: [404, null],
    rate_limited: [429, undefined],
  };
  for (const [cause, [status, source]] of Object.entries(causes)) {
    await control("chat", { cause, times: 1 });
    const answer = await chat(key, "openai/gpt-4o-mini");
    const { error } = await answer.json();
    assert.deepEqual([answer.status, error.code], [status, status], cause);
    assert.equal(error.metadata?.limit_source ?? null, source ?? null, cause);
    assert.equal(answer.headers.has("retry-after"), ["in_flight_budget", "rate_limited"].includes(cause), cause);
    await control("chat", { cause, times: 1, is_structured: false });
    assert.equal((await (await chat(key, "openai/gpt-4o-mini")).json()).error.metadata?.limit_source, undefined, cause);
  }
  assert.equal((await chat(key, "openai/gpt-4o-mini")).status, 200, "only as often as asked");
  assert.equal((await control("chat", { cause: "nonsense" })).status, 400);
  for (const [cause, reason] of [
    ["length", "length"],
    ["content_filter", "content_filter"],
    ["refusal", "stop"],
  ]) {
    await control("chat", { cause, times: 1 });
    const {
      choices: [choice],
    } = await (await chat(key, "openai/gpt-4o-mini")).json();
    assert.deepEqual(
      [choice.finish_reason, choice.message.content, choice.message.refusal !== undefined],
      [reason, "", cause === "refusal"],
    );
  }
});

// From OpenRouter's API reference, "get an API key policy assignment".
test("what applies to a key is told by type of policy", async () => {
  const made = await makeKey("under policies");
  const {
    data: { workspace_id: workspace },
  } = made;
  const of = (type, hash = made.data.hash) =>
    api(`/guardrails/policies/assignments/api-keys/${hash}?workspace_id=${workspace}&policy_type=${type}`);
  const none = { opted_out: false, policy_ids: [], workspace_default_policy_ids: [] };
  assert.deepEqual((await (await of("budget")).json()).data, none);
  const both = await makeGuardrail({
    name: "both",
    allowedModels: ["openai/gpt-4o-mini"],
    limitUsd: 5,
    resetInterval: "daily",
  });
  await assign(both.id, [made.data.hash]);
  for (const type of ["budget", "model_availability"])
    assert.deepEqual((await (await of(type)).json()).data, { ...none, policy_ids: [both.id] });
  assert.deepEqual((await (await of("moderation")).json()).data, none);
  assert.deepEqual([(await of("budget", unknownHash)).status, (await of("rate_limit")).status], [404, 400]);
});

// From OpenRouter's documents of guardrail policies: keys that are read-only, or bound to a
// workspace.
test("a management key that may not do something is answered with 403, and nothing happens", async (t) => {
  t.after(() => control("management", {}));
  const here = await makeKey("here"),
    elsewhere = await makeKey("elsewhere", { workspace_id: otherWorkspace });
  await control("management", { is_read_only: true });
  assert.equal((await api(`/keys/${here.data.hash}`)).status, 200);
  for (const [path, body, method] of [
    ["/keys", { name: "x" }],
    [`/keys/${here.data.hash}`, { disabled: true }, "PATCH"],
    [`/keys/${here.data.hash}`, undefined, "DELETE"],
    ["/guardrails", { name: "x" }],
  ]) {
    const answer = await api(path, body, method);
    assert.deepEqual(
      [answer.status, (await answer.json()).error.message],
      [403, "This operation requires a management key with write access"],
      path,
    );
  }
  await control("management", { workspace_id: otherWorkspace });
  for (const method of ["GET", "DELETE"])
    assert.equal((await api(`/keys/${here.data.hash}`, undefined, method)).status, 403);
  assert.equal((await api(`/keys?workspace_id=${here.data.workspace_id}`)).status, 403);
  const listed = (await apiJson("/keys")).data;
  assert.ok(
    listed.some((each) => each.hash === elsewhere.data.hash) &&
      listed.every((each) => each.workspace_id === otherWorkspace),
    "its own workspace is the default",
  );
  assert.equal((await makeKey("bound")).data.workspace_id, otherWorkspace);
  await control("management", {});
  assert.equal((await apiJson(`/keys/${here.data.hash}`)).data.disabled, false);
});

test("activity has what was spent on completed days, by model, also of deleted keys", async () => {
  const [one, two] = [await makeKey("active"), await makeKey("active elsewhere", { workspace_id: otherWorkspace })];
  const of = async (query) => (await admin.analytics.getUserActivity(query)).data;
  for (const [days, key, model, times] of [
    [-40, one, "openai/gpt-4o", 1],
    [-2, one, "openai/gpt-4o", 2],
    [-1, one, "openai/gpt-4o", 1],
    [-1, one, "sandbox/expensive", 3],
    [-1, two, "sandbox/expensive", 1],
    [0, one, "openai/gpt-4o", 1],
  ]) {
    await noon(days);
    for (let i = 0; i < times; i += 1) assert.equal((await chat(key.key, model)).status, 200);
  }
  await upstreams.spend(one.data.hash, 7, { model: "qwen/qwen-2.5-72b-instruct" });
  const rows = await of({ apiKeyHash: one.data.hash });
  assert.deepEqual(
    rows.map((row) => [row.date, row.model, row.requests]),
    [
      [dateOf(-1), "sandbox/expensive", 3],
      [dateOf(-1), "openai/gpt-4o", 1],
      [dateOf(-2), "openai/gpt-4o", 2],
    ],
    "neither today nor what is older than 30 days",
  );
  assert.equal(rows[0].usage, 3);
  assert.equal(rows[1].modelPermaslug, "openai/gpt-4o-2024-11-20");
  assert.ok(rows[1].promptTokens > 0 && rows[1].completionTokens > 0);
  assert.match(rows[0].endpointId, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
  const expensive = (list) =>
    list.filter((row) => row.model === "sandbox/expensive").map((row) => [row.requests, row.workspaceId]);
  assert.deepEqual(expensive(await of({ date: dateOf(-1) })), [[4, undefined]], "all keys together");
  assert.deepEqual(
    expensive(await of({ date: dateOf(-1), groupBy: "workspace" })).sort(),
    [
      [1, otherWorkspace],
      [3, one.data.workspace_id],
    ].sort(),
  );
  assert.deepEqual(expensive(await of({ workspaceId: otherWorkspace })), [[1, undefined]]);
  assert.deepEqual(await of({ userId: "user_nobody" }), []);
  await api(`/keys/${one.data.hash}`, null, "DELETE");
  assert.equal((await of({ apiKeyHash: one.data.hash })).length, 3);
  await noon(1);
  assert.equal((await of({ apiKeyHash: one.data.hash, date: dateOf(0) })).length, 2, "today is completed tomorrow");
  await noon();
  for (const query of [
    "date=yesterday",
    `date=${dateOf(0)}`,
    `date=${dateOf(-31)}`,
    "date=2026-1-1",
    "group_by=model",
    "workspace_id=default",
  ]) {
    assert.equal((await api(`/activity?${query}`)).status, 400, query);
  }
  assert.equal((await api("/activity", null, "GET", two.key)).status, 403);
});

test("the clock moves all that the look-alike says, and its windows, forth and back", async () => {
  const skewOf = async (response) =>
    Math.floor((Date.parse(response.headers.get("date")) - Date.now() + 3600_000) / 1000 / day);
  assert.equal((await upstreams.setClock(3 * day)).skew_seconds, 3 * day);
  assert.equal(await skewOf(await fetch(`${upstreams.openrouter_url}/models`)), 3);
  assert.equal(await skewOf(await fetch(`${root}/sandbox/clock`)), 0, "control is not of that world");
  await noon(3);
  const clock = await (await fetch(`${root}/sandbox/clock`)).json();
  assert.ok(clock.now.startsWith(`${dateOf(3)}T12:`), clock.now);
  const made = await makeKey("of the future", { limit: 2, limit_reset: "daily", expires_at: `${dateOf(5)}T00:00:00Z` });
  assert.ok(made.data.created_at.startsWith(`${dateOf(3)}T12:`), made.data.created_at);
  await upstreams.spend(made.data.hash, 1.5);
  const seen = async () => {
    const { data } = await apiJson(`/keys/${made.data.hash}`);
    return [data.usage, data.usage_daily, data.limit_remaining];
  };
  assert.deepEqual(await seen(), [1.5, 1.5, 0.5]);
  await noon(4);
  assert.deepEqual(await seen(), [1.5, 0, 2]);
  await noon(3);
  assert.deepEqual(await seen(), [1.5, 1.5, 0.5], "nothing is forgotten by looking from another day");
  assert.equal((await api("/key", null, "GET", made.key)).status, 200);
  await noon(6);
  assert.equal((await api("/key", null, "GET", made.key)).status, 401, "expired by then");
  for (const body of [{}, { skew_seconds: "1" }, { skew_seconds: 1e18 }, { skew_seconds: 0.5 }])
    assert.equal((await control("clock", body)).status, 400);
});

test("a fault with a probability meets that share of the calls, the same ones for the same seed", async () => {
  const pattern = async (fault, calls) => {
    await upstreams.clearFaults();
    await upstreams.openrouterFault({ method: "GET", path: "/credits", status: 503, times: 1_000_000, ...fault });
    const met = [];
    for (let i = 0; i < calls; i += 1) met.push((await api("/credits")).status === 503);
    return met;
  };
  const third = await pattern({ probability: 1 / 3, seed: 7 }, 300);
  const share = third.filter(Boolean).length / 300;
  assert.ok(share > 0.25 && share < 0.42, `a third of the calls, and not ${share}`);
  assert.deepEqual(await pattern({ probability: 1 / 3, seed: 7 }, 300), third);
  assert.notDeepEqual(await pattern({ probability: 1 / 3, seed: 8 }, 300), third);
  assert.ok(!(await pattern({ probability: 0, seed: 1 }, 20)).includes(true));
  assert.ok(!(await pattern({ probability: 1, seed: 1 }, 20)).includes(false));
  const few = await pattern({ probability: 0.5, seed: 3, times: 5 }, 60);
  assert.equal(few.filter(Boolean).length, 5, "calls that are spared do not count in `times`");
  for (const probability of [-0.1, 1.1, "1"]) assert.equal((await control("faults", { probability })).status, 400);
});

test("a fault can be meant for one person's calls, by a text in their body", async () => {
  await upstreams.openrouterFault({ method: "POST", path: "/keys", request_has: "gh-17/", status: 429, times: 1000 });
  const make = async (name) => (await api("/keys", { name })).status;
  assert.deepEqual(
    [await make("gh-1/x"), await make("gh-17/x"), await make("gh-17/y"), await make("gh-170/x")],
    [201, 429, 429, 201],
  );
});

test("a third of the answers is lost by one control call, and their effects are not", async () => {
  await upstreams.openrouterFault({
    method: "POST",
    path: "/keys",
    drop: "after",
    times: 1_000_000,
    probability: 1 / 3,
    seed: 42,
  });
  const answered = new Set();
  let lost = 0;
  await Promise.all(
    Array.from({ length: 60 }, async (_, i) => {
      try {
        answered.add((await makeKey(`lossy ${i}`)).data.hash);
      } catch {
        lost += 1;
      }
    }),
  );
  assert.ok(lost >= 10 && lost <= 32, `${lost} of 60`);
  const { keys, count } = await upstreams.ledgerOf({ name_prefix: "lossy ", live: true, fields: "hash" });
  assert.equal(count, 60);
  assert.equal(keys.filter((key) => !answered.has(key.hash)).length, lost);
});

test("a create can be answered with the hash of another, older key", async () => {
  const older = await makeKey("older");
  await upstreams.openrouterFault({ method: "POST", path: "/keys", duplicate_hash: true });
  const made = await makeKey("newer");
  assert.equal(made.data.hash, older.data.hash);
  assert.equal(made.data.name, "newer");
  assert.equal(
    (await apiJson("/key", null, "GET", made.key)).data.label,
    made.data.label,
    "the key itself is a new one",
  );
  const { keys } = await upstreams.ledgerOf({ name_prefix: "newer", fields: "hash,deleted_at" });
  assert.equal(keys.length, 1);
  assert.notEqual(keys[0].hash, older.data.hash);
  const next = await makeKey("after the fault");
  assert.ok(![older.data.hash, keys[0].hash].includes(next.data.hash));
});

// When each piece of the body comes.
const arrivals = (url) =>
  new Promise((done, failed) => {
    const begun = performance.now();
    http
      .get(url, (response) => {
        const pieces = [];
        response.on("data", (data) => pieces.push({ at: performance.now() - begun, bytes: data.length, data }));
        response.on("end", () => done({ pieces, body: Buffer.concat(pieces.map((piece) => piece.data)).toString() }));
        response.on("error", failed);
      })
      .on("error", failed);
  });

test("a body can drip, whole or cut off, and a stream too", async () => {
  const whole = await (await fetch(`${upstreams.openrouter_url}/models?limit=1`)).text();
  await upstreams.openrouterFault({ path: "/models", drip_bytes_per_second: 2000 });
  const { pieces, body } = await arrivals(`${upstreams.openrouter_url}/models?limit=1`);
  assert.equal(body, whole);
  assert.ok(pieces.length > 5, `${pieces.length} pieces`);
  assert.ok(pieces.at(-1).at > (0.7 * whole.length) / 2, `${whole.length} bytes after ${pieces.at(-1).at} ms`);
  await upstreams.openrouterFault({ path: "/models", drip_bytes_per_second: 2000, truncate_after: 100 });
  await assert.rejects(arrivals(`${upstreams.openrouter_url}/models?limit=1`), /aborted/);

  const made = await makeKey("dripping");
  await upstreams.openrouterFault({ path: "/chat/completions", drip_bytes_per_second: 20_000 });
  const own = new OpenRouter({ apiKey: made.key, serverURL: upstreams.openrouter_url });
  let text = "";
  const stream = await own.chat.send({
    chatRequest: { model: "openai/gpt-4o-mini", messages: [{ role: "user", content: "drop by drop" }], stream: true },
  });
  for await (const chunk of stream) text += chunk.choices[0]?.delta?.content ?? "";
  assert.match(text, /drop by drop/);
  await upstreams.openrouterFault({ path: "/keys", drip_bytes_per_second: 1 });
  await assert.rejects(
    fetch(`${upstreams.openrouter_url}/keys`, {
      signal: AbortSignal.timeout(300),
      headers: { authorization: `Bearer ${upstreams.management_key}` },
    }).then((slow) => slow.text()),
    /abort|timeout/i,
  );
});

const callsOf = async () => (await upstreams.ledgerOf({ name_prefix: "nobody" })).calls;

test("an outage meets every call of the API, chat too, until it is over, and no control call", async () => {
  const made = await makeKey("of an outage");
  const everyCall = [
    () => api("/keys"),
    () => makeKey("never made"),
    () => api("/credits"),
    () => api("/key", null, "GET", made.key),
    () => chat(made.key, "openai/gpt-4o-mini"),
    () => api("/models"),
  ];
  const before_ = await callsOf();
  assert.deepEqual(await upstreams.outage("refuse"), { mode: "refuse" });
  for (const call of everyCall) await assert.rejects(call(), /fetch failed/);
  await upstreams.outage("error");
  for (const call of [() => api("/keys"), () => chat(made.key, "openai/gpt-4o-mini")]) {
    const answer = await call();
    assert.equal(answer.status, 503);
    assert.equal((await answer.json()).error.code, 503);
  }
  assert.deepEqual(await (await fetch(`${root}/sandbox/outage`)).json(), { mode: "error" });
  assert.equal((await upstreams.ledgerOf({ name_prefix: "never made" })).count, 0);
  const counted = await callsOf();
  assert.equal(counted["GET /keys"] - before_["GET /keys"], 2, "calls are counted all the same");
  await upstreams.outage("off");
  for (const call of [() => api("/keys"), () => chat(made.key, "openai/gpt-4o-mini")])
    assert.equal((await call()).status, 200);
  assert.equal((await control("outage", { mode: "sometimes" })).status, 400);
});

test("an outage that hangs holds no thread, and nothing of a caller who has gone", async (t) => {
  const own = await startUpstreams(); // without connections that other tests have left
  t.after(() => own.stop());
  const { pid } = own.process.child;
  const connections = () =>
    readdirSync(`/proc/${pid}/fd`).filter((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith("socket:");
      } catch {
        return false;
      }
    }).length;
  const threads = () => readdirSync(`/proc/${pid}/task`).length;
  const idle = { connections: connections(), threads: threads() };
  await own.outage("hang");
  const hungUp = new AbortController();
  const calls = Array.from({ length: 200 }, () =>
    post(`${own.openrouter_url}/keys`, { name: "hanging" }, own.management_key, { signal: hungUp.signal }).then(
      () => "answered",
      (error) => error.name,
    ),
  );
  await until("all of them hang", () => connections() >= idle.connections + 190);
  assert.equal(threads(), idle.threads);
  assert.equal((await own.ledgerOf({ name_prefix: "hanging" })).count, 0, "control is answered meanwhile");
  hungUp.abort();
  assert.deepEqual(new Set(await Promise.all(calls)), new Set(["AbortError"]));
  await until("their connections are closed", () => connections() <= idle.connections + 10);
  await own.outage("off");
  assert.equal((await post(`${own.openrouter_url}/keys`, { name: "after hanging" }, own.management_key)).status, 201);
});

test("keys are seeded by exact names, or by a number, as old as is asked", async () => {
  const names = ['exactly "this" \\ one', "llmapikey/gh-77/nonce", "ключ \u{1f511}"];
  const named = await upstreams.seedKeys({
    names,
    hashes: true,
    created_seconds_ago: 7200,
    limit: 3,
    limit_reset: "weekly",
  });
  assert.equal(named.created, 3);
  for (const [i, name] of names.entries()) {
    const { data } = await apiJson(`/keys/${named.hashes[i]}`);
    assert.deepEqual([data.name, data.limit, data.limit_reset], [name, 3, "weekly"]);
    assert.ok(Math.abs(Date.now() - 7_200_000 - Date.parse(data.created_at)) < 60_000);
  }
  const numbered = await upstreams.seedKeys({ name: "number {} of many", count: 3 });
  assert.deepEqual(numbered, { created: 3 });
  assert.deepEqual(
    (await upstreams.ledgerOf({ name_prefix: "number ", fields: "name" })).keys,
    [3, 2, 1].map((n) => ({ name: `number ${n} of many` })),
  );
  await upstreams.seedKeys({ name: "switched off", disabled: true });
  const listed = (all) =>
    apiJson(`/keys?include_disabled=${all}`).then(({ data }) => data.some((key) => key.name === "switched off"));
  assert.deepEqual([await listed(true), await listed(false)], [true, false]);
  for (const body of [
    {},
    { name: "x", count: 0 },
    { name: "", count: 1 },
    { names: [] },
    { names: [""] },
    { name: "x", limit: -1 },
    { name: "x", created_seconds_ago: 1e17 },
  ]) {
    assert.equal((await control("seed", body)).status, 400, JSON.stringify(body));
  }
});

test("the ledger answers small questions", async () => {
  const { hashes } = await upstreams.seedKeys({ names: ['asked, "about" 1', 'asked, "about" 2'], hashes: true });
  await api(`/keys/${hashes[0]}`, null, "DELETE");
  const of = (query) => upstreams.ledgerOf({ name_prefix: 'asked, "', ...query });
  assert.equal((await of({})).count, 2);
  assert.deepEqual((await of({ live: true, fields: "hash,name" })).keys, [
    { hash: hashes[1], name: 'asked, "about" 2' },
  ]);
  const [whole] = (await of({ live: true })).keys;
  for (const field of ["hash", "name", "limit", "usage_daily", "deleted_at", "hint", "guardrail_id", "workspace_id"])
    assert.ok(field in whole, field);
  assert.ok(!("key" in whole));
});

test("a hundred thousand keys: listed page by page, found and deleted within seconds", async (t) => {
  const own = await startUpstreams();
  t.after(() => own.stop());
  const headers = { authorization: `Bearer ${own.management_key}` };
  const agent = new http.Agent({ keepAlive: true, maxSockets: 4 });
  t.after(() => agent.destroy());
  const request = (method, path) =>
    new Promise((done, failed) => {
      http
        .request(`${own.openrouter_url}${path}`, { method, headers, agent }, (response) => {
          let body = "";
          response
            .setEncoding("utf8")
            .on("data", (data) => {
              body += data;
            })
            .on("end", () => done(JSON.parse(body)));
        })
        .on("error", failed)
        .end();
    });
  // In milliseconds of processor time, which is the same however busy the machine is.
  const spentBy = () => {
    const fields = readFileSync(`/proc/${own.process.child.pid}/stat`, "utf8").split(") ")[1].split(" ");
    return (Number(fields[11]) + Number(fields[12])) * 10;
  };
  const times = {};
  const timed = async (what, work) => {
    const begun = spentBy();
    const value = await work();
    times[what] = spentBy() - begun;
    return value;
  };
  const ours = await (
    await fetch(`${own.openrouter_url}/keys`, { method: "POST", headers, body: JSON.stringify({ name: "ours" }) })
  ).json();
  const wish = { name: "someone else's {}", created_seconds_ago: day, limit: 5 };
  const { hashes } = await timed("seeding", () => own.seedKeys({ ...wish, count: 100_000, hashes: true }));
  assert.equal(hashes.length, 100_000);
  await timed("seeding older ones", () =>
    own.seedKeys({ ...wish, name: "older {}", count: 1000, created_seconds_ago: 2 * day }),
  );

  const listed = new Map();
  await timed("1,011 pages", async () => {
    for (let offset = 0; offset <= 101_001; offset += 100) {
      for (const key of (await request("GET", `/keys?offset=${offset}&include_disabled=true`)).data)
        listed.set(key.hash, key.name);
    }
  });
  assert.equal(listed.size, 101_001);
  const order = [...listed.values()];
  assert.deepEqual(
    [order[0], order[1], order.at(-1002), order.at(-1001), order.at(-1000), order.at(-1)],
    ["ours", "someone else's 100000", "someone else's 2", "someone else's 1", "older 1000", "older 1"],
    "newest first",
  );

  await timed("1,000 look-ups", async () => {
    for (let i = 0; i < 100_000; i += 100)
      assert.equal((await request("GET", `/keys/${hashes[i]}`)).data.name, `someone else's ${i + 1}`);
  });
  await timed("1,000 deletions", async () => {
    for (let i = 0; i < 100_000; i += 100) assert.equal((await request("DELETE", `/keys/${hashes[i]}`)).deleted, true);
  });
  assert.equal(
    (await request("GET", "/keys?offset=1")).data[99].name,
    "someone else's 99900",
    "the hundredth, now that 99901 is gone",
  );
  assert.deepEqual(
    (await timed("a small question", () => own.ledgerOf({ live: true, name_prefix: "ours", fields: "hash,name" })))
      .keys,
    [{ hash: ours.data.hash, name: "ours" }],
  );
  const all = await timed("the whole ledger, two fields", () => own.ledgerOf({ fields: "hash,deleted_at" }));
  assert.equal(all.count, 101_001);
  assert.equal(all.keys.filter((key) => key.deleted_at).length, 1000);
  t.diagnostic(JSON.stringify(times));
  assert.ok(Object.values(times).reduce((sum, time) => sum + time) < 10_000, JSON.stringify(times));
});

test("a whole sandbox names its guardrail too, and its service's calls are counted", async (t) => {
  const sandbox = await startSandbox({ SPENDING_POLL_SECONDS: "0" });
  t.after(() => sandbox.stop());
  assert.equal(sandbox.guardrail_id, upstreams.guardrail_id);
  const { data } = await (
    await fetch(`${sandbox.openrouter_url}/guardrails`, {
      headers: { authorization: `Bearer ${sandbox.management_key}` },
    })
  ).json();
  assert.equal(data[0].id, sandbox.guardrail_id);
  assert.equal((await sandbox.ledger()).calls["GET /guardrails"], 1);
});
