// What is said of money where OpenRouter answers some questions and not others: each figure is read
// by itself, is absent when it is old, and nothing that is asked to slow down holds up what an
// organizer does by hand.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { generate, signIn, startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

let upstreams;
const folders = [];
before(async () => {
  upstreams = await startUpstreams();
});
after(async () => {
  await upstreams.stop();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const slow = '{"error":{"code":429,"message":"slow down"}}';
const forbidden = '{"error":{"code":403,"message":"not with this key"}}';

// A service of its own for each test, stopped when the test ends, with all faults cleared.
const start = async (t, env = {}) => {
  const folder = temporaryFolder();
  folders.push(folder);
  const service = await startService(upstreams, folder, {
    ADMIN_GITHUB_USER_IDS: "1003",
    RECONCILE_SECONDS: "0",
    SPENDING_POLL_SECONDS: "1",
    ...env,
  });
  t.after(async () => {
    await upstreams.clearFaults();
    await service.stop();
  });
  const cookie = await signIn(service, "linus-organizer");
  service.call = async (method, path, body) => {
    const answer = await fetch(`${service.url}/api/v1${path}`, {
      method,
      headers: { cookie, origin: service.url, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };
  service.page = async (path) =>
    (await (await fetch(service.url + path, { headers: { cookie } })).text())
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ");
  service.metric = async (name, labels = {}) => {
    const lines = (await (await fetch(`${service.url}/metrics`)).text()).split("\n");
    const line = lines.find(
      (each) =>
        (each.startsWith(`${name} `) || each.startsWith(`${name}{`)) &&
        Object.entries(labels).every(([label, value]) => each.includes(`${label}="${value}"`)),
    );
    return line && Number(line.split(" ").at(-1));
  };
  return service;
};
const give = async (service, login) => {
  const session = await signIn(service, login);
  assert.equal((await generate(service, session)).status, 200);
  const account = JSON.parse(Buffer.from(session.split("=")[1].split(".")[1], "base64url")).sub;
  const grant = (await service.call("GET", `/accounts/${account}`)).body.key;
  const upstream = async () =>
    (await upstreams.ledger()).keys.filter(({ name }) => name.includes(`gh-${account}/`)).at(-1);
  return { account, grant, upstream };
};

test("a list that may be asked for in an hour holds up neither switching off nor revoking", async (t) => {
  const service = await start(t, { RECONCILE_SECONDS: "5" });
  const person = await give(service, "leaked-person");
  await upstreams.openrouterFault({
    method: "GET",
    path: "/keys",
    times: 10_000,
    status: 429,
    headers: { "Retry-After": "3600" },
    body: slow,
  });
  await until(
    "the list was refused",
    async () => (await service.metric("llmapikey_upstream_calls_total", { call: "list", outcome: "refused" })) > 0,
  );
  const changed = await service.call("PATCH", `/keys/${person.grant.id}`, { disabled: true, reason: "it has leaked" });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.equal((await person.upstream()).disabled, true);
  const revoked = await service.call("POST", `/keys/${person.grant.id}/revoke`, {
    reason: "it has leaked",
    hold: "none",
  });
  assert.equal(revoked.status, 200, JSON.stringify(revoked.body));
  assert.ok((await person.upstream()).deleted_at);
  await until(
    "calls that were not made for it are counted",
    async () => (await service.metric("llmapikey_upstream_calls_total", { call: "list", outcome: "paused" })) > 0,
    60_000,
  );
});

test("what an organizer does by hand is tried once, also while that very call is to wait", async (t) => {
  const service = await start(t);
  const [first, second] = [await give(service, "first-of-two"), await give(service, "second-of-two")];
  await upstreams.openrouterFault({
    method: "PATCH",
    path: "/keys",
    times: 1,
    status: 429,
    headers: { "Retry-After": "3600" },
    body: slow,
  });
  await service.call("PATCH", `/keys/${first.grant.id}`, { disabled: true, reason: "it has leaked" });
  const changed = await service.call("PATCH", `/keys/${second.grant.id}`, { disabled: true, reason: "it has leaked" });
  assert.equal(changed.status, 200, JSON.stringify(changed.body));
  assert.equal((await second.upstream()).disabled, true);
  await until("the first is told again within two minutes", async () => (await first.upstream()).disabled, 120_000);
});

test("a refusal that names no time cuts no pause short", async (t) => {
  const service = await start(t, { RECONCILE_SECONDS: "5" });
  const count = async (outcome) =>
    (await service.metric("llmapikey_upstream_calls_total", { call: "list", outcome })) ?? 0;
  await upstreams.openrouterFault({
    method: "GET",
    path: "/keys",
    times: 1,
    status: 429,
    headers: { "Retry-After": "3600" },
    body: slow,
  });
  await until("the list was refused", async () => (await count("refused")) > 0);
  const [listed, paused] = [await count("ok"), await count("paused")];
  await upstreams.openrouterFault({ method: "POST", path: "/keys", times: 1, status: 429, body: slow });
  await generate(service, await signIn(service, "refused-person"));
  await until(
    "the list is wanted twice more",
    async () => (await count("paused")) >= paused + 2 || (await count("ok")) > listed,
    60_000,
  );
  assert.equal(await count("ok"), listed, "it was asked for although the pause is in force");
});

test("credits that cannot be read leave spending and exposure as they are", async (t) => {
  await upstreams.openrouterFault({ method: "GET", path: "/credits", times: 10_000, status: 403, body: forbidden });
  const service = await start(t);
  const person = await give(service, "spending-person");
  await upstreams.spend((await person.upstream()).hash, 3);
  const overview = await until(
    "spending is read",
    async () => {
      const { body } = await service.call("GET", "/overview");
      return body.spent_today_usd >= 3 && body;
    },
    60_000,
  );
  assert.equal(overview.credits_left_usd, null);
  assert.equal(overview.credits_at, null);
  assert.equal(overview.credits_outlook, "unknown");
  assert.ok(Date.parse(overview.spending_at) > Date.now() - 60_000);
  assert.match(overview.upstream_problem, /credits: .*403/);
  assert.ok((await service.metric("llmapikey_spent_today_dollars")) >= 3);
  assert.equal(await service.metric("llmapikey_upstream_credits_dollars"), undefined);
  assert.ok((await service.metric("llmapikey_figure_reads_total", { figure: "credits", outcome: "failed" })) > 0);
  assert.ok((await service.metric("llmapikey_figure_reads_total", { figure: "spending", outcome: "ok" })) > 0);
  assert.equal(await service.metric("llmapikey_last_credits_read_timestamp_seconds"), 0);
  assert.match(await service.page("/admin"), /Credits last not known/);
});

test("credits that were read once, and can be no more, are soon not shown any more", async (t) => {
  const service = await start(t);
  await until(
    "they are read",
    async () => (await service.metric("llmapikey_upstream_credits_dollars")) !== undefined,
    60_000,
  );
  await upstreams.openrouterFault({ method: "GET", path: "/credits", times: 10_000, status: 403, body: forbidden });
  await until(
    "they cannot be read",
    async () => (await service.call("GET", "/overview")).body.upstream_problem.includes("403"),
    60_000,
  );
  const read = await service.metric("llmapikey_last_credits_read_timestamp_seconds");
  await until(
    "they are absent",
    async () => (await service.metric("llmapikey_upstream_credits_dollars")) === undefined,
    90_000,
  );
  assert.equal(
    await service.metric("llmapikey_last_credits_read_timestamp_seconds"),
    read,
    "the time of the last reading stays",
  );
  const { body } = await service.call("GET", "/overview");
  assert.equal(body.credits_left_usd, null);
  assert.equal(Date.parse(body.credits_at) / 1000, read);
  assert.ok(Date.parse(body.spending_at) / 1000 > read);
  await upstreams.clearFaults();
  await until(
    "they are there again",
    async () => (await service.metric("llmapikey_upstream_credits_dollars")) !== undefined,
    60_000,
  );
});

test("credits that are used up, or overdrawn, are said to be used up", async (t) => {
  await upstreams.openrouterFault({
    method: "GET",
    path: "/credits",
    times: 10_000,
    status: 200,
    body: '{"data":{"total_credits":10,"total_usage":12.5}}',
  });
  const service = await start(t);
  const overview = await until(
    "they are read",
    async () => {
      const { body } = await service.call("GET", "/overview");
      return body.credits_left_usd !== null && body;
    },
    60_000,
  );
  assert.equal(overview.credits_left_usd, -2.5);
  assert.equal(overview.credits_outlook, "used_up");
  assert.match(await service.page("/admin"), /Credits last used up/);
});

test("the alarm hears of a key that was made, used and revoked between two looks at spending", async (t) => {
  const heard = [];
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      heard.push(JSON.parse(body));
      response.end();
    });
  });
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
  t.after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });
  const service = await start(t, { SPENDING_POLL_SECONDS: "86400", SPEND_ALARM_USD: "2" });
  assert.equal(
    (
      await service.call("POST", "/webhooks", {
        url: `http://127.0.0.1:${receiver.address().port}/`,
        events: ["spend.alarm"],
      })
    ).status,
    201,
  );
  await until(
    "spending was looked at",
    async () => (await service.metric("llmapikey_last_spending_read_timestamp_seconds")) > 0,
    60_000,
  );
  const person = await give(service, "short-lived-person");
  await upstreams.spend((await person.upstream()).hash, 7);
  const revoked = await service.call("POST", `/keys/${person.grant.id}/revoke`, {
    reason: "it has leaked",
    hold: "none",
  });
  assert.equal(revoked.status, 200, JSON.stringify(revoked.body));
  const { data } = await until("the alarm is told", () => heard[0], 90_000);
  assert.match(data.detail, /^\$7\.00 today$/);
  assert.equal((await service.call("GET", "/overview")).body.spent_today_usd, 7);
});
