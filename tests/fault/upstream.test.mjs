// What the upstream can do to us: answers lost by the hundred, floods of 429, refusals, slow drips,
// nonsense, another clock. Afterwards everybody has exactly one working key, and what the upstream
// has and what we know is the same.
import assert from "node:assert/strict";
import { afterEach, beforeEach, test } from "node:test";
import { generate, startUpstreams, until } from "../e2e/support/service.mjs";
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

let upstreams;
// Each database has look-alikes of its own: what another one has made is none of its keys, and
// stays.
beforeEach(async () => {
  upstreams = await startUpstreams();
});
afterEach(async () => {
  await upstreams.stop();
});

const control = async (path, body) =>
  (
    await fetch(upstreams.openrouter_url.replace("/api/v1", path), { method: "POST", body: JSON.stringify(body) })
  ).json();
let people = 0;
const somebody = () => `fault-${process.pid}-${(people += 1)}`;

const withGround = async (extra, use) => {
  const ground = makeGround(upstreams, {}, extra);
  try {
    await use(await ground.start(), ground);
  } finally {
    await upstreams.clearFaults();
    await ground.stop();
  }
};

const crowd = Number(process.env.LLMAPIKEY_TEST_CROWD ?? 300);

test(`${crowd} people, a third of the answers lost after the effect: everybody ends with exactly one working key`, () =>
  withGround({}, async (service, ground) => {
    const everybody = [];
    await inParallel(
      Array.from({ length: crowd }, () => async () => {
        everybody.push(await signInAs(service, somebody()));
      }),
      16,
    );
    await upstreams.openrouterFault({
      method: "POST",
      path: "/keys",
      drop: "after",
      times: 1_000_000,
      probability: 1 / 3,
      seed: 20270222,
    });
    // Who is told that it did not work presses again; whose answer was lost is told to wait.
    await inParallel(
      everybody.map(
        (person) => () =>
          until(
            "no error",
            async () => (await (await generate(service, person.session)).json()).status !== "error",
            healing,
          ),
      ),
      32,
    );
    const isActive = async (person) => (await me(service, person.session)).key?.status === "active";
    // From here on nobody does anything: what was lost is revoked and made anew by itself.
    await until(
      "everybody has a key",
      async () => {
        for (const person of everybody) if (!(await isActive(person))) return false;
        return true;
      },
      3 * healing,
    );
    await upstreams.clearFaults();
    const made = (await upstreams.ledger()).keys.length;
    assert.ok(made > crowd * 1.2, `only ${made} were made`);
    await everybodyEndsWithOneKey(upstreams, service, everybody);
    await nothingIsOpen(ground);
  }));

const troubles = [
  [
    "a flood of 429",
    { status: 429, headers: { "Retry-After": "1" }, body: '{"error":{"code":429,"message":"slow down"}}' },
    6,
  ],
  ["502 before the effect", { status: 502, body: "<html>bad gateway</html>", content_type: "text/html" }, 6],
  [
    "502 after the effect",
    { status: 502, body: "<html>bad gateway</html>", content_type: "text/html", after_effect: true },
    6,
  ],
  ["truncated JSON", { truncate_after: 30 }, 6],
  ["malformed JSON", { body: '{"data": [', after_effect: true }, 6],
  ["a slow drip", { drip_bytes_per_second: 40 }, 4],
  ["another key's hash", { duplicate_hash: true }, 3],
  ["connections that break before the effect", { drop: "before" }, 6],
];
for (const [what, fault, times] of troubles) {
  test(`${what}: everybody ends with exactly one working key`, () =>
    withGround({}, async (service, ground) => {
      const everybody = [];
      for (let i = 0; i < 8; i += 1) everybody.push(await signInAs(service, somebody()));
      if (fault.duplicate_hash) await generate(service, everybody[0].session);
      await upstreams.openrouterFault({ method: "POST", path: "/keys", times, ...fault });
      await Promise.all(everybody.map((person) => generate(service, person.session)));
      await everybodyEndsWithOneKey(upstreams, service, everybody);
      await upstreams.clearFaults();
      await nothingIsOpen(ground);
    }));
}

