// What the rush, the soak and the overload share: processor time, figures, and an orderly end.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { killChildren, processorTime } from "./support/processes.mjs";

export { count } from "../tests/e2e/support/mixed_load.mjs";

export const seconds = (ms) => (ms / 1000).toFixed(1);

// Sorts in place.
export const spread = (times) => {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor((times.length - 1) * share)] ?? NaN;
  return { median: at(0.5), p99: at(0.99), longest: at(1) };
};

// PostgreSQL's processes that run, and those that have ended: the kernel counts these at their
// parent.
export const postgresTime = (pid) => {
  const ended = readFileSync(`/proc/${pid}/stat`, "utf8")
    .split(") ")
    .pop()
    .split(" ")
    .slice(13, 15)
    .reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)])
    .toString()
    .trim()
    .split(/\s+/)
    .filter(Boolean)
    .map(Number);
  let sum = processorTime(pid) + ended;
  for (const child of children)
    try {
      sum += processorTime(child);
    } catch {
      /* it has just ended */
    }
  return sum;
};

// Runs `work(atEnd)`; what was handed to atEnd is undone in reverse, whatever happens, signals
// included.
export const orderly = async (work) => {
  const steps = [];
  let undoing = null;
  const undoAll = async () => {
    for (const step of steps.reverse())
      try {
        await step();
      } catch (error) {
        console.error(`at the end: ${error.message}`);
      }
  };
  const undo = () => {
    undoing ??= undoAll();
    return undoing;
  };
  const leave = () => undo().finally(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, leave);
  process.once("uncaughtException", (error) => {
    console.error(error);
    leave();
  });
  process.once("exit", killChildren);
  try {
    return await work((step) => steps.push(step));
  } finally {
    await undo();
  }
};
