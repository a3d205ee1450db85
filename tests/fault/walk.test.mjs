// A random walk over everything that can go wrong at once: three replicas on one PostgreSQL, people
// who press buttons, an upstream in disorder, processes that die. The seed is printed and replays
// the walk: LLMAPIKEY_WALK_SEED, LLMAPIKEY_WALK_STEPS.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startPostgres } from "../e2e/support/postgres.mjs";
import { generate, startUpstreams } from "../e2e/support/service.mjs";
import { everybodyEndsWithOneKey, liveKeysOf, makeGround, nothingIsOpen, post, signInAs } from "./support/ground.mjs";

const seed = Number(process.env.LLMAPIKEY_WALK_SEED ?? Date.now() % 1_000_000_000);
const steps = Number(process.env.LLMAPIKEY_WALK_STEPS ?? 300);
const replicas = 3,
  crowd = 12;

// mulberry32: small, and the same everywhere.
const randomOf = (state) => () => {
  state = (state + 0x6d2b79f5) | 0;
  let t = Math.imul(state ^ (state >>> 15), 1 | state);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
};

let upstreams, postgres;
before(async () => {
  [upstreams, postgres] = await Promise.all([startUpstreams(), startPostgres()]);
});
after(async () => {
  await upstreams.stop();
  await postgres?.stop();
});

const faults = [
  { method: "POST", path: "/keys", drop: "after" },
  { method: "POST", path: "/keys", drop: "before" },
  { method: "POST", path: "/keys", status: 502, after_effect: true, body: "x" },
  { method: "POST", path: "/keys", status: 429, headers: { "Retry-After": "1" }, body: "{}" },
  { method: "POST", path: "/keys", status: 402, body: "{}" },
  { method: "POST", path: "/keys", delay_ms: 900 },
  { method: "POST", path: "/keys", delay_ms: 1500 },
  { method: "POST", path: "/keys", truncate_after: 25 },
  { method: "DELETE", path: "/keys/", drop: "after" },
  { method: "DELETE", path: "/keys/", drop: "before" },
  { method: "DELETE", path: "/keys/", status: 500, body: "{}" },
  { method: "PATCH", path: "/keys/", drop: "after" },
  { method: "GET", path: "/keys", status: 503, body: "{}" },
  { method: "GET", path: "/keys", truncate_after: 40 },
];

test(`${steps} steps with seed ${seed}`, { timeout: 60_000 + steps * 2_000 }, async () => {
  const random = randomOf(seed);
  const pick = (list) => list[Math.floor(random() * list.length)];
  const ground = makeGround(upstreams, { POSTGRES_URL: postgres.database().pooled }, { POSTGRES_POOL_SIZE: "4" });
  const control = (path, body) =>
    fetch(upstreams.openrouter_url.replace("/api/v1", path), { method: "POST", body: JSON.stringify(body) });
  let step = 0;
  try {
    const running = [];
    for (let i = 0; i < replicas; i += 1) running.push(await ground.start());
    const people = [];
    for (let i = 0; i < crowd; i += 1) people.push(await signInAs(running[0], `walk-${process.pid}-${i}`));
    const underWay = new Set();
    const ask = (call) => {
      const asked = call()
        .catch(() => null)
        .finally(() => underWay.delete(asked));
      underWay.add(asked);
    };
    const kill = async () => {
      const i = Math.floor(random() * replicas);
      await running[i].process.kill("SIGKILL");
      running[i] = await ground.start();
    };
    const actions = [
      [
        40,
        () => {
          const person = pick(people);
          ask(() => generate(pick(running), person.session));
        },
      ],
      [
        20,
        () => {
          const person = pick(people);
          ask(() => post(pick(running), person.session, "/dashboard/key/rotate"));
        },
      ],
      [25, () => upstreams.openrouterFault({ ...pick(faults), times: 1 + Math.floor(random() * 3) })],
      [6, kill],
      [3, () => control("/sandbox/outage", { mode: pick(["refuse", "error", "hang"]) })],
      [8, () => control("/sandbox/outage", { mode: "off" })],
      [3, () => upstreams.clearFaults()],
    ];
    const total = actions.reduce((sum, [weight]) => sum + weight, 0);
    const next = () => {
      let place = random() * total;
      return actions.find(([weight]) => (place -= weight) < 0)[1];
    };
    const accounts = people.map((person) => person.account);
    for (; step < steps; step += 1) {
      await next()();
      while (underWay.size > 6) await Promise.race(underWay);
      if (step % 10 !== 0) continue;
      // At every moment: never two keys of one account.
      for (const [account, keys] of await liveKeysOf(upstreams, accounts))
        assert.ok(
          keys.length <= 1,
          `account ${account} has ${keys.length} keys upstream: ${keys.map((key) => key.name)}`,
        );
    }
    await control("/sandbox/outage", { mode: "off" });
    await upstreams.clearFaults();
    await Promise.all(underWay);
    await everybodyEndsWithOneKey(upstreams, running[0], people);
    await nothingIsOpen(ground);
  } catch (error) {
    error.message = `seed ${seed}, step ${step}: ${error.message}`;
    throw error;
  } finally {
    await control("/sandbox/outage", { mode: "off" });
    await upstreams.clearFaults();
    await ground.stop();
  }
});
