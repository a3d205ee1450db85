// The database goes away under load, and comes back: what was acknowledged stays, nobody hangs, and
// the service heals by itself.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { SignJWT } from "jose";
import { startPostgres } from "./support/postgres.mjs";
import {
  generate,
  run,
  serviceEnvironment,
  sessionSecret,
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

// seconds; an attempt in doubt is settled after twice as long
const callTimeout = Number(process.env.LLMAPIKEY_TEST_CALL_TIMEOUT ?? 3);
const restarts = Number(process.env.LLMAPIKEY_TEST_RESTARTS ?? 4);
const env = { UPSTREAM_TIMEOUT_SECONDS: String(callTimeout), MAX_TOTAL_KEYS: "0" };
const pause = (ms) => new Promise((r) => setTimeout(r, ms));
const secret = new TextEncoder().encode(sessionSecret);
const sessionOf = async (account) => {
  const claims = new SignJWT({ login: `p-${account}` }).setSubject(String(account));
  const signed = claims.setProtectedHeader({ alg: "HS256" }).setIssuedAt().setExpirationTime("7d");
  return `llmapikey_session=${await signed.sign(secret)}`;
};

let accounts = 0;
// People who come, take a key and look at it, until told to stop.
const startLoad = (t, services, workers = 8) => {
  const load = { acknowledged: new Map(), failures: [], longest: 0, last: 0, isOver: false };
  const timed = async (call) => {
    const begun = performance.now();
    const answer = await call();
    const body = await answer.text();
    load.longest = Math.max(load.longest, performance.now() - begun);
    return { answer, body };
  };
  const work = async (number) => {
    while (!load.isOver) {
      const service = services[number % services.length];
      const account = 700_000 + (accounts += 1);
      const session = await sessionOf(account);
      for (const page of [false, true]) {
        const { answer, body } = await timed(() =>
          page
            ? fetch(`${service.url}/dashboard`, { headers: { cookie: session, accept: "text/html" } })
            : generate(service, session),
        );
        if (answer.status === 200 || answer.status === 202) {
          if (!page && answer.status === 200) load.acknowledged.set(account, JSON.parse(body).key);
        } else {
          load.failures.push({
            at: performance.now(),
            status: answer.status,
            retryAfter: answer.headers.get("retry-after"),
            page,
            body,
          });
        }
      }
    }
  };
  const all = Promise.all(Array.from({ length: workers }, (_, number) => work(number)));
  t.after(() => {
    load.isOver = true;
  });
  load.stop = async () => {
    load.isOver = true;
    await all;
  };
  return load;
};

// Failed statements and connections. Whether somebody was refused for them is a matter of luck: who
// waits a little may be answered all the same.
const databaseErrors = async (service) => {
  const metrics = await (await fetch(`${service.url}/metrics`)).text();
  return [...metrics.matchAll(/^llmapikey_database_errors_total\{[^}]*\} (\S+)$/gm)].reduce(
    (sum, [, count]) => sum + Number(count),
    0,
  );
};

const expectOnlyBusyAnswers = (load) => {
  for (const failure of load.failures) {
    assert.equal(failure.status, 503, failure.body);
    assert.ok(Number(failure.retryAfter) >= 1);
    if (failure.page) assert.match(failure.body, /<!doctype html>[^]*Nothing was lost/);
    else assert.equal(JSON.parse(failure.body).status, "error");
  }
};

// After reconciling, the upstream and the rows agree, and whoever was given a key has it.
const expectNothingLost = async (service, database, url, acknowledged) => {
  const settings = { ...serviceEnvironment(upstreams, "/nonexistent", env), POSTGRES_URL: url };
  await until(
    "everything in doubt is settled",
    async () => {
      await run(["reconcile", "--fix", "--json"], settings);
      return database.sql("SELECT count(*) FROM llmapikey.api_keys WHERE status <> 'active'") === "0";
    },
    60_000,
  );
  await pause((2 * callTimeout + 1) * 1000); // young keys are left alone: they could be of an attempt under way
  const report = await run(["reconcile", "--fix", "--json"], settings);
  assert.equal(report.code, 0, report.out + report.err);
  const alive = new Map((await upstreams.ledger()).keys.filter((key) => !key.deleted_at).map((key) => [key.hash, key]));
  const rows = database
    .sql("SELECT github_user_id, openrouter_delete_hash FROM llmapikey.api_keys")
    .split("\n")
    .map((row) => row.split("|"));
  assert.equal(database.sql("SELECT live FROM llmapikey.totals"), String(rows.length));
  for (const [account, hash] of rows) assert.ok(alive.has(hash), `the key of ${account} is dead`);
  const known = new Set(rows.map(([, hash]) => hash));
  const perAccount = new Map();
  for (const key of alive.values()) {
    assert.ok(known.has(key.hash), `an orphan: ${key.name}`);
    const account = /gh-(\d+)/.exec(key.name)[1];
    assert.ok(!perAccount.has(account), `two keys for ${account}`);
    perAccount.set(account, key);
  }
  for (const [account, key] of acknowledged) {
    const body = await (await generate(service, await sessionOf(account))).json();
    assert.deepEqual([body.status, body.key], ["exists", key], `account ${account}`);
  }
};

