#!/usr/bin/env node
// What the console's list, search and deep pages cost at a million keys against a thousand, on SQLite and on PostgreSQL:
// both sizes served side by side in one run, asked in turn, through the JSON API. Also the peak memory of exporting a
// million keys. Needs the release build, the test packages and sqlite3.
import { execFileSync, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../tests/e2e/support/postgres.mjs";
import { binary, run, serviceEnvironment, signIn, startService, startUpstreams, temporaryFolder } from "../tests/e2e/support/service.mjs";
import { readFileSync } from "node:fs";

const sizes = [1_000, Number(process.env.BENCH_ROWS ?? 1_000_000)];
const rounds = Number(process.env.BENCH_ROUNDS ?? 150);

// Logins of two words and a number, as people have them; hints of four hexadecimal digits, as OpenRouter's keys have.
const words = ["ada", "grace", "alan", "linus", "margaret", "dennis", "barbara", "ken", "frances", "edsger", "donald", "tony", "radia", "leslie", "john", "katherine"];
const word = (n) => `(CASE ${n} ${words.map((each, i) => `WHEN ${i} THEN '${each}'`).join(" ")} END)`;
const columns = "id, github_user_id, github_username, status, nonce, openrouter_delete_hash, openrouter_key, key_hint, daily_limit_micro_usd, created_at, attempted_at, expires_at, spent_micro_usd";
const seedSqlite = (file, count) => execFileSync("sqlite3", [file], { input: `
PRAGMA trusted_schema = ON; PRAGMA synchronous = OFF; BEGIN;
INSERT INTO api_keys (${columns}) WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count})
SELECT printf('%08x-0000-4000-8000-%012x', abs(random()) % 4294967296, i), 5000000 + i, ${word("(i % 16)")} || '-' || ${word("((i / 16) % 16)")} || '-' || ((i * 7919) % 1000003), 'active', printf('n%d', i), printf('hash-%d', i),
 'v1.sealed', printf('%04x', abs(random()) % 65536), 10000000, 1790000000 + i / 10, 1790000000 + i / 10, 1797776000 + i / 10, CASE WHEN i % 3 = 0 THEN 0 ELSE (i * 7919) % 100000000 END FROM n; COMMIT; ANALYZE;` });
const seedPostgres = (database, count) => database.sql(`
INSERT INTO llmapikey.api_keys (${columns}) SELECT (lpad(to_hex((random() * 4294967295)::bigint), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::uuid, (5000000 + i)::text,
 ${word("(i % 16)")} || '-' || ${word("((i / 16) % 16)")} || '-' || ((i::bigint * 7919) % 1000003), 'active', 'n' || i, 'hash-' || i, 'v1.sealed', lpad(to_hex((random() * 65535)::int), 4, '0'), 10000000,
 to_timestamp(1790000000 + i / 10), to_timestamp(1790000000 + i / 10), to_timestamp(1797776000 + i / 10), CASE WHEN i % 3 = 0 THEN 0 ELSE (i::bigint * 7919) % 100000000 END FROM generate_series(0, ${count - 1}) AS i;
UPDATE llmapikey.totals SET live = ${count}; ANALYZE llmapikey.api_keys;`);

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const measure = async (services, cookie, path) => {
  const times = services.map(() => []);
  for (let round = 0; round < rounds; round += 1) {
    for (const [i, service] of services.entries()) {
      const begin = performance.now();
      const answer = await fetch(service.url + (typeof path === "function" ? path(service, round) : path), { headers: { cookie } });
      await answer.arrayBuffer();
      times[i].push(performance.now() - begin);
      if (answer.status !== 200) throw new Error(`${answer.status}`);
    }
  }
  return times.map(median);
};

const peakMemory = (args, env) => new Promise((done) => {
  const child = spawn(binary, args, { env: { PATH: process.env.PATH, ...env }, stdio: ["ignore", "pipe", "inherit"] });
  let bytes = 0, peak = 0;
  const look = () => { try { peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0)); } catch { /* it has ended */ } };
  child.stdout.on("data", (chunk) => { bytes += chunk.length; look(); });
  child.once("exit", (code) => done({ code, megabytes: peak / 1024, bytes }));
});

