// Three times what the service can do, for twenty seconds: how much of its peak it still does, what
// it tells the others, and what becomes of the cheap pages meanwhile. wrk finds the peak (each
// connection asks as soon as it is answered); then requests come by the clock, whatever has been
// answered, on 9,500 connections that are open already; a request that finds all of them waiting
// for an answer is counted as planned, but not sent.
// The service, PgBouncer and PostgreSQL have core 0, the client and the look-alikes core 1.
// Run after ./run --build-only: node bench/overload.mjs [SECONDS]
// OVERLOAD_FACTOR=3        of the peak
// OVERLOAD_ROWS=100000     keys that the console searches
// OVERLOAD_CHEAP=200       cheap requests a second, where there are any
// OVERLOAD_ONLY=dashboard  only variants with this in their name
// Debian's packages: wrk, util-linux, procps, postgresql-15, pgbouncer
import { execFileSync } from "node:child_process";
import { connect } from "node:net";
import { startPostgres } from "../tests/e2e/support/postgres.mjs";
import { orderly, spread } from "./crowd.mjs";
import { makeHolders, warmUp } from "./support/holders.mjs";
import { requestLine, wrk } from "./support/load.mjs";
import { loadCore, pause, processorTime, serverCore, watchCores } from "./support/processes.mjs";
import { aligned } from "./support/report.mjs";
import { seedPostgres } from "./support/seeds.mjs";
import { startServer, startUpstreams } from "./support/servers.mjs";
import { sessionCookie } from "./support/sessions.mjs";
import { fsync } from "./support/settings.mjs";

const lasting = Number(process.argv[2] ?? 20);
const setting = (name, usual) => Number(process.env[name] ?? usual);
const factor = setting("OVERLOAD_FACTOR", 3),
  rows = setting("OVERLOAD_ROWS", 100_000),
  cheapRate = setting("OVERLOAD_CHEAP", 200);
if (!(lasting > 0 && factor > 0)) throw new Error("node bench/overload.mjs [SECONDS]");
const connectionsTried = [8, 16, 32, 64, 128],
  triedFor = 3;
// queue_timeout of src/net/http_server.hpp: until then a request is to be begun. It is then carried
// out and sent.
const deadline = 5000,
  carriedOutIn = 250;
const leastOfPeak = 0.8;
// The server takes 10,000 connections. They are opened beforehand: opening one takes the client
// longer than asking on it.
const connectionsHeld = 9500,
  openedAtOnce = 250,
  patience = 12_000;
// Of a client that is late itself the figures would say nothing of the server.
const mostLate = 50;
const admin = 1003,
  holdersCount = 200;

