// The operator's command line on keys and the audit log, beside a running service; on the embedded
// database, or with LLMAPIKEY_TEST_STORE=postgres on PostgreSQL through PgBouncer.
import assert from "node:assert/strict";
import { rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
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

// A service, people with keys, and the command line on the same database.
const start = async (t, people, env = {}) => {
  const folder = temporaryFolder();
  const store = isEmbedded ? {} : { POSTGRES_URL: postgres.database().pooled };
  const service = await startService(upstreams, folder, { ...store, ...env });
  t.after(async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const settings = { ...serviceEnvironment(upstreams, folder), ...store };
  const keys = async (...args) => {
    const { code, out, err } = await run(args, settings);
    return { code, out, err, json: () => JSON.parse(out) };
  };
  const holders = {};
  for (const name of people) {
    const session = await signIn(service, name);
    holders[name] = { session, ...(await (await generate(service, session)).json()) };
  }
  const list = async (...args) => (await keys("keys", "list", "--json", ...args)).json();
  const idOf = async (name) => (await list("--search", name)).keys[0].github_user_id;
  const page = async (name) =>
    (await fetch(`${service.url}/dashboard`, { headers: { cookie: holders[name].session } })).text();
  return { service, keys, holders, list, idOf, page };
};

let round = 0;
const names = (count) => {
  round += 1;
  return Array.from({ length: count }, (_, i) => `cli-${process.pid}-${round}-${i}`);
};
const isAlive = async (key) =>
  (await upstreams.ledger()).keys.some(
    (each) => !each.deleted_at && key.endsWith(each.hint) && each.hint === key.slice(-4),
  );

test("list, search, page and show; no raw key among it", async (t) => {
  const people = names(5);
  const { keys, holders, list, idOf } = await start(t, people);
  const first = await list("--limit", "2");
  assert.equal(first.keys.length, 2);
  const second = await list("--limit", "2", "--cursor", first.next_cursor);
  const third = await list("--limit", "2", "--cursor", second.next_cursor);
  assert.equal(third.next_cursor, "");
  assert.equal(new Set([...first.keys, ...second.keys, ...third.keys].map((key) => key.id)).size, 5);
  assert.equal((await list("--status", "pending")).keys.length, 0);
  const table = await keys("keys", "list", "--search", people[3]);
  assert.match(table.out, new RegExp(`${people[3]} +active +${holders[people[3]].hint}`));
  const shown = await keys("keys", "show", await idOf(people[2]), "--json");
  assert.equal(shown.json().key.github_username, people[2]);
  for (const { out } of [
    table,
    shown,
    await keys("keys", "export"),
    await keys("keys", "export", "--format", "jsonl"),
  ]) {
    for (const holder of Object.values(holders)) assert.ok(!out.includes(holder.key));
    assert.ok(!out.includes("v1."));
  }
});

test("export writes every key, as CSV and as JSON lines", async (t) => {
  const people = names(4);
  const { keys } = await start(t, people);
  const lines = (await keys("keys", "export")).out.split("\r\n").filter(Boolean);
  assert.equal(lines.length, 5);
  assert.match(lines[0], /^id,github_user_id,github_username,/);
  const objects = (await keys("keys", "export", "--format", "jsonl")).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(objects.map((key) => key.github_username).sort(), [...people].sort());
});

test("revoked for good: gone upstream, explained on the dashboard, no other key, kept in the ledger", async (t) => {
  const [ada, grace] = names(2);
  const { service, keys, holders, idOf, page } = await start(t, [ada, grace]);
  const account = await idOf(ada);
  const rehearsal = await keys("keys", "revoke", account, "--reason", "leaked on a forum", "--dry-run");
  assert.match(rehearsal.out, /would revoke/);
  assert.ok(await isAlive(holders[ada].key));
  const revoked = await keys("keys", "revoke", account, "--reason", "leaked on a forum", "--hold", "forever");
  assert.equal(revoked.code, 0, revoked.err);
  assert.ok(!(await isAlive(holders[ada].key)));
  const text = await page(ada);
  assert.match(text, /leaked on a forum/);
  assert.match(text, /cannot get another/);
  assert.ok(!text.includes(holders[ada].key) && !text.includes('id="generate"'));
  const refused = await generate(service, holders[ada].session);
  assert.deepEqual([refused.status, (await refused.json()).status], [403, "error"]);
  const shown = (await keys("keys", "show", account, "--json")).json();
  assert.equal(shown.key, null);
  assert.deepEqual(
    [shown.ended[0].status, shown.ended[0].reason, shown.ended[0].hint],
    ["revoked", "leaked on a forum", holders[ada].hint],
  );
  assert.match(shown.ended[0].actor, /^cli:/);
  assert.ok((await page(grace)).includes(holders[grace].key), "nobody else is touched");
});

test("revoked with and without a pause: another key at once, or not yet", async (t) => {
  const [ada, grace] = names(2);
  const { service, keys, holders, idOf, page } = await start(t, [ada, grace]);
  assert.equal((await keys("keys", "revoke", await idOf(ada), "--reason", "rotate", "--hold", "none")).code, 0);
  const fresh = await (await generate(service, holders[ada].session)).json();
  assert.equal(fresh.status, "created");
  assert.notEqual(fresh.key, holders[ada].key);
  assert.equal((await keys("keys", "revoke", await idOf(grace), "--reason", "calm down", "--hold", "24h")).code, 0);
  assert.match(
    await page(grace),
    /get another key from <time [^>]+ title="20\d\d-\d\d-\d\d \d\d:\d\d UTC"[^>]*>\d+ \w+ 20\d\d, \d\d:\d\d UTC</,
  );
  assert.equal((await generate(service, holders[grace].session)).status, 403);
});

test("an upstream that fails: the key is hidden at once, and `reconcile --fix` ends it", async (t) => {
  const [ada] = names(1);
  const { keys, holders, idOf, page } = await start(t, [ada]);
  await upstreams.openrouterFault({ method: "DELETE", path: "/keys", status: 503, body: "down", times: 1000 });
  const failed = await keys("keys", "revoke", await idOf(ada), "--reason", "x", "--hold", "none");
  assert.equal(failed.code, 1);
  assert.match(await page(ada), /being revoked/);
  assert.ok(!(await page(ada)).includes(holders[ada].key));
  const looked = await keys("reconcile", "--json");
  assert.ok(looked.json().findings.some((finding) => finding.kind === "revoking" && !finding.fixed));
  await upstreams.clearFaults();
  await keys("reconcile", "--fix");
  await until("it is gone", async () => !(await isAlive(holders[ada].key)));
  assert.equal((await keys("keys", "show", await idOf(ada).catch(() => "1"), "--json")).json().key, null);
  assert.match(await page(ada), /You have no key/);
});

test("a revocation that was interrupted: the service ends it by itself", async (t) => {
  const [ada] = names(1);
  const { keys, holders, idOf, page } = await start(t, [ada], { UPSTREAM_TIMEOUT_SECONDS: "2" });
  await upstreams.openrouterFault({ method: "DELETE", path: "/keys", status: 503, body: "down", times: 1000 });
  assert.equal((await keys("keys", "revoke", await idOf(ada), "--reason", "x", "--hold", "none")).code, 1);
  assert.ok(await isAlive(holders[ada].key));
  await upstreams.clearFaults();
  await until("the key is gone", async () => !(await isAlive(holders[ada].key)), 40_000);
  await until("its place is free", async () => /You have no key/.test(await page(ada)));
  await until("it is on record", async () => (await keys("audit", "export")).out.includes('"actor":"system"'));
  assert.equal((await keys("audit", "verify")).code, 0);
});

test("mint for an account: the person finds the key on the dashboard", async (t) => {
  const [ada] = names(1);
  const { service, keys } = await start(t, []);
  const session = await signIn(service, ada);
  const account = String(JSON.parse(Buffer.from(session.split("=")[1].split(".")[1], "base64url")).sub);
  const minted = await keys("keys", "mint", "--account", account, "--login", ada, "--json");
  assert.equal(minted.code, 0, minted.err);
  assert.equal(minted.json().status, "created");
  assert.ok(!minted.out.includes("sk-or-"));
  const found = await (await generate(service, session)).json();
  assert.deepEqual([found.status, found.hint], ["exists", minted.json().key.hint]);
});

test("every step is in the audit log, and the log is whole", async (t) => {
  const [ada] = names(1);
  const { keys, idOf } = await start(t, [ada]);
  await keys("keys", "revoke", await idOf(ada), "--reason", "because");
  const verified = await keys("audit", "verify", "--json");
  assert.equal(verified.code, 0);
  assert.deepEqual([verified.json().whole, verified.json().entries], [true, 2]);
  const entries = (await keys("audit", "export")).out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    entries.map((entry) => [entry.action, entry.outcome, entry.detail]),
    [
      ["key.revoke", "begun", "because"],
      ["key.revoke", "done", "because"],
    ],
  );
  const since = await keys("audit", "export", "--after", String(entries[0].sequence));
  assert.deepEqual(
    since.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
    entries.slice(1),
  );
  assert.deepEqual(
    await keys("audit", "export", "--after", String(entries.at(-1).sequence)).then(({ code, out }) => [code, out]),
    [0, ""],
  );
  assert.equal((await keys("audit", "export", "--after", "-1")).code, 2);
  assert.equal((await keys("audit", "export", "--after", "yesterday")).code, 2);
});

test(
  "backup: a consistent copy while keys are being made, from which a service starts",
  { skip: !isEmbedded && "the embedded database only" },
  async (t) => {
    const people = names(3);
    const { keys, holders, service } = await start(t, people);
    const place = temporaryFolder();
    t.after(() => rmSync(place, { recursive: true, force: true }));
    let isOver = false;
    const busy = (async () => {
      for (let i = 0; !isOver; i += 1) await generate(service, await signIn(service, `${people[0]}-busy-${i}`));
    })();
    const copied = await keys("backup", join(place, "llmapikey.db"));
    isOver = true;
    await busy;
    assert.equal(copied.code, 0, copied.err);
    assert.equal(statSync(join(place, "llmapikey.db")).mode & 0o077, 0);
    const again = await keys("backup", join(place, "llmapikey.db"));
    assert.deepEqual([again.code, /exists/.test(again.err)], [2, true]);
    const restored = await startService(upstreams, place, {});
    t.after(() => restored.stop());
    for (const name of people)
      assert.equal((await (await generate(restored, holders[name].session)).json()).key, holders[name].key);
    assert.equal((await keys("backup", "/nonexistent/folder/copy.db")).code, 1);
  },
);

test("what cannot be is said plainly", async (t) => {
  const { keys } = await start(t, []);
  for (const [args, code, words] of [
    [["keys", "revoke", "octocat", "--reason", "x"], 1, /neither the database nor GitHub knows the login octocat/],
    [["keys", "revoke", "999", "--reason", "x"], 1, /no key for 999/],
    [["keys", "revoke", "999"], 2, /--reason/],
    [["keys", "revoke", "999", "--reason", "x", "--hold", "soon"], 2, /--hold: a hold is/],
    [["keys", "show", "zzz"], 1, /neither the database nor GitHub/],
    [["keys", "show", "007"], 2, /not a numeric id/],
    [["keys", "list", "--cursor", "x"], 2, /no cursor/],
    [["keys", "list", "--status", "odd"], 2, /odd/],
    [["keys"], 2, /subcommand/i],
  ]) {
    const wrong = await keys(...args);
    assert.equal(wrong.code, code, `${args.join(" ")}: ${wrong.err}`);
    assert.match(wrong.err, words, args.join(" "));
  }
});

test("switched off and on, capped, looked at: upstream follows, and the log knows", async (t) => {
  const [ada] = names(1);
  const { keys, holders, idOf, page } = await start(t, [ada]);
  const account = await idOf(ada);
  const upstream = async () =>
    (await upstreams.ledger()).keys.find((key) => key.name.includes(`gh-${account}/`) && !key.deleted_at);
  assert.match((await keys("keys", "change", account, "--disable", "--dry-run")).out, /would be/);
  assert.equal((await upstream()).disabled, false);
  assert.equal(
    (await keys("keys", "change", account, "--disable", "--reason", "quiet", "--json")).json().disabled,
    true,
  );
  assert.equal((await upstream()).disabled, true);
  assert.match(await page(ada), /switched this key off/);
  assert.equal(
    (await keys("keys", "change", account, "--enable", "--daily-limit", "2.5", "--json")).json().daily_limit_usd,
    2.5,
  );
  assert.deepEqual([(await upstream()).disabled, (await upstream()).limit], [false, 2.5]);
  for (const args of [[], ["--daily-limit", "0"], ["--daily-limit", "x"], ["--disable", "--enable"]])
    assert.equal((await keys("keys", "change", account, ...args)).code, 2, args.join(" "));
  assert.equal((await keys("keys", "reveal", account, "--reason", "lost it")).out.trim(), holders[ada].key);
  assert.match(await page(ada), /organizer looked at this key.*lost it/s);
  assert.equal((await keys("keys", "reveal", account)).code, 2);
  const log = (await keys("audit", "export")).out;
  assert.match(log, /"action":"key\.reveal"[^\n]*"outcome":"done","detail":"lost it"/);
  assert.ok(!log.includes(holders[ada].key));
});

test("all that fit are revoked by one command; a rehearsal first", async (t) => {
  const people = names(6);
  const { keys, list } = await start(t, people);
  const crowd = people[0].replace(/\d+$/, "");
  assert.match(
    (await keys("keys", "revoke", "--search", crowd, "--reason", "over", "--dry-run")).out,
    /would revoke 6 keys/,
  );
  assert.equal((await list("--search", crowd)).keys.length, 6);
  const done = (
    await keys("keys", "revoke", "--search", crowd, "--reason", "over", "--hold", "none", "--json", "--confirm", "6")
  ).json();
  assert.deepEqual([done.state, done.total, done.remaining], ["done", 6, 0]);
  assert.equal((await list("--search", crowd)).keys.length, 0);
  for (const args of [
    ["--reason", "x"],
    ["1001", "--all", "--reason", "x"],
    ["--state", "revoking", "--reason", "x"],
    ["--state", "ended", "--reason", "x"],
  ])
    assert.equal((await keys("keys", "revoke", ...args)).code, 2, args.join(" "));
  const inTransit = await keys("keys", "revoke", "--state", "pending", "--reason", "x", "--json");
  assert.deepEqual(
    [inTransit.code, inTransit.json().total],
    [0, 0],
    "what is in transit can be meant, and here nothing is",
  );
  assert.equal((await keys("audit", "verify")).code, 0);
});

test("filters and orders on the command line", async (t) => {
  const people = names(3);
  const { list, keys } = await start(t, people);
  const logins = (page) => page.keys.map((key) => key.github_username).sort();
  assert.deepEqual(logins(await list("--unused", "--sort", "expiry")), [...people].sort());
  assert.deepEqual(logins(await list("--state", "expired")), []);
  assert.deepEqual(logins(await list("--expires-within", "30")), []);
  assert.deepEqual(logins(await list("--to", "2020-01-01")), []);
  assert.equal((await keys("keys", "list", "--from", "yesterday")).code, 2);
  assert.equal((await keys("keys", "list", "--sort", "random")).code, 2);
});