const upstreams = await startUpstreams();
const postgres = await startPostgres();
console.log(`keys: ${sizes.join(" and ")}; medians of ${rounds} requests, in milliseconds\n`);
for (const store of ["sqlite", "postgres"]) {
  const folders = sizes.map(() => temporaryFolder());
  const databases = sizes.map(() => (store === "postgres" ? postgres.database() : null));
  const services = [];
  const env = (i) => ({ ADMIN_GITHUB_USER_IDS: "1003", MAX_TOTAL_KEYS: "0", SPENDING_POLL_SECONDS: "0", ...(databases[i] ? { POSTGRES_URL: databases[i].url } : {}) });
  for (const [i, count] of sizes.entries()) {
    await run(["migrate", "up"], serviceEnvironment(upstreams, folders[i], env(i)));
    if (databases[i]) await seedPostgres(databases[i], count); else seedSqlite(join(folders[i], "llmapikey.db"), count);
    services.push(await startService(upstreams, folders[i], env(i)));
  }
  const cookie = await signIn(services[0], "linus-organizer");
  const json = async (service, path) => (await fetch(service.url + path, { headers: { cookie } })).json();
  const deep = new Map();
  const hints = new Map();
  for (const service of services) {
    // Half way down, by a date there and one page on.
    const keys = (await json(service, "/api/v1/keys?limit=50")).keys;
    hints.set(service, keys[7].hint);
    let cursor = (await json(service, "/api/v1/keys?limit=500")).next_cursor;
    const [, micros] = /^n(\d+)/.exec(cursor);
    if (service !== services[0]) cursor = cursor.replace(micros, String(Math.floor((Number(micros) + 1790000000e6) / 2)));
    deep.set(service, cursor);
  }
  const cases = [["first page", "/api/v1/keys?limit=50"], ["deep page", (s) => `/api/v1/keys?limit=50&cursor=${deep.get(s)}`], ["expires soonest", "/api/v1/keys?limit=50&sort=expiry"], ["spent most", "/api/v1/keys?limit=50&sort=spent"],
    ["never used", "/api/v1/keys?limit=50&unused=1"], ["account id", (s, r) => `/api/v1/keys?limit=50&q=${5000000 + r}`], ["hint (as many more fit)", (s) => `/api/v1/keys?limit=50&q=${hints.get(s)}`],
    ["login, rare part", (s, r) => `/api/v1/keys?limit=50&q=${(r * 7919) % 1000003}`.replace(/q=0$/, "q=-0")], ["login, common part", "/api/v1/keys?limit=50&q=margaret-"], ["login, absent part", "/api/v1/keys?limit=50&q=nobody-here"], ["overview", "/api/v1/overview"], ["console page", "/admin"]];
  console.log(`${store.padEnd(26)} ${sizes.map((size) => String(size).padStart(10)).join("")}     ratio`);
  for (const [name, path] of cases) {
    const times = await measure(services, cookie, path);
    console.log(`${name.padEnd(26)} ${times.map((time) => time.toFixed(2).padStart(10)).join("")} ${(times[1] / times[0]).toFixed(2).padStart(9)}`);
  }
  const exported = await peakMemory(["keys", "export"], serviceEnvironment(upstreams, folders[1], env(1)));
  console.log(`export of ${sizes[1]} keys: ${(exported.bytes / 1e6).toFixed(0)} MB written, at most ${exported.megabytes.toFixed(1)} MB resident, exit ${exported.code}\n`);
  await Promise.all(services.map((service) => service.stop()));
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
await upstreams.stop();
await postgres.stop();
