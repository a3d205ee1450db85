// Puts people of every kind straight into the database of a service: 98 with a key, and others who
// wait, had one, are on hold or have not claimed.
import { execFileSync } from "node:child_process";

const first = ["ada", "ben", "cleo", "dan", "eva", "finn", "gia", "hugo", "ida", "jon", "kim", "leo"];
const last = ["chen", "garcia", "kim", "okafor", "patel", "schmidt", "silva", "novak", "tanaka"];
const capital = (word) => word[0].toUpperCase() + word.slice(1);
export const loginOf = (i) => `${first[i % first.length]}-${last[Math.floor(i / first.length) % last.length]}-${i}`;
const nameOf = (i) => `${capital(first[i % first.length])} ${capital(last[Math.floor(i / first.length) % last.length])}`;
const uuid = (i) => `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`;

export const sqlIn = (folder, sql) =>
  execFileSync("sqlite3", ["-bail", "-cmd", ".timeout 5000", `${folder}/llmapikey.db`], { input: sql }).toString().trim();

const cap = 2_000_000;
const keyRow = (i, now) => {
  const changes =
    { 90: "is_disabled = 1", 91: "missing_since = 5", 92: `expires_at = ${now - 5}`, 93: `expires_at = ${now + 86400}` }[
      i
    ] ?? "";
  const status = { 94: "waiting", 95: "ambiguous", 96: "pending" }[i];
  const used = i % 4 === 3 ? 0 : now - 60 * (i + 1) ** 2;
  return `INSERT INTO api_keys (id, github_user_id, github_username, status, nonce, openrouter_delete_hash,
      openrouter_key, key_hint, daily_limit_micro_usd, created_at, attempted_at, expires_at, last_used_at, spent_micro_usd)
    VALUES ('${uuid(i)}', '${5000 + i}', '${loginOf(i)}', '${status ?? "active"}', 'n${i}', 'handle-${i}',
      ${status ? "NULL, NULL" : `'v1.sealed', '${(0x1b58 + i * 37).toString(16)}'`}, ${cap}, ${now - 86400 * (10 + i)},
      ${now - 86400 * (10 + i)}, ${now + 86400 * (60 + i)}, ${used}, ${used ? 5 : 0});
    ${changes && `UPDATE api_keys SET ${changes} WHERE github_user_id = '${5000 + i}';`}`;
};
// Today seven are at their cap and ten near it; nobody spends on a key that was never used.
const spentToday = (i) => (i % 4 === 3 || i > 60 ? 0 : i < 10 ? cap : i < 24 ? cap * 0.8 : 10_000 * (61 - i));

export const fillPeople = (folder) => {
  const now = Math.floor(Date.now() / 1000);
  const day = (ago) => new Date((now - 86400 * ago) * 1000).toISOString().slice(0, 10);
  const statements = ["BEGIN;"];
  for (let i = 0; i < 98; i += 1) {
    statements.push(keyRow(i, now));
    for (let ago = 0; ago < 5; ago += 1) {
      const spent = ago === 0 ? spentToday(i) : (i * 7919 * (ago + 1)) % cap;
      if (spent > 0)
        statements.push(`INSERT INTO spending_days (github_user_id, day, openrouter_delete_hash, spent_micro_usd)
          VALUES ('${5000 + i}', '${day(ago)}', 'handle-${i}', ${spent});`);
    }
    if (i % 2 === 0)
      statements.push(`INSERT INTO expected_people (id, github_user_id, login, login_key, name, added_at, added_by)
        VALUES ('${uuid(10000 + i)}', '${5000 + i}', '${loginOf(i)}', '${loginOf(i)}', '${nameOf(i)}', ${now}, 'github:1003');`);
  }
  for (let i = 100; i < 122; i += 1)
    statements.push(`INSERT INTO expected_people (id, github_user_id, login, login_key, name, added_at, added_by)
      VALUES ('${uuid(10000 + i)}', '${5000 + i}', '${loginOf(i)}', '${loginOf(i)}', '${nameOf(i)}', ${now}, 'github:1003');`);
  for (let i = 130; i < 133; i += 1)
    statements.push(`INSERT INTO ledger (grant_id, github_user_id, github_username, key_hint, daily_limit_micro_usd,
        created_at, expires_at, actor, reason, begun_at, ended_at)
      VALUES ('${uuid(i)}', '${5000 + i}', '${loginOf(i)}', '0e${i}', ${cap}, ${now - 9e6}, ${now}, 'github:1003',
        'Left the course', ${now - 86400}, ${now - 86400});`);
  statements.push(`INSERT INTO holds (github_user_id, until, reason, actor, set_at) VALUES
    ('5131', NULL, 'Sold the key', 'github:1003', ${now}), ('5132', ${now + 86400}, 'Wait a day', 'github:1003', ${now}),
    ('5010', NULL, 'No further key', 'github:1003', ${now});`);
  statements.push("COMMIT;");
  sqlIn(folder, statements.join("\n"));
};
