// Half an hour of all that people do, at a moderate rate: pages, sign-ins, keys made, replaced and
// given back, the console, streams, mistakes, connections that break off. Memory is not to grow,
// and descriptors are to come back.
// Run after ./run --build-only: node bench/soak.mjs [MINUTES]
// SOAK_STORE=postgres   on PostgreSQL; otherwise on SQLite
// SOAK_RATE=60          things done in a second
import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { startPostgres } from "../tests/e2e/support/postgres.mjs";
import { mixedLoad } from "../tests/e2e/support/mixed_load.mjs";
import { run, serviceEnvironment } from "../tests/e2e/support/service.mjs";
import { count, orderly, seconds } from "./crowd.mjs";
import { makeClient } from "./support/client.mjs";
import { makeHolders } from "./support/holders.mjs";
import { memoryOf, pause, processorTime } from "./support/processes.mjs";
import { aligned } from "./support/report.mjs";
import { startServer, startUpstreams } from "./support/servers.mjs";
import { sessionCookie } from "./support/sessions.mjs";

const minutes = Number(process.argv[2] ?? 30),
  rate = Number(process.env.SOAK_RATE ?? 60);
const isOnPostgres = process.env.SOAK_STORE === "postgres";
if (!(minutes > 0 && rate > 0)) throw new Error("node bench/soak.mjs [MINUTES]");
const duration = minutes * 60_000,
  sampleEvery = Math.min(10_000, duration / 24);
// The program opens some descriptors at their first use and keeps them: what is compared begins
// after that.
const warmUp = Math.min(60_000, Math.max(10_000, duration / 20)),
  quiet = 10_000;
const mostAtOnce = 64,
  holdersCount = 300;
const growthAllowed = (before) => before * 0.05 + 1024;
// Connections to GitHub's and OpenRouter's look-alikes are kept for two minutes after their last
// use; jobs go on using a few.
const connectionsKeptFor = 150_000,
  descriptorsAllowed = 4;
const admin = 1003;

