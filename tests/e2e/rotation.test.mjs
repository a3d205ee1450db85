// AUTH_SESSION_SECRET and KEY_ENCRYPTION_SECRET are changed while people use the service:
// docs/rotation.md, step by step.
// LLMAPIKEY_TEST_STORE=postgres: on PostgreSQL.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { startPostgres } from "./support/postgres.mjs";
import {
  generate,
  run,
  sealingSecret,
  serviceEnvironment,
  sessionSecret,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
} from "./support/service.mjs";

const isOnPostgres = process.env.LLMAPIKEY_TEST_STORE === "postgres";
const people = 24;
const old = { AUTH_SESSION_SECRET: sessionSecret, KEY_ENCRYPTION_SECRET: sealingSecret };
const fresh = {
  AUTH_SESSION_SECRET: "another-session-secret-0123456789-abcdef",
  KEY_ENCRYPTION_SECRET: "another-sealing-secret-0123456789-abcdef",
};
const alsoAccepted = (secrets) =>
  Object.fromEntries(Object.entries(secrets).map(([name, value]) => [`${name}_ALSO_ACCEPTED`, value]));

let postgres, upstreams, folder, shared;
before(async () => {
  if (isOnPostgres) postgres = await startPostgres();
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  shared = {
    MAX_TOTAL_KEYS: "0",
    ADMIN_GITHUB_USER_IDS: "1003",
    ...(postgres ? { POSTGRES_URL: postgres.database().url } : {}),
  };
});
after(async () => {
  await upstreams?.stop();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const withService = async (env, act) => {
  const service = await startService(upstreams, folder, { ...shared, ...env });
  try {
    return await act(service);
  } finally {
    await service.stop();
  }
};
const reseal = async (env, ...args) => {
  const { code, out, err } = await run(
    ["reseal", "--json", ...args],
    serviceEnvironment(upstreams, folder, { ...shared, ...env }),
  );
  return { code, err, ...(out.startsWith("{") ? JSON.parse(out) : { out }) };
};
const keyOf = async (service, session) => {
  const answer = await generate(service, session);
  const { status, key } = await answer.json();
  assert.equal(answer.status, 200);
  return { status, key };
};
const everybodySees = async (service, holders) => {
  for (const { session, key } of holders) assert.deepEqual(await keyOf(service, session), { status: "exists", key });
};

test("secrets are changed: nobody is signed out, every key stays readable", async () => {
  const holders = [];
  await withService(old, async (service) => {
    for (let i = 0; i < people; i += 1) {
      const session = await signIn(service, `rotating-${i}`);
      const { status, key } = await keyOf(service, session);
      assert.equal(status, "created");
      holders.push({ session, key });
    }
    const organizer = await signIn(service, "linus-organizer");
    const hook = await fetch(`${service.url}/api/v1/webhooks`, {
      method: "POST",
      headers: { cookie: organizer, origin: service.url, "content-type": "application/json" },
      body: JSON.stringify({ url: "https://hooks.example.org/llmapikey" }),
    });
    assert.equal(hook.status, 201, await hook.text());
  });

  // First every process learns of the new ones, and goes on with the old ones.
  const csrf = await withService({ ...old, ...alsoAccepted(fresh) }, async (service) => {
    await everybodySees(service, holders);
    const page = await (await fetch(`${service.url}/dashboard`, { headers: { cookie: holders[0].session } })).text();
    return /name="csrf_token" value="([^"]+)"/.exec(page)[1];
  });

  // Then they change places. What the other secret made is still good: sessions, forms that were
  // open, keys, names of keys upstream.
  await withService({ ...fresh, ...alsoAccepted(old) }, async (service) => {
    await everybodySees(service, holders);
    const form = (token) =>
      fetch(`${service.url}/auth/sign-out`, {
        method: "POST",
        redirect: "manual",
        headers: { cookie: holders[0].session, "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({ csrf_token: token }),
      });
    assert.equal((await form(csrf)).status, 303);
    assert.equal((await form("x".repeat(csrf.length))).status, 403);
    const newcomer = await signIn(service, "rotating-late");
    const { status, key } = await keyOf(service, newcomer);
    assert.equal(status, "created");
    holders.push({ session: newcomer, key });

    const mixed = { ...fresh, ...alsoAccepted(old) };
    assert.deepEqual(await reseal(mixed, "--dry-run"), {
      code: 1,
      err: "",
      resealed: 0,
      remaining: people + 1,
      unreadable: 0,
    });
    // People look at their keys while these are sealed anew.
    let isOver = false,
      looked = 0;
    const looking = (async () => {
      while (!isOver) {
        await everybodySees(service, holders);
        looked += 1;
      }
    })();
    const done = await reseal(mixed);
    isOver = true;
    await looking;
    assert.ok(looked > 0);
    assert.equal(done.code, 0);
    assert.match(done.err, /^resealed \d+, remaining \d+$/m);
    assert.deepEqual([done.resealed, done.remaining, done.unreadable], [people + 1, 0, 0]);
    assert.deepEqual(await reseal(mixed), { code: 0, err: "", resealed: 0, remaining: 0, unreadable: 0 });
    const findings = await run(["reconcile", "--json"], serviceEnvironment(upstreams, folder, { ...shared, ...mixed }));
    assert.equal(findings.code, 0, findings.out);
  });

  // At last the old ones go.
  await withService(fresh, async (service) => {
    await everybodySees(service, [holders.at(-1)]);
    assert.equal((await generate(service, holders[0].session)).status, 401);
    for (const [i, { key }] of holders.slice(0, -1).entries()) {
      const again = await signIn(service, `rotating-${i}`);
      assert.deepEqual(await keyOf(service, again), { status: "exists", key });
    }
  });
  const log = await run(["audit", "export"], serviceEnvironment(upstreams, folder, { ...shared, ...fresh }));
  assert.match(log.out, /"secrets\.reseal".*25 resealed, 0 remaining|25 resealed, 0 remaining.*"secrets\.reseal"/);
});

test("without the secret that has sealed them keys are named as unreadable, and nothing is changed", async () => {
  const stranger = { ...fresh, KEY_ENCRYPTION_SECRET: "a-third-sealing-secret-0123456789-abcdef" };
  const lost = await run(["reseal"], serviceEnvironment(upstreams, folder, { ...shared, ...stranger }));
  assert.equal(lost.code, 1);
  assert.match(
    lost.out,
    new RegExp(
      "^0 resealed, 26 remaining\\n26 of them cannot be read: set KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED to " +
        "the secret that has sealed them\\. The first is ",
    ),
  );
  const untouched = await reseal(fresh);
  assert.deepEqual([untouched.code, untouched.remaining], [0, 0]);
  const none = await run(["reseal"], serviceEnvironment(upstreams, folder, { ...shared, KEY_ENCRYPTION_SECRET: "" }));
  assert.equal(none.code, 2);
  assert.match(none.err, /KEY_ENCRYPTION_SECRET is not set/);
  const short = await run(
    ["serve"],
    serviceEnvironment(upstreams, folder, { ...shared, KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED: "short" }),
  );
  assert.equal(short.code, 2);
  assert.match(short.err, /KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED is too short/);
});
