// What the program does where systemd starts it: says how it stands, serves on a socket that is
// handed over, leaves no core dump.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, copyFileSync, readFileSync, rmSync, statSync } from "node:fs";
import http from "node:http";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  binary,
  run,
  serviceEnvironment,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

const script = (name) => fileURLToPath(new URL(`support/${name}`, import.meta.url));
let upstreams, folder;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
});
after(async () => {
  await upstreams?.stop();
  rmSync(folder, { recursive: true, force: true });
});

// A program whose output is kept, and which is ended with the test.
const start = (t, command, args, options = {}) => {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"], ...options });
  const process_ = {
    child,
    output: "",
    exited: new Promise((done) => child.once("close", (code, signal) => done({ code, signal }))),
  };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      process_.output += chunk;
    });
  process_.says = (pattern) =>
    until(`${pattern} in ${command}`, () => pattern.exec(process_.output), 60_000).catch((error) => {
      throw new Error(`${error.message}: ${process_.output}`);
    });
  t.after(async () => {
    child.kill("SIGTERM");
    await process_.exited;
  });
  return process_;
};

for (const kind of ["path", "abstract name"]) {
  test(`systemd is told when all is ready, that it goes on, and when it ends (${kind})`, async (t) => {
    const socket = kind === "path" ? join(temporaryFolder(), "notify") : `@llmapikey-test-${process.pid}`;
    const told = start(t, "perl", [script("datagrams.pl"), socket]);
    await told.says(/^listening$/m);
    const service = await startService(upstreams, temporaryFolder(), {
      NOTIFY_SOCKET: socket,
      WATCHDOG_USEC: "300000",
    });
    const ready = await told.says(/^READY=1 \| STATUS=listening on http:\/\/127\.0\.0\.1:(\d+), handing out keys$/m);
    assert.equal(ready[1], new URL(service.url).port);
    await told.says(/(^WATCHDOG=1\n){3}/m);
    assert.doesNotMatch(told.output, /STOPPING/);
    await service.stop();
    await told.says(/^STOPPING=1 \| STATUS=/m);
    assert.match(told.output, /^listening\nREADY=1/, "nothing comes before");
  });
}

test("without a watchdog of its own it shows no signs of life; nobody to tell is no failure", async (t) => {
  const socket = join(temporaryFolder(), "notify");
  const told = start(t, "perl", [script("datagrams.pl"), socket]);
  await told.says(/^listening$/m);
  const service = await startService(upstreams, temporaryFolder(), {
    NOTIFY_SOCKET: socket,
    WATCHDOG_USEC: "1000",
    WATCHDOG_PID: "1",
  });
  await told.says(/READY/);
  await service.stop();
  await told.says(/STOPPING/);
  assert.doesNotMatch(told.output, /WATCHDOG/);
  const alone = await startService(upstreams, temporaryFolder(), { NOTIFY_SOCKET: `${socket}-of-nobody` });
  await until("it says so", () => alone.process.output.includes("telling systemd"));
  assert.equal((await fetch(`${alone.url}/healthz`)).status, 200);
  await alone.stop();
});

const underSocketUnit = (t, names, env = {}) =>
  start(t, "perl", [script("socket_unit.pl"), names, binary, "serve"], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      ...serviceEnvironment(upstreams, temporaryFolder(), { LISTEN: "127.0.0.1:1", ...env }),
    },
  });
const portOf = async (unit, index = 0) => Number((await unit.says(/^ports ([\d ]+)$/m))[1].split(" ")[index]);

// One request on a connection of its own: its status, or what went wrong.
const ask = (port, path = "/") =>
  new Promise((done) => {
    http
      .get({ host: "127.0.0.1", port, path, agent: false }, (answer) => {
        answer.resume();
        answer.once("end", () => done(answer.statusCode));
        answer.once("error", (error) => done(error.code));
      })
      .once("error", (error) => done(error.code));
  });

test("no request fails while the service restarts under a socket that stays", async (t) => {
  const unit = underSocketUnit(t, "http");
  const port = await portOf(unit);
  await unit.says(new RegExp(`listening on http://127\\.0\\.0\\.1:${port}`));
  const visitors = start(t, "perl", [script("visitors.pl"), String(port), "8"]);
  const outcomes = () => visitors.output.split("\n").slice(0, -1);
  for (let restart = 1; restart <= 5; restart += 1) {
    const served = outcomes().length;
    await until("requests are served", () => outcomes().length > served + 50, 60_000);
    unit.child.kill("SIGUSR1");
    await until("it has started again", () => unit.output.split("listening on").length > restart + 1, 60_000);
  }
  visitors.child.kill("SIGTERM");
  await visitors.exited;
  t.diagnostic(`${outcomes().length} requests`);
  assert.deepEqual(
    [...new Set(outcomes())],
    ["200"],
    outcomes()
      .filter((each) => each !== "200")
      .join(),
  );
  assert.equal(unit.output.split("ended 0 signal 0").length, 6);
});

