// What the product promises of keys, with real processes, races, lost answers and kills. On the
// embedded database, or with LLMAPIKEY_TEST_STORE=postgres on PostgreSQL through PgBouncer.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { startPostgres } from "./support/postgres.mjs";
import {
  binary,
  generate,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

const isEmbedded = process.env.LLMAPIKEY_TEST_STORE !== "postgres";
let upstreams, postgres;
before(async () => {
  [upstreams, postgres] = await Promise.all([startUpstreams(), isEmbedded ? null : startPostgres()]);
});
after(async () => {
  await upstreams.stop();
  await postgres?.stop();
});
beforeEach(() => upstreams.clearFaults());

// A service with a database and a secret of its own (with the secret of another it would take that
// one's keys for its own orphans), stopped and removed afterwards. `use` may restart it through
// `again`.
const withService = async (env, use) => {
  const folder = temporaryFolder();
  const store = {
    KEY_ENCRYPTION_SECRET: `sealing-secret-of-the-service-in-${folder}`,
    ...(isEmbedded ? {} : { POSTGRES_URL: postgres.database().pooled }),
  };
  let service = await startService(upstreams, folder, { ...store, ...env });
  const again = async (other = env) => {
    await service.stop();
    service = await startService(upstreams, folder, { ...store, ...other });
    return service;
  };
  const files = isEmbedded ? folder : join(postgres?.folder ?? "", "primary");
  try {
    await use(service, { settings: { ...serviceEnvironment(upstreams, folder), ...store }, files, again });
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

const filesUnder = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? filesUnder(join(folder, entry.name)) : [join(folder, entry.name)],
  );
let people = 0;
const somebody = () => `person-${process.pid}-${(people += 1)}`;
const liveKeys = async () => (await upstreams.ledger()).keys.filter((key) => !key.deleted_at);
const page = async (service, session, path = "/dashboard") =>
  (await fetch(service.url + path, { headers: { cookie: session, accept: "text/html" } })).text();

test("a key is made once, and found again ever after", () =>
  withService({}, async (service) => {
    const session = await signIn(service, somebody());
    const first = await generate(service, session);
    assert.equal(first.status, 200);
    const made = await first.json();
    assert.equal(made.status, "created");
    assert.match(made.key, /^sk-or-v1-[0-9a-f]{64}$/);
    assert.equal(made.hint, made.key.slice(-4));
    const again = await (await generate(service, session)).json();
    assert.deepEqual([again.status, again.key], ["exists", made.key]);
    assert.ok((await page(service, session)).includes(made.key));
  }));

test("what is sent upstream is capped, dated, and named for its attempt", () =>
  withService({ KEY_DAILY_LIMIT_USD: "2.5", KEY_EXPIRY_DAYS: "7" }, async (service) => {
    const session = await signIn(service, somebody());
    const { key } = await (await generate(service, session)).json();
    const sent = (await liveKeys()).find((each) => key.endsWith(each.hint));
    assert.equal(sent.limit, 2.5);
    assert.equal(sent.limit_reset, "daily");
    assert.equal(sent.include_byok_in_limit, true);
    assert.match(sent.name, /^llmapikey\/gh-\d+\/[A-Za-z0-9_-]{22}$/);
    const days = (Date.parse(sent.expires_at) - Date.now()) / 86_400_000;
    assert.ok(days > 6.9 && days < 7.1);
  }));

test("200 submits at once make one key", () =>
  withService({}, async (service) => {
    const session = await signIn(service, somebody());
    const before_ = (await upstreams.ledger()).keys.length;
    const answers = await Promise.all(Array.from({ length: 200 }, () => generate(service, session)));
    const bodies = await Promise.all(answers.map((answer) => answer.json()));
    const keys = new Set(bodies.filter((body) => body.key).map((body) => body.key));
    assert.equal((await upstreams.ledger()).keys.length - before_, 1);
    assert.equal(keys.size, 1);
    for (const body of bodies)
      assert.ok(["created", "exists", "in_progress"].includes(body.status), JSON.stringify(body));
  }));

const rounds = Number(process.env.LLMAPIKEY_TEST_ROUNDS ?? 4);
// Where lanes are few, some are told their place in the queue first.
test(`60 people and room for 10: ten keys, in each of ${rounds} runs`, async () => {
  for (let round = 0; round < rounds; round += 1) {
    await withService({ MAX_TOTAL_KEYS: "10", MINT_CONCURRENCY: round % 4 ? "64" : "1" }, async (service) => {
      const sessions = await Promise.all(Array.from({ length: 60 }, () => signIn(service, somebody())));
      const before_ = (await liveKeys()).length;
      if (round % 4 === 0) await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 500, times: 10 });
      const statusOf = async (session) => (await (await generate(service, session)).json()).status;
      const first = await Promise.all(sessions.map(statusOf));
      assert.equal(first.includes("in_progress"), round % 4 === 0, first.join());
      const ends = await Promise.all(
        first.map((status, i) =>
          status === "in_progress"
            ? until(
                "the end",
                async () => {
                  const now = await statusOf(sessions[i]);
                  return now !== "in_progress" && now;
                },
                60_000,
              )
            : status,
        ),
      );
      const count = (...statuses) => ends.filter((status) => statuses.includes(status)).length;
      assert.deepEqual([count("created", "exists"), count("full")], [10, 50], `round ${round}`);
      assert.equal((await liveKeys()).length - before_, 10);
    });
  }
});

