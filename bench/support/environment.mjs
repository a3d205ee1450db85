// The machine and the versions that figures belong to.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { binary } from "../../tests/e2e/support/service.mjs";
import { benchFolder } from "./settings.mjs";

// What a program says of itself; wrk and nginx say it on stderr, and wrk fails after it.
const say = (command, args, pattern) => {
  let text = "";
  try {
    text = execFileSync("sh", ["-c", '"$0" "$@" 2>&1', command, ...args], { cwd: benchFolder }).toString();
  } catch (error) {
    text = String(error.stdout ?? "");
  }
  return pattern.exec(text)?.[1] ?? "unknown";
};

export const environment = () => ({
  processor: `${cpus()[0].model.trim()}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
  kernel: release(),
  llmapikey:
    `${say(binary, ["--version"], /(\d+\.\d+\.\d+\S*)/)}, commit ` +
    say("git", ["rev-parse", "--short", "HEAD"], /(\w+)/) +
    (say("git", ["status", "--porcelain", "../src"], /(\S)/) === "unknown" ? "" : " with changes"),
  compiler:
    readFileSync(binary)
      .toString("latin1")
      .match(/GCC: \([^)]*\) [\d.]+/)?.[0] ?? "unknown",
  nginx: say("nginx", ["-v"], /nginx\/(\S+)/),
  wrk: say("wrk", ["-v"], /wrk (?:debian\/)?(\S+)/),
  postgresql: say("pg_config", ["--version"], /PostgreSQL (\S+)/).replace(
    "unknown",
    say("pgbench", ["--version"], /PostgreSQL\) (\S+)/),
  ),
  sqlite: say("sqlite3", ["--version"], /^(\S+)/),
  node: process.version.slice(1),
});
