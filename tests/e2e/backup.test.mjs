// Backup and restore as docs/backup.md says: taken while keys are being made, put back into an
// empty place. Who held a key then holds it again; what was made or ended since is found at
// OpenRouter and dealt with, so that nothing bills unseen.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { copyFileSync, chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { after, before, test } from "node:test";
import { startPostgres } from "./support/postgres.mjs";
import {
  generate,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

// Scaled down: an attempt in doubt is settled after two seconds.
const hurried = {
  UPSTREAM_TIMEOUT_SECONDS: "1",
  RECONCILE_SECONDS: "5",
  SPENDING_POLL_SECONDS: "0",
  MAX_TOTAL_KEYS: "12",
};
const patience = 90_000;

let upstreams, postgres;
before(async () => {
  [upstreams, postgres] = await Promise.all([startUpstreams(), startPostgres()]);
});
after(async () => {
  await upstreams?.stop();
  await postgres?.stop();
});

const tool = (name) => {
  const root = "/usr/lib/postgresql";
  return (
    readdirSync(root)
      .map((version) => `${root}/${version}/bin/${name}`)
      .filter(existsSync)
      .sort()
      .reverse()[0] ?? name
  );
};

// How each database is copied and put back, with the commands of the documentation.
const sqlite = async (folder) => ({
  env: {},
  backUp: async (file) => {
    const done = await run(["backup", file], serviceEnvironment(upstreams, folder, hurried), folder);
    assert.equal(done.code, 0, done.err);
  },
  age: () =>
    execFileSync("sqlite3", [
      `${folder}/llmapikey.db`,
      ".timeout 5000",
      "UPDATE schema_migrations SET applied_at = applied_at - 86400",
    ]),
  restore: async (file) => {
    const folder = temporaryFolder();
    copyFileSync(file, `${folder}/llmapikey.db`);
    chmodSync(`${folder}/llmapikey.db`, 0o600);
    return { folder, env: {} };
  },
});
// The commands of the documentation on PostgreSQL, word by word, for a dump at `file`.
const documented = readFileSync(new URL("../../docs/backup.md", import.meta.url), "utf8")
  .split("## PostgreSQL")[1]
  .split("\n## ")[0]
  .split("\n")
  .filter((line) => line.startsWith("    "))
  .map((line) => line.trim());
const obey = (commands, file, env) => {
  for (const command of commands)
    execFileSync(
      "bash",
      [
        "-euo",
        "pipefail",
        "-c",
        command.replaceAll("/backups/llmapikey.dump", file).replaceAll("/backups/llmapikey.list", `${file}.list`),
      ],
      { env: { PATH: `${dirname(tool("pg_dump"))}:${process.env.PATH}`, ...env }, stdio: "pipe" },
    );
};
const [dumping, restoring, ...restoringWithout] = documented;
// An empty database whose owner is nobody special.
const ownedByAnybody = () => {
  const fresh = postgres.database();
  postgres.server.sql(
    "DO $$ BEGIN CREATE ROLE anybody LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; ALTER DATABASE " +
      `${fresh.name} OWNER TO anybody`,
  );
  return { ...fresh, own: fresh.url.replace("//llmapikey@", "//anybody@") };
};
const server = async () => {
  const database = postgres.database();
  return {
    env: { POSTGRES_URL: database.url },
    backUp: async (file) => obey([dumping], file, { POSTGRES_URL: database.url }),
    age: () => database.sql("UPDATE llmapikey.applied_migrations SET applied_at = applied_at - interval '1 day'"),
    restore: async (file) => {
      const { own } = ownedByAnybody();
      obey([restoring], file, { POSTGRES_URL_OF_AN_EMPTY_DATABASE: own });
      return { folder: temporaryFolder(), env: { POSTGRES_URL: own } };
    },
  };
};

test("a dump of PostgreSQL is restored where pg_trgm is there already, and somebody else's", async () => {
  const folder = temporaryFolder(),
    source = ownedByAnybody(),
    fresh = ownedByAnybody(),
    file = `${folder}/dump`;
  const of = (url) => serviceEnvironment(upstreams, folder, { POSTGRES_URL: url });
  assert.equal((await run(["migrate", "up"], of(source.own), folder)).code, 0);
  const advised = await run(["backup", file], of(source.own), folder);
  assert.equal(advised.code, 2);
  for (const option of ["--format=custom", "--schema=llmapikey", "--extension=pg_trgm"])
    assert.ok(dumping.includes(option) && advised.err.includes(option), advised.err);
  obey([dumping], file, { POSTGRES_URL: source.own });
  fresh.sql("CREATE EXTENSION pg_trgm");
  obey(restoringWithout, file, { POSTGRES_URL_OF_AN_EMPTY_DATABASE: fresh.own });
  assert.equal(fresh.sql("SELECT count(*) FROM pg_indexes WHERE indexname = 'api_keys_login'"), "1");
  const status = await run(["migrate", "status", "--json"], of(fresh.own), folder);
  assert.ok(
    JSON.parse(status.out).every((each) => each.applied_at !== null),
    status.err,
  );
  rmSync(folder, { recursive: true, force: true });
});

const liveKeys = async () => (await upstreams.ledger()).keys.filter((key) => !key.deleted_at);
// As in a row: whose it is, and its last characters.
const nameAndHint = (key) => `${/^llmapikey\/gh-(\d+)/.exec(key.name)[1]} ${key.hint}`;
const post = (service, session, path, body) =>
  fetch(`${service.url}${path}`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(body),
    headers: {
      cookie: session,
      accept: "application/json",
      origin: service.url,
      "content-type": "application/x-www-form-urlencoded",
    },
  });

