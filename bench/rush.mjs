// A rush: 10,000 people claim their key within a minute, at two replicas on one PostgreSQL, one of
// which is killed half-way and comes back two seconds later. One in ten presses the button at both
// replicas at once. Who gets no key at once looks again, as browsers do, and honors Retry-After.
// Afterwards everybody has exactly one.
// Run after ./run --build-only: node bench/rush.mjs [PEOPLE]
// RUSH_ARRIVE_SECONDS=40    over how long they come, evenly
// RUSH_LIMIT_SECONDS=60     when all are to hold their key
// RUSH_TIMEOUT_SECONDS=5    UPSTREAM_TIMEOUT_SECONDS of the replicas: what a killed one left is
// settled after twice as long
// RUSH_OPENROUTER_MS=100    how long the look-alike takes for a key, so that the replica dies in
// the middle of some
// RUSH_POOLED=1             through PgBouncer
// BENCH_FSYNC=on            PostgreSQL waits for the disk
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPostgres } from "../tests/e2e/support/postgres.mjs";
import { run, serviceEnvironment } from "../tests/e2e/support/service.mjs";
import { count, orderly, postgresTime, seconds, spread } from "./crowd.mjs";
import { makeClient } from "./support/client.mjs";
import { pause, processorTime } from "./support/processes.mjs";
import { aligned } from "./support/report.mjs";
import { startServer, startUpstreams } from "./support/servers.mjs";
import { sessionsFrom } from "./support/sessions.mjs";
import { fsync } from "./support/settings.mjs";

const people = Number(process.argv[2] ?? 10_000);
const setting = (name, usual) => Number(process.env[name] ?? usual);
const arriving = setting("RUSH_ARRIVE_SECONDS", 40) * 1000,
  limit = setting("RUSH_LIMIT_SECONDS", 60) * 1000,
  upstreamTakes = setting("RUSH_OPENROUTER_MS", 100);
if (!(Number.isInteger(people) && people > 0 && arriving > 0 && limit > arriving))
  throw new Error("node bench/rush.mjs [PEOPLE], arriving before the limit");
const replicas = 2,
  awayFor = 2000,
  twiceOneIn = 10,
  socketsPerReplica = 192;
const tick = 5,
  shortWait = 300;
const healing = 60_000,
  sampleEvery = 5000,
  tried = 200;
const env = {
  MAX_TOTAL_KEYS: "0",
  RECONCILE_SECONDS: "5",
  UPSTREAM_TIMEOUT_SECONDS: String(setting("RUSH_TIMEOUT_SECONDS", 5)),
  LOG_LEVEL: "warn",
};
const accountOf = (name) => /^llmapikey\/gh-(\d+)(\/|$)/.exec(name)?.[1];

