// What a service costs that can do nothing for somebody who waits: minting is paused, the quota is
// full, the disk is full, the database or the upstream is away. Measured as processor time and
// lines of the log within a span, not against a clock.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { startPostgres } from "../e2e/support/postgres.mjs";
import { binary, generate, serviceEnvironment, signIn, startUpstreams, until } from "../e2e/support/service.mjs";
import { makeGround } from "./support/ground.mjs";

const span = 10_000;
const ticksPerSecond = Number(execFileSync("getconf", ["CLK_TCK"]).toString());

let upstreams, postgres;
before(async () => {
  [upstreams, postgres] = await Promise.all([startUpstreams(), startPostgres()]);
});
after(async () => {
  await upstreams.stop();
  await postgres?.stop();
});

// Fields 14 and 15, counted behind the name, which may hold anything: time in the program and in
// the kernel.
const processorSeconds = ({ process }) => {
  const fields = readFileSync(`/proc/${process.child.pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
};
const linesOf = ({ process }) => process.output.split("\n").filter((line) => line.startsWith("{"));
// What a line is about: "recovery" of "recovery: no answer".
const aboutOf = (line) => JSON.parse(line).message.split(":")[0];

const isIdle = async (services) => {
  const begun = services.map((service) => ({
    processor: processorSeconds(service),
    lines: linesOf(service).length,
    at: Date.now(),
  }));
  await new Promise((done) => setTimeout(done, span));
  services.forEach((service, i) => {
    const seconds = (Date.now() - begun[i].at) / 1000;
    const share = (processorSeconds(service) - begun[i].processor) / seconds;
    // Each job may say once what is wrong; a loop would say it again and again.
    const all = linesOf(service).map(aboutOf);
    const told = all.slice(begun[i].lines);
    const lines = told.filter((about, place) => all.indexOf(about) < begun[i].lines + place).length / seconds;
    assert.ok(new Set(told).size <= 15, told.join(", "));
    assert.ok(share <= 0.01, `${(share * 100).toFixed(2)} % of a core`);
    const latest = service.process.output.split("\n").slice(-8).join("\n");
    assert.ok(lines <= 0.5, `${lines.toFixed(2)} repeated lines a second, such as\n${latest}`);
  });
};

// A row of somebody who had a key and waits for another one: it is not given up while nothing can
// be done.
const letWait = (sql, schema, account) =>
  sql(`UPDATE ${schema}api_keys SET status = 'waiting', keeps_place = 1, queued_at = 1, next_attempt_at = 1,
  openrouter_key = NULL, openrouter_delete_hash = NULL WHERE github_user_id = '${account}'`);

const quiet = { RECONCILE_SECONDS: "0", MAX_TOTAL_KEYS: "1" };
const embedded = (ground) => ({
  schema: "",
  sql: (text) => execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${ground.folder}/llmapikey.db`, text]).toString(),
});

// One row that waits, and services that are started with `env` when it does.
const withOneWaiting = async (ground, { sql, schema }, env, count = 1) => {
  const service = await ground.start();
  const session = await signIn(service, `idle-${process.pid}`);
  assert.equal((await generate(service, session)).status, 200);
  await service.stop();
  letWait(sql, schema, sql(`SELECT github_user_id FROM ${schema}api_keys`).trim());
  const services = [];
  for (let i = 0; i < count; i += 1) services.push(await ground.start(env));
  return services;
};

// Whoever writes beyond a limit is told so by an error, and not by a signal.
const startWithoutFileSizeSignal = (ground) => {
  const env = { PATH: process.env.PATH, ...serviceEnvironment(upstreams, ground.folder), ...ground.env };
  const child = spawn("bash", ["-c", `trap '' XFSZ; exec ${binary} serve`], {
    env,
    cwd: ground.folder,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const service = { process: { child, output: "" } };
  const exited = new Promise((done) => child.once("exit", done));
  service.process.kill = (signal) => {
    child.kill(signal);
    return exited;
  };
  child.stderr.on("data", (chunk) => {
    service.process.output += chunk;
  });
  ground.services.push(service);
  return service;
};

const scenario = (name, run) =>
  test(name, async () => {
    try {
      await run();
    } finally {
      await upstreams.clearFaults();
      await upstreams.outage("off");
    }
  });

scenario("minting is paused, and one row waits", async () => {
  const ground = makeGround(upstreams, {}, quiet);
  try {
    await isIdle(await withOneWaiting(ground, embedded(ground), { PROVISIONING_ENABLED: "false" }));
  } finally {
    await ground.stop();
  }
});

scenario("the quota is full, and one row waits that upstream refuses", async () => {
  const ground = makeGround(upstreams, {}, quiet);
  try {
    const service = await ground.start();
    assert.equal((await generate(service, await signIn(service, `idle-${process.pid}`))).status, 200);
    assert.equal((await generate(service, await signIn(service, "idle-without-a-place"))).status, 409);
    await upstreams.openrouterFault({ method: "POST", path: "/keys", status: 402, times: 1_000 });
    await service.stop();
    const { sql, schema } = embedded(ground);
    letWait(sql, schema, sql("SELECT github_user_id FROM api_keys").trim());
    const again = await ground.start();
    await until("the log says why", () => /no key for account/.test(again.process.output));
    await isIdle([again]);
  } finally {
    await ground.stop();
  }
});

scenario("the disk is full, and one row waits", async () => {
  const ground = makeGround(upstreams, {}, quiet);
  try {
    await withOneWaiting(ground, embedded(ground), {}, 0);
    await upstreams.openrouterFault({ method: "POST", path: "/keys", status: 402, times: 1_000 });
    const again = startWithoutFileSizeSignal(ground);
    await until("it is tried", () => /no key for account/.test(again.process.output));
    // No file may grow any more, as on a disk that is full.
    execFileSync("prlimit", [`--pid=${again.process.child.pid}`, "--fsize=0:unlimited"]);
    await upstreams.clearFaults();
    await until("the log says why", () => /taking the turn of account.*(disk|full|I\/O)/i.test(again.process.output));
    await isIdle([again]);
    assert.equal(embedded(ground).sql("SELECT count(*) FROM api_keys WHERE status = 'waiting'").trim(), "1");
  } finally {
    await ground.stop();
  }
});

scenario("OpenRouter is away, and one row waits", async () => {
  const ground = makeGround(upstreams, {}, quiet);
  try {
    await withOneWaiting(ground, embedded(ground), {}, 0);
    await upstreams.outage("refuse");
    const again = await ground.start();
    await until("the log says why", () => /no key for account|the outcome of minting/.test(again.process.output));
    await isIdle([again]);
  } finally {
    await ground.stop();
  }
});

scenario("minting is paused in two replicas, and then PostgreSQL is gone", async () => {
  const database = postgres.database();
  const ground = makeGround(upstreams, { POSTGRES_URL: database.url }, quiet);
  try {
    const services = await withOneWaiting(
      ground,
      { sql: database.sql, schema: "llmapikey." },
      { PROVISIONING_ENABLED: "false" },
      2,
    );
    await isIdle(services);
    await Promise.all(services.map((service) => service.stop()));
    await upstreams.openrouterFault({ method: "POST", path: "/keys", status: 402, times: 1_000 });
    const enabled = await ground.start();
    await until("it is tried", () => /no key for account/.test(enabled.process.output));
    await postgres.server.stop();
    await until("the log says why", () => /reading the queue of mints/.test(enabled.process.output));
    await isIdle([enabled]);
  } finally {
    await ground.stop();
  }
});
