// The same secrets and management key with another database, as when `serve` is started in another
// folder; and management keys that may not, or cannot, do what is asked of them.
import assert from "node:assert/strict";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { after, before, beforeEach, test } from "node:test";
import {
  generate,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

// Scaled down: an attempt in doubt is settled after two seconds.
const hurried = {
  UPSTREAM_TIMEOUT_SECONDS: "1",
  RECONCILE_SECONDS: "5",
  SPENDING_POLL_SECONDS: "0",
  ADMIN_GITHUB_USER_IDS: "1003",
};
const patience = 60_000;

let upstreams, root;
before(async () => {
  upstreams = await startUpstreams();
  root = upstreams.openrouter_url.replace("/api/v1", "");
});
after(() => upstreams.stop());
const rights = (wish) => fetch(`${root}/sandbox/management`, { method: "POST", body: JSON.stringify(wish) });
beforeEach(async () => {
  await upstreams.clearFaults();
  await rights({});
});

const liveKeys = async () => (await upstreams.ledgerOf({ live: "true", fields: "hash,hint,name" })).keys;
const reconciliations = async (service) =>
  Number(
    /^llmapikey_reconciliations_total\{outcome="ok"\} (\d+)$/m.exec(
      await (await fetch(`${service.url}/metrics`)).text(),
    )?.[1] ?? 0,
  );
const roundsOf = async (service, count) => {
  const from = await reconciliations(service);
  await until(`${count} comparisons`, async () => (await reconciliations(service)) >= from + count, patience);
};

test("in another folder: nobody's key is ended, it is said everywhere, and a person decides", async () => {
  const [right, wrong] = [temporaryFolder(), realpathSync(temporaryFolder())];
  const env = serviceEnvironment(upstreams, "./data", hurried);
  let service = await startService(upstreams, right, hurried);
  try {
    for (let i = 0; i < 5; i += 1)
      assert.equal((await (await generate(service, await signIn(service, `life-${i}`))).json()).status, "created");
    await service.stop();
    const before = (await liveKeys()).length;
    assert.equal(before, 5);
    // Before anything is started there.
    let early;
    await until(
      "the keys are too old to be attempts under way",
      async () => /there are 5 keys/.test((early = await run(["doctor"], env, wrong)).out),
      patience,
      200,
    );
    assert.equal(early.code, 1);
    assert.match(early.out, /PROBLEM.*keys at OpenRouter.*5 keys .*never heard of.*DATA_DIR/);
    assert.ok(early.out.includes(`${wrong}/data/llmapikey.db`), early.out);

    mkdirSync(`${wrong}/data`);
    service = await startService(upstreams, wrong, { ...hurried, DATA_DIR: "./data" });
    assert.ok(
      service.process.output.includes(`${wrong}/data/llmapikey.db`),
      "the start line says which folder that is",
    );
    await roundsOf(service, 3);
    assert.equal((await liveKeys()).length, 5);
    const errors = service.process.output.split("\n").filter((line) => line.includes("never heard of"));
    assert.equal(errors.length, 1, "said once");
    assert.match(errors[0], /"level":"error"/);
    const metrics = await (await fetch(`${service.url}/metrics`)).text();
    assert.match(metrics, /^llmapikey_unremembered_keys 5$/m);
    const organizer = await signIn(service, "linus-organizer");
    const page = await (await fetch(`${service.url}/admin`, { headers: { cookie: organizer } })).text();
    assert.match(page, /id="unremembered"[^>]*>At OpenRouter there are 5 keys/);
    const late = await run(["doctor"], env, wrong);
    assert.match(late.out, /PROBLEM.*keys at OpenRouter.*5 keys/);
    await service.stop();

    const looked = await run(["reconcile"], env, wrong);
    assert.equal(looked.code, 1);
    assert.match(looked.out, /Left alone: there are 5 keys/);
    for (const args of [
      ["reconcile", "--fix"],
      ["reconcile", "--fix", "--confirm", "4"],
    ]) {
      const refused = await run(args, env, wrong);
      assert.equal(refused.code, 1, refused.err);
      assert.match(
        refused.err,
        /there are 5 keys of this deployment that this database has never heard of, made 20\d\d-/,
      );
      assert.match(refused.err, /history began only at 20\d\d-/);
      assert.match(refused.err, /none of the keys was ended/);
      assert.equal((await liveKeys()).length, 5);
    }
    const ended = await run(["reconcile", "--fix", "--confirm", "5", "--json"], env, wrong);
    assert.equal(ended.code, 0, ended.err);
    assert.deepEqual(JSON.parse(ended.out).counts.unremembered, { found: 5, fixed: 5 });
    assert.equal((await liveKeys()).length, 0);
  } finally {
    await service.stop();
    for (const folder of [right, wrong]) rmSync(folder, { recursive: true, force: true });
  }
});

const revoke = (service, session, id) =>
  fetch(`${service.url}/admin/keys/${id}/revoke`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams({ reason: "test", hold: "none" }),
    headers: {
      cookie: session,
      accept: "application/json",
      origin: service.url,
      "content-type": "application/x-www-form-urlencoded",
    },
  });

