// What the rush, the soak and the overload share: a cheap HTTP client, processor time, figures, and an orderly end.
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { processorTime } from "./support/processes.mjs";

export const seconds = (ms) => (ms / 1000).toFixed(1);

// Sorts in place.
export const spread = (times) => {
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor((times.length - 1) * share)] ?? NaN;
  return { median: at(0.5), p99: at(0.99), longest: at(1) };
};

export const count = (table, name) => { table[name] = (table[name] ?? 0) + 1; };

// `patience`: without an answer for so long a call fails, so that nobody waits for ever.
export const makeClient = ({ sockets, patience = 20_000 }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: sockets, maxFreeSockets: sockets, scheduling: "lifo" });
  return {
    end: () => agent.destroy(),
    ask: (url, { method = "GET", headers = {}, body = "" } = {}) => new Promise((done, failed) => {
      const all = method === "GET" ? headers : { ...headers, "content-length": Buffer.byteLength(body) };
      const call = request(url, { method, headers: all, agent, timeout: patience }, (answer) => {
        let text = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk) => { text += chunk; });
        answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, text }));
        answer.on("error", failed);
      });
      call.on("timeout", () => call.destroy(new Error("no answer in time")));
      call.on("error", failed);
      call.end(body);
    }),
  };
};

// PostgreSQL's processes that run, and those that have ended: the kernel counts these at their parent.
export const postgresTime = (pid) => {
  const ended = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ").slice(13, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0);
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)]).toString().trim().split(/\s+/).filter(Boolean).map(Number);
  let sum = processorTime(pid) + ended;
  for (const child of children) try { sum += processorTime(child); } catch { /* it has just ended */ }
  return sum;
};

// Nothing that this process started outlives it: what is still there is killed by its id. PostgreSQL's own processes follow their parent.
const killChildren = () => {
  const lines = spawnSync("ps", ["-o", "pid=,comm=", "--ppid", String(process.pid)]).stdout.toString().trim().split("\n").map((line) => line.trim().split(/\s+/));
  for (const [pid, name] of lines) if (pid && name !== "ps") try { process.kill(Number(pid), name === "postgres" ? "SIGQUIT" : "SIGKILL"); } catch { /* it has ended */ }
};

// Runs `work(atEnd)`; what was handed to atEnd is undone in reverse, whatever happens, signals included.
export const orderly = async (work) => {
  const steps = [];
  let undoing = null;
  const undoAll = async () => { for (const step of steps.reverse()) try { await step(); } catch (error) { console.error(`at the end: ${error.message}`); } };
  const undo = () => { undoing ??= undoAll(); return undoing; };
  const leave = () => undo().finally(() => process.exit(1));
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, leave);
  process.once("uncaughtException", (error) => { console.error(error); leave(); });
  process.once("exit", killChildren);
  try { return await work((step) => steps.push(step)); } finally { await undo(); }
};

export const table = (columns, rows) => {
  const lines = [columns, ...rows].map((line) => line.map(String));
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines.map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  ")).join("\n");
};
