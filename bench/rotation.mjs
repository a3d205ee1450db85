// KEY_ENCRYPTION_SECRET is changed for 100,000 keys while people look at theirs: `llmapikey reseal`
// is killed in the middle and begun again. Nobody may meet a key that cannot be read, and in the
// end the new secret alone opens them all.
// Run after ./run --build-only: node bench/rotation.mjs [KEYS]
// ROTATION_STORE=postgres   on PostgreSQL; otherwise on SQLite
import { spawn } from "node:child_process";
import { startPostgres } from "../tests/e2e/support/postgres.mjs";
import { binary, run, sealingSecret, serviceEnvironment, temporaryFolder } from "../tests/e2e/support/service.mjs";
import { orderly, seconds, spread } from "./crowd.mjs";
import { forAll, makeClient } from "./support/client.mjs";
import { makeHolders } from "./support/holders.mjs";
import { pause } from "./support/processes.mjs";
import { aligned } from "./support/report.mjs";
import { startServer, startUpstreams } from "./support/servers.mjs";

const many = Number(process.argv[2] ?? 100_000);
if (!(many >= 2000)) throw new Error("node bench/rotation.mjs [KEYS, at least 2000]");
const isOnPostgres = process.env.ROTATION_STORE === "postgres";
const lookers = 8,
  calmFor = 5000;
const fresh = "another-sealing-secret-0123456789-abcdef";
const both = { KEY_ENCRYPTION_SECRET: fresh, KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED: sealingSecret };
const isReadable = ({ status, text }) => status === 200 && text.includes("sk-or-v1-");

// Dashboards, one after another each, until told to stop.
const look = (url, holders) => {
  const client = makeClient({ sockets: lookers });
  const times = [],
    failures = [];
  let isOver = false;
  const one = async () => {
    while (!isOver) {
      const { cookie, id } = holders[Math.floor(Math.random() * holders.length)],
        begun = performance.now();
      const answer = await client.ask(`${url}/dashboard`, { headers: { cookie } });
      times.push(performance.now() - begun);
      if (!isReadable(answer)) failures.push(`${id}: ${answer.status}`);
    }
  };
  const all = Array.from({ length: lookers }, one);
  return {
    times,
    failures,
    stop: async () => {
      isOver = true;
      await Promise.all(all);
      client.end();
    },
  };
};

await orderly(async (atEnd) => {
  const upstreams = await startUpstreams();
  atEnd(upstreams.stop);
  const folder = temporaryFolder();
  let store = {};
  if (isOnPostgres) {
    const postgres = await startPostgres({ shared_buffers: "128MB" });
    atEnd(postgres.stop);
    store = { POSTGRES_URL: postgres.database().url };
  }
  const start = async (secrets) => {
    const service = await startServer(upstreams, { ...store, ...secrets }, { folder, core: null });
    atEnd(service.stop.bind(service));
    return service;
  };
  const environment = (secrets) => ({
    PATH: process.env.PATH,
    ...serviceEnvironment(upstreams, folder, { ...store, ...secrets }),
  });
  const reseal = (...args) => run(["reseal", "--json", ...args], environment(both));
  const problems = [];

  let begun = performance.now();
  const before = await start({});
  const holders = await makeHolders(before, many);
  before.child.kill("SIGTERM");
  await pause(1000);
  console.log(
    `${many.toLocaleString("en")} keys on ${isOnPostgres ? "PostgreSQL" : "SQLite"}, made in ` +
      `${seconds(performance.now() - begun)} s`,
  );

  const service = await start(both);
  const calm = look(service.url, holders);
  await pause(calmFor);
  await calm.stop();

  const busy = look(service.url, holders);
  begun = performance.now();
  // Killed once it says that half is done.
  const child = spawn(binary, ["reseal"], { env: environment(both), stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
    if (Number(/resealed (\d+), remaining \d+\n$/.exec(said)?.[1] ?? 0) >= many / 2) child.kill("SIGKILL");
  });
  const signal = await new Promise((done) => child.once("exit", (code, by) => done(by)));
  const halfway = JSON.parse((await reseal("--dry-run")).out);
  const rest = await reseal(),
    report = JSON.parse(rest.out);
  const took = performance.now() - begun;
  await busy.stop();
  if (signal !== "SIGKILL" || halfway.remaining === 0 || halfway.remaining === many)
    problems.push(`not killed in the middle: ${signal}, ${halfway.remaining} remained`);
  if (rest.code !== 0 || report.remaining !== 0 || report.resealed !== halfway.remaining)
    problems.push(`the second run: ${rest.code} ${rest.out}`);
  for (const [name, { failures }] of Object.entries({ calm, busy }))
    if (failures.length > 0)
      problems.push(`${failures.length} could not read their key, ${name}: ${failures.slice(0, 5).join(", ")}`);
  service.child.kill("SIGTERM");
  await pause(1000);

  const after = await start({ KEY_ENCRYPTION_SECRET: fresh });
  const readable = await forAll(holders, lookers, async (ask, { cookie }) =>
    isReadable(await ask(`${after.url}/dashboard`, { headers: { cookie } })),
  );
  const lost = readable.filter((is) => !is).length;
  if (lost > 0) problems.push(`${lost} keys are lost`);

  const row = (name, { times }) => {
    const { median, p99, longest } = spread(times);
    return [name, times.length, median.toFixed(1), p99.toFixed(1), longest.toFixed(1)];
  };
  console.log(
    `killed with ${halfway.remaining.toLocaleString("en")} remaining; all done after ${seconds(took)} s; ` +
      `${(readable.length - lost).toLocaleString("en")} keys read with the new secret alone`,
  );
  console.log(
    aligned(
      ["dashboards", "looked at", "median ms", "p99 ms", "longest ms"],
      [row("before", calm), row("meanwhile", busy)],
    ),
  );
  for (const problem of problems) console.log(problem);
  console.log(problems.length === 0 ? "passed" : "FAILED");
  process.exitCode = problems.length === 0 ? 0 : 1;
});