test("a management key of another account, of another workspace, or read-only: no key counts as gone", async () => {
  const folder = temporaryFolder();
  const service = await startService(upstreams, folder, hurried);
  const rows = async () =>
    JSON.parse((await run(["keys", "list", "--json"], serviceEnvironment(upstreams, folder, hurried), folder)).out)
      .keys;
  try {
    for (const login of ["rights-1", "rights-2", "rights-3", "rights-4"])
      await generate(service, await signIn(service, login));
    const organizer = await signIn(service, "linus-organizer");
    const wishes = [
      { is_of_another_account: true },
      { is_read_only: true },
      { workspace_id: "11111111-1111-4111-8111-111111111111" },
    ];
    for (const wish of wishes) {
      await rights(wish);
      const [victim] = (await rows()).filter((row) => row.status === "active");
      const live = (await liveKeys()).length;
      const answer = await revoke(service, organizer, victim.id);
      assert.notEqual(answer.status, 200, `${JSON.stringify(wish)}: it is not said to be done`);
      await roundsOf(service, 1).catch(() => null);
      assert.equal((await rows()).find((row) => row.id === victim.id)?.status, "revoking", JSON.stringify(wish));
      assert.equal((await liveKeys()).length, live, "the key works on");
      const doctor = await run(["doctor"], serviceEnvironment(upstreams, folder, hurried), folder);
      if (wish.is_read_only) assert.match(doctor.out, /PROBLEM.*OpenRouter rights.*403/, doctor.out);
      await rights({});
      await until(
        "it is ended once that is possible",
        async () => !(await rows()).some((row) => row.id === victim.id),
        patience,
      );
      await until("upstream, too", async () => (await liveKeys()).length === live - 1, patience);
    }
    assert.equal((await rows()).filter((row) => row.missing).length, 0);
  } finally {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});

test("SIGTERM while an attempt is being settled and OpenRouter hangs: it ends within five seconds", async () => {
  const folder = temporaryFolder();
  const service = await startService(upstreams, folder, { ...hurried, UPSTREAM_TIMEOUT_SECONDS: "60" });
  try {
    await upstreams.openrouterFault({ method: "POST", path: "/keys", drop: "before" });
    await upstreams.openrouterFault({ method: "GET", path: "/keys", delay_ms: 50_000, times: 20 });
    const session = await signIn(service, "in-doubt");
    const lists = async () => (await upstreams.ledgerOf({ live: "true", fields: "hash" })).calls["GET /keys"] ?? 0;
    const before = await lists();
    await generate(service, session);
    await until("the list is being read", async () => (await lists()) > before, patience);
    const begun = Date.now();
    const { code } = await service.process.kill("SIGTERM");
    assert.equal(code, 0);
    assert.ok(Date.now() - begun < 5_000, `it took ${Date.now() - begun} ms`);
  } finally {
    await upstreams.clearFaults();
    rmSync(folder, { recursive: true, force: true });
  }
});
