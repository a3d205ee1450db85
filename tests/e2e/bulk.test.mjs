// Thousands of keys ended by one decision: progress, a kill in the middle, an upstream that asks to
// slow down. On the embedded database; the same with fewer keys on PostgreSQL, with two replicas,
// one of which is killed.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { startPostgres } from "./support/postgres.mjs";
import {
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

let upstreams, postgres;
before(async () => {
  [upstreams, postgres] = await Promise.all([startUpstreams(), startPostgres()]);
});
after(async () => {
  await upstreams.stop();
  await postgres.stop();
});

const admin = { ADMIN_GITHUB_USER_IDS: "1003", MAX_TOTAL_KEYS: "0", SPENDING_POLL_SECONDS: "0", LOG_LEVEL: "warn" };
const inParallel = async (count, width, work) => {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await work(next++);
    }),
  );
};
// Without the keys: there are thousands of them.
const deletions = async () => (await upstreams.ledgerOf({ name_prefix: "nobody" })).calls["DELETE /keys/{}"] ?? 0;
const settledDeletions = async () => {
  const seen = await deletions();
  await new Promise((done) => setTimeout(done, 200));
  return (await deletions()) === seen && { seen };
};
const livingAmong = async (first, count) =>
  (await upstreams.ledger()).keys.filter((key) => {
    const id = Number(/gh-(\d+)\//.exec(key.name)?.[1]);
    return !key.deleted_at && id >= first && id < first + count;
  }).length;

const scenario = async (t, { first, count, store, replicas }) => {
  const folder = temporaryFolder();
  const services = [];
  t.after(async () => {
    await Promise.all(services.map((each) => each.process.kill("SIGKILL")));
    rmSync(folder, { recursive: true, force: true });
  });
  const env = { ...admin, ...store };
  for (let i = 0; i < replicas; i += 1)
    services.push(await startService(upstreams, folder, { ...env, LOG_LEVEL: "info" }));
  const cookie = await signIn(services[0], "linus-organizer");
  const call = async (service, method, path, body) => {
    const answer = await fetch(service.url + path, {
      method,
      redirect: "manual",
      headers: { cookie, origin: service.url, ...(body ? { "content-type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
  };
  await inParallel(count, 16, async (i) => {
    const { status, text } = await call(services[0], "POST", "/api/v1/keys", {
      github_user_id: first + i,
      github_username: `crowd-${first + i}`,
    });
    assert.equal(status, 200, text);
  });
  const before_ = await deletions();
  const confirm = await call(services[0], "GET", "/admin/revocations/new?q=crowd-");
  assert.match(confirm.text, new RegExp(`Revoke ${count} keys`));
  const begun = await fetch(`${services[0].url}/admin/revocations`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie, origin: services[0].url, "content-type": "application/x-www-form-urlencoded" },
    body: `q=crowd-&confirm=${count}&reason=the+event+is+over&hold=none`,
  });
  assert.equal(begun.status, 303);
  const path = begun.headers.get("location");
  const progress = async (service) => {
    const bulk = JSON.parse((await call(service, "GET", path.replace("/admin", "/api/v1"))).text);
    return { ...bulk, done: bulk.total - bulk.remaining };
  };
  let state = await until(
    "a fifth is done",
    async () => {
      const now = await progress(services[0]);
      return now.state === "revoking" && now.done > count / 5 && now;
    },
    120_000,
  );
  assert.equal(state.total, count);
  assert.match((await call(services[0], "GET", path)).text, /<progress[^>]* value="\d+"/);

  // One 429 keeps everybody quiet for as long as it says.
  await upstreams.openrouterFault({
    method: "DELETE",
    path: "/keys",
    times: 1,
    status: 429,
    headers: { "Retry-After": "5" },
    body: '{"error":{"code":429,"message":"slow down"}}',
  });
  await until("somebody was told", async () => (await upstreams.faultsWaiting()) === 0);
  const { seen: quiet } = await until("what was under way has ended", settledDeletions);
  await new Promise((done) => setTimeout(done, 1000));
  assert.equal(await deletions(), quiet, "nobody asks while upstream has asked to wait");
  await until("it goes on", async () => (await deletions()) > quiet, 60_000);

  state = await progress(services[0]);
  assert.ok(state.done < count, "killed in the middle");
  await services[0].process.kill("SIGKILL");
  if (replicas === 1) services[0] = await startService(upstreams, folder, { ...env, LOG_LEVEL: "info" });
  const survivor = services.at(-1);
  const ended = await until(
    "all are done",
    async () => {
      const now = await progress(survivor);
      assert.ok(now.done >= state.done);
      return now.state === "done" && now;
    },
    240_000,
  );
  assert.deepEqual([ended.total, ended.remaining], [count, 0]);
  assert.equal(await livingAmong(first, count), 0);
  const asked = (await deletions()) - before_;
  assert.ok(asked >= count && asked <= count + 20, `${asked} deletions of ${count} keys`);
  assert.match((await call(survivor, "GET", path)).text, /All \d+ keys are revoked/);
  const verified = await run(["audit", "verify", "--json"], serviceEnvironment(upstreams, folder, env));
  assert.equal(verified.code, 0, verified.out + verified.err);
};

const many = Number(process.env.LLMAPIKEY_TEST_BULK ?? 2000),
  few = Math.max(500, many / 5);

test(`${many} keys on the embedded database`, (t) =>
  scenario(t, { first: 1_000_000, count: many, store: {}, replicas: 1 }));
test(`${few} keys on PostgreSQL, with two replicas`, (t) =>
  scenario(t, { first: 2_000_000, count: few, store: { POSTGRES_URL: postgres.database().pooled }, replicas: 2 }));
