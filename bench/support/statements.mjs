// The statements that the service sends to PostgreSQL, as the server's own log has them.
import { until } from "./processes.mjs";

const head = /^[\d-]+ [\d:.]+ \w+ \[\d+\] /;

const parse = (text) => {
  const entries = [];
  for (const line of text.split("\n")) {
    if (head.test(line)) entries.push(line.replace(head, ""));
    else if (entries.length > 0) entries[entries.length - 1] += `\n${line}`;
  }
  const statements = [];
  for (const entry of entries) {
    const [, sql] = /^LOG:\s+execute [^:]*: ([^]*)$/.exec(entry) ?? [];
    if (sql) statements.push({ sql: sql.trim(), values: [] });
    const [, values] = /^DETAIL:\s+parameters: ([^]*)$/.exec(entry) ?? [];
    if (values && statements.length > 0) {
      statements[statements.length - 1].values = [...values.matchAll(/\$\d+ = (?:NULL|'((?:[^']|'')*)')/g)].map(
        ([, value]) => (value === undefined ? null : value.replaceAll("''", "'")),
      );
    }
  }
  return statements;
};

// All that arrive while `work` runs; gives those that fulfill `isWanted`.
export const statementsDuring = async (postgres, work, isWanted) => {
  const { server } = postgres;
  const set = (level) => {
    server.sql(`ALTER SYSTEM SET log_statement = '${level}'`);
    server.sql("SELECT pg_reload_conf()");
  };
  set("all");
  let begun = server.daemon.output.length;
  await until("the log is on", () => {
    server.sql("SELECT 'is it on?'");
    return server.daemon.output.slice(begun).includes("is it on?");
  });
  begun = server.daemon.output.length;
  await work();
  server.sql("SELECT 'that is all'");
  await until("the log is written", () => server.daemon.output.slice(begun).includes("that is all"));
  const text = server.daemon.output.slice(begun);
  set("none");
  return parse(text).filter(isWanted);
};

export const literal = (value) => {
  if (value === null) return "NULL";
  if (/:\w/.test(value)) throw new Error("pgbench would take part of a value for a variable");
  return `'${value.replaceAll("'", "''")}'`;
};

// With an expression in the place of each parameter.
export const filledIn = (statement, expressionOf) =>
  statement.sql.replace(/\$(\d+)/g, (_, number) => expressionOf(statement.values[number - 1], Number(number)));
