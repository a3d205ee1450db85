// Replicas whose machines' clocks are wrong by an hour, in either direction: each job goes on
// within its lease, whoever dies, and nobody waits longer.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { startPostgres } from "../e2e/support/postgres.mjs";
import { generate, startUpstreams, until } from "../e2e/support/service.mjs";
import { everybodyEndsWithOneKey, makeGround, nothingIsOpen, post, signInAs } from "./support/ground.mjs";

let upstreams, postgres;
before(async () => {
  postgres = await startPostgres();
});
after(async () => {
  await postgres?.stop();
});
// Each database has look-alikes of its own: what another one has made is none of its keys, and
// stays.
beforeEach(async () => {
  upstreams = await startUpstreams();
});
afterEach(async () => {
  await upstreams.stop();
});

// Debian's faketime. Only the time of day is another; the sanitizers' library need not be the
// first.
const library = () => {
  const multiarch = readdirSync("/usr/lib").find((name) => name.endsWith("-linux-gnu"));
  return `/usr/lib/${multiarch}/faketime/libfaketimeMT.so.1`;
};
const atTime = (offset) => ({
  LD_PRELOAD: library(),
  FAKETIME: offset,
  FAKETIME_DONT_FAKE_MONOTONIC: "1",
  DONT_FAKE_MONOTONIC: "1",
  ASAN_OPTIONS: "verify_asan_link_order=0:detect_leaks=0",
});

const leases = (sql) => sql("SELECT count(*) FROM llmapikey.leases").trim();
const holders = (sql, names) =>
  Number(sql(`SELECT count(DISTINCT holder) FROM llmapikey.leases WHERE name IN (${names})`));
const durations = { reconcile: 20, bulk: 20, statistics: 120, webhooks: 60 };
// For those of 20 s, with five for what clocks may differ by, and the jobs' own pauses.
const longest = 40_000;

for (const offset of ["+1h", "-1h"]) {
  test(`one whose clock is ${offset} takes every lease, begins a mint and dies; the other goes on`, async () => {
    const database = postgres.database();
    const ground = makeGround(upstreams, { POSTGRES_URL: database.url }, { SPENDING_POLL_SECONDS: "1" });
    try {
      const wrong = await ground.start(atTime(offset));
      const person = await signInAs(wrong, `clock-${process.pid}${offset}`);
      const ahead = Number(
        /^llmapikey_clock_ahead_seconds (.*)$/m.exec(await (await fetch(`${wrong.url}/metrics`)).text())[1],
      );
      assert.ok(Math.abs(ahead - (offset === "+1h" ? 3600 : -3600)) < 5, `it knows: ${ahead} s`);
      const doctor = await ground.command(["doctor"], atTime(offset));
      assert.match(
        doctor.out,
        offset === "+1h"
          ? /WARNING +clock +3\d\d\d s ahead of the database's/
          : /WARNING +clock +3\d\d\d s behind the database's/,
      );
      await until("it has every lease", () => leases(database.sql) === "4", longest);
      await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 900, times: 1 });
      const pressed = generate(wrong, person.session).catch(() => null);
      await until(
        "a mint is under way",
        () => database.sql("SELECT count(*) FROM llmapikey.api_keys WHERE status = 'pending'").trim() === "1",
      );
      await wrong.process.kill("SIGKILL");
      await pressed;
      const right = await ground.start();
      for (const [name, duration] of Object.entries(durations)) {
        const left = Number(
          database.sql(`SELECT until - extract(epoch FROM now()) FROM llmapikey.leases WHERE name = '${name}'`),
        );
        assert.ok(
          left > -longest / 1000 && left <= duration,
          `nobody waits longer for ${name} than its lease lasts: ${left} s`,
        );
      }
      await until(
        "the jobs with short leases go on",
        () => holders(database.sql, "'reconcile', 'bulk'") === 1,
        longest,
      );
      await everybodyEndsWithOneKey(upstreams, right, [person]);
      await nothingIsOpen(ground);
    } finally {
      await ground.stop();
    }
  });
}

test("three replicas an hour apart: what is made, replaced and given back at any of them is right at all", async () => {
  const database = postgres.database();
  const ground = makeGround(upstreams, { POSTGRES_URL: database.pooled });
  try {
    const replicas = [await ground.start(atTime("+1h")), await ground.start(), await ground.start(atTime("-1h"))];
    const everybody = [];
    for (let i = 0; i < 9; i += 1) everybody.push(await signInAs(replicas[i % 3], `apart-${process.pid}-${i}`));
    await Promise.all(everybody.map((person, i) => generate(replicas[(i + 1) % 3], person.session)));
    await Promise.all(
      everybody.slice(0, 5).map((person, i) => post(replicas[(i + 2) % 3], person.session, "/dashboard/key/rotate")),
    );
    await everybodyEndsWithOneKey(upstreams, replicas[0], everybody);
    const own = Number(database.sql("SELECT max(abs(extract(epoch FROM created_at - now()))) FROM llmapikey.api_keys"));
    assert.ok(own < 300, `all rows are of the database's time, and not ${own} s off`);
    await nothingIsOpen(ground);
  } finally {
    await ground.stop();
  }
});
