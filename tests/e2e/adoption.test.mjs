// Taking over the database of the older JavaScript deployment, at each of its three layouts, and
// giving it back.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { SignJWT } from "jose";
import { startPostgres } from "./support/postgres.mjs";
import {
  binary,
  generate,
  run,
  sealingSecret,
  serviceEnvironment,
  sessionSecret,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

let upstreams, postgres;
before(async () => {
  [upstreams, postgres] = await Promise.all([startUpstreams(), startPostgres()]);
  postgres.server.sql("CREATE ROLE anon LOGIN; CREATE ROLE authenticated LOGIN");
});
after(async () => {
  await upstreams.stop();
  await postgres.stop();
});

const rows = 10_000;

// What the older deployment's migrations leave, and rows as it writes them: every tenth has no key
// yet.
const layouts = {
  "without openrouter_key": { hash: "openrouter_key_hash", hasKey: false },
  "with openrouter_key": { hash: "openrouter_key_hash", hasKey: true },
  "with openrouter_delete_hash": { hash: "openrouter_delete_hash", hasKey: true },
};
const older = (database, { hash, hasKey }, { grants = true } = {}) =>
  database.sql(`
  CREATE SCHEMA llmapikey;
  CREATE TABLE llmapikey.api_keys (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), github_user_id text NOT NULL UNIQUE,
    github_username text NOT NULL, ${hash} text NOT NULL,
    ${hasKey ? "openrouter_key text," : ""} key_hint text NOT NULL,
    status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'active')),
    created_at timestamptz NOT NULL DEFAULT now());
  ALTER TABLE llmapikey.api_keys ENABLE ROW LEVEL SECURITY;
  ${grants ? "GRANT USAGE ON SCHEMA llmapikey TO anon; GRANT ALL ON llmapikey.api_keys TO anon, authenticated;" : ""}
  INSERT INTO llmapikey.api_keys (github_user_id, github_username, ${hash},
      ${hasKey ? "openrouter_key," : ""} key_hint, status, created_at)
    SELECT n::text, 'login-' || n, CASE WHEN n % 10 = 0 THEN '' ELSE 'handle-' || n END,
      ${hasKey ? "CASE WHEN n % 10 = 0 THEN NULL ELSE 'sk-or-v1-' || md5(n::text) || md5('x' || n) END," : ""}
      CASE WHEN n % 10 = 0 THEN '' ELSE right(md5('x' || n), 4) END,
      CASE WHEN n % 10 = 0 THEN 'pending' ELSE 'active' END, now() - n * interval '1 minute'
    FROM generate_series(1, ${rows}) AS n`);

const rawKey = (database, account) => database.sql(`SELECT 'sk-or-v1-' || md5('${account}') || md5('x${account}')`);
const migrate = (database, direction, env = {}) =>
  run(["migrate", direction], { POSTGRES_URL: database.pooled, KEY_ENCRYPTION_SECRET: sealingSecret, ...env });
const done = async (command) => {
  const { code, err } = await command;
  assert.equal(code, 0, err);
};
// All that the table holds and how it is made, as text.
const picture = (database) =>
  database.sql(`SELECT md5(string_agg(to_jsonb(k)::text, ',' ORDER BY id)) FROM llmapikey.api_keys k;
  SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull, ', ' ORDER BY attname)
    FROM pg_attribute WHERE attrelid = 'llmapikey.api_keys'::regclass AND attnum > 0 AND NOT attisdropped;
  SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), ', ' ORDER BY conname)
    FROM pg_constraint WHERE conrelid = 'llmapikey.api_keys'::regclass;
  SELECT string_agg(indexname, ', ' ORDER BY indexname)
    FROM pg_indexes WHERE schemaname = 'llmapikey' AND tablename = 'api_keys'`);
const isSealed = (database) =>
  database.sql(
    "SELECT count(*) FROM llmapikey.api_keys WHERE openrouter_key IS NOT NULL AND openrouter_key NOT LIKE 'v1.%'",
  ) === "0";

const sessionOf = async (account) => {
  const claims = new SignJWT({ login: `login-${account}` }).setSubject(String(account));
  const signed = claims.setProtectedHeader({ alg: "HS256" }).setIssuedAt().setExpirationTime("7d");
  return `llmapikey_session=${await signed.sign(new TextEncoder().encode(sessionSecret))}`;
};

const withService = async (database, use, env = {}) => {
  const folder = temporaryFolder();
  const service = await startService(upstreams, folder, { POSTGRES_URL: database.pooled, MAX_TOTAL_KEYS: "0", ...env });
  try {
    await use(service);
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

for (const [name, layout] of Object.entries(layouts)) {
  test(`${name}: up, down and up again, every key the same at each point`, async () => {
    const database = postgres.database();
    older(database, layout);
    const found = picture(database);
    await done(migrate(database, "up"));
    assert.ok(isSealed(database));
    assert.equal(database.sql("SELECT live FROM llmapikey.totals"), String(rows));
    await done(migrate(database, "down"));
    assert.equal(picture(database), found, "as it was found");
    await done(migrate(database, "up"));
    assert.ok(isSealed(database));
    await withService(database, async (service) => {
      for (const account of [1, 77, 4321, 9999]) {
        const body = await (await generate(service, await sessionOf(account))).json();
        assert.deepEqual([body.status, body.key], ["exists", layout.hasKey ? rawKey(database, account) : undefined]);
        const page = await (
          await fetch(`${service.url}/dashboard`, { headers: { cookie: await sessionOf(account) } })
        ).text();
        assert.ok(layout.hasKey ? page.includes(rawKey(database, account)) : page.includes("was shown only once"));
      }
    });
    await done(migrate(database, "down"));
    assert.equal(picture(database), found);
  });
}

test("no raw key is left in the database's files", async () => {
  const database = postgres.database();
  older(database, layouts["with openrouter_key"]);
  const oid = database.sql("SELECT oid FROM pg_database WHERE datname = current_database()");
  const folder = join(postgres.folder, "primary/base", oid);
  const isInFiles = (text) => {
    database.sql("CHECKPOINT");
    return readdirSync(folder).some((file) => readFileSync(join(folder, file)).includes(text));
  };
  assert.ok(isInFiles(rawKey(database, 4321)), "the search finds what is there");
  await done(migrate(database, "up"));
  assert.ok(!isInFiles(rawKey(database, 4321)));
  assert.ok(!isInFiles("sk-or-v1-"));
});

test("a role such as anon sees nothing, even where it was granted everything", async () => {
  const database = postgres.database();
  older(database, layouts["with openrouter_key"]);
  await done(migrate(database, "up"));
  const tables = database.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'llmapikey'").split("\n");
  assert.ok(tables.length >= 4);
  for (const role of ["anon", "authenticated"]) {
    for (const table of tables)
      assert.throws(() => database.sql(`SELECT * FROM llmapikey.${table}`, role), /permission denied/, table);
  }
  database.sql("GRANT USAGE ON SCHEMA llmapikey TO anon; GRANT ALL ON ALL TABLES IN SCHEMA llmapikey TO anon");
  for (const table of tables) assert.equal(database.sql(`SELECT count(*) FROM llmapikey.${table}`, "anon"), "0", table);
  assert.equal(database.sql("DELETE FROM llmapikey.api_keys RETURNING 1", "anon"), "");
});

test("killed at any point of going up or down, the next run completes it", async () => {
  const database = postgres.database();
  older(database, layouts["with openrouter_key"]);
  const found = picture(database);
  for (const direction of ["up", "down"]) {
    let kills = 0;
    for (let delay = 10; delay < 400; delay += 30) {
      const child = spawn(binary, ["migrate", direction], {
        env: { PATH: process.env.PATH, POSTGRES_URL: database.pooled, KEY_ENCRYPTION_SECRET: sealingSecret },
      });
      const ended = new Promise((r) => child.once("exit", (code, signal) => r(signal)));
      const timer = setTimeout(() => child.kill("SIGKILL"), delay);
      const signal = await ended;
      clearTimeout(timer);
      if (signal === null) break;
      kills += 1;
      await until(
        "the server noticed",
        async () =>
          database.sql(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle' AND " +
              "pid <> pg_backend_pid()",
          ) === "0",
      );
      // Whole or not at all.
      const version = database.sql(
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'llmapikey' AND tablename = 'totals'",
      );
      if (version === "0") assert.equal(picture(database), found);
      else assert.ok(isSealed(database));
    }
    assert.ok(kills > 0, "killed in time at least once");
    await done(migrate(database, direction));
    if (direction === "up") assert.ok(isSealed(database));
    else assert.equal(picture(database), found);
  }
});

test("what each side wrote meanwhile is there when the database changes hands again", async () => {
  const database = postgres.database();
  older(database, layouts["with openrouter_key"]);
  const born = { 20001: null, 20002: null };
  await done(migrate(database, "up"));
  await withService(database, async (service) => {
    born[20001] = (await (await generate(service, await sessionOf(20001))).json()).key;
  });
  const ours =
    "SELECT nonce, daily_limit_micro_usd, attempted_at, expires_at FROM llmapikey.api_keys WHERE " +
    "github_user_id = '20001'";
  const known = database.sql(ours);
  await done(migrate(database, "down"));
  // The older deployment at work: it reads ours, and issues one of its own.
  assert.equal(
    database.sql("SELECT openrouter_key FROM llmapikey.api_keys WHERE github_user_id = '20001' AND status = 'active'"),
    born[20001],
  );
  born[20002] = `sk-or-v1-${"b".repeat(64)}`;
  database.sql(`INSERT INTO llmapikey.api_keys (github_user_id, github_username, openrouter_key_hash, key_hint)
      VALUES ('20002', 'new', '', '');
    UPDATE llmapikey.api_keys SET openrouter_key = '${born[20002]}', openrouter_key_hash = 'h',
      key_hint = 'bbbb', status = 'active' WHERE github_user_id = '20002'`);
  await done(migrate(database, "up"));
  assert.equal(database.sql(ours), known, "nonce, cap and dates survive");
  assert.equal(database.sql("SELECT live FROM llmapikey.totals"), String(rows + 2));
  await withService(database, async (service) => {
    for (const [account, key] of Object.entries(born))
      assert.equal((await (await generate(service, await sessionOf(account))).json()).key, key);
  });
});

test("a database of our own goes down to what the older deployment reads, and keeps its keys", async () => {
  const database = postgres.database();
  let key;
  await withService(database, async (service) => {
    key = (await (await generate(service, await sessionOf(31))).json()).key;
  });
  await done(migrate(database, "down"));
  assert.equal(
    database.sql(
      "SELECT github_user_id, openrouter_key, status, openrouter_delete_hash IS NOT NULL FROM llmapikey.api_keys",
    ),
    `31|${key}|active|t`,
  );
  await withService(database, async (service) =>
    assert.equal((await (await generate(service, await sessionOf(31))).json()).key, key),
  );
});

test("`serve` adopts by itself, and the keys that it finds are no orphans", async () => {
  const database = postgres.database();
  older(database, layouts["with openrouter_delete_hash"]);
  const create = async (name) =>
    await (
      await fetch(`${upstreams.openrouter_url}/keys`, {
        method: "POST",
        headers: { authorization: `Bearer ${upstreams.management_key}`, "content-type": "application/json" },
        body: JSON.stringify({ name, limit: 10, limit_reset: "daily" }),
      })
    ).json();
  const held = await create("llmapikey/gh-1"),
    interrupted = await create("llmapikey/gh-10");
  database.sql(
    `UPDATE llmapikey.api_keys SET openrouter_delete_hash = '${held.data.hash}', openrouter_key = ` +
      `'${held.key}' WHERE github_user_id = '1'`,
  );
  const env = { UPSTREAM_TIMEOUT_SECONDS: "1" };
  await withService(
    database,
    async (service) => {
      assert.equal((await (await generate(service, await sessionOf(1))).json()).key, held.key);
      // Account 10 was left in the middle of a mint: its lost key is found by its older name,
      // revoked, and made anew.
      const fresh = await until("a key", async () => (await (await generate(service, await sessionOf(10))).json()).key);
      assert.notEqual(fresh, interrupted.key);
      const alive = (await upstreams.ledger()).keys.filter((key) => !key.deleted_at).map((key) => key.hash);
      assert.ok(alive.includes(held.data.hash));
      assert.ok(!alive.includes(interrupted.data.hash));
      const settled = { ...serviceEnvironment(upstreams, "/nonexistent", env), POSTGRES_URL: database.pooled };
      const report = JSON.parse((await run(["reconcile", "--json"], settled)).out);
      assert.ok(
        report.findings.every((finding) => finding.github_user_id !== "1"),
        JSON.stringify(report),
      );
    },
    env,
  );
});

test("without the secret, with another one, or with rows without sense: said plainly, nothing changed", async () => {
  const database = postgres.database();
  older(database, layouts["with openrouter_key"]);
  const found = picture(database);
  const locked = await migrate(database, "up", { KEY_ENCRYPTION_SECRET: "" });
  assert.equal(locked.code, 2);
  assert.match(locked.err, /set KEY_ENCRYPTION_SECRET/);
  assert.equal(picture(database), found);
  await done(migrate(database, "up"));
  const other = await migrate(database, "down", { KEY_ENCRYPTION_SECRET: "another-secret-of-at-least-32-bytes!!" });
  assert.equal(other.code, 2);
  assert.match(other.err, /cannot be unsealed.*KEY_ENCRYPTION_SECRET/);
  assert.ok(!other.err.includes("sk-or-"));
  assert.ok(isSealed(database));
  await done(migrate(database, "down"));
  database.sql(
    "ALTER TABLE llmapikey.api_keys DROP CONSTRAINT api_keys_status_check; UPDATE llmapikey.api_keys SET " +
      "status = 'strange' WHERE github_user_id = '3'",
  );
  const strange = await migrate(database, "up");
  assert.equal(strange.code, 1);
  assert.match(strange.err, /strange \(1\)/);
});
