#!/usr/bin/env node
// A thousand people beside nine thousand connections that send their requests a byte at a time, and
// come again whenever they are cut off: what the people see, with and without the others, in turn.
// The service has core 0, people and attackers core 1.
// Run after ./run --build-only: node bench/slowloris.mjs [SECONDS]
// SLOWLORIS_CONNECTIONS=9000   SLOWLORIS_ROUNDS=5
// Debian's packages: util-linux, procps
import { execFileSync, fork } from "node:child_process";
import { connect } from "node:net";
import { orderly, spread } from "./crowd.mjs";
import { loadCore, memoryOf, moveTo, pause, stopProcess } from "./support/processes.mjs";
import { aligned } from "./support/report.mjs";
import { startServer, startUpstreams } from "./support/servers.mjs";
import { sessionCookie } from "./support/sessions.mjs";

const lasting = Number(process.argv[2] ?? 10) * 1000;
const attackers = Number(process.env.SLOWLORIS_CONNECTIONS ?? 9000),
  rounds = Number(process.env.SLOWLORIS_ROUNDS ?? 5);
const people = 1000,
  everyMs = 1000,
  attackersEach = 1000,
  byteEveryMs = 2000,
  most = 2;

// The attack, in a process of its own. From several addresses: of one alone the service would take
// a quarter of all connections.
const attack = (port, count) => {
  const head = `GET / HTTP/1.1\r\nHost: x\r\nX-Padding: ${"x".repeat(4000)}\r\n\r\n`;
  const all = [];
  let cutOff = 0;
  const come = (i) => {
    const one = {
      socket: connect({
        port,
        host: "127.0.0.1",
        localAddress: `127.0.1.${1 + Math.floor(i / attackersEach)}`,
        noDelay: true,
      }),
      sent: 0,
    };
    all[i] = one;
    one.socket.on("error", () => {});
    one.socket.on("data", () => {});
    one.socket.once("close", () => {
      cutOff += 1;
      setTimeout(come, 100, i);
    });
  };
  for (let i = 0; i < count; i += 1) setTimeout(come, (i / count) * 3000, i);
  // A slice of them each time, so that the bytes come evenly.
  const slices = 100;
  let turn = 0;
  setInterval(() => {
    for (let i = turn; i < all.length; i += slices)
      if (all[i]?.socket.readyState === "open") {
        all[i].socket.write(head[all[i].sent % head.length]);
        all[i].sent += 1;
      }
    turn = (turn + 1) % slices;
  }, byteEveryMs / slices);
  process.on("message", () =>
    process.send({ cutOff, open: all.filter((one) => one?.socket.readyState === "open").length }),
  );
};

const status = (child) =>
  new Promise((done) => {
    child.once("message", done);
    child.send("how many?");
  });