await orderly(async (atEnd) => {
  const upstreams = await startUpstreams();
  atEnd(upstreams.stop);
  let database = null;
  if (isOnPostgres) {
    const postgres = await startPostgres({ shared_buffers: "128MB" });
    atEnd(postgres.stop);
    database = postgres.database();
  }
  const env = {
    RECONCILE_SECONDS: "30",
    SPENDING_POLL_SECONDS: "60",
    LOG_LEVEL: "info",
    ADMIN_GITHUB_USER_IDS: String(admin),
    ...(database ? { POSTGRES_URL: database.url } : {}),
  };
  const service = await startServer(upstreams, env, { core: null });
  atEnd(service.stop.bind(service));
  const { url, pid, port = Number(new URL(url).port) } = service;
  const holders = await makeHolders(service, holdersCount);
  let client = makeClient({ sockets: mostAtOnce });
  atEnd(() => client.end());

  const outcomes = {},
    unexpected = {};
  const next = mixedLoad({
    url,
    holders,
    sessionOf: sessionCookie,
    admin,
    ask: (...call) => client.ask(...call),
    outcomes,
    unexpected,
  });

  let underWay = 0,
    done = 0,
    skipped = 0;
  const one = async () => {
    const { name, act } = next();
    underWay += 1;
    try {
      await act();
    } catch (error) {
      const failure = `${name}: ${error.code ?? error.message}`;
      // The server may close a kept connection the moment a request is sent on it.
      count(error.code === "ECONNRESET" ? outcomes : unexpected, failure);
    }
    underWay -= 1;
    done += 1;
  };
  // By the clock, but not more at once than a moderate load has.
  const load = async (ms) => {
    const begun = performance.now();
    for (let started = 0; performance.now() - begun < ms; await pause(10)) {
      for (const due = Math.floor(((performance.now() - begun) / 1000) * rate); started < due; started += 1) {
        if (underWay < mostAtOnce) one();
        else skipped += 1;
      }
    }
    for (const end = performance.now() + 30_000; underWay > 0 && performance.now() < end; ) await pause(20);
  };
  // What sockets are for, by their ports: people's connections, listeners, and those that the
  // service opened itself.
  const purposes = () => {
    const found = new Map();
    for (const line of readFileSync(`/proc/${pid}/net/tcp`, "utf8").trim().split("\n").slice(1)) {
      const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
      const isListening = state === "0A",
        isOurs = parseInt(local.split(":")[1], 16) === port;
      found.set(inode, isListening ? "listeners" : isOurs ? "people" : `to port ${parseInt(remote.split(":")[1], 16)}`);
    }
    for (const line of readFileSync(`/proc/${pid}/net/unix`, "utf8").trim().split("\n").slice(1))
      found.set(line.trim().split(/\s+/)[6], "pairs within the process");
    return found;
  };
  const names = {
    [new URL(upstreams.openrouter_url).port]: "OpenRouter",
    [new URL(upstreams.github_url).port]: "GitHub",
    ...(database ? { [new URL(database.url).port]: "PostgreSQL" } : {}),
  };
  const descriptors = () => {
    const kinds = {},
      sockets = purposes();
    for (const fd of readdirSync(`/proc/${pid}/fd`))
      try {
        const target = readlinkSync(`/proc/${pid}/fd/${fd}`),
          inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
        count(
          kinds,
          inode
            ? (sockets.get(inode) ?? "other sockets").replace(/^to port (\d+)$/, (whole, remote) =>
                names[remote] ? `to ${names[remote]}` : whole,
              )
            : target.split(":")[0].replace(/^.*\//, ""),
        );
      } catch {
        /* closed just now */
      }
    return { all: Object.values(kinds).reduce((sum, each) => sum + each, 0), kinds };
  };
  const begun = performance.now();
  const sample = () => ({
    at: performance.now() - begun,
    resident: memoryOf(pid).resident,
    descriptors: descriptors().all,
    threads: readdirSync(`/proc/${pid}/task`).length,
  });
  const calm = async () => {
    client.end();
    client = makeClient({ sockets: mostAtOnce });
    await pause(quiet);
    return { ...sample(), kinds: descriptors().kinds };
  };
  const show = ({ resident, descriptors: open, threads }) =>
    `resident ${(resident / 1024).toFixed(1)} MB, ${open} descriptors, ${threads} threads`;
  const sizeOfData = () => {
    if (database) return Number(database.sql("SELECT pg_database_size(current_database())")) / 2 ** 20;
    const file = join(service.folder, "llmapikey.db");
    return (
      ["", "-wal"].reduce((sum, suffix) => sum + (existsSync(file + suffix) ? statSync(file + suffix).size : 0), 0) /
      2 ** 20
    );
  };

  console.log(
    `${minutes} minutes on ${isOnPostgres ? "PostgreSQL" : "SQLite"}, ${rate} things a second; ${holdersCount} ` +
      "people hold keys",
  );
  await load(warmUp);
  const first = await calm();
  console.log(`warm: ${show(first)}`);
  const samples = [];
  let isOver = false;
  const sampler = (async () => {
    const since = performance.now();
    for (let minute = 0, taken = 0; !isOver; await pause(50)) {
      const now = performance.now() - since;
      if (now >= taken * sampleEvery) {
        taken += 1;
        samples.push(sample());
      }
      if (now >= (minute + 1) * 60_000) {
        minute += 1;
        console.log(
          `minute ${minute}: ${show(samples.at(-1))}; ${done} things done, data ${sizeOfData().toFixed(1)} MB, ` +
            `${processorTime(pid).toFixed(1)} s of processor time`,
        );
      }
    }
  })();
  await load(duration);
  isOver = true;
  await sampler;
  const atOnce = await calm(),
    quietSince = performance.now() - quiet;
  let last = atOnce;
  while (
    last.descriptors > first.descriptors + descriptorsAllowed &&
    performance.now() - quietSince < connectionsKeptFor
  ) {
    await pause(1000);
    last = { ...sample(), kinds: descriptors().kinds };
  }
  console.log(
    `descriptors: ${first.descriptors} before; ${atOnce.descriptors} after ${quiet / 1000} s of quiet, ` +
      `${last.descriptors} after ${seconds(performance.now() - quietSince)} s`,
  );

  const mean = (list, what) => list.reduce((sum, each) => sum + each[what], 0) / list.length;
  const quarter = (i) =>
    samples.slice(Math.floor((samples.length * i) / 4), Math.floor((samples.length * (i + 1)) / 4));
  const early = mean(quarter(1), "resident"),
    late = mean(quarter(3), "resident");
  const megabytes = (kilobytes) => (kilobytes / 1024).toFixed(2);
  console.log(
    aligned(
      ["", "resident MB", "descriptors", "threads"],
      [
        ...[0, 1, 2, 3].map((i) => [
          `quarter ${i + 1}, mean of ${quarter(i).length}`,
          megabytes(mean(quarter(i), "resident")),
          mean(quarter(i), "descriptors").toFixed(1),
          mean(quarter(i), "threads").toFixed(1),
        ]),
        ["before, quiet", megabytes(first.resident), first.descriptors, first.threads],
        ["after, quiet", megabytes(atOnce.resident), atOnce.descriptors, atOnce.threads],
      ],
    ),
  );
  console.log(
    `descriptors before: ${JSON.stringify(first.kinds)}\n` +
      `descriptors after ${quiet / 1000} s: ${JSON.stringify(atOnce.kinds)}`,
  );
  console.log(
    `outcomes: ${Object.entries(outcomes)
      .sort()
      .map(([name, times]) => `${name}: ${times}`)
      .join(", ")}${skipped ? `; ${skipped} left out, ${mostAtOnce} were under way` : ""}`,
  );
  const problems = Object.entries(unexpected).map(([name, times]) => `unexpected: ${name}, ${times} times`);
  if (late - early > growthAllowed(early))
    problems.push(
      `memory grew by ${megabytes(late - early)} MB from the second quarter to the last; ` +
        `${megabytes(growthAllowed(early))} MB would do`,
    );
  if ((atOnce.kinds.people ?? 0) > 0)
    problems.push(`${atOnce.kinds.people} connections are open though everybody left ${quiet / 1000} s ago`);
  if (last.descriptors > first.descriptors + descriptorsAllowed)
    problems.push(
      `descriptors did not come back: ${last.descriptors} after ${connectionsKeptFor / 1000} s: ` +
        `${JSON.stringify(last.kinds)}`,
    );
  const findings = await run(["reconcile", "--json"], { ...serviceEnvironment(upstreams, service.folder), ...env });
  if (findings.code !== 0 || JSON.parse(findings.out).findings.length > 0)
    problems.push(`reconcile finds: ${findings.out}${findings.err}`);
  if (service.child.exitCode !== null || service.child.signalCode !== null)
    problems.push(`the service ended: ${readFileSync(join(service.folder, "log"), "utf8").slice(-2000)}`);
  console.log(
    `memory from the second quarter to the last: ${megabytes(late - early)} MB; it took ` +
      `${seconds(performance.now() - begun)} s in all`,
  );
  for (const problem of problems) console.log(problem);
  console.log(problems.length === 0 ? "passed" : "FAILED");
  process.exitCode = problems.length === 0 ? 0 : 1;
});