const removeKeys = async () => {
  for (const key of (await upstreams.ledger()).keys.filter((each) => !each.deleted_at)) {
    await fetch(`${upstreams.openrouter_url}/keys/${key.hash}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${upstreams.management_key}` },
    });
  }
};

// A PostgreSQL, and a way to start services on it; all stopped when the test ends, however it ends.
const outage = async (t) => {
  const folder = temporaryFolder();
  const services = [];
  const postgres = await startPostgres();
  t.after(async () => {
    await Promise.all(services.map((service) => service.stop()));
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const serve = async (url) => {
    services.push(await startService(upstreams, folder, { ...env, POSTGRES_URL: url }));
    return services.at(-1);
  };
  return { postgres, serve };
};

test(`PostgreSQL restarted ${restarts} times or more under load`, async (t) => {
  await removeKeys();
  const { postgres, serve } = await outage(t);
  const database = postgres.database();
  const services = [await serve(database.url), await serve(database.pooled)];
  const load = startLoad(t, services);
  // A restart that finds no statement under way is felt by nobody, so there are more, until each
  // service has felt one.
  const isFelt = async () => {
    const errors = await Promise.all(services.map(databaseErrors));
    return errors.every((count) => count > 0);
  };
  const isEnough = async (count) => count >= restarts && (count >= 5 * restarts || (await isFelt()));
  for (let restart = 0; !(await isEnough(restart)); restart += 1) {
    await pause(300);
    await postgres.server.stop();
    await pause(restart % 2 === 0 ? 0 : 400);
    await postgres.server.start();
    for (const service of services)
      await until("ready", async () => (await fetch(`${service.url}/readyz`)).status === 200, 10_000);
  }
  await pause(300);
  await load.stop();
  assert.ok(await isFelt(), "the restarts were felt");
  assert.ok(load.acknowledged.size > 100, `${load.acknowledged.size} keys`);
  expectOnlyBusyAnswers(load);
  t.diagnostic(
    `${load.acknowledged.size} keys, ${load.failures.length} answers of 503, the longest request ` +
      `${Math.round(load.longest)} ms`,
  );
  assert.ok(load.longest < 20_000, `the longest took ${load.longest} ms`);
  await expectNothingLost(services[0], database, database.url, load.acknowledged);
});

test("a database that is frozen holds nobody beyond the deadline, and is found again when it goes on", async (t) => {
  const { postgres, serve } = await outage(t);
  const database = postgres.database();
  const service = await serve(database.url);
  const load = startLoad(t, [service], 24);
  await pause(500);
  postgres.server.signal("SIGSTOP");
  await pause(9000);
  postgres.server.signal("SIGCONT");
  await until("ready", async () => (await fetch(`${service.url}/readyz`)).status === 200, 15_000);
  await pause(300);
  await load.stop();
  expectOnlyBusyAnswers(load);
  assert.ok((await databaseErrors(service)) > 0, "the frost was felt");
  t.diagnostic(`${load.failures.length} answers of 503, the longest request ${Math.round(load.longest)} ms`);
  assert.ok(load.longest < 15_000, `the longest took ${load.longest} ms`);
});

test("a synchronous standby is promoted under load while the primary vanishes", async (t) => {
  await removeKeys();
  const { postgres, serve } = await outage(t);
  const { server } = postgres;
  const database = postgres.database();
  const standby = await postgres.standby("standby");
  server.sql("ALTER SYSTEM SET synchronous_standby_names = 'standby'");
  server.sql("SELECT pg_reload_conf()");
  await until(
    "a synchronous standby",
    () => server.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") === "1",
  );
  const hosts = `127.0.0.1:${server.port},127.0.0.1:${standby.port}`;
  const url = `postgresql://llmapikey@${hosts}/${database.name}?target_session_attrs=read-write`;
  const services = [await serve(url), await serve(url)];
  const load = startLoad(t, services);
  await pause(1500);
  const before_ = load.acknowledged.size;
  await server.vanish();
  await pause(500);
  standby.sql("SELECT pg_promote(true, 30)");
  const promoted = performance.now();
  await until("keys are issued again", () => load.acknowledged.size > before_ + 50, 10_000);
  await pause(6000);
  await load.stop();
  for (const service of services) assert.ok((await databaseErrors(service)) > 0, "the failover was felt");
  const healed = Math.max(promoted, ...load.failures.map((failure) => failure.at)) - promoted;
  t.diagnostic(
    `${load.acknowledged.size} keys, ${load.failures.length} answers of 503, the last ${Math.round(healed)} ms ` +
      "after the promotion",
  );
  const late = load.failures.filter((failure) => failure.at > promoted + 5000);
  assert.equal(late.length, 0, `errors later than 5 s after the promotion: ${JSON.stringify(late[0])}`);
  expectOnlyBusyAnswers(load);
  await expectNothingLost(services[1], { sql: (text) => standby.sql(text, database.name) }, url, load.acknowledged);
});