// As little work as can be for each request: one write, and of the answer only what is counted.
class Client {
  constructor(port) {
    Object.assign(this, { port, idle: [], buffer: Buffer.alloc(1 << 16), all: new Set() });
  }
  async open(count) {
    while (this.all.size < count) {
      const some = Array.from({ length: Math.min(openedAtOnce, count - this.all.size) }, () => this.connect());
      await Promise.all(some);
    }
  }
  connect() {
    const one = { job: null, need: -1, held: null, socket: null, isGone: false };
    // All connections read into the same buffer: each reads out what there is before the next one's
    // turn.
    const onread = {
      buffer: this.buffer,
      callback: (size, buffer) => {
        this.take(one, buffer.subarray(0, size));
        return true;
      },
    };
    this.all.add(one);
    one.socket = connect({ port: this.port, host: "127.0.0.1", noDelay: true, onread });
    one.socket.once("close", () => {
      one.isGone = true;
      const { job } = one;
      one.job = null;
      if (job) job.done(job, 0, false, performance.now());
    });
    return new Promise((done, failed) => {
      // One that has never asked for anything would be closed soon.
      one.socket.once("connect", () => {
        one.job = { done };
        one.socket.write(bytesOf({ path: "/healthz" }, this.port));
      });
      one.socket.on("error", failed);
    });
  }
  // False: all connections wait for answers.
  send(job) {
    let one = this.idle.pop();
    while (one?.isGone) one = this.idle.pop();
    if (one === undefined) return false;
    job.sent = performance.now();
    one.job = job;
    one.socket.write(job.bytes);
    return true;
  }
  take(one, chunk) {
    if (one.need < 0) {
      const all = one.held === null ? chunk : Buffer.concat([one.held, chunk]),
        end = all.indexOf("\r\n\r\n");
      if (end < 0) {
        one.held = Buffer.from(all);
        return;
      }
      const head = all.latin1Slice(0, end),
        length = /\r\ncontent-length: *(\d+)/i.exec(head);
      if (length === null || one.job === null) {
        one.socket.destroy();
        return;
      }
      one.status = Number(head.slice(9, 12));
      one.saysWhen = /\r\nretry-after: *\d/i.test(head);
      one.closes = /\r\nconnection: *close/i.test(head);
      one.held = null;
      one.need = Number(length[1]) - (all.length - end - 4);
    } else one.need -= chunk.length;
    if (one.need > 0) return;
    const { job } = one;
    one.job = null;
    one.need = -1;
    job.done(job, one.status, one.saysWhen, performance.now());
    if (one.closes) one.socket.destroy();
    else this.idle.push(one);
  }
  end() {
    for (const { socket } of this.all) socket.destroy();
  }
}