await orderly(async (atEnd) => {
  const problems = [],
    answers = {};
  const note = (text) => {
    problems.push(text);
    if (problems.length <= 20) console.error(`problem: ${text}`);
  };
  const upstreams = await startUpstreams();
  atEnd(upstreams.stop);
  if (upstreamTakes > 0)
    await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: upstreamTakes, times: people * 10 });
  const postgres = await startPostgres({ shared_buffers: "128MB", fsync });
  atEnd(postgres.stop);
  const database = postgres.database();
  const store = { POSTGRES_URL: process.env.RUSH_POOLED ? database.pooled : database.url };
  const running = [],
    clients = [],
    logs = [];
  const logOf = (server) => readFileSync(join(server.folder, "log"), "utf8");
  // On both cores, with a log on disk: lines that this process had to read would cost it time.
  const startReplica = async (i) => {
    running[i] = await startServer(upstreams, { ...env, ...store }, { core: null });
    atEnd(running[i].stop.bind(running[i]));
  };
  for (let i = 0; i < replicas; i += 1) {
    await startReplica(i);
    clients.push(makeClient({ sockets: socketsPerReplica }));
    atEnd(clients[i].end);
  }

  const crowd = sessionsFrom(20_000_000, people).map(({ id, cookie }, index) => ({
    id: String(id),
    cookie,
    index,
    key: null,
    looks: 0,
  }));
  let begun = 0,
    holders = 0,
    lastKey = 0;
  const now = () => performance.now() - begun;
  const keysPerSecond = [];
  const take = (person, key) => {
    if (person.key !== null) {
      if (person.key !== key) note(`account ${person.id} was shown two different keys`);
      return;
    }
    person.key = key;
    lastKey = now();
    person.took = lastKey - person.came;
    holders += 1;
    const second = Math.floor(lastKey / 1000);
    keysPerSecond[second] = (keysPerSecond[second] ?? 0) + 1;
  };
  // One call. Gives how long to wait before the next, and whether another replica is better.
  const call = async (person, i, isPress) => {
    const { url } = running[i];
    const path = isPress ? "/dashboard/key" : "/api/v1/me/key";
    const headers = { cookie: person.cookie, accept: "application/json", ...(isPress ? { origin: url } : {}) };
    let answer;
    try {
      answer = await clients[i].ask(url + path, { method: isPress ? "POST" : "GET", headers });
    } catch (error) {
      count(answers, `${isPress ? "POST" : "GET"} ${error.code ?? error.message}`);
      return { wait: shortWait, elsewhere: true };
    }
    const wait = Number(answer.headers["retry-after"] ?? 0) * 1000 || shortWait;
    let body = {};
    try {
      body = JSON.parse(answer.text);
    } catch {
      /* only the answers of a key matter here */
    }
    count(answers, `${isPress ? "POST" : "GET"} ${answer.status}${isPress && body.status ? ` ${body.status}` : ""}`);
    if (answer.status === 200 && body.key) take(person, body.key);
    if (answer.status === 503 && !answer.headers["retry-after"])
      note(`a 503 without Retry-After for account ${person.id}`);
    return { wait, elsewhere: false, missing: answer.status === 404 };
  };
  const claim = async (person) => {
    person.came = now();
    let i = person.index % replicas;
    const presses = [call(person, i, true)];
    if (person.index % twiceOneIn === 0) presses.push(call(person, (i + 1) % replicas, true));
    let [last] = await Promise.all(presses);
    // Half of them look at what they have, and press only if that is nothing; the others press
    // again.
    let isPress = false;
    while (person.key === null && now() < limit) {
      await pause(Math.min(last.wait + Math.random() * 100, limit - now() + tick));
      if (now() >= limit) break;
      if (last.elsewhere) i = (i + 1) % replicas;
      isPress = person.index % 4 < 2 || last.missing === true || (!isPress && last.elsewhere);
      person.looks += 1;
      last = await call(person, i, isPress);
    }
  };

  const times = () => ({
    PostgreSQL: postgresTime(postgres.server.daemon.child.pid),
    "look-alikes": processorTime(upstreams.process.child.pid),
    ...Object.fromEntries(running.map(({ pid }, i) => [`replica ${i + 1}`, processorTime(pid)])),
    client: process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6,
  });
  const liveKeys = async (fields) =>
    (await upstreams.ledgerOf({ live: "true", name_prefix: "llmapikey/", fields })).keys;
  let isOver = false,
    killedTime = 0;
  const sampler = async () => {
    while (!isOver) {
      const seen = new Set();
      for (const { name } of await liveKeys("name")) {
        const account = accountOf(name);
        if (seen.has(account)) note(`account ${account} had two keys upstream at ${seconds(now())} s`);
        seen.add(account);
      }
      const next = now() + sampleEvery;
      while (!isOver && now() < next) await pause(100);
    }
  };
  const killer = async () => {
    await pause(arriving / 2);
    const victim = running[replicas - 1],
      gone = new Promise((done) => victim.child.once("exit", done));
    killedTime = processorTime(victim.pid);
    victim.child.kill("SIGKILL");
    await gone;
    const at = now();
    logs.push(logOf(victim));
    await pause(awayFor);
    await startReplica(replicas - 1);
    console.log(`replica ${replicas} was killed at ${seconds(at)} s and answered again at ${seconds(now())} s`);
  };

  console.log(
    `${people} people, ${seconds((people / (arriving / 1000)) * 1000)} a second for ${arriving / 1000} s; ` +
      `OpenRouter takes ${upstreamTakes} ms for a key; ` +
      `fsync ${fsync}${process.env.RUSH_POOLED ? ", through PgBouncer" : ""}`,
  );
  const before = times();
  begun = performance.now();
  const claims = [],
    sampling = sampler(),
    killing = killer();
  let behind = 0;
  while (claims.length < people) {
    const due = Math.min(people, Math.floor((now() / arriving) * people) + 1);
    if (claims.length < due) behind = Math.max(behind, now() - (claims.length / people) * arriving);
    while (claims.length < due) claims.push(claim(crowd[claims.length]));
    await pause(tick);
  }
  await Promise.all(claims);
  const after = times();
  await killing;
  isOver = true;
  await sampling;
  const used = Object.fromEntries(Object.keys(before).map((name) => [name, after[name] - before[name]]));
  used[`replica ${replicas}`] = killedTime - before[`replica ${replicas}`] + after[`replica ${replicas}`];

  console.log("keys by second:");
  for (let first = 0; first < keysPerSecond.length; first += 10)
    console.log(
      `  ${String(first).padStart(3)} s ` +
        `${Array.from({ length: 10 }, (_, i) => String(keysPerSecond[first + i] ?? 0).padStart(6)).join("")}`,
    );
  const took = crowd.filter((person) => person.key !== null).map((person) => person.took),
    looked = crowd.filter((person) => person.looks > 0);
  const { median, p99, longest } = spread(took);
  console.log(`${holders} of ${people} held their key within ${limit / 1000} s, the last after ${seconds(lastKey)} s`);
  console.log(
    `from press to key, waits for a connection and between looks included: median ${median.toFixed(1)} ms, p99 ` +
      `${p99.toFixed(1)} ms, longest ${longest.toFixed(1)} ms; ${looked.length} had to look again`,
  );
  console.log(`the client began a press ${behind.toFixed(0)} ms late at the most`);
  console.log(
    `answers: ${Object.entries(answers)
      .sort((a, b) => b[1] - a[1])
      .map(([name, times_]) => `${name}: ${times_}`)
      .join(", ")}`,
  );
  console.log(
    aligned(
      ["processor time", "s", "ms a key"],
      Object.entries(used).map(([name, time]) => [
        name,
        time.toFixed(2),
        ((time * 1000) / Math.max(1, holders)).toFixed(2),
      ]),
    ),
  );
  if (holders < people)
    note(
      `${people - holders} had no key after ${limit / 1000} s: ${crowd
        .filter((person) => person.key === null)
        .slice(0, 10)
        .map((person) => person.id)
        .join(", ")}`,
    );

  // All that must hold in the end; text for each that does not.
  const lookOver = async () => {
    const wrong = [];
    const rows = database
      .sql("SELECT github_user_id, status, openrouter_delete_hash FROM llmapikey.api_keys")
      .split("\n")
      .filter(Boolean)
      .map((line) => line.split("|"));
    const keys = await liveKeys("name,hash,hint,disabled");
    const rowOf = new Map(),
      keysOf = new Map();
    for (const [account, status, handle] of rows) {
      if (rowOf.has(account)) wrong.push(`account ${account} has two rows`);
      rowOf.set(account, { status, handle });
    }
    for (const key of keys) keysOf.set(accountOf(key.name), [...(keysOf.get(accountOf(key.name)) ?? []), key]);
    for (const person of crowd) {
      const row = rowOf.get(person.id),
        theirs = keysOf.get(person.id) ?? [];
      if (row?.status !== "active")
        wrong.push(`account ${person.id} has ${row ? `a row that is ${row.status}` : "no row"}`);
      if (theirs.length !== 1) wrong.push(`account ${person.id} has ${theirs.length} keys upstream`);
      else if (theirs[0].disabled) wrong.push(`account ${person.id} has a key that is disabled`);
      else if (theirs[0].hash !== row?.handle)
        wrong.push(`account ${person.id} has a key upstream that its row does not know`);
      else if (person.key !== null && !person.key.endsWith(theirs[0].hint))
        wrong.push(`account ${person.id} was shown another key than it has`);
    }
    if (rows.length !== people) wrong.push(`${rows.length} rows for ${people} people`);
    if (keys.length !== people) wrong.push(`${keys.length} keys upstream for ${people} people`);
    return { wrong, rows, keys };
  };
  const since = performance.now();
  let last = await lookOver();
  while (last.wrong.length > 0 && performance.now() - since < healing) {
    await pause(1000);
    last = await lookOver();
  }
  console.log(
    last.wrong.length === 0
      ? `one row and one key each, ${seconds(performance.now() - since)} s after the rush`
      : `not in order ${healing / 1000} s after the rush`,
  );
  last.wrong.forEach(note);
  const findings = await run(["reconcile", "--json"], {
    ...serviceEnvironment(upstreams, running[0].folder),
    ...env,
    ...store,
  });
  if (findings.code !== 0 || JSON.parse(findings.out).findings.length > 0)
    note(`reconcile finds: ${findings.out}${findings.err}`);
  const some = crowd.filter((person) => person.key !== null && person.index % Math.ceil(people / tried) === 0);
  const { ask, end } = makeClient({ sockets: 8 });
  atEnd(end);
  for (const person of some) {
    const { status } = await ask(`${upstreams.openrouter_url}/key`, {
      headers: { authorization: `Bearer ${person.key}` },
    });
    if (status !== 200) note(`the key of account ${person.id} does not work: ${status}`);
  }
  console.log(`${some.length} keys were tried at OpenRouter's look-alike`);
  if (problems.length > 0) {
    const evidence = mkdtempSync(join(tmpdir(), "llmapikey-rush-"));
    const ledger = (
      await upstreams.ledgerOf({ name_prefix: "llmapikey/", fields: "name,hash,disabled,created_at,deleted_at" })
    ).keys;
    writeFileSync(
      join(evidence, "evidence.json"),
      JSON.stringify(
        {
          problems,
          answers,
          rows: last.rows,
          ledger,
          people: crowd.map(({ id, came, took: after_, looks, key }) => ({
            id,
            came,
            took: after_,
            looks,
            hint: key?.slice(-4),
          })),
          findings: findings.out,
          logs: [...logs, ...running.map(logOf)],
        },
        null,
        1,
      ),
    );
    console.log(`${problems.length} problems; evidence is in ${evidence}`);
  }
  console.log(problems.length === 0 ? "passed" : "FAILED");
  process.exitCode = problems.length === 0 ? 0 : 1;
});
