// OpenRouter in trouble: what goes on regardless, what fails at once, and how soon all is well
// again. And keys under a guardrail.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { SignJWT } from "jose";
import {
  generate,
  run,
  serviceEnvironment,
  sessionSecret,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";
import { TinyOpenRouter } from "./support/tiny_openrouter.mjs";

const guardrailId = "550e8400-e29b-41d4-a716-446655440000";
const guardrail = (more = {}) => ({
  id: guardrailId,
  name: "Course",
  workspace_id: "0df9e665-d932-5740-b2c7-b52af166bc11",
  allowed_models: ["openai/gpt-4o-mini", "meta/llama-3"],
  ignored_models: null,
  ...more,
});

let upstreams; // whose GitHub is used
before(async () => {
  upstreams = await startUpstreams();
});
after(() => upstreams.stop());

const secret = new TextEncoder().encode(sessionSecret);
let accounts = 0;
const newcomer = async () => {
  const account = 800_000 + (accounts += 1);
  const claims = new SignJWT({ login: `p-${account}` }).setSubject(String(account));
  const signed = claims.setProtectedHeader({ alg: "HS256" }).setIssuedAt().setExpirationTime("7d");
  return `llmapikey_session=${await signed.sign(secret)}`;
};

// A service of its own with an OpenRouter of its own.
const withService = async (env, body, prepare = () => {}) => {
  const folder = temporaryFolder();
  const openrouter = await new TinyOpenRouter().start();
  await prepare(openrouter);
  const settings = { UPSTREAM_TIMEOUT_SECONDS: "6", OPENROUTER_URL: openrouter.url, ...env };
  const service = await startService(upstreams, folder, settings);
  try {
    await body({
      service,
      openrouter,
      command: (...args) => run(args, serviceEnvironment(upstreams, folder, settings)),
    });
  } finally {
    await service.stop();
    await openrouter.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

const timed = async (call) => {
  const begun = performance.now();
  const answer = await call();
  const text = await answer.text();
  return { answer, text, ms: performance.now() - begun };
};
const press = async (service) => timed(async () => generate(service, await newcomer()));
const look = (service, session, path = "/dashboard") =>
  timed(() => fetch(service.url + path, { headers: { cookie: session, accept: "text/html" } }));
const metric = async (service, name) =>
  Number(
    new RegExp(`^${name.replace(/[{}]/g, "\\$&")} (\\S+)$`, "m").exec(
      await (await fetch(`${service.url}/metrics`)).text(),
    )?.[1] ?? NaN,
  );
const isOpen = async (service) => (await metric(service, "llmapikey_upstream_circuit_open")) === 1;
const linesWith = (service, text) => service.process.output.split("\n").filter((line) => line.includes(text)).length;

const quick = 4000; // ms; far less than the deadline of a call, far more than a page takes on a busy machine

for (const outage of ["refused", "hanging", "503"]) {
  test(`an outage (${outage}): pages and sign-in go on, mints fail at once, and all is well soon after`, () =>
    withService({ MINT_CONCURRENCY: "64" }, async ({ service, openrouter, command }) => {
      const holder = await signIn(service, "octo");
      const { key } = await (await generate(service, holder)).json();
      assert.equal(await metric(service, "llmapikey_upstream_circuit_open"), 0);
      await openrouter.goDown(outage);

      // More people at once than there are threads for other calls upstream or for sign-ins; each
      // has a lane, so that none is told a place in the queue.
      const crowd = Array.from({ length: 24 }, () => press(service));
      const pages = [];
      const watch = async () => {
        pages.push(await look(service, holder), await look(service, holder, "/docs"));
        const begun = performance.now();
        await signIn(service, "octo");
        pages.push({ answer: { status: 200 }, text: key, ms: performance.now() - begun });
      };
      await watch();
      await until(
        "the circuit is open",
        async () => {
          await watch();
          await press(service);
          return isOpen(service);
        },
        60_000,
      );
      for (const { answer, text } of await Promise.all(crowd)) {
        assert.ok([202, 502, 503].includes(answer.status), text);
        if (answer.status !== 202) assert.equal(JSON.parse(text).status, "error");
      }
      await watch();
      for (const { answer, ms } of pages) {
        assert.equal(answer.status, 200);
        assert.ok(ms < quick, `${ms} ms`);
      }
      assert.ok((await look(service, holder)).text.includes(key));

      // From now on nothing is sent but probes, and whoever asks is told at once.
      const sentBefore = openrouter.requests.filter((each) => each !== "GET /credits").length;
      for (let i = 0; i < 10; i += 1) {
        const session = await newcomer();
        const { answer, text, ms } = await timed(() => generate(service, session));
        assert.ok([502, 503].includes(answer.status), text);
        assert.ok(Number(answer.headers.get("retry-after")) >= 1);
        assert.equal(JSON.parse(text).status, "error");
        assert.ok(ms < quick, `${ms} ms`);
        assert.match((await look(service, session)).text, /id="generate"/);
      }
      assert.equal(openrouter.requests.filter((each) => each !== "GET /credits").length, sentBefore);
      assert.ok((await metric(service, 'llmapikey_upstream_calls_total{call="mint",outcome="short_circuited"}')) >= 10);

      await openrouter.comeBack();
      const back = performance.now();
      await until("a mint", async () => (await press(service)).answer.status === 200, 10_000);
      const ms = performance.now() - back;
      assert.ok(ms < 5000, `it took ${ms} ms`);
      assert.equal(await isOpen(service), false);
      assert.deepEqual(
        [linesWith(service, "OpenRouter is down"), linesWith(service, "OpenRouter answers again")],
        [1, 1],
      );

      // Those whose outcome was in doubt are sorted out by themselves; then each key has its owner.
      const rows = async () => JSON.parse((await command("keys", "list", "--json")).out).keys;
      await until(
        "every attempt is settled",
        async () => (await rows()).every((row) => row.status === "active"),
        90_000,
      );
      assert.equal((await rows()).length, openrouter.keys.size);
      assert.equal(JSON.parse((await command("reconcile", "--json")).out).clean, true);
    }));
}

test("a key is under the guardrail before its owner has it, and the docs say which models it may call", () =>
  withService(
    { OPENROUTER_GUARDRAIL_ID: guardrailId },
    async ({ service, openrouter, command }) => {
      const session = await newcomer();
      const answer = await generate(service, session);
      assert.equal((await answer.json()).status, "created");
      assert.deepEqual([...openrouter.assignments.keys()], [...openrouter.keys.keys()]);
      assert.equal([...openrouter.assignments.values()][0], guardrailId);
      const anonymous = () => fetch(`${service.url}/docs`, { headers: { accept: "text/html" } });
      await until("the list of models", async () => (await (await anonymous()).text()).includes("meta/llama-3"));
      for (const { text } of [await timed(anonymous), await look(service, session, "/docs")]) {
        assert.match(text, /these 2 models/);
        assert.ok(!text.includes("has not read the list"));
      }
      const { headers } = await anonymous();
      assert.equal(
        (await fetch(`${service.url}/docs`, { headers: { "if-none-match": headers.get("etag") } })).status,
        304,
      );
      const doctor = await command("doctor");
      assert.equal(doctor.code, 0, doctor.out);
      assert.match(
        doctor.out,
        /ok +OpenRouter guardrail +'Course' can be read; allowed models 2: openai\/gpt-4o-mini, meta\/llama-3/,
      );
    },
    (openrouter) => openrouter.guardrails.set(guardrailId, guardrail()),
  ));

test("the snippets name a model that the guardrail allows", () =>
  withService(
    { OPENROUTER_GUARDRAIL_ID: guardrailId },
    async ({ service }) => {
      await until("the list of models", async () =>
        (await (await fetch(`${service.url}/docs`)).text()).includes("these 40 models"),
      );
      const page = await (await fetch(`${service.url}/docs`)).text();
      assert.ok(page.includes("model=&quot;some/model-0&quot;"));
      assert.match(page, /<details><summary>Show all 40<\/summary>/);
    },
    (openrouter) =>
      openrouter.guardrails.set(
        guardrailId,
        guardrail({ allowed_models: Array.from({ length: 40 }, (_, i) => `some/model-${i}`) }),
      ),
  ));

test("a guardrail that is not there: no key is handed out, none stays behind, and doctor says why", () =>
  withService({ OPENROUTER_GUARDRAIL_ID: guardrailId }, async ({ service, openrouter, command }) => {
    const session = await newcomer();
    const { answer, text } = await timed(() => generate(service, session));
    assert.equal(answer.status, 502);
    assert.equal(JSON.parse(text).status, "error");
    assert.equal(openrouter.keys.size, 0);
    assert.deepEqual(openrouter.requests.filter((each) => each.startsWith("DELETE")).length, 1);
    assert.match((await look(service, session)).text, /id="generate"/);
    assert.match(service.process.output, /guardrail could not be assigned/);
    assert.match(await (await fetch(`${service.url}/docs`)).text(), /has not read the list from OpenRouter yet/);
    const doctor = await command("doctor", "--json");
    assert.equal(doctor.code, 1);
    const check = JSON.parse(doctor.out).find((each) => each.check === "OpenRouter guardrail");
    assert.equal(check.ok, false);
    assert.match(check.note, /404.*OPENROUTER_GUARDRAIL_ID/);
    openrouter.guardrails.set(guardrailId, guardrail());
    assert.equal((await (await generate(service, session)).json()).status, "created");
  }));

test("without a guardrail the docs say that any model may be called", () =>
  withService({}, async ({ service, openrouter, command }) => {
    assert.match(await (await fetch(`${service.url}/docs`)).text(), /any model of .* is allowed/);
    assert.equal((await generate(service, await newcomer())).status, 200);
    assert.equal(openrouter.assignments.size, 0);
    assert.ok(!(await command("doctor")).out.includes("OpenRouter guardrail "));
  }));

test("a guardrail that was deleted, and keys that are under none, are findings of reconcile", async () => {
  const folder = temporaryFolder();
  const own = await startUpstreams();
  const settings = { OPENROUTER_GUARDRAIL_ID: own.guardrail_id, UPSTREAM_TIMEOUT_SECONDS: "1" };
  const service = await startService(own, folder, settings);
  const api = (path, method, body) =>
    fetch(`${own.openrouter_url}${path}`, {
      method,
      body: body && JSON.stringify(body),
      headers: { authorization: `Bearer ${own.management_key}` },
    });
  const reconcile = async (...more) =>
    JSON.parse((await run(["reconcile", "--json", ...more], serviceEnvironment(own, folder, settings))).out);
  const findings = (report) =>
    report.findings
      .filter(({ kind }) => ["guardrail", "unguarded"].includes(kind))
      .map(({ kind, fixed }) => [kind, fixed]);
  try {
    const { hint } = await (await generate(service, await signIn(service, `guarded-${process.pid}`))).json();
    const { hash } = (await own.ledger()).keys.find((key) => key.hint === hint);
    assert.deepEqual(findings(await reconcile()), []);
    await api(`/guardrails/${own.guardrail_id}/assignments/keys/remove`, "POST", { key_hashes: [hash] });
    await until("the key is old enough to be judged", async () => findings(await reconcile()).length > 0, 20_000, 200);
    assert.deepEqual(findings(await reconcile()), [["unguarded", false]]);
    assert.match(
      (await run(["doctor"], serviceEnvironment(own, folder, settings))).out,
      /WARNING +keys under the guardrail +1 key is under no guardrail/,
    );
    assert.deepEqual(findings(await reconcile("--fix")), [["unguarded", true]]);
    assert.equal((await own.ledger()).keys.find((key) => key.hash === hash).guardrail_id, own.guardrail_id);
    await api(`/guardrails/${own.guardrail_id}`, "PATCH", { allowed_models: ["openai/gpt-4o"] });
    assert.deepEqual(findings(await reconcile()), [["guardrail", false]]);
    assert.deepEqual(findings(await reconcile("--fix")), [["guardrail", true]]);
    assert.deepEqual(findings(await reconcile()), []);
    await api(`/guardrails/${own.guardrail_id}`, "DELETE");
    assert.deepEqual(findings(await reconcile("--fix")), [["guardrail", false]]);
  } finally {
    await service.stop();
    await own.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
