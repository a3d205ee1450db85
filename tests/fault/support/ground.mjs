// A service that may be killed, the simulated upstreams, and the guarantees that are checked
// against their ledger.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import {
  generate,
  run,
  serviceEnvironment,
  signIn,
  startService,
  temporaryFolder,
  until,
} from "../../e2e/support/service.mjs";

// Time is scaled down: an attempt is settled after two seconds instead of thirty.
export const hurried = {
  UPSTREAM_TIMEOUT_SECONDS: "1",
  RECONCILE_SECONDS: "5",
  SPENDING_POLL_SECONDS: "0",
  MAX_TOTAL_KEYS: "0",
};

// The guarantees hold within a minute; with the time scaled down a healthy service needs a few
// seconds.
export const healing = 60_000;

// One database, and the processes on it. `store`: {} for the embedded one, or { POSTGRES_URL }.
export const makeGround = (upstreams, store = {}, extra = {}) => {
  const folder = temporaryFolder();
  const env = { ...store, ...hurried, ...extra };
  const ground = {
    upstreams,
    folder,
    env,
    services: [],
    start: async (more = {}) => {
      const service = await startService(upstreams, folder, { ...env, ...more });
      ground.services.push(service);
      return service;
    },
    command: (args, more = {}) => run(args, { ...serviceEnvironment(upstreams, folder), ...env, ...more }),
    stop: async () => {
      await Promise.all(ground.services.map((service) => service.process.kill("SIGKILL").catch(() => null)));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return ground;
};

export const me = async (service, session) =>
  (await fetch(`${service.url}/api/v1/me`, { headers: { cookie: session, accept: "application/json" } })).json();
export const post = (service, session, path, body = {}) =>
  fetch(`${service.url}${path}`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(body),
    headers: {
      cookie: session,
      accept: "application/json",
      origin: service.url,
      "content-type": "application/x-www-form-urlencoded",
    },
  });

// Live keys upstream of these accounts, by account.
export const liveKeysOf = async (upstreams, accounts) => {
  const live = (await upstreams.ledger()).keys.filter((key) => !key.deleted_at);
  return new Map(
    accounts.map((account) => [
      account,
      live.filter((key) => key.name.startsWith(`llmapikey/gh-${account}/`) || key.name === `llmapikey/gh-${account}`),
    ]),
  );
};

// Works upstream, as its owner would see it.
export const isUsable = async (upstreams, key) =>
  (await fetch(`${upstreams.openrouter_url}/key`, { headers: { authorization: `Bearer ${key}` } })).status === 200;

// Everybody ends with exactly one working key that is the only one of theirs upstream.
export const everybodyEndsWithOneKey = async (upstreams, service, people) => {
  for (const person of people) {
    const key = await until(
      `a key for ${person.login}`,
      async () => (await (await generate(service, person.session)).json()).key,
      healing,
    );
    person.key = key;
  }
  const accounts = people.map((person) => person.account);
  await until(
    "one key each upstream",
    async () => [...(await liveKeysOf(upstreams, accounts)).values()].every((keys) => keys.length === 1),
    healing,
  );
  const live = await liveKeysOf(upstreams, accounts);
  for (const person of people) {
    assert.ok(person.key.endsWith(live.get(person.account)[0].hint), person.login);
    assert.ok(await isUsable(upstreams, person.key), person.login);
  }
};

// What the command line finds: nothing open, nothing lost.
export const nothingIsOpen = async (ground) => {
  let last;
  await until(
    "nothing open",
    async () => {
      last = await ground.command(["reconcile", "--json"]);
      return last.code === 0 && JSON.parse(last.out).findings.length === 0;
    },
    healing,
    200,
  ).catch((error) => {
    throw new Error(`${error.message}: ${last?.out} ${last?.err}`);
  });
};

export const signInAs = async (service, login) => {
  const session = await signIn(service, login);
  const { github_user_id: account } = await me(service, session);
  return { login, session, account };
};

// Runs jobs a few at a time, each once.
export const inParallel = async (jobs, atOnce) => {
  const waiting = [...jobs];
  const failures = [];
  const work = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await job().catch((error) => failures.push(error));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  if (failures.length > 0) throw new AggregateError(failures, failures.map((failure) => failure.message).join("\n"));
};
