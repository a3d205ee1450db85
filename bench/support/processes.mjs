// Processes on chosen cores, and what the kernel knows of them.
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export const serverCore = 0;
export const loadCore = 1;
const patience = 5_000;

// taskset becomes the program itself, so the pid is the program's.
export const spawnOn = (core, command, args, options) =>
  spawn("taskset", ["-c", String(core), command, ...args], options);

// Of one that runs already: all its threads, and its children.
export const moveTo = (core, pid) => {
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)])
    .toString()
    .trim()
    .split(/\s+/)
    .filter(Boolean);
  for (const each of [String(pid), ...children])
    execFileSync("taskset", ["-acp", String(core), each], { stdio: "ignore" });
};

// Runs a program to its end on the load's core; gives what it wrote.
export const capture = (command, args, options = {}) =>
  new Promise((done, failed) => {
    const child = spawnOn(loadCore, command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
    let out = "",
      err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.once("error", failed);
    child.once("close", (code) =>
      code === 0 ? done(out) : failed(new Error(`${command} ended with ${code}: ${err}${out}`)),
    );
  });

// Asks it to end, and makes it end where it does not.
export const stopProcess = async (child) => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((done) => child.once("exit", done));
  child.kill("SIGCONT");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), patience);
  await exited;
  clearTimeout(timer);
};

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export const until = async (what, condition, timeout = 60_000) => {
  for (const end = Date.now() + timeout; Date.now() < end; await pause(20)) {
    const value = await condition();
    if (value) return value;
  }
  throw new Error(`did not come about in time: ${what}`);
};

// Kilobytes, by name: VmRSS, VmHWM; Pss from its own table.
export const memoryOf = (pid) => {
  const status = readFileSync(`/proc/${pid}/status`, "utf8"),
    rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const find = (text, name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)[1]);
  return { resident: find(status, "VmRSS"), peak: find(status, "VmHWM"), proportional: find(rollup, "Pss") };
};

// User and system time of a process, in seconds; the kernel counts in hundredths.
export const processorTime = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

// How busy both cores are while `work` runs, in shares of 1: who was the limit, server or load?
export const watchCores = async (work) => {
  const look = () =>
    [serverCore, loadCore].map((core) => {
      const times = new RegExp(`^cpu${core} (.*)$`, "m")
        .exec(readFileSync("/proc/stat", "utf8"))[1]
        .split(" ")
        .map(Number);
      return { all: times.slice(0, 8).reduce((a, b) => a + b), idle: times[3] + times[4] };
    });
  const before = look();
  const result = await work();
  const busy = look().map((after, i) => 1 - (after.idle - before[i].idle) / Math.max(1, after.all - before[i].all));
  return { ...result, busy };
};

// Nothing that this process started outlives it: what is still there is killed by its id.
// PostgreSQL's own processes follow their parent.
export const killChildren = () => {
  const children = spawnSync("ps", ["-o", "pid=,comm=", "--ppid", String(process.pid)])
    .stdout.toString()
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  for (const [pid, name] of children)
    if (pid && name !== "ps")
      try {
        process.kill(Number(pid), name === "postgres" ? "SIGQUIT" : "SIGKILL");
      } catch {
        /* it has ended */
      }
};

// Also where a measurement fails.
export const endChildrenAtExit = () => {
  process.once("exit", killChildren);
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
};
