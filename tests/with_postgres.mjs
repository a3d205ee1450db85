// Runs a command with a PostgreSQL and a PgBouncer of its own: node with_postgres.mjs COMMAND
// [ARGUMENT...]. The addresses of an empty database are in LLMAPIKEY_TEST_POSTGRES_URL and
// LLMAPIKEY_TEST_PGBOUNCER_URL.
import { spawn } from "node:child_process";
import { startPostgres } from "./e2e/support/postgres.mjs";

const postgres = await startPostgres();
const { url, pooled } = postgres.database();
const [command, ...args] = process.argv.slice(2);
const child = spawn(command, args, {
  stdio: "inherit",
  env: { ...process.env, LLMAPIKEY_TEST_POSTGRES_URL: url, LLMAPIKEY_TEST_PGBOUNCER_URL: pooled },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
const code = await new Promise((done) => child.once("exit", (status) => done(status ?? 1)));
await postgres.stop();
process.exit(code);
