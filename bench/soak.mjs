// Half an hour of all that people do, at a moderate rate: pages, sign-ins, keys made, replaced and given back, the console, streams, mistakes, connections that break off.
// Memory is not to grow, and descriptors are to come back. Run after ./run --build-only: node bench/soak.mjs [MINUTES]
// SOAK_STORE=postgres   on PostgreSQL; otherwise on SQLite
// SOAK_RATE=60          things done in a second
import { existsSync, readFileSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { startPostgres } from "../tests/e2e/support/postgres.mjs";
import { run, serviceEnvironment, signIn } from "../tests/e2e/support/service.mjs";
import { count, orderly, seconds } from "./crowd.mjs";
import { makeClient } from "./support/client.mjs";
import { makeHolders } from "./support/holders.mjs";
import { memoryOf, pause, processorTime } from "./support/processes.mjs";
import { aligned } from "./support/report.mjs";
import { startServer, startUpstreams } from "./support/servers.mjs";
import { sessionCookie } from "./support/sessions.mjs";

const minutes = Number(process.argv[2] ?? 30), rate = Number(process.env.SOAK_RATE ?? 60);
const isOnPostgres = process.env.SOAK_STORE === "postgres";
if (!(minutes > 0 && rate > 0)) throw new Error("node bench/soak.mjs [MINUTES]");
const duration = minutes * 60_000, sampleEvery = Math.min(10_000, duration / 24);
// The program opens some descriptors at their first use and keeps them: what is compared begins after that.
const warmUp = Math.min(60_000, Math.max(10_000, duration / 20)), quiet = 10_000;
const mostAtOnce = 64, holdersCount = 300, personas = 100;
const growthAllowed = (before) => before * 0.05 + 1024;
// Connections to GitHub's and OpenRouter's look-alikes are kept for two minutes after their last use; jobs go on using a few.
const connectionsKeptFor = 150_000, descriptorsAllowed = 4;
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
  const env = { RECONCILE_SECONDS: "30", SPENDING_POLL_SECONDS: "60", LOG_LEVEL: "info", ADMIN_GITHUB_USER_IDS: String(admin), ...(database ? { POSTGRES_URL: database.url } : {}) };
  const service = await startServer(upstreams, env, { core: null });
  atEnd(service.stop.bind(service));
  const { url, pid, port = Number(new URL(url).port) } = service;
  const holders = await makeHolders(service, holdersCount);
  let client = makeClient({ sockets: mostAtOnce });
  atEnd(() => client.end());

  const outcomes = {}, unexpected = {};
  const pick = (list) => list[Math.floor(Math.random() * list.length)];
  const asAdmin = sessionCookie(admin);
  let nextPerson = 40_000_000;
  // Keys that were made during the soak and may be given back.
  const fresh = [];
  const expect = (name, answer, ...statuses) => {
    count(outcomes, `${name} ${answer.status}`);
    if (!statuses.includes(answer.status)) { count(unexpected, `${name} ${answer.status}`); if (unexpected[`${name} ${answer.status}`] <= 3) console.error(`unexpected: ${name} ${answer.status} ${/<h1[^>]*>[^<]*|"message":"[^"]*"/.exec(answer.text)?.[0] ?? answer.text.slice(0, 200)}`); }
    return answer;
  };
  const get = (path, headers = {}) => client.ask(url + path, { headers });
  const send = (path, cookie, fields = {}, { method = "POST", headers = {} } = {}) => client.ask(url + path, { method, headers: { cookie, origin: url, accept: "application/json", "content-type": "application/x-www-form-urlencoded", ...headers }, body: new URLSearchParams(fields).toString() });
  const sendJson = (path, cookie, body, method = "POST") => client.ask(url + path, { method, headers: { cookie, origin: url, "content-type": "application/json" }, body: JSON.stringify(body) });
  const newPerson = () => { const id = nextPerson += 1; return { id, cookie: sessionCookie(id) }; };
  // Bytes on a connection of their own, which is dropped after `wait` ms whatever has come by then.
  const drop = (bytes, wait) => new Promise((done) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => { if (bytes) socket.write(bytes); setTimeout(() => socket.destroy(), wait); });
    socket.on("error", () => {}).on("data", () => {}).on("close", () => done());
  });
  const key = async (person) => JSON.parse((await get("/api/v1/me", { cookie: person.cookie })).text).key;

  const things = [
    [18, "landing", async () => expect("landing", await get("/", pick([{}, { "accept-encoding": "gzip" }, { "accept-encoding": "br" }])), 200)],
    [4, "docs", async () => expect("docs", await get(pick(["/docs", "/openapi.json", "/healthz", "/readyz", "/metrics", "/robots.txt"])), 200)],
    [20, "dashboard", async () => expect("dashboard", await get("/dashboard", { cookie: pick(holders).cookie }), 200)],
    [4, "no key", async () => expect("no key", await get("/dashboard", pick([{}, { cookie: newPerson().cookie }])), 200)],
    [4, "sign-in", async () => { await signIn({ url }, `soak-${Math.floor(Math.random() * personas)}`); count(outcomes, "sign-in done"); }],
    [2, "sign-in not finished", async () => expect("sign-in not finished", await get("/auth/login?next=/docs"), 302)],
    [1, "callback out of nowhere", async () => expect("callback out of nowhere", await get("/auth/callback?code=x&state=y"), 400, 403)],
    [8, "mint", async () => { const person = newPerson(); if (expect("mint", await send("/dashboard/key", person.cookie), 200, 202).status === 200) fresh.push(person); }],
    [2, "mint twice at once", async () => {
      const person = newPerson();
      const answers = await Promise.all([1, 2].map(() => send("/dashboard/key", person.cookie)));
      answers.forEach((answer) => expect("mint twice at once", answer, 200, 202));
    }],
    [4, "rotation", async () => expect("rotation", await send("/dashboard/key/rotate", pick(holders).cookie), 200, 202)],
    [7, "give-back", async () => { const person = fresh.shift(); if (person) expect("give-back", await send("/dashboard/key/give-back", person.cookie), 200); }],
    [3, "console", async () => expect("console", await get(pick(["/admin", "/admin?status=active", "/admin/audit", "/admin/overview", "/admin/audit/export", "/admin/tokens", "/admin/webhooks", "/admin/revocations"]), { cookie: asAdmin }), 200)],
    [4, "search", async () => expect("search", await get(`/admin?q=${pick(["bench", "bench-20", "4", "nobody-at-all", String(pick(holders).id)])}`, { cookie: asAdmin }), 200)],
    [1, "reveal", async () => { const { id } = await key(pick(holders)) ?? {}; if (id) expect("reveal", await sendJson(`/api/v1/keys/${id}/reveal`, asAdmin, { reason: "soak" }), 200, 404, 409); }],
    [1, "token", async () => {
      const { status, text } = expect("token", await sendJson("/api/v1/tokens", asAdmin, { name: "soak", scopes: ["read"], expires_in_days: 1 }), 201);
      if (status !== 201) return;
      const { id, token } = JSON.parse(text);
      expect("token's list", await get("/api/v1/keys", { authorization: `Bearer ${token}` }), 200);
      expect("token's end", await sendJson(`/api/v1/tokens/${id}`, asAdmin, {}, "DELETE"), 200);
    }],
    [3, "try", async () => expect("try", await send("/dashboard/try", pick(holders).cookie, { message: "Say something." }, { headers: { accept: pick(["text/event-stream", "text/html"]) } }), 200, 409, 429, 503)],
    [1, "try broken off", () => drop(`POST /dashboard/try HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${pick(holders).cookie}\r\nOrigin: ${url}\r\nAccept: text/event-stream\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 11\r\n\r\nmessage=one`, Math.random() * 30)],
    [4, "not found", async () => expect("not found", await get(`/nothing-${Math.random()}`), 404)],
    [2, "not an admin", async () => expect("not an admin", await get("/admin", { cookie: pick(holders).cookie }), 404)],
    [3, "bad token", async () => expect("bad token", await get("/api/v1/keys", { authorization: `Bearer lak_${Math.random()}` }), 401)],
    [3, "bad session", async () => expect("bad session", await send("/dashboard/key", "llmapikey_session=a.b.c"), 401)],
    [2, "another origin", async () => expect("another origin", await send("/dashboard/key", pick(holders).cookie, {}, { headers: { origin: "https://evil.example" } }), 403)],
    [1, "too much", async () => {
      // The answer may be lost: it is sent while the rest of the body still comes.
      try { expect("too much", await send("/dashboard/try", pick(holders).cookie, { message: "x".repeat(100_000) }), 413); } catch { count(outcomes, "too much, cut off"); }
    }],
    [1, "no HTTP", () => drop("\x16\x03\x01 what?\r\n\r\n", 50)],
    [2, "half a request", () => drop("GET /dashboard HTTP/1.1\r\nHost: 127.", Math.random() * 2000)],
    [2, "gone before the answer", () => drop(`GET /dashboard HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${pick(holders).cookie}\r\n\r\n`, 0)],
    [1, "gone before the key", () => drop(`POST /dashboard/key HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nCookie: ${newPerson().cookie}\r\nOrigin: ${url}\r\nContent-Length: 0\r\n\r\n`, 1)],
    [1, "only a connection", () => drop("", Math.random() * 1000)],
  ];
  const total = things.reduce((sum, [weight]) => sum + weight, 0);
  const next = () => { let place = Math.random() * total; return things.find(([weight]) => (place -= weight) < 0); };

  let underWay = 0, done = 0, skipped = 0;
  const one = async () => {
    const [, name, act] = next();
    underWay += 1;
    try { await act(); } catch (error) {
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
      for (const due = Math.floor((performance.now() - begun) / 1000 * rate); started < due; started += 1) { if (underWay < mostAtOnce) one(); else skipped += 1; }
    }
    for (const end = performance.now() + 30_000; underWay > 0 && performance.now() < end;) await pause(20);
  };
  // What sockets are for, by their ports: people's connections, listeners, and those that the service opened itself.
  const purposes = () => {
    const found = new Map();
    for (const line of readFileSync(`/proc/${pid}/net/tcp`, "utf8").trim().split("\n").slice(1)) {
      const [, local, remote, state, , , , , , inode] = line.trim().split(/\s+/);
      const isListening = state === "0A", isOurs = parseInt(local.split(":")[1], 16) === port;
      found.set(inode, isListening ? "listeners" : isOurs ? "people" : `to port ${parseInt(remote.split(":")[1], 16)}`);
    }
    for (const line of readFileSync(`/proc/${pid}/net/unix`, "utf8").trim().split("\n").slice(1)) found.set(line.trim().split(/\s+/)[6], "pairs within the process");
    return found;
  };
  const names = { [new URL(upstreams.openrouter_url).port]: "OpenRouter", [new URL(upstreams.github_url).port]: "GitHub", ...(database ? { [new URL(database.url).port]: "PostgreSQL" } : {}) };
  const descriptors = () => {
    const kinds = {}, sockets = purposes();
    for (const fd of readdirSync(`/proc/${pid}/fd`)) try {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`), inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
      count(kinds, inode ? (sockets.get(inode) ?? "other sockets").replace(/^to port (\d+)$/, (whole, remote) => (names[remote] ? `to ${names[remote]}` : whole)) : target.split(":")[0].replace(/^.*\//, ""));
    } catch { /* closed just now */ }
    return { all: Object.values(kinds).reduce((sum, each) => sum + each, 0), kinds };
  };
  const begun = performance.now();
  const sample = () => ({ at: performance.now() - begun, resident: memoryOf(pid).resident, descriptors: descriptors().all, threads: readdirSync(`/proc/${pid}/task`).length });
  const calm = async () => { client.end(); client = makeClient({ sockets: mostAtOnce }); await pause(quiet); return { ...sample(), kinds: descriptors().kinds }; };
  const show = ({ resident, descriptors: open, threads }) => `resident ${(resident / 1024).toFixed(1)} MB, ${open} descriptors, ${threads} threads`;
  const sizeOfData = () => {
    if (database) return Number(database.sql("SELECT pg_database_size(current_database())")) / 2 ** 20;
    const file = join(service.folder, "llmapikey.db");
    return ["", "-wal"].reduce((sum, suffix) => sum + (existsSync(file + suffix) ? statSync(file + suffix).size : 0), 0) / 2 ** 20;
  };

  console.log(`${minutes} minutes on ${isOnPostgres ? "PostgreSQL" : "SQLite"}, ${rate} things a second; ${holdersCount} people hold keys`);
  await load(warmUp);
  const first = await calm();
  console.log(`warm: ${show(first)}`);
  const samples = [];
  let isOver = false;
  const sampler = (async () => {
    const since = performance.now();
    for (let minute = 0, taken = 0; !isOver; await pause(50)) {
      const now = performance.now() - since;
      if (now >= taken * sampleEvery) { taken += 1; samples.push(sample()); }
      if (now >= (minute + 1) * 60_000) { minute += 1; console.log(`minute ${minute}: ${show(samples.at(-1))}; ${done} things done, data ${sizeOfData().toFixed(1)} MB, ${processorTime(pid).toFixed(1)} s of processor time`); }
    }
  })();
  await load(duration);
  isOver = true;
  await sampler;
  const atOnce = await calm(), quietSince = performance.now() - quiet;
  let last = atOnce;
  while (last.descriptors > first.descriptors + descriptorsAllowed && performance.now() - quietSince < connectionsKeptFor) { await pause(1000); last = { ...sample(), kinds: descriptors().kinds }; }
  console.log(`descriptors: ${first.descriptors} before; ${atOnce.descriptors} after ${quiet / 1000} s of quiet, ${last.descriptors} after ${seconds(performance.now() - quietSince)} s`);

  const mean = (list, what) => list.reduce((sum, each) => sum + each[what], 0) / list.length;
  const quarter = (i) => samples.slice(Math.floor(samples.length * i / 4), Math.floor(samples.length * (i + 1) / 4));
  const early = mean(quarter(1), "resident"), late = mean(quarter(3), "resident");
  const megabytes = (kilobytes) => (kilobytes / 1024).toFixed(2);
  console.log(aligned(["", "resident MB", "descriptors", "threads"], [...[0, 1, 2, 3].map((i) => [`quarter ${i + 1}, mean of ${quarter(i).length}`, megabytes(mean(quarter(i), "resident")), mean(quarter(i), "descriptors").toFixed(1), mean(quarter(i), "threads").toFixed(1)]),
    ["before, quiet", megabytes(first.resident), first.descriptors, first.threads], ["after, quiet", megabytes(atOnce.resident), atOnce.descriptors, atOnce.threads]]));
  console.log(`descriptors before: ${JSON.stringify(first.kinds)}\ndescriptors after ${quiet / 1000} s: ${JSON.stringify(atOnce.kinds)}`);
  console.log(`outcomes: ${Object.entries(outcomes).sort().map(([name, times]) => `${name}: ${times}`).join(", ")}${skipped ? `; ${skipped} left out, ${mostAtOnce} were under way` : ""}`);
  const problems = Object.entries(unexpected).map(([name, times]) => `unexpected: ${name}, ${times} times`);
  if (late - early > growthAllowed(early)) problems.push(`memory grew by ${megabytes(late - early)} MB from the second quarter to the last; ${megabytes(growthAllowed(early))} MB would do`);
  if ((atOnce.kinds.people ?? 0) > 0) problems.push(`${atOnce.kinds.people} connections are open though everybody left ${quiet / 1000} s ago`);
  if (last.descriptors > first.descriptors + descriptorsAllowed) problems.push(`descriptors did not come back: ${last.descriptors} after ${connectionsKeptFor / 1000} s: ${JSON.stringify(last.kinds)}`);
  const findings = await run(["reconcile", "--json"], { ...serviceEnvironment(upstreams, service.folder), ...env });
  if (findings.code !== 0 || JSON.parse(findings.out).findings.length > 0) problems.push(`reconcile finds: ${findings.out}${findings.err}`);
  if (service.child.exitCode !== null || service.child.signalCode !== null) problems.push(`the service ended: ${readFileSync(join(service.folder, "log"), "utf8").slice(-2000)}`);
  console.log(`memory from the second quarter to the last: ${megabytes(late - early)} MB; it took ${seconds(performance.now() - begun)} s in all`);
  for (const problem of problems) console.log(problem);
  console.log(problems.length === 0 ? "passed" : "FAILED");
  process.exitCode = problems.length === 0 ? 0 : 1;
});
