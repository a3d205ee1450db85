// What each earlier schema left behind, with a row in every state that it knows (tests/upgrade), is
// taken over by the current binary: nothing of it changes, keys can be read, and it can be taken
// back. A new migration brings a dump of the schema after it.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { SignJWT } from "jose";
import { startPostgres } from "./support/postgres.mjs";
import { run, serviceEnvironment, sessionSecret, startService, temporaryFolder } from "./support/service.mjs";

const fixtures = fileURLToPath(new URL("../upgrade/", import.meta.url));
const migrations = fileURLToPath(new URL("../../migrations/", import.meta.url));
// Tables that are not about what people have: kept by the database, or by whichever process runs.
const passing = /^(leases|rate_limits|login_search.*|schema_migrations|applied_migrations)$/;
// Without a key for the upstream nothing moves rows on, so that they can be compared.
const nowhere = {
  github_client_id: "id",
  github_client_secret: "secret",
  github_url: "http://127.0.0.1:1",
  github_api_url: "http://127.0.0.1:1",
  openrouter_url: "http://127.0.0.1:1",
  management_key: "",
};

let postgres;
before(async () => {
  postgres = await startPostgres();
});
after(async () => {
  await postgres?.stop();
});

const sqlite = (folder) => {
  const ask = (sql) =>
    execFileSync("sqlite3", ["-bail", `${folder}/llmapikey.db`], { input: sql })
      .toString()
      .trim();
  const json = (sql) =>
    JSON.parse(execFileSync("sqlite3", ["-bail", "-json", `${folder}/llmapikey.db`, sql]).toString() || "[]");
  return {
    env: {},
    load: ask,
    tables: () => json("SELECT name FROM sqlite_master WHERE type = 'table'").map((row) => row.name),
    rows: (table) => json(`SELECT * FROM ${table}`),
    // Without how their lines are broken.
    triggers: () =>
      json("SELECT sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name").map(({ sql }) =>
        sql.replace(/\s+/g, " "),
      ),
  };
};

const server = () => {
  const database = postgres.database();
  const json = (sql) =>
    JSON.parse(
      database.sql(`SELECT coalesce(json_agg(row_to_json(found)), '[]') FROM (${sql}) AS found`).replace(/\n/g, ""),
    );
  return {
    env: { POSTGRES_URL: database.url },
    load: (sql) => database.sql(sql),
    tables: () => json("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'llmapikey'").map((row) => row.name),
    rows: (table) => json(`SELECT * FROM llmapikey.${table}`),
    triggers: () => json("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"),
  };
};

const contentOf = (database) =>
  new Map(
    database
      .tables()
      .filter((table) => !passing.test(table))
      .map((table) => [table, database.rows(table)]),
  );

// Each row of `before` stands in `now`, with the same values; there may be further columns, and
// tables, but no further rows.
const isIntact = (before, now) => {
  for (const [table, rows] of before) {
    const columns = rows.length > 0 ? Object.keys(rows[0]) : [];
    const seen = (list) => list.map((row) => JSON.stringify(columns.map((column) => row[column]))).sort();
    assert.deepEqual(seen(now.get(table) ?? []), seen(rows), `the rows of ${table}`);
  }
};

const sessionOf = async ({ github_user_id, github_username }) => {
  const token = await new SignJWT({ login: github_username })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(github_user_id)
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(sessionSecret));
  return `llmapikey_session=${token}`;
};

const newest = Math.max(...readdirSync(`${migrations}/sqlite`).map((name) => Number(name.slice(0, 4))));

test("there is a dump of every schema, of both databases", () => {
  const versions = Array.from({ length: newest }, (_, i) => `${String(i + 1).padStart(4, "0")}.sql`);
  for (const kind of ["sqlite", "postgres"])
    assert.deepEqual(
      readdirSync(`${fixtures}/${kind}`).sort(),
      versions,
      "add what the schema after the new migration leaves, with a row in each state",
    );
});

for (const [kind, open] of [
  ["sqlite", sqlite],
  ["postgres", server],
]) {
  for (let version = 1; version <= newest; version += 1) {
    test(`${kind}: from schema ${version}`, async () => {
      const folder = temporaryFolder();
      const database = open(folder);
      const env = serviceEnvironment(nowhere, folder, { PROVISIONING_ENABLED: "false", ...database.env });
      const command = async (...args) => {
        const done = await run(args, env, folder);
        assert.equal(done.code, 0, `${args.join(" ")}: ${done.err}`);
        return done.out;
      };
      let service;
      try {
        database.load(readFileSync(`${fixtures}/${kind}/${String(version).padStart(4, "0")}.sql`, "utf8"));
        const before = contentOf(database);
        const triggers = database.triggers();
        const statuses = new Set(before.get("api_keys").map((row) => row.status));
        assert.ok(statuses.size >= Math.min(version + 2, 4), "the dump has rows in many states");

        service = await startService(nowhere, folder, {
          PROVISIONING_ENABLED: "false",
          OPENROUTER_MANAGEMENT_KEY: "",
          ...database.env,
        });
        assert.equal(await (await fetch(`${service.url}/readyz`)).text(), "ready\n");
        isIntact(before, contentOf(database));
        const live = /^llmapikey_live_keys (\d+)$/m.exec(await (await fetch(`${service.url}/metrics`)).text())[1];
        assert.equal(Number(live), before.get("api_keys").length, "the quota counts what is there");
        for (const holder of before.get("api_keys").filter((row) => row.github_username.startsWith("holder-"))) {
          const shown = await (
            await fetch(`${service.url}/api/v1/me/key`, { headers: { cookie: await sessionOf(holder) } })
          ).text();
          assert.match(
            shown,
            new RegExp(`"sk-or-v1-[0-9a-f]+${holder.key_hint}"`),
            "its holder sees the key that was sealed then",
          );
        }
        await service.stop();
        service = null;
        isIntact(before, contentOf(database));

        const status = JSON.parse(await command("migrate", "status", "--json"));
        assert.ok(status.every((each) => each.applied_at !== null));
        assert.ok(!JSON.stringify(database.triggers()).includes("webhook_events"), "statements write events");
        assert.match(await command("audit", "verify"), /whole/);

        if (version === newest) return;
        await command("migrate", "down", "--steps", String(newest - version));
        const back = contentOf(database);
        isIntact(before, back);
        assert.deepEqual(database.triggers(), triggers, "what older programs rely on is there again");
        assert.deepEqual(
          JSON.parse(await command("migrate", "status", "--json"))
            .filter((each) => each.applied_at)
            .map((each) => each.version),
          Array.from({ length: version }, (_, i) => i + 1),
        );
        await command("migrate", "up");
        isIntact(before, contentOf(database));
      } finally {
        await service?.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }
}
