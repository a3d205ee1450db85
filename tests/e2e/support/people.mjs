// Puts people of every kind straight into the database of a service: 98 with a key, and others who
// wait, had one, are on hold or have not claimed.
import { execFileSync } from "node:child_process";

const first = ["ada", "ben", "cleo", "dan", "eva", "finn", "gia", "hugo", "ida", "jon", "kim", "leo"];
const last = ["chen", "garcia", "kim", "okafor", "patel", "schmidt", "silva", "novak", "tanaka"];
const capital = (word) => word[0].toUpperCase() + word.slice(1);
const namesOf = (i) => [first[i % first.length], last[Math.floor(i / first.length) % last.length]];
export const loginOf = (i) => `${namesOf(i).join("-")}-${i}`;
export const accountOf = (i) => String(50_000_000 + i);
const uuid = (i) => `00000000-0000-4000-8000-${String(i).padStart(12, "0")}`;

export const sqlIn = (folder, sql) =>
  execFileSync("sqlite3", ["-bail", "-cmd", ".timeout 5000", `${folder}/llmapikey.db`], { input: sql })
    .toString()
    .trim();

const insert = (table, row) => {
  const written = (value) => (typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value));
  return `INSERT INTO ${table} (${Object.keys(row)}) VALUES (${Object.values(row).map(written)});`;
};

const cap = 2_000_000;
const day = 86_400;
// What is particular to some of those with a key.
const particulars = (i, now) =>
  ({
    90: { is_disabled: 1 },
    91: { missing_since: 5 },
    92: { expires_at: now - 5 },
    93: { expires_at: now + day },
    94: { status: "waiting" },
    95: { status: "ambiguous" },
    96: { status: "pending" },
  })[i] ?? {};
const keyRow = (i, now) => {
  const used = i % 4 === 3 ? 0 : now - 60 * (i + 1) ** 2;
  const more = particulars(i, now);
  return insert("api_keys", {
    id: uuid(i),
    github_user_id: accountOf(i),
    github_username: loginOf(i),
    status: "active",
    nonce: `n${i}`,
    openrouter_delete_hash: `handle-${i}`,
    openrouter_key: more.status ? null : "v1.sealed",
    key_hint: more.status ? null : (0x1b58 + i * 37).toString(16),
    daily_limit_micro_usd: cap,
    created_at: now - day * (10 + i),
    attempted_at: now - day * (10 + i),
    expires_at: now + day * (60 + i),
    last_used_at: used,
    spent_micro_usd: used ? 5 : 0,
    ...more,
  });
};
// Eight are at their cap today and ten near it; nobody spends on a key that was never used.
const spentToday = (i) => (i % 4 === 3 || i > 60 ? 0 : i < 10 ? cap : i < 24 ? cap * 0.8 : 10_000 * (61 - i));
const spentOn = (i, ago) => (ago === 0 ? spentToday(i) : (i * 7919 * (ago + 1)) % cap);

const expectedRow = (i, now) =>
  insert("expected_people", {
    id: uuid(10_000 + i),
    github_user_id: accountOf(i),
    login: loginOf(i),
    login_key: loginOf(i),
    name: namesOf(i).map(capital).join(" "),
    added_at: now,
    added_by: "github:1003",
  });

const endedRow = (i, now) =>
  insert("ledger", {
    grant_id: uuid(i),
    github_user_id: accountOf(i),
    github_username: loginOf(i),
    key_hint: `0e${i}`,
    daily_limit_micro_usd: cap,
    created_at: now - 100 * day,
    expires_at: now,
    actor: "github:1003",
    reason: "Left the course",
    begun_at: now - day,
    ended_at: now - day,
  });

const holdRow = (i, now, until, reason) =>
  insert("holds", { github_user_id: accountOf(i), until, reason, actor: "github:1003", set_at: now });

export const fillPeople = (folder) => {
  const now = Math.floor(Date.now() / 1000);
  const rows = [];
  for (let i = 0; i < 98; i += 1) {
    rows.push(keyRow(i, now));
    if (i % 2 === 0) rows.push(expectedRow(i, now));
    for (let ago = 0; ago < 5; ago += 1) {
      const row = {
        github_user_id: accountOf(i),
        day: new Date((now - day * ago) * 1000).toISOString().slice(0, 10),
        openrouter_delete_hash: `handle-${i}`,
        spent_micro_usd: spentOn(i, ago),
      };
      if (row.spent_micro_usd > 0) rows.push(insert("spending_days", row));
    }
  }
  for (let i = 100; i < 122; i += 1) rows.push(expectedRow(i, now));
  for (let i = 130; i < 133; i += 1) rows.push(endedRow(i, now));
  rows.push(holdRow(131, now, null, "Sold the key"), holdRow(132, now, now + day, "Wait a day"));
  rows.push(holdRow(10, now, null, "No further key"));
  sqlIn(folder, `BEGIN;\n${rows.join("\n")}\nCOMMIT;`);
};