for (const [what, path] of [
  ["the list", "/keys"],
  ["revoking", "/keys/"],
]) {
  test(`${what} fails for a while: what is in doubt waits, and ends well`, () =>
    withGround({}, async (service, ground) => {
      const person = await signInAs(service, somebody());
      await upstreams.openrouterFault({ method: "POST", path: "/keys", drop: "after" });
      await upstreams.openrouterFault({
        method: path === "/keys" ? "GET" : "DELETE",
        path,
        times: 4,
        status: 500,
        body: "{}",
      });
      await generate(service, person.session);
      await everybodyEndsWithOneKey(upstreams, service, [person]);
      await nothingIsOpen(ground);
    }));
}

test("rotating under lost answers ends with one new key, and what was spent still counts", () =>
  withGround({}, async (service, ground) => {
    const person = await signInAs(service, somebody());
    const first = (await (await generate(service, person.session)).json()).key;
    const hash = (await liveKeysOf(upstreams, [person.account])).get(person.account)[0].hash;
    await control("/sandbox/spend", { hash, usd: 4 });
    for (const fault of [
      { method: "PATCH", path: "/keys/", drop: "after" },
      { method: "DELETE", path: "/keys/", drop: "after" },
      { method: "POST", path: "/keys", drop: "after" },
    ])
      await upstreams.openrouterFault(fault);
    await post(service, person.session, "/dashboard/key/rotate");
    await everybodyEndsWithOneKey(upstreams, service, [person]);
    assert.notEqual(person.key, first);
    const [key] = (await liveKeysOf(upstreams, [person.account])).get(person.account);
    assert.equal(key.limit, 6);
    await nothingIsOpen(ground);
  }));

for (const skew of [-7200, 7200]) {
  test(`an upstream whose clock is ${skew} seconds off: lost answers are found, orphans too`, () =>
    withGround({}, async (service, ground) => {
      await control("/sandbox/clock", { skew_seconds: skew });
      try {
        const person = await signInAs(service, somebody());
        await upstreams.openrouterFault({ method: "POST", path: "/keys", drop: "after" });
        await generate(service, person.session);
        await everybodyEndsWithOneKey(upstreams, service, [person]);
        await nothingIsOpen(ground);
      } finally {
        await control("/sandbox/clock", { skew_seconds: 0 });
      }
    }));
}

test("5,000 keys that are not ours, many of which look alike: none is touched", () =>
  withGround({}, async (service, ground) => {
    const person = await signInAs(service, somebody());
    await generate(service, person.session);
    const alike = [
      "llmapikey",
      "llmapikey/gh-",
      "llmapikey/gh-x",
      "llmapikey/gh-007/abc",
      "LLMAPIKEY/gh-7/abcdefghijklmnopqrstuv",
      " llmapikey/gh-7",
      "llmapikey/gh-7/a/b",
      "llmapikey-gh-7",
      "llmapikey/gh-7/abcdefghijklmnopqrstuv",
      "llmapikey/gh-8/AAAAAAAAAAAAAAAAAAAAAA",
      `llmapikey/gh-${person.account}/AAAAAAAAAAAAAAAAAAAAAA`,
    ];
    const { hashes } = await control("/sandbox/seed", {
      names: [...alike, ...Array.from({ length: 5000 - alike.length }, (_, i) => `somebody's key ${i}`)],
      count: 5000,
      created_seconds_ago: 86_400,
      hashes: true,
    });
    assert.equal(hashes.length, 5000);
    const report = JSON.parse((await ground.command(["reconcile", "--fix", "--json"])).out);
    assert.ok(report.upstream_keys >= 5001);
    assert.ok(report.clean);
    assert.equal(report.counts.unverified.found, 3);
    const metric = async () =>
      /llmapikey_reconciliations_total\{outcome="ok"\} (\d+)/.exec(
        await (await fetch(`${service.url}/metrics`)).text(),
      )?.[1];
    const seen = Number((await metric()) ?? 0);
    await until("the service has looked, too", async () => Number((await metric()) ?? 0) > seen + 1, healing);
    const live = new Set((await upstreams.ledger()).keys.filter((key) => !key.deleted_at).map((key) => key.hash));
    assert.ok(hashes.every((hash) => live.has(hash)));
    assert.equal((await liveKeysOf(upstreams, [person.account])).get(person.account).length, 2);
  }));