for (const [kind, open] of [
  ["SQLite", sqlite],
  ["PostgreSQL", server],
]) {
  test(`a backup of ${kind}, taken while keys are made, is restored`, async () => {
    const folder = temporaryFolder();
    const place = await open(folder);
    const backups = `${folder}/backups`;
    mkdirSync(backups);
    const file = `${backups}/copy`;
    let service, restored;
    const people = [];
    const person = async (at) => {
      const login = `${kind.toLowerCase()}-${process.pid}-${people.length}`;
      const session = await signIn(at, login);
      people.push({ login, session });
      return people.at(-1);
    };
    try {
      // In a hurry is only what comes after the restore.
      service = await startService(upstreams, folder, { ...hurried, ...place.env, UPSTREAM_TIMEOUT_SECONDS: "15" });
      place.age(); // of an hour or less, whatever is unknown would be left to a person
      for (let i = 0; i < 8; i += 1) await person(service);
      const [early, during, late] = [people.slice(0, 5), people.slice(5, 7), people.slice(7)];
      for (const each of early) each.key = (await (await generate(service, each.session)).json()).key;

      // While these are being made the copy is taken.
      await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 400, times: during.length });
      const asked = during.map((each) => generate(service, each.session));
      await place.backUp(file);
      await Promise.all(asked);
      await upstreams.clearFaults();
      for (const each of during)
        each.key = await until(
          "it has a key",
          async () => (await (await generate(service, each.session)).json()).key,
          patience,
        );

      // After it one is made, and one is given back.
      late[0].key = await until(
        "a late key",
        async () => (await (await generate(service, late[0].session)).json()).key,
        patience,
      );
      assert.equal((await post(service, early[0].session, "/dashboard/key/give-back", {})).status, 200);
      const [given, kept] = [early[0], early.slice(1)];
      const before = (await liveKeys()).length;
      await service.stop();
      service = null;

      const where = await place.restore(file);
      const env = serviceEnvironment(upstreams, where.folder, { ...hurried, ...where.env });
      const audit = await run(["audit", "verify"], env, where.folder);
      assert.equal(audit.code, 0, audit.out + audit.err);
      await until(
        "what was made since is seen, once it is old enough",
        async () => /"orphan"/.test((await run(["reconcile", "--json"], env, where.folder)).out),
        patience,
        200,
      );
      assert.equal((await liveKeys()).length, before, "and looking touches nothing");

      restored = await startService(upstreams, where.folder, { ...hurried, ...where.env });
      assert.equal(await (await fetch(`${restored.url}/readyz`)).text(), "ready\n");
      const shown = async ({ session }) =>
        (await fetch(`${restored.url}/api/v1/me/key`, { headers: { cookie: session } })).json();
      for (const each of kept) assert.equal((await shown(each)).key, each.key, "who held a key then holds it again");

      // The key that was made after the backup is in no row: it is revoked. Whatever the copy had
      // of those in the middle, in the end each key upstream is in a row, and the other way round.
      let rows, live;
      await until(
        "upstream has exactly the keys that rows hold",
        async () => {
          rows = JSON.parse((await run(["keys", "list", "--json"], env, where.folder)).out).keys;
          live = await liveKeys();
          const held = rows
            .filter((row) => row.status === "active" && !row.missing)
            .map((row) => `${row.github_user_id} ${row.hint}`)
            .sort();
          return JSON.stringify(live.map(nameAndHint).sort()) === JSON.stringify(held);
        },
        patience,
      ).catch((error) => {
        throw new Error(`${error.message}: ${JSON.stringify(rows)} ${JSON.stringify(live)}`);
      });
      assert.ok(!live.some((key) => late[0].key.endsWith(key.hint)), "what was made after the backup bills no more");
      // Given back since: there is a row again, and no key; its holder is told, and gets a new one.
      await until(
        "the missing key is marked",
        async () => /llmapikey_missing_keys 1\n/.test(await (await fetch(`${restored.url}/metrics`)).text()),
        patience,
      );
      const anew = await until(
        "who lost a key gets one",
        async () => (await (await generate(restored, late[0].session)).json()).key,
        patience,
      );
      assert.notEqual(anew, late[0].key);
      const replaced = await until(
        "so does who gave one back",
        async () => {
          await post(restored, given.session, "/dashboard/key/rotate", {});
          const { key } = await shown(given);
          return key && key !== given.key && key;
        },
        patience,
      );
      assert.ok(replaced);
      let metrics;
      await until(
        "the quota counts exactly the keys that exist",
        async () => {
          metrics = await (await fetch(`${restored.url}/metrics`)).text();
          return Number(/^llmapikey_live_keys (\d+)$/m.exec(metrics)[1]) === (await liveKeys()).length;
        },
        patience,
      );
      assert.match(metrics, /llmapikey_reconcile_findings_total\{kind="orphan",outcome="mended"\} [1-9]/);
      rmSync(where.folder, { recursive: true, force: true });
    } finally {
      await service?.stop();
      await restored?.stop();
      rmSync(folder, { recursive: true, force: true });
      for (const key of await liveKeys())
        await fetch(`${upstreams.openrouter_url}/keys/${key.hash}`, {
          method: "DELETE",
          headers: { authorization: `Bearer ${upstreams.management_key}` },
        });
    }
  });
}