test("of several sockets the one named http is served; one for another process is left alone", async (t) => {
  const several = underSocketUnit(t, "metrics:http:other");
  const port = await portOf(several, 1);
  await several.says(/listening on/);
  assert.equal(await ask(port, "/healthz"), 200);
  const foreign = underSocketUnit(t, "http", { FOREIGN_LISTEN_PID: "1", LISTEN: "127.0.0.1:0" });
  const [, own] = await foreign.says(/listening on http:\/\/127\.0\.0\.1:(\d+)/);
  assert.notEqual(Number(own), await portOf(foreign));
});

test("a socket that cannot be served is a start-up error that says so", async (t) => {
  for (const [names, complaint] of [
    ["one:two", /2 sockets: name the one to listen on with FileDescriptorName=http/],
    ["http:http", /two sockets are named http/],
    ["deaf", /it must be a listening TCP socket/],
  ]) {
    const unit = underSocketUnit(t, names);
    assert.equal((await unit.exited).code, 2, unit.output);
    assert.match(unit.output, complaint);
  }
  for (const env of [{ LISTEN_FDS: "many", LISTEN_PID: "1" }, { WATCHDOG_USEC: "soon" }]) {
    const { code, err } = await run(["serve"], serviceEnvironment(upstreams, folder, env));
    assert.equal(code, 2);
    assert.match(err, new RegExp(`${Object.keys(env)[0]} is not what systemd sets: `));
  }
});

test("health asks the service that runs here", async () => {
  const service = await startService(upstreams, temporaryFolder());
  const LISTEN = new URL(service.url).host;
  assert.deepEqual(await run(["health"], { LISTEN }), { code: 0, out: "ok\n", err: "" });
  assert.equal((await run(["health"], { LISTEN: LISTEN.replace("127.0.0.1", "0.0.0.0") })).code, 0);
  await service.stop();
  const gone = await run(["health"], { LISTEN });
  assert.equal(gone.code, 1);
  assert.match(gone.err, /\/healthz: /);
  assert.equal((await run(["health"], { LISTEN: "here" })).code, 2);
});

// As somebody who is not root: to root all is open anyway.
const asNobody = () => (process.getuid() === 0 ? { uid: 65534, gid: 65534 } : {});
const serveAsNobody = async (t, env, command = [], before = {}) => {
  const place = temporaryFolder(),
    copy = join(place, "llmapikey");
  copyFileSync(binary, copy);
  chmodSync(place, 0o755);
  const data = temporaryFolder();
  if (process.getuid() === 0) chownSync(data, 65534, 65534);
  const [program, ...args] = [...command, copy, "serve"];
  const service = start(t, program, args, {
    cwd: "/",
    env: { PATH: process.env.PATH, ...serviceEnvironment(upstreams, data, env) },
    ...asNobody(),
    ...before,
  });
  await service.says(/listening on/);
  t.after(() => {
    for (const each of [place, data]) rmSync(each, { recursive: true, force: true });
  });
  return service;
};
const canBeReadBySameUser = (pid) => {
  try {
    execFileSync("head", ["-c", "1", `/proc/${pid}/environ`], { stdio: "pipe", ...asNobody() });
    return true;
  } catch (error) {
    assert.match(String(error.stderr), /Permission denied/);
    return false;
  }
};
const coreLimit = (pid) => /^Max core file size +(\S+) /m.exec(readFileSync(`/proc/${pid}/limits`, "utf8"))[1];

test("another process of the same user sees neither memory nor environment, and there is no core dump", async (t) => {
  const closed = await serveAsNobody(t, {});
  assert.equal(canBeReadBySameUser(closed.child.pid), false);
  assert.equal(statSync(`/proc/${closed.child.pid}/mem`).uid, 0);
  assert.equal(coreLimit(closed.child.pid), "0");
  const open = await serveAsNobody(t, { CORE_DUMPS_ENABLED: "true" });
  assert.equal(canBeReadBySameUser(open.child.pid), true);
  assert.notEqual(statSync(`/proc/${open.child.pid}/mem`).uid, 0);
});

test("a crash leaves a core dump only where it was asked for", async (t) => {
  // Whoever waits for a process learns from the kernel whether it has dumped.
  const watched = ["bash", "-c", 'ulimit -S -c unlimited && exec perl "$0" "$@"', script("crash_watch.pl")];
  const control = start(t, watched[0], [...watched.slice(1), "sleep", "600"], { cwd: folder });
  const crash = async (process_) => {
    const [, pid] = await process_.says(/^started (\d+)$/m);
    process.kill(Number(pid), "SIGABRT");
    return (await process_.says(/^ended by 6( core)?$/m))[1] === " core";
  };
  if (!(await crash(control))) {
    t.skip("core dumps are switched off on this machine");
    return;
  }
  const scene = temporaryFolder();
  if (process.getuid() === 0) chownSync(scene, 65534, 65534);
  t.after(() => rmSync(scene, { recursive: true, force: true }));
  assert.equal(await crash(await serveAsNobody(t, {}, watched, { cwd: scene })), false);
  assert.equal(await crash(await serveAsNobody(t, { CORE_DUMPS_ENABLED: "true" }, watched, { cwd: scene })), true);
});