test("paused: says so on every page, mints nothing, and shows the keys that people have", () =>
  withService({}, async (service, { again }) => {
    const name = somebody();
    const held = await (await generate(service, await signIn(service, name))).json();
    const paused = await again({ PROVISIONING_ENABLED: "false", OPENROUTER_MANAGEMENT_KEY: "" });
    for (const path of ["/", "/docs", "/dashboard", "/no-such-page"]) {
      assert.match(
        await (await fetch(paused.url + path, { headers: { accept: "text/html" } })).text(),
        /New keys are paused/,
        path,
      );
    }
    const holder = await signIn(paused, name);
    assert.ok((await page(paused, holder)).includes(held.key));
    assert.equal((await (await generate(paused, holder)).json()).key, held.key);
    const newcomer = await signIn(paused, somebody());
    const refused = await generate(paused, newcomer);
    assert.deepEqual([refused.status, (await refused.json()).status], [403, "paused"]);
    assert.ok(!(await page(paused, newcomer)).includes('id="generate"'));
  }));

for (const [what, fault] of [
  ["the connection breaks after the effect", { drop: "after" }],
  ["a 502 after the effect", { status: 502, after_effect: true }],
  ["a malformed body", { body: '{"data":', after_effect: true }],
  ["HTML from the edge", { status: 200, body: "<html>", content_type: "text/html", after_effect: true }],
  ["a truncated answer", { truncate_after: 20 }],
  ["no answer in time", { delay_ms: 9000 }],
  ["the connection breaks before the effect", { drop: "before" }],
]) {
  test(`lost answer (${what}): never two keys, and in the end exactly one`, () =>
    withService({ UPSTREAM_TIMEOUT_SECONDS: "4" }, async (service) => {
      const session = await signIn(service, somebody());
      const before_ = new Set((await liveKeys()).map((key) => key.hash));
      await upstreams.openrouterFault({ method: "POST", path: "/keys", ...fault });
      // Until the page has been seen nobody can find out what became of it.
      await upstreams.openrouterFault({ method: "GET", path: "/keys", status: 400, body: "{}", times: 1000 });
      const answer = await generate(service, session);
      assert.equal(answer.status, 202);
      assert.equal((await answer.json()).status, "in_progress");
      assert.match(await page(service, session), /We are checking whether your key was created/);
      await upstreams.clearFaults();
      const key = await until("a key", async () => (await (await generate(service, session)).json()).key, 60_000);
      const mine = (await liveKeys()).filter((each) => !before_.has(each.hash));
      assert.equal(mine.length, 1);
      assert.ok(key.endsWith(mine[0].hint));
    }));
}