const bytesOf = ({ path, cookie = "" }, port) =>
  Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${cookie ? `Cookie: ${cookie}\r\n` : ""}\r\n`);

// `streams`: { name, requests, perSecond }. What became of each stream.
const byTheClock = async (port, streams, seconds) => {
  const client = new Client(port);
  try {
    await client.open(connectionsHeld);
    const states = streams.map(({ name, requests, perSecond }) => ({
      name,
      perSecond,
      bytes: requests.map((each) => bytesOf(each, port)),
      planned: Math.floor(perSecond * seconds),
      started: 0,
      sent: 0,
      notSent: 0,
      good: 0,
      inTime: [],
      answered: [],
      refused: 0,
      refusedSilently: 0,
      other: {},
      late: [],
    }));
    let underWay = 0,
      mostUnderWay = 0,
      longestTurn = 0;
    const begun = performance.now(),
      end = begun + seconds * 1000;
    const done = (job, status, saysWhen, at) => {
      const { state } = job,
        took = at - job.sent;
      underWay -= 1;
      if (status !== 0) state.answered.push(took);
      if (status === 200) {
        state.inTime.push(took);
        if (at <= end && took <= deadline + carriedOutIn) state.good += 1;
      } else if (status === 503) {
        state.refused += 1;
        if (!saysWhen) state.refusedSilently += 1;
      } else state.other[status || "no answer"] = (state.other[status || "no answer"] ?? 0) + 1;
    };
    for (let turn = begun; turn < end; await new Promise((next) => setImmediate(next))) {
      const now = performance.now();
      longestTurn = Math.max(longestTurn, now - turn);
      turn = now;
      for (const state of states) {
        const due = Math.min(state.planned, Math.floor(((now - begun) / 1000) * state.perSecond));
        for (; state.started < due; state.started += 1) {
          const job = { state, bytes: state.bytes[state.started % state.bytes.length], sent: 0, done };
          if (!client.send(job)) {
            state.notSent += 1;
            continue;
          }
          state.sent += 1;
          state.late.push(job.sent - begun - (state.started / state.perSecond) * 1000);
          underWay += 1;
        }
      }
      mostUnderWay = Math.max(mostUnderWay, underWay);
    }
    for (const last = performance.now() + patience; underWay > 0 && performance.now() < last; ) await pause(10);
    return { states, mostUnderWay, unanswered: underWay, longestTurn };
  } finally {
    client.end();
  }
};

// What this process starts inherits its core.
const moveMyself = (core) => execFileSync("taskset", ["-acp", String(core), String(process.pid)], { stdio: "ignore" });
await orderly(async (atEnd) => {
  moveMyself(serverCore);
  const postgres = await startPostgres({ shared_buffers: "128MB", fsync });
  atEnd(postgres.stop);
  moveMyself(loadCore);
  const upstreams = await startUpstreams();
  atEnd(upstreams.stop);
  const database = postgres.database();
  const service = await startServer(upstreams, { POSTGRES_URL: database.pooled, ADMIN_GITHUB_USER_IDS: String(admin) });
  atEnd(service.stop.bind(service));
  const port = Number(new URL(service.url).port);
  seedPostgres(database, rows);
  const holders = await makeHolders(service, holdersCount);
  const asAdmin = sessionCookie(admin);
  const dashboards = holders.map(({ cookie }) => ({ path: "/dashboard", cookie }));
  const searches = Array.from({ length: 64 }, (_, i) => ({
    path:
      "/admin/people?q=" + ["margaret-", "nobody-here", String(5_000_000 + i), String((i * 7919) % 1_000_003)][i % 4],
    cookie: asAdmin,
  }));
  const cheap = [
    { name: "/", requests: [{ path: "/" }], perSecond: cheapRate / 2 },
    { name: "/healthz", requests: [{ path: "/healthz" }], perSecond: cheapRate / 2 },
  ];
  const variants = [
    { name: "dashboard", requests: dashboards, beside: [] },
    { name: "search, cheap pages beside it", requests: searches, beside: cheap },
    {
      name: "dashboard and search, cheap pages beside them",
      requests: dashboards.flatMap((each, i) => (i % 4 === 0 ? [each, searches[i % searches.length]] : [each])),
      beside: cheap,
    },
  ].filter(({ name }) => name.includes(process.env.OVERLOAD_ONLY ?? ""));

  const problems = [],
    lines = [],
    cheapLines = [];
  const ms = (value) => value.toFixed(1);
  for (const { name, requests, beside } of variants) {
    await warmUp(service, holders);
    const calm = beside.length > 0 ? await byTheClock(port, beside, 3) : null;
    const tries = [];
    for (const connections of connectionsTried) {
      const used = processorTime(service.pid),
        one = await wrk({ url: service.url, connections, seconds: triedFor, lines: requests.map(requestLine) });
      tries.push({ connections, ...one, timeEach: (processorTime(service.pid) - used) / (one.perSecond * one.took) });
    }
    const peak = tries.reduce((best, each) => (each.perSecond > best.perSecond ? each : best));
    console.log(
      `${name}: ${tries.map((each) => `${Math.round(each.perSecond)}/s with ${each.connections}`).join(", ")}; ` +
        `core 0 busy ${Math.round(peak.busy[0] * 100)} % at the peak`,
    );
    const before = processorTime(process.pid),
      served = processorTime(service.pid);
    const result = await watchCores(() =>
      byTheClock(port, [{ name, requests, perSecond: peak.perSecond * factor }, ...beside], lasting),
    );
    const clientTime = processorTime(process.pid) - before,
      serviceTime = processorTime(service.pid) - served;
    const [dear, ...others] = result.states;
    const again = performance.now();
    const status = await fetch(`${service.url}${requests[0].path}`, { headers: { cookie: requests[0].cookie } }).then(
      async (answer) => {
        await answer.text();
        return answer.status;
      },
    );
    const afterwards = performance.now() - again;
    const goodput = dear.good / lasting,
      share = goodput / peak.perSecond,
      late = spread(dear.late),
      good = spread(dear.inTime),
      any = spread(dear.answered);
    // What is left of the service's time once the pages are paid for at the price of the peak.
    const refusalTime = Math.max(0, serviceTime - dear.inTime.length * peak.timeEach) / Math.max(1, dear.refused);
    const complain = (text) => problems.push(`${name}: ${text}`);
    lines.push([
      name,
      Math.round(peak.perSecond),
      Math.round(dear.planned / lasting),
      Math.round(dear.sent / lasting),
      Math.round(goodput),
      `${Math.round(share * 100)} %`,
      `${((dear.refused / Math.max(1, dear.sent)) * 100).toFixed(1)} %`,
      dear.refusedSilently,
      ms(good.median),
      ms(good.p99),
      ms(any.longest),
      result.mostUnderWay,
      ms(late.p99),
      ms(result.longestTurn),
      `${Math.round(result.busy[0] * 100)}/${Math.round(result.busy[1] * 100)} %`,
      serviceTime.toFixed(1),
      Math.round(peak.timeEach * 1e6),
      Math.round(refusalTime * 1e6),
      clientTime.toFixed(1),
      `${status}, ${ms(afterwards)}`,
    ]);
    for (const [i, state] of others.entries()) {
      const { median, p99, longest } = spread(state.inTime),
        quiet = spread(calm.states[i].inTime);
      cheapLines.push([
        `${state.name} during ${name}`,
        state.sent,
        state.inTime.length,
        state.refused,
        ms(median),
        ms(p99),
        ms(longest),
        ms(quiet.median),
        ms(quiet.p99),
      ]);
      if (state.inTime.length < state.sent)
        complain(
          `${state.sent - state.inTime.length} of ${state.sent} requests for ${state.name} were not answered with 200`,
        );
      if (longest > deadline) complain(`an answer for ${state.name} took ${ms(longest)} ms`);
    }
    if (late.p99 > mostLate) complain(`no verdict: the client itself was late, p99 ${ms(late.p99)} ms`);
    if (share < leastOfPeak)
      complain(`goodput is ${Math.round(share * 100)} % of the peak; ${leastOfPeak * 100} % is the least`);
    if (any.longest > deadline + carriedOutIn) complain(`an answer came after ${ms(any.longest)} ms`);
    if (dear.refusedSilently > 0)
      complain(`${dear.refusedSilently} of ${dear.refused} answers 503 say not when to come again`);
    if (result.unanswered > 0) complain(`${result.unanswered} had no answer ${patience / 1000} s after the end`);
    if (Object.keys(dear.other).length > 0) complain(`other answers: ${JSON.stringify(dear.other)}`);
    if (status !== 200 || afterwards > 1000) complain(`afterwards it answered ${status} after ${ms(afterwards)} ms`);
  }
  // One variant a column: there are many figures.
  const figures = [
    "",
    "peak, 1/s",
    "planned, 1/s",
    "sent, 1/s",
    "goodput, 1/s",
    "of the peak",
    "503",
    "503 without Retry-After",
    "median of 200, ms",
    "p99 of 200, ms",
    "longest of any answer, ms",
    "most under way",
    "client late in sending, p99, ms",
    "client's longest turn, ms",
    "cores busy",
    "service's processor time, s",
    "of it for a page at the peak, µs",
    "for a 503, about, µs",
    "client's processor time, s",
    "afterwards: status, ms",
  ];
  console.log(
    `\n${factor} times the peak for ${lasting} s; from sending to the last byte: what waits in the client's ` +
      "kernel buffer, at the most a turn, is in it",
  );
  console.log(
    aligned(
      ["", ...lines.map((line) => line[0])],
      figures.slice(1).map((figure, i) => [figure, ...lines.map((line) => line[i + 1])]),
    ),
  );
  if (cheapLines.length > 0)
    console.log(
      "\n" +
        aligned(
          ["cheap pages", "asked", "200", "503", "median ms", "p99 ms", "longest ms", "calm: median", "calm: p99"],
          cheapLines,
        ),
    );
  for (const problem of problems) console.log(problem);
  console.log(problems.length === 0 ? "passed" : "FAILED");
  process.exitCode = problems.length === 0 ? 0 : 1;
});
