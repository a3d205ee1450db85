// How the databases carry out the console's lists and searches: plans.md.
import { execFileSync } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resultsFolder, rows } from "./settings.mjs";
import { filledIn, literal, statementsDuring } from "./statements.mjs";

const file = join(resultsFolder, "plans.md");
const largestRegion = 1 << 28;

// SQLite keeps no log of statements, but the service keeps those that it has prepared in its
// memory: each from its first word to a zero byte.
const statementsInMemory = (pid) => {
  const found = new Set(),
    memory = openSync(`/proc/${pid}/mem`, "r");
  for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
    const [, from, to] = /^(\w+)-(\w+) rw-p/.exec(line) ?? [];
    if (!from) continue;
    const begin = Number(BigInt(`0x${from}`)),
      size = Number(BigInt(`0x${to}`)) - begin;
    if (size > largestRegion) continue;
    const bytes = Buffer.alloc(size);
    try {
      readSync(memory, bytes, 0, size, begin);
    } catch {
      continue; /* not readable, such as a guard page */
    }
    for (const [sql] of bytes
      .toString("latin1")
      .matchAll(/SELECT [\x20-\x7e\n]+ AS place FROM api_keys WHERE [\x20-\x7e\n]+LIMIT [^\0]{1,12}(?=\0)/g))
      found.add(sql);
  }
  closeSync(memory);
  return [...found].sort();
};

const shorten = (sql) => sql.replace(/^SELECT .*? AS place FROM/s, "SELECT ... FROM");

const plansOfSqlite = async ({ service, folder }, work) => {
  await work();
  return statementsInMemory(service.pid).map((sql) => [
    shorten(sql),
    execFileSync("sqlite3", [join(folder, "llmapikey.db")], { input: `EXPLAIN QUERY PLAN ${sql};` })
      .toString()
      .trim(),
  ]);
};

const plansOfPostgres = async ({ database }, postgres, work) => {
  const statements = await statementsDuring(postgres, work, ({ sql }) =>
    sql.includes(" AS place FROM llmapikey.api_keys"),
  );
  return statements.map((each) => [
    shorten(filledIn(each, literal)),
    database.sql(`EXPLAIN (ANALYZE off) ${filledIn(each, literal)}`),
  ]);
};

export const writePlans = async (store, server, postgres, work) => {
  const plans = store === "SQLite" ? await plansOfSqlite(server, work) : await plansOfPostgres(server, postgres, work);
  if (plans.length === 0) throw new Error(`no statements of lists were seen on ${store}`);
  const text = [
    `## ${store}, ${rows.toLocaleString("en")} keys`,
    "",
    ...plans.flatMap(([sql, plan]) => ["```sql", sql, "```", "```", plan, "```", ""]),
  ].join("\n");
  mkdirSync(resultsFolder, { recursive: true });
  const others = existsSync(file)
    ? readFileSync(file, "utf8")
        .split(/^(?=## )/m)
        .filter((part) => part.startsWith("## ") && !part.startsWith(`## ${store},`))
    : [];
  const title = [
    "# Plans of the console's lists and searches",
    "",
    "Made by `bench/run console`. The statements are the service's own: from its log on",
    "PostgreSQL, from its memory on SQLite.",
    "",
    "",
  ].join("\n");
  writeFileSync(file, title + [...others, `${text}\n`].sort((a, b) => b.localeCompare(a)).join(""));
};
