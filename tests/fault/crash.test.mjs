// The process is killed before and after each side effect of making, replacing, giving back and
// revoking a key, also one that is being made, on both databases. After a restart the guarantees
// hold: nothing is orphaned, nobody has two keys, nobody is locked out.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startPostgres } from "../e2e/support/postgres.mjs";
import { generate, sealingSecret, startUpstreams, until } from "../e2e/support/service.mjs";
import {
  everybodyEndsWithOneKey,
  healing,
  inParallel,
  liveKeysOf,
  makeGround,
  me,
  nothingIsOpen,
  post,
  signInAs,
} from "./support/ground.mjs";

let postgres;
before(async () => {
  postgres = await startPostgres();
});
after(async () => {
  await postgres?.stop();
});

const ending = ["end.switched_off", "end.noted", "end.revoked"];
const making = ["mint.reserving", "mint.reserved", "mint.created", "mint.activated"];
const settling = ["settle.fenced", "settle.revoked", "settle.requeued"];
const points = {
  mint: making,
  rotate: [
    "replace.beginning",
    "replace.begun",
    ...ending,
    "replace.finished",
    "mint.claiming",
    "mint.claimed",
    "mint.created",
    "mint.activated",
  ],
  "give back": ["revoke.beginning", "revoke.begun", ...ending, "revoke.finished"],
  revoke: ["revoke.beginning", "revoke.begun", ...ending, "revoke.finished"],
  "replace in bulk": ["change.claimed", "change.acted"],
  settle: settling,
  "revoke while it is made": ["revoke.beginning", "revoke.begun", "mint.fenced", "mint.undone"],
};
const resealing = ["reseal.replacing", "reseal.replaced"];

test("every crash point of the program is tried", () => {
  const folder = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../../src");
  const source = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".cpp"))
    .map((name) => readFileSync(join(folder, name), "utf8"))
    .join("\n");
  const known = new Set([...source.matchAll(/crash_point\("([a-z_.]+)"\)/g)].map((match) => match[1]));
  assert.deepEqual([...known].sort(), [...new Set([...Object.values(points).flat(), ...resealing])].sort());
});

const admin = { ADMIN_GITHUB_USER_IDS: "1003" };
let people = 0;

// What is done, up to the point at which the process dies.
const operations = {
  mint: async (service, person) => generate(service, person.session),
  rotate: async (service, person) => post(service, person.session, "/dashboard/key/rotate"),
  "give back": async (service, person) => post(service, person.session, "/dashboard/key/give-back"),
  revoke: async (service, person) => {
    const organizer = await signInAs(service, "linus-organizer");
    const { key } = await me(service, person.session);
    return post(service, organizer.session, `/admin/keys/${key.id}/revoke`, { reason: "test", hold: "none" });
  },
  "replace in bulk": async (service, person) => {
    const organizer = await signInAs(service, "linus-organizer");
    const { key } = await me(service, person.session);
    const answer = await fetch(`${service.url}/api/v1/changes`, {
      method: "POST",
      headers: { cookie: organizer.session, origin: service.url, "content-type": "application/json" },
      body: JSON.stringify({ act: "replace", ids: [key.id], reason: "test" }),
    });
    person.change = (await answer.json()).id;
  },
  // The answer is late, and an organizer revokes the key before it is there.
  "revoke while it is made": async (service, person, upstreams) => {
    const organizer = await signInAs(service, "linus-organizer");
    await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 3000 });
    const pressed = generate(service, person.session).catch(() => null);
    const listed = async () =>
      (
        await (
          await fetch(`${service.url}/api/v1/keys?q=${person.account}`, { headers: { cookie: organizer.session } })
        ).json()
      ).keys[0];
    const { id } = await until("a row", listed);
    const revoked = await post(service, organizer.session, `/admin/keys/${id}/revoke`, {
      reason: "test",
      hold: "none",
    });
    assert.equal(revoked.status, 202);
    return pressed;
  },
  // An answer is lost, and what the attempt made is ended by the service itself: that is where it
  // dies.
  settle: async (service, person, upstreams) => {
    await upstreams.openrouterFault({ method: "POST", path: "/keys", drop: "after" });
    return generate(service, person.session);
  },
};

const endsWell = async (operation, ground, service, person, keyBefore) => {
  const { upstreams } = ground;
  if (operation === "give back") {
    // Nothing was decided yet, or it is carried out to the end; then no other key is to be had
    // today.
    await until(
      "given back or untouched",
      async () => {
        const { key } = await me(service, person.session);
        return key === null || key.status === "active";
      },
      healing,
    );
    const { key } = await me(service, person.session);
    await until(
      "what the ledger has",
      async () => (await liveKeysOf(upstreams, [person.account])).get(person.account).length === (key ? 1 : 0),
      healing,
    );
    if (!key) assert.equal((await generate(service, person.session)).status, 403);
    return nothingIsOpen(ground);
  }
  if (operation === "replace in bulk") {
    // The lease and the claim of the process that died have to run out first.
    const organizer = await signInAs(service, "linus-organizer");
    const seen = async () =>
      (
        await fetch(`${service.url}/api/v1/changes/${person.change}`, { headers: { cookie: organizer.session } })
      ).json();
    await until("the bulk change is done", async () => (await seen()).state === "done", 150_000, 200);
    assert.equal((await seen()).done, 1, JSON.stringify(await seen()));
  }
  await everybodyEndsWithOneKey(upstreams, service, [person]);
  if (operation === "replace in bulk") assert.notEqual(person.key, keyBefore);
  if (operation === "rotate" && person.key === keyBefore) {
    // The wish was not stored: it can be made again.
    assert.equal((await post(service, person.session, "/dashboard/key/rotate")).status, 200);
    await everybodyEndsWithOneKey(upstreams, service, [person]);
    assert.notEqual(person.key, keyBefore);
  }
  await nothingIsOpen(ground);
};

