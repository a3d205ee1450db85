// All that people, organizers, programs and broken clients do, at once and at random, with every
// job running often: nobody is told of a fault, upstream and database agree afterwards, and the
// service ends cleanly. Run with the sanitized programs, whose reports end the process.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SignJWT } from "jose";
import { startPostgres } from "./support/postgres.mjs";
import { count, mixedLoad } from "./support/mixed_load.mjs";
import {
  generate,
  run,
  serviceEnvironment,
  sessionSecret,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

const seed = Number(process.env.LLMAPIKEY_TEST_SEED ?? Date.now() % 2 ** 31),
  things = Number(process.env.LLMAPIKEY_TEST_THINGS ?? 600);
const atOnce = 12,
  holdersCount = 12,
  admin = 1003,
  kindsAtLeast = 20;

// mulberry32: the same numbers for the same seed.
const randomFrom = (state) => () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const tokens = new Map();
const tokenOf = (id) =>
  new SignJWT({ login: `load-${id}` })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject(String(id))
    .setIssuedAt()
    .setExpirationTime("1h")
    .sign(new TextEncoder().encode(sessionSecret));
const prepare = async (ids) => {
  for (const id of ids) tokens.set(id, `llmapikey_session=${await tokenOf(id)}`);
};
const sessionOf = (id) => tokens.get(id) ?? assert.fail(`no session for ${id}`);

const ask = async (url, { method = "GET", headers = {}, body } = {}) => {
  const answer = await fetch(url, {
    method,
    headers,
    redirect: "manual",
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(60_000),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};

// What a sanitizer has to say, and the last that the service said.
const reportOf = ({ process: { output } }) =>
  output
    .split("\n")
    .filter((line) => !line.startsWith("{"))
    .join("\n")
    .slice(0, 20_000) + output.slice(-2000);

const isPostgresWanted = process.env.LLMAPIKEY_TEST_STORE === "postgres";

test("a mixed load ends with everything in order", async (t) => {
  const upstreams = await startUpstreams();
  t.after(() => upstreams.stop());
  const folder = temporaryFolder();
  const env = {
    ADMIN_GITHUB_USER_IDS: String(admin),
    MAX_TOTAL_KEYS: "0",
    RECONCILE_SECONDS: "5",
    SPENDING_POLL_SECONDS: "5",
    MAX_CONNECTIONS_PER_CLIENT: "0",
    UPSTREAM_TIMEOUT_SECONDS: "60",
  };
  if (isPostgresWanted) {
    const postgres = await startPostgres();
    t.after(() => postgres.stop());
    env.POSTGRES_URL = postgres.database().pooled;
  }
  const service = await startService(upstreams, folder, env);
  t.after(() => service.stop());
  await prepare([
    admin,
    ...Array.from({ length: holdersCount }, (_, i) => 2_000_001 + i),
    ...Array.from({ length: things * 3 }, (_, i) => 40_000_001 + i),
  ]);
  const holders = Array.from({ length: holdersCount }, (_, i) => ({
    id: 2_000_001 + i,
    cookie: sessionOf(2_000_001 + i),
  }));
  for (const { cookie } of holders) assert.equal((await generate(service, cookie)).status, 200);

  const outcomes = {},
    unexpected = {};
  const next = mixedLoad({
    url: service.url,
    holders,
    sessionOf,
    admin,
    ask,
    outcomes,
    unexpected,
    random: randomFrom(seed),
  });
  let left = things;
  const client = async () => {
    while (left-- > 0) {
      const { name, act } = next();
      try {
        await act();
      } catch (error) {
        const code = error.cause?.code ?? error.code ?? error.message;
        // The service may close a kept connection the moment a request is sent on it.
        count(["ECONNRESET", "UND_ERR_SOCKET"].includes(code) ? outcomes : unexpected, `${name}: ${code}`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, client));
  t.diagnostic(
    `seed ${seed}; ${Object.entries(outcomes)
      .sort()
      .map(([name, times]) => `${name}: ${times}`)
      .join(", ")}`,
  );
  assert.equal(service.process.child.exitCode, null, reportOf(service));
  assert.deepEqual(unexpected, {}, `seed ${seed}`);
  assert.ok(Object.keys(outcomes).length > kindsAtLeast, "many kinds of things were done");

  const reconciled = () => run(["reconcile", "--json"], { ...serviceEnvironment(upstreams, folder), ...env });
  await until(
    "upstream and database agree",
    async () => {
      const { code, out } = await reconciled();
      return code === 0 && JSON.parse(out).findings.length === 0;
    },
    120_000,
    200,
  );
  const ended = await service.process.kill();
  assert.deepEqual(ended, { code: 0, signal: null }, reportOf(service));
});