for (const [status, expected] of [
  [400, 502],
  [401, 502],
  [402, 502],
  [403, 502],
  [429, 503],
]) {
  test(`refused with ${status}: nothing is left behind, and the next try makes a key`, () =>
    withService({}, async (service) => {
      const session = await signIn(service, somebody());
      await upstreams.openrouterFault({
        method: "POST",
        path: "/keys",
        status,
        body: '{"error":{"code":1,"message":"no"},"user_id":"owner-of-the-account"}',
        headers: { "Retry-After": "7" },
      });
      const refused = await generate(service, session);
      const text = await refused.text();
      assert.equal(refused.status, expected);
      assert.equal(JSON.parse(text).status, "error");
      if (status === 429) assert.equal(refused.headers.get("retry-after"), "7");
      assert.ok(!text.includes("owner-of-the-account"));
      assert.ok(!service.process.output.includes("owner-of-the-account"));
      assert.equal((await (await generate(service, session)).json()).status, "created");
    }));
}

test("killed in the middle of a mint: the next visit ends with one key, none orphaned", () =>
  withService({ UPSTREAM_TIMEOUT_SECONDS: "30" }, async (service, { again }) => {
    const name = somebody();
    const session = await signIn(service, name);
    const before_ = new Set((await liveKeys()).map((key) => key.hash));
    await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 20_000 });
    const lost = generate(service, session).catch(() => null);
    await until("the create upstream", async () => (await liveKeys()).some((key) => !before_.has(key.hash)));
    await service.process.kill("SIGKILL");
    await lost;
    const restarted = await again({ UPSTREAM_TIMEOUT_SECONDS: "2" });
    const mine = await signIn(restarted, name);
    // A machine that took its time with the restart may have sorted it out already.
    const early = await (await generate(restarted, mine)).json();
    assert.ok(["in_progress", "created", "exists"].includes(early.status), JSON.stringify(early));
    const key = await until("a key", async () => (await (await generate(restarted, mine)).json()).key);
    const alive = (await liveKeys()).filter((each) => !before_.has(each.hash));
    assert.equal(alive.length, 1);
    assert.ok(key.endsWith(alive[0].hint));
  }));

test("killed in the middle of a mint: `reconcile --fix` revokes what nobody knows and frees the place", () =>
  withService({ UPSTREAM_TIMEOUT_SECONDS: "30" }, async (service, { settings }) => {
    const session = await signIn(service, somebody());
    const before_ = new Set((await liveKeys()).map((key) => key.hash));
    await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 20_000 });
    const lost = generate(service, session).catch(() => null);
    await until("the create upstream", async () => (await liveKeys()).some((key) => !before_.has(key.hash)));
    await service.process.kill("SIGKILL");
    await lost;
    const env = { ...settings, UPSTREAM_TIMEOUT_SECONDS: "1" };
    const report = await until("a finding", async () => {
      const looked = JSON.parse((await run(["reconcile", "--json"], env)).out);
      return looked.findings.some((finding) => finding.kind === "unsettled") && looked;
    });
    assert.equal(report.clean, false);
    const fixed = await run(["reconcile", "--fix", "--json"], env);
    assert.equal(fixed.code, 0, fixed.err + fixed.out);
    assert.equal((await liveKeys()).filter((each) => !before_.has(each.hash)).length, 0);
    assert.equal(JSON.parse((await run(["reconcile", "--json"], env)).out).clean, true);
  }));

test("killed in the middle of a mint: after the restart it is settled by itself, without anybody's visit", () =>
  withService({ UPSTREAM_TIMEOUT_SECONDS: "30" }, async (service, { again }) => {
    const session = await signIn(service, somebody());
    const before_ = new Set((await liveKeys()).map((key) => key.hash));
    await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 20_000 });
    const lost = generate(service, session).catch(() => null);
    await until("the create upstream", async () => (await liveKeys()).some((key) => !before_.has(key.hash)));
    await service.process.kill("SIGKILL");
    await lost;
    const restarted = await again({ UPSTREAM_TIMEOUT_SECONDS: "1" });
    const lostHash = (await upstreams.ledger()).keys.find((key) => !before_.has(key.hash)).hash;
    const isEnded = async () => {
      const mine = (await liveKeys()).filter((key) => !before_.has(key.hash));
      return mine.length === 1 && mine[0].hash !== lostHash && mine[0];
    };
    const kept = await until("the lost key is revoked and another one made", isEnded, 40_000);
    const answer = await until("the key", async () => {
      const body = await (await generate(restarted, session)).json();
      return body.key && body;
    });
    assert.equal(answer.status, "exists");
    assert.ok(answer.key.endsWith(kept.hint));
  }));

