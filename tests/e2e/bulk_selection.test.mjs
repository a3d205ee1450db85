// Which keys a bulk revocation means: what comes to no condition is refused by console, API and
// command line alike; every key is confirmed by its count; a bulk revocation can be stopped; one
// key that OpenRouter does not revoke holds up nobody.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import {
  binary,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

let upstreams;
before(async () => {
  upstreams = await startUpstreams();
});
after(() => upstreams.stop());
beforeEach(() => upstreams.clearFaults());

let next = 500_000;
const start = async (t, count, env = {}) => {
  const folder = temporaryFolder();
  const settings = { ADMIN_GITHUB_USER_IDS: "1003", RECONCILE_SECONDS: "0", SPENDING_POLL_SECONDS: "0", ...env };
  const service = await startService(upstreams, folder, settings);
  t.after(async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const cookie = await signIn(service, "linus-organizer");
  const send = async (method, path, { body, type = "application/json", accept = "application/json" } = {}) => {
    const answer = await fetch(service.url + path, {
      method,
      redirect: "manual",
      headers: { cookie, accept, origin: service.url, ...(body === undefined ? {} : { "content-type": type }) },
      body,
    });
    const text = await answer.text();
    return { status: answer.status, location: answer.headers.get("location"), text, json: () => JSON.parse(text) };
  };
  const api = (method, path, body) => send(method, `/api/v1${path}`, { body: body && JSON.stringify(body) });
  const form = (path, body) =>
    send("POST", path, { body, type: "application/x-www-form-urlencoded", accept: "text/html" });
  const page = (path) => send("GET", path, { accept: "text/html" });
  const first = next;
  next += count;
  for (let i = 0; i < count; i += 1)
    assert.equal(
      (await api("POST", "/keys", { github_user_id: first + i, github_username: `crowd-${first + i}` })).status,
      200,
    );
  const keys = async (query = "") => (await api("GET", `/keys?limit=1000${query}`)).json().keys;
  const command = (...args) => run(args, serviceEnvironment(upstreams, folder, settings));
  const ended = async (id) =>
    until(
      "the bulk revocation is done",
      async () => {
        const bulk = (await api("GET", `/revocations/${id}`)).json();
        return bulk.state === "done" && bulk;
      },
      60_000,
    );
  return { service, folder, settings, first, api, form, page, keys, command, ended };
};

test("nothing chosen means nothing, for console, API and command line", async (t) => {
  const { api, form, page, keys, command } = await start(t, 2);
  const why = { reason: "a test" };
  for (const body of [
    {},
    { ids: [] },
    { ids: [null] },
    { ids: [""] },
    { ids: [","] },
    { ids: null },
    { unused: false },
    { q: "" },
    { q: "   " },
    { all: false },
    { state: "" },
  ]) {
    const answer = await api("POST", "/revocations", { ...body, ...why });
    assert.equal(answer.status, 400, `${JSON.stringify(body)}: ${answer.text}`);
  }
  for (const body of [
    "reason=x&hold=none",
    "ids=&reason=x",
    "q=&state=&reason=x",
    "q=+&reason=x",
    "unused=0&reason=x",
    "ids=%2C&reason=x",
  ])
    assert.equal((await form("/admin/revocations", body)).status, 400, body);
  for (const path of [
    "/admin/revocations/new",
    "/admin/revocations/new?q=&state=&unused=",
    "/admin/revocations/new?q=%zz",
    "/admin/revocations/new?unused=false",
  ]) {
    const answer = await page(path);
    assert.equal(answer.status, 400, path);
    assert.doesNotMatch(answer.text, /id="revoke-all"/, path);
  }
  for (const args of [["--search", ""], ["--search", "  "], []])
    assert.equal((await command("keys", "revoke", "--reason", "x", ...args)).code, 2, args.join(" "));
  assert.equal((await keys("&state=active")).length, 2);
  assert.deepEqual((await api("GET", "/revocations")).json().revocations, []);
});

test("every key is an action of its own, confirmed by its count", async (t) => {
  const { api, form, page, keys, command, ended } = await start(t, 3);
  const unsaid = await api("POST", "/revocations", { all: true, reason: "a test" });
  assert.equal(unsaid.status, 409, unsaid.text);
  assert.equal(unsaid.json().count, 3);
  const other = await api("POST", "/revocations", { all: true, confirm: 2, reason: "a test" });
  assert.deepEqual([other.status, other.json().count], [409, 3]);
  const confirm = await page("/admin/revocations/new?all=true");
  assert.match(confirm.text, /Revoke 3 keys/);
  assert.match(confirm.text, /name="hold"><option value="none">/, "never again is not the first choice");
  assert.equal((await form("/admin/revocations", "all=true&confirm=4&reason=x&hold=none")).status, 409);
  const list = await page("/admin/people?all=true");
  assert.match(list.text, /Chosen: 3 keys, all that match\.<\/strong><input type="hidden" name="all" value="true">/);
  const found = await page("/admin/people?q=crowd-&all=true");
  assert.match(found.text, /<input type="hidden" name="q" value="crowd-">/, "a search is not every key");
  assert.doesNotMatch(found.text, /name="all"/);
  const unasked = await command("keys", "revoke", "--all", "--reason", "x");
  assert.equal(unasked.code, 2);
  assert.match(unasked.err, /--confirm 3/);
  assert.equal((await command("keys", "revoke", "--all", "--reason", "x", "--confirm", "5")).code, 1);
  assert.equal((await keys("&state=active")).length, 3);
  const begun = await api("POST", "/revocations", { all: true, confirm: 3, reason: "the event is over" });
  assert.equal(begun.status, 201, begun.text);
  assert.equal(begun.json().hold, null, "nothing was said of a hold, so there is none");
  const bulk = await ended(begun.json().id);
  assert.deepEqual([bulk.total, bulk.remaining], [3, 0]);
});

test("the command line ends every key when their number is said", async (t) => {
  const { keys, command } = await start(t, 2);
  const dry = await command("keys", "revoke", "--all", "--reason", "x", "--dry-run");
  assert.match(dry.out, /would revoke 2 keys/);
  const agreed = await command("keys", "revoke", "--search", "crowd-", "--yes", "--reason", "x");
  assert.deepEqual([agreed.code, (await keys()).length], [1, 2], "the search lets every key through");
  assert.match(agreed.err, /2 keys are meant now; add --confirm/);
  const done = await command("keys", "revoke", "--all", "--confirm", "2", "--reason", "the event is over");
  assert.equal(done.code, 0, done.err);
  assert.match(done.out, /revoked 2 keys/);
  assert.equal((await keys()).length, 0);
});

test("a bulk revocation is stopped from the console, the API and the command line", async (t) => {
  const { api, form, page, keys, command, ended } = await start(t, 2);
  const begin = async () =>
    (await api("POST", "/revocations", { q: "crowd-", confirm: 2, reason: "by mistake" })).json();
  const first = await begin();
  const shown = await page(`/admin/revocations/${first.id}`);
  assert.match(shown.text, /id="stop-bulk"/);
  const pressed = await form(`/admin/revocations/${first.id}/stop`, "");
  assert.deepEqual([pressed.status, pressed.location], [303, `/admin/revocations/${first.id}?result=stopped`]);
  assert.match((await page(pressed.location)).text, /The bulk revocation is stopped/);
  const second = await begin();
  const stopped = await api("POST", `/revocations/${second.id}/stop`);
  assert.equal(stopped.status, 200, stopped.text);
  assert.equal(stopped.json().stopped_by, "github:1003");
  assert.equal((await api("POST", `/revocations/${second.id}/stop`)).status, 200, "twice is once");
  const third = await begin();
  const command_ = await command("keys", "stop", third.id);
  assert.equal(command_.code, 0, command_.err);
  for (const { id } of [first, second, third]) assert.equal((await ended(id)).total, 0);
  assert.equal((await keys("&state=active")).length, 2, "no key was touched");
  assert.match((await command("keys", "revocations")).out, /done \(stopped\) +0 of 0 +by mistake/);
  const fourth = await begin();
  await ended(fourth.id);
  assert.equal((await api("POST", `/revocations/${fourth.id}/stop`)).status, 409, "too late");
  assert.equal((await api("POST", "/revocations/nothing/stop")).status, 404);
});

test("a key that OpenRouter never revokes is shown as stuck, and holds up no bulk revocation", async (t) => {
  const { first, service, api, page, keys, command, ended } = await start(t, 6);
  const all = await keys();
  const { keys: upstreamKeys } = await upstreams.ledger();
  const handleOf = (account) => upstreamKeys.find((key) => key.name.includes(`gh-${account}/`)).hash;
  await upstreams.openrouterFault({
    method: "DELETE",
    path: `/keys/${handleOf(first)}`,
    times: 100_000,
    status: 400,
    body: '{"error":{"code":400,"message":"not this one"}}',
  });
  const ids = all.map((key) => key.id);
  const stuckId = all.find((key) => key.github_user_id === String(first)).id;
  const others = ids.filter((id) => id !== stuckId);
  const one = (
    await api("POST", "/revocations", { ids: [stuckId, ...others.slice(0, 2)], reason: "a test", hold: "none" })
  ).json();
  const two = (await api("POST", "/revocations", { ids: others.slice(2), reason: "a test", hold: "none" })).json();
  assert.deepEqual([(await ended(two.id)).remaining], [0]);
  const bulk = await ended(one.id);
  assert.deepEqual([bulk.total, bulk.remaining, bulk.stuck], [3, 1, 1]);
  assert.match(bulk.stuck_keys[0].problem, /not this one/);
  assert.match((await page(`/admin/revocations/${one.id}`)).text, /not this one/);
  assert.match((await page(`/admin/people/${first}`)).text, /stuck: .*not this one/);
  const listed = await command("keys", "revocations");
  assert.match(listed.out, /2 of 3, 1 stuck/);
  assert.match(listed.err, new RegExp(`stuck: account ${first}.*not this one`));
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  assert.match(metrics, /^llmapikey_stuck_revocations 1$/m);
  const failed = metrics
    .split("\n")
    .find(
      (line) =>
        line.startsWith("llmapikey_task_runs_total{") &&
        line.includes('task="bulk"') &&
        line.includes('outcome="failed"'),
    );
  assert.match(failed ?? "there was none", / [1-9]/, "such a run is no success");
  await upstreams.clearFaults();
  await until(
    "it is revoked after all",
    async () => (await api("GET", `/revocations/${one.id}`)).json().remaining === 0,
    120_000,
  );
  assert.equal((await keys()).length, 0);
});

test("Ctrl-C ends the waiting only, and says how it goes on", async (t) => {
  const { folder, settings, keys, ended } = await start(t, 3);
  await upstreams.openrouterFault({
    method: "DELETE",
    path: "/keys",
    times: 3,
    status: 429,
    headers: { "Retry-After": "3" },
    body: '{"error":{"code":429,"message":"slow down"}}',
  });
  const child = spawn(binary, ["keys", "revoke", "--search", "crowd-", "--reason", "a test", "--confirm", "3"], {
    env: { PATH: process.env.PATH, ...serviceEnvironment(upstreams, folder, settings) },
    cwd: folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  const exited = new Promise((done) => child.once("exit", (code, signal) => done({ code, signal })));
  await until("the keys are marked", async () => (await keys("&state=active")).length === 0);
  child.kill("SIGINT");
  assert.deepEqual(await exited, { code: 1, signal: null });
  const stopping = /service continues it[\s\S]*To stop it: llmapikey keys stop ([0-9a-f-]{36})/;
  const [, id] = stopping.exec(said) ?? assert.fail(said);
  assert.equal((await ended(id)).remaining, 0, "the service goes on with it");
});
