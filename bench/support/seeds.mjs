// Many keys at once, straight into the database.
import { execFileSync } from "node:child_process";

// Logins of two words and a number, as people have them; hints of four hexadecimal digits, as
// OpenRouter's keys have.
const words = [
  "ada",
  "grace",
  "alan",
  "linus",
  "margaret",
  "dennis",
  "barbara",
  "ken",
  "frances",
  "edsger",
  "donald",
  "tony",
  "radia",
  "leslie",
  "john",
  "katherine",
];
const word = (n) => `(CASE ${n} ${words.map((each, i) => `WHEN ${i} THEN '${each}'`).join(" ")} END)`;
const columns =
  "id, github_user_id, github_username, status, nonce, openrouter_delete_hash, openrouter_key, key_hint, " +
  "daily_limit_micro_usd, created_at, attempted_at, expires_at, spent_micro_usd";

export const seedSqlite = (file, count) =>
  execFileSync("sqlite3", [file], {
    input: `
PRAGMA trusted_schema = ON; PRAGMA synchronous = OFF; BEGIN;
INSERT INTO api_keys (${columns})
 WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ${count})
SELECT printf('%08x-0000-4000-8000-%012x', abs(random()) % 4294967296, i), 5000000 + i,
 ${word("(i % 16)")} || '-' || ${word("((i / 16) % 16)")} || '-' || ((i * 7919) % 1000003),
 'active', printf('n%d', i), printf('hash-%d', i), 'v1.sealed', printf('%04x', abs(random()) % 65536), 10000000,
 1790000000 + i / 10, 1790000000 + i / 10, 1797776000 + i / 10,
 CASE WHEN i % 3 = 0 THEN 0 ELSE (i * 7919) % 100000000 END FROM n; COMMIT; ANALYZE;`,
  });

export const seedPostgres = (database, count) =>
  database.sql(`
INSERT INTO llmapikey.api_keys (${columns}) SELECT
 (lpad(to_hex((random() * 4294967295)::bigint), 8, '0') || '-0000-4000-8000-' || lpad(to_hex(i), 12, '0'))::uuid,
 (5000000 + i)::text,
 ${word("(i % 16)")} || '-' || ${word("((i / 16) % 16)")} || '-' || ((i::bigint * 7919) % 1000003),
 'active', 'n' || i, 'hash-' || i, 'v1.sealed', lpad(to_hex((random() * 65535)::int), 4, '0'), 10000000,
 to_timestamp(1790000000 + i / 10), to_timestamp(1790000000 + i / 10), to_timestamp(1797776000 + i / 10),
 CASE WHEN i % 3 = 0 THEN 0 ELSE (i::bigint * 7919) % 100000000 END FROM generate_series(0, ${count - 1}) AS i;
UPDATE llmapikey.totals SET live = ${count}; ANALYZE llmapikey.api_keys;`);