test("no raw key in the log or in the database, whole or copied", () =>
  withService({ LOG_LEVEL: "debug" }, async (service, { files }) => {
    const session = await signIn(service, somebody());
    const { key } = await (await generate(service, session)).json();
    await page(service, session);
    await page(service, session, "/docs?key=show");
    assert.ok(!service.process.output.includes(key));
    // PostgreSQL removes files of its own while we look.
    const contents = (file) => {
      try {
        return readFileSync(file);
      } catch (error) {
        if (error.code === "ENOENT") return "";
        throw error;
      }
    };
    for (const file of filesUnder(files)) assert.ok(!contents(file).includes(key), file);
    for (const secret of [
      session.split("=")[1],
      "session-secret",
      "sealing-secret",
      upstreams.management_key,
      upstreams.github_client_secret,
    ]) {
      assert.ok(!service.process.output.includes(secret));
    }
  }));

test("another KEY_ENCRYPTION_SECRET: the service starts once the loss is accepted, and the page explains", () =>
  withService({}, async (service, { again, settings }) => {
    const name = somebody();
    const { key } = await (await generate(service, await signIn(service, name))).json();
    const another = { KEY_ENCRYPTION_SECRET: "another-secret-of-at-least-32-bytes!!" };
    await assert.rejects(
      again(another),
      new RegExp(
        "ended with 2: .*is not the secret with which the keys in this database are sealed.*" +
          "`llmapikey reseal --accept-loss`",
      ),
    );
    const accepted = await run(["reseal", "--accept-loss"], { ...settings, ...another });
    assert.equal(accepted.code, 0, accepted.err);
    assert.match(accepted.out, /1 key or webhook secret cannot be opened/);
    const other = await again(another);
    const text = await page(other, await signIn(other, name));
    assert.match(text, /cannot be shown/);
    assert.ok(!text.includes(key));
  }));

test("an outage of the upstream leaves sign-in, dashboards and stored keys alone", () =>
  withService({ UPSTREAM_TIMEOUT_SECONDS: "2" }, async (service) => {
    const name = somebody();
    const { key } = await (await generate(service, await signIn(service, name))).json();
    await upstreams.openrouterFault({ method: "", path: "/", status: 503, body: "down", times: 1000 });
    const text = await page(service, await signIn(service, name));
    assert.ok(text.includes(key));
  }));

for (const signal of ["SIGTERM", "SIGHUP"])
  test(`stopping finishes the mint that is under way: ${signal}`, () =>
    withService({}, async (service) => {
      const session = await signIn(service, somebody());
      await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 700 });
      const calls = async () => (await upstreams.ledger()).calls["POST /keys"] ?? 0;
      const before_ = await calls();
      const under_way = generate(service, session);
      await until("the create", async () => (await calls()) > before_);
      const stopped = service.process.kill(signal);
      const answer = await under_way;
      assert.equal((await answer.json()).status, "created");
      assert.equal((await stopped).code, 0);
    }));

test("under nohup the service outlives its terminal", async (t) => {
  const folder = temporaryFolder();
  const child = spawn("nohup", [binary, "serve"], {
    env: { PATH: process.env.PATH, ...serviceEnvironment(upstreams, folder) },
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const exited = new Promise((done) => child.once("exit", (code) => done(code)));
  t.after(async () => {
    child.kill("SIGKILL");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  });
  let output = "";
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const url = await until("it listens", () => /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1]);
  child.kill("SIGHUP");
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
  assert.equal(/stopping/.test(output), false);
  child.kill("SIGTERM");
  assert.equal(await exited, 0);
});

test("usage comes from the upstream's window", () =>
  withService({}, async (service) => {
    const session = await signIn(service, somebody());
    const { key } = await (await generate(service, session)).json();
    assert.match(await page(service, session), /<p class="big">\$10\.00 left [^]*\$0\.00 spent\./);
    const spent = await fetch(`${upstreams.openrouter_url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}` },
      body: JSON.stringify({ model: "sandbox/expensive", messages: [{ role: "user", content: "x" }] }),
    });
    assert.equal(spent.status, 200);
  }));