// Until it dies a process takes the time that it needs: it is to come to one place, not past it for
// want of a second.
const unhurried = { UPSTREAM_TIMEOUT_SECONDS: "15" };

// With upstreams of its own: another one's service, with the same secret, would take the keys here
// for its own orphans.
const tryOne = async (operation, point, store) => {
  const upstreams = await startUpstreams();
  const ground = makeGround(upstreams, store, admin);
  try {
    const calm = await ground.start(unhurried);
    const person = await signInAs(calm, `crash-${process.pid}-${(people += 1)}`);
    let keyBefore;
    if (!["mint", "settle", "revoke while it is made"].includes(operation)) {
      keyBefore = (await (await generate(calm, person.session)).json()).key;
      assert.ok(keyBefore, "there is a key to begin with");
    }
    await calm.stop();
    const doomed = await ground.start({ ...unhurried, LLMAPIKEY_CRASH_AT: point });
    await operations[operation](doomed, person, upstreams).catch(() => null);
    const { signal } = await Promise.race([
      doomed.process.exited,
      new Promise((done) => {
        setTimeout(done, healing, { signal: "none" }).unref();
      }),
    ]);
    assert.equal(signal, "SIGKILL", `${operation} never came to ${point}`);
    const healed = await ground.start();
    await endsWell(operation, ground, healed, person, keyBefore);
  } catch (error) {
    error.message = `${operation}, ${point}: ${error.message}`;
    throw error;
  } finally {
    await ground.stop();
    await upstreams.stop();
  }
};

const anew = {
  KEY_ENCRYPTION_SECRET: "another-sealing-secret-0123456789-abcdef",
  KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED: sealingSecret,
};

const resealAndDie = async (point, store) => {
  const upstreams = await startUpstreams();
  const ground = makeGround(upstreams, store);
  try {
    const calm = await ground.start(unhurried);
    const person = await signInAs(calm, `reseal-${process.pid}-${(people += 1)}`);
    const { key } = await (await generate(calm, person.session)).json();
    await calm.stop();
    const reseal = (more = {}) => ground.command(["reseal"], { ...anew, ...more });
    const died = await reseal({ LLMAPIKEY_CRASH_AT: point });
    assert.equal(died.code, null, `never came to ${point}: ${died.out}${died.err}`);
    const seen = async (env) => {
      const service = await ground.start(env);
      const answer = await (await generate(service, person.session)).json();
      await service.stop();
      return [answer.status, answer.key];
    };
    assert.deepEqual(await seen(anew), ["exists", key]);
    const again = await reseal();
    assert.equal(again.code, 0, again.out + again.err);
    assert.deepEqual(await seen({ KEY_ENCRYPTION_SECRET: anew.KEY_ENCRYPTION_SECRET }), ["exists", key]);
  } finally {
    await ground.stop();
    await upstreams.stop();
  }
};

test("a request whose process died in the middle says when it may be sent again, and then is done once", async () => {
  const upstreams = await startUpstreams();
  const ground = makeGround(upstreams, {}, admin);
  const asked = { github_user_id: 880777, github_username: "asked-once" };
  try {
    const calm = await ground.start(unhurried);
    const { session } = await signInAs(calm, "linus-organizer");
    await calm.stop();
    const mint = (service) =>
      fetch(`${service.url}/api/v1/keys`, {
        method: "POST",
        body: JSON.stringify(asked),
        headers: {
          cookie: session,
          origin: service.url,
          "content-type": "application/json",
          "idempotency-key": "once",
        },
      });
    const doomed = await ground.start({ ...unhurried, LLMAPIKEY_CRASH_AT: "mint.created" });
    await mint(doomed).catch(() => null);
    assert.equal((await doomed.process.exited).signal, "SIGKILL");
    const healed = await ground.start();
    const refused = await mint(healed);
    assert.equal(refused.status, 409);
    assert.ok(Number(refused.headers.get("retry-after")) > 0);
    const wait = Number(/sent again in (\d+) seconds/.exec(JSON.stringify(await refused.json()))?.[1]);
    assert.ok(wait > 60 && wait <= 121, `${wait} seconds`);
    // As if that time had passed.
    execFileSync("sqlite3", [
      `${ground.folder}/llmapikey.db`,
      `.timeout 5000`,
      `UPDATE stored_answers SET begun_at = begun_at - ${wait + 1}`,
    ]);
    await until(
      "a key",
      async () => ["created", "exists"].includes((await (await mint(healed)).json()).status),
      healing,
    );
    await until("one key", async () => (await liveKeysOf(upstreams, ["880777"])).get("880777").length === 1, healing);
    await nothingIsOpen(ground);
  } finally {
    await ground.stop();
    await upstreams.stop();
  }
});

for (const kind of ["SQLite", "PostgreSQL"]) {
  test(`resealing, killed at each of ${resealing.length} points, on ${kind}`, async () => {
    for (const point of resealing)
      await resealAndDie(point, kind === "SQLite" ? {} : { POSTGRES_URL: postgres.database().pooled });
  });
  for (const operation of Object.keys(operations)) {
    test(`${operation}, killed at each of ${points[operation].length} points, on ${kind}`, async () => {
      const store = () => (kind === "SQLite" ? {} : { POSTGRES_URL: postgres.database().pooled });
      await inParallel(
        points[operation].map((point) => () => tryOne(operation, point, store())),
        6,
      );
    });
  }
}