// Each on a connection of its own, once a second, by turns; a person who is closed comes again, and
// that counts as a failure.
class People {
  constructor(port, requests) {
    Object.assign(this, { port, requests, times: [], failures: 0, isMeasured: false, all: [] });
  }
  async come() {
    for (let i = 0; i < people; i += 1) this.all.push({ number: i, socket: null, sentAt: null, buffer: "" });
    for (const one of this.all) await this.connect(one);
    this.timers = this.all.map((one) => {
      let timer = setTimeout(
        () => {
          timer = setInterval(() => this.ask(one), everyMs);
          one.stop = () => clearInterval(timer);
        },
        (one.number / people) * everyMs,
      );
      one.stop = () => clearTimeout(timer);
      return one;
    });
  }
  connect(one) {
    return new Promise((done, failed) => {
      one.socket = connect({ port: this.port, host: "127.0.0.1", localAddress: "127.0.0.1", noDelay: true }, done);
      one.socket.once("error", failed);
      one.socket.on("data", (chunk) => this.take(one, chunk));
      one.socket.once("close", () => {
        if (this.hasGone) return;
        if (this.isMeasured) this.failures += 1;
        one.sentAt = null;
        this.connect(one).catch(() => {});
      });
    });
  }
  ask(one) {
    if (one.sentAt !== null) {
      if (this.isMeasured) this.failures += 1;
      return;
    }
    one.sentAt = performance.now();
    one.buffer = "";
    one.socket.write(this.requests[one.number % this.requests.length]);
  }
  take(one, chunk) {
    one.buffer += chunk.toString("latin1");
    const end = one.buffer.indexOf("\r\n\r\n"),
      length = /\r\ncontent-length: *(\d+)/i.exec(one.buffer);
    if (end < 0 || !length || one.buffer.length < end + 4 + Number(length[1])) return;
    if (this.isMeasured) {
      this.times.push(performance.now() - one.sentAt);
      if (!one.buffer.startsWith("HTTP/1.1 200")) this.failures += 1;
    }
    one.sentAt = null;
  }
  async measure() {
    this.times = [];
    this.failures = 0;
    this.isMeasured = true;
    await pause(lasting);
    this.isMeasured = false;
    return { ...spread(this.times), count: this.times.length, failures: this.failures };
  }
  go() {
    this.hasGone = true;
    for (const one of this.all) {
      one.stop?.();
      one.socket.destroy();
    }
  }
}

const main = () =>
  orderly(async (atEnd) => {
    moveTo(loadCore, process.pid);
    // Who measures shares a core with the attackers, but must not wait for them.
    try {
      execFileSync("chrt", ["--reset-on-fork", "--rr", "--all-tasks", "--pid", "10", String(process.pid)]);
    } catch {
      console.log(
        "without the right to a real-time priority, which chrt needs, waits of the client's own are measured, too",
      );
    }
    const upstreams = await startUpstreams();
    atEnd(() => upstreams.stop());
    const server = await startServer(upstreams, { MAX_CONNECTIONS_PER_CLIENT: "2500" });
    atEnd(() => server.stop());
    const port = Number(new URL(server.url).port);
    const request = (path, cookie = "") =>
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${cookie ? `Cookie: ${cookie}\r\n` : ""}\r\n`;
    const crowd = new People(port, [request("/"), request("/dashboard", sessionCookie(1001))]);
    await crowd.come();
    atEnd(() => crowd.go());
    await pause(2000);
    const rows = [],
      ratios = [];
    for (let round = 1; round <= rounds; round += 1) {
      const alone = await crowd.measure();
      const child = fork(process.argv[1], [], {
        env: { ...process.env, SLOWLORIS_PORT: String(port) },
        stdio: "inherit",
      });
      await pause(5000);
      const before = await status(child),
        beside = await crowd.measure(),
        after = await status(child);
      const memory = memoryOf(server.pid).resident;
      await stopProcess(child);
      await pause(3000);
      ratios.push(beside.p99 / alone.p99);
      for (const [name, seen] of [
        ["alone", alone],
        [`beside ${after.open} that are slow`, beside],
      ])
        rows.push([
          `${round}, ${name}`,
          seen.count,
          seen.failures,
          seen.median.toFixed(2),
          seen.p99.toFixed(2),
          seen.longest.toFixed(1),
        ]);
      rows.push([
        `   cut off meanwhile: ${after.cutOff - before.cutOff}; memory ${(memory / 1024).toFixed(1)} MB`,
        "",
        "",
        "",
        "",
        "",
      ]);
    }
    console.log(aligned(["round", "answers", "failures", "median ms", "p99 ms", "longest ms"], rows));
    ratios.sort((a, b) => a - b);
    const ratio = ratios[Math.floor(ratios.length / 2)];
    console.log(
      `p99 beside them against alone: ${ratio.toFixed(2)} (${ratios[0].toFixed(2)} to ` +
        `${ratios.at(-1).toFixed(2)}); at most ${most}`,
    );
    if (!(ratio <= most)) process.exitCode = 1;
  });

if (process.env.SLOWLORIS_PORT) attack(Number(process.env.SLOWLORIS_PORT), attackers);
else await main();
