// What somebody finds who tries the program out: thirty days of a giveaway with people in every
// state, a persona for each, and a way to the organizer's page; and nothing at all with --empty.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, test } from "node:test";
import { launch, openPage } from "./support/browser.mjs";
import { assertAccessible } from "./support/browser_checks.mjs";
import {
  binary,
  cookiesOf,
  generate,
  run,
  serviceEnvironment,
  setCookiesOf,
  signIn,
  startSandbox,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

const day = 86_400_000;
let sandbox, browser, organizer;
before(async () => {
  [sandbox, browser] = await Promise.all([
    startSandbox({ RATE_LIMIT_PER_MINUTE: "0" }, { hasHistory: true }),
    launch(),
  ]);
  organizer = await signIn(sandbox, "linus-organizer");
});
after(async () => {
  await browser?.close();
  await sandbox?.stop();
});

const ask = async (path, session = organizer, service = sandbox) => {
  const answer = await fetch(`${service.url}/api/v1${path}`, { headers: { cookie: session } });
  assert.equal(answer.status, 200, `${path}: ${answer.status}`);
  return answer.json();
};
const loginsOf = async (filter) => (await ask(`/keys?limit=100&${filter}`)).keys.map((key) => key.github_username);
const me = async (login) => {
  const session = await signIn(sandbox, login);
  return until(`what ${login} has`, async () => {
    const account = await ask("/me", session);
    return (account.key?.status !== "active" || account.usage || account.key.missing) && account;
  });
};
const nearly = (left, right, what) => assert.ok(Math.abs(left - right) < 1e-6, `${what}: ${left} and ${right}`);

test("24 people: every state of a key occurs", async () => {
  const { keys } = await ask("/keys?limit=100");
  const { keys: ended } = await ask("/keys?limit=100&state=ended");
  assert.equal(new Set([...keys, ...ended].map((key) => key.github_username)).size, 24);
  assert.deepEqual((await loginsOf("state=waiting")).sort(), ["emil-waiting", "jana-waiting"]);
  // Each time the answer is lost anew, the attempt waits for its turn for a moment.
  await until("an attempt in doubt", async () => (await loginsOf("state=ambiguous"))[0] === "yuki-in-doubt");
  assert.deepEqual(await loginsOf("state=disabled"), ["oskar-switched-off"]);
  assert.deepEqual(
    keys.filter((key) => key.missing).map((key) => key.github_username),
    ["noah-missing"],
  );
  assert.ok((await loginsOf("unused=true")).includes("felix-never-used"));
  assert.ok((await loginsOf("expires_within=7")).includes("tara-expires-soon"));
  const longAgo = new Date(Date.now() - 21 * day).toISOString().slice(0, 10);
  assert.deepEqual(await loginsOf(`not_used_since=${longAgo}`), ["ivy-long-ago"]);
  assert.equal(keys.find((key) => key.github_username === "hugo-higher-cap").daily_limit_usd, 25);
  assert.equal(keys.filter((key) => key.status === "active").length, 14);
});

test("how keys have ended, and who is on hold", async () => {
  const { keys } = await ask("/keys?limit=100&state=ended");
  const endings = Object.fromEntries(keys.map((key) => [key.github_username, `${key.actor}: ${key.reason}`]));
  assert.equal(endings["bruno-expired"], "system: expired");
  assert.equal(endings["lena-gave-back"], "recipient:1012: given back");
  assert.equal(endings["timo-leaked"], "github:1003: Leaked on Discord");
  assert.match(endings["rosa-revoked"], /^github:1003: /);
  assert.equal(endings["paul-replaced"], "recipient:1019: rotated");
  const holdOf = async (id) => (await ask(`/accounts/${id}`)).hold;
  const [bruno, lena, timo, rosa, kurt] = await Promise.all([1011, 1012, 1013, 1014, 1015].map(holdOf));
  assert.deepEqual([bruno, rosa], [null, null]);
  assert.equal(Date.parse(lena.until) % day, 0);
  assert.ok(Date.parse(timo.until) > Date.now() + 3 * day);
  assert.equal(kurt.until, null);
  const [bulk] = (await ask("/revocations")).revocations;
  assert.deepEqual([bulk.state, bulk.total, bulk.reason], ["done", 2, "The workshop is over"]);
});

test("what recipients are told: no key, or none that works, or why there is none", async () => {
  const [ada, emil, oskar, noah, bruno, lena, timo, rosa, kurt] = await Promise.all(
    [
      "ada-newcomer",
      "emil-waiting",
      "oskar-switched-off",
      "noah-missing",
      "bruno-expired",
      "lena-gave-back",
      "timo-leaked",
      "rosa-revoked",
      "kurt-blocked",
    ].map(me),
  );
  for (const each of [ada, bruno, rosa]) assert.deepEqual([each.key, each.hold], [null, null]);
  assert.equal(emil.key.status, "waiting");
  assert.ok(oskar.key.disabled && noah.key.missing);
  assert.deepEqual(
    [lena, timo, kurt].map(({ key, hold }) => [key, hold.reason, hold.until !== null]),
    [
      [null, "given back", true],
      [null, "Leaked on Discord", true],
      [null, "Sold access to the key", false],
    ],
  );
});

test("what recipients see: the cap reached, nearly reached, carried over; who has looked at a key", async () => {
  const [grace, alan, nora, paul, mara] = await Promise.all(
    ["grace-returning", "alan-at-the-limit", "nora-near-the-cap", "paul-replaced", "mara-looked-at"].map(me),
  );
  nearly(grace.usage.spent_usd, 2.3, "grace");
  nearly(alan.usage.spent_usd, 10, "alan");
  assert.equal(alan.usage.remaining_usd, 0);
  nearly(nora.usage.spent_usd, 8.7, "nora");
  nearly(paul.usage.spent_usd, 3.1, "paul");
  nearly(paul.usage.limit_usd, 6.9, "what the old key left of today's cap");
  assert.match(mara.key.reveal.reason, /copying/);
  assert.ok(alan.usage.days.length > 12, "alan's chart");
});

test("thirty days of spending, which agree with what OpenRouter says by model and by key", async () => {
  const overview = await until("the figures of the start", async () => {
    const known = await ask("/overview");
    return known.credits_left_usd !== null && known;
  });
  assert.equal(overview.days.length, 30);
  assert.ok(overview.days.every(({ spent_usd }) => spent_usd > 0));
  const mean = (days) => days.reduce((sum, { spent_usd }) => sum + spent_usd, 0) / days.length;
  const isWeekend = ({ day: name }) => [0, 6].includes(new Date(name).getUTCDay());
  const completed = overview.days.slice(0, -1);
  assert.ok(mean(completed.filter((each) => !isWeekend(each))) > 2 * mean(completed.filter(isWeekend)));
  assert.ok(
    completed.every(({ spent_usd }) => spent_usd < overview.exposure_per_day_usd),
    "no day is above all caps",
  );

  const activity = async (query = "") => {
    const answer = await fetch(`${sandbox.openrouter_url}/activity${query}`, {
      headers: { authorization: `Bearer ${sandbox.management_key}` },
    });
    return (await answer.json()).data;
  };
  const rows = await activity();
  assert.ok(new Set(rows.map(({ model }) => model)).size >= 8);
  assert.ok(rows.every(({ requests, prompt_tokens }) => requests > 0 && prompt_tokens > 0));
  for (const { day: name, spent_usd } of completed) {
    const ofDay = rows.filter(({ date }) => date === name);
    nearly(
      ofDay.reduce((sum, { usage }) => sum + usage, 0),
      spent_usd,
      name,
    );
  }
  const { keys } = await sandbox.ledgerOf({ live: true });
  for (const key of keys) {
    const before = (await activity(`?api_key_hash=${key.hash}`)).reduce((sum, { usage }) => sum + usage, 0);
    nearly(before + key.usage_daily, key.usage, key.name);
  }
  assert.equal(overview.credits_outlook, "until");
  const left = (Date.parse(overview.credits_end) - Date.now()) / day;
  assert.ok(left > 7 && left < 20, `credits last ${left} days`);
});

test("the audit log reads like a month, and is whole", async () => {
  const environment = { ...serviceEnvironment(sandbox, sandbox.data_dir), DATA_DIR: sandbox.data_dir };
  const verified = await run(["audit", "verify", "--json"], environment);
  assert.equal(verified.code, 0, verified.err);
  const { entries } = await ask("/audit?limit=1000");
  const acts = new Set(entries.map(({ action }) => action));
  for (const action of [
    "key.mint",
    "key.revoke",
    "key.change",
    "key.replace",
    "key.reveal",
    "keys.revoke",
    "hold.set",
    "hold.lift",
    "token.create",
    "reconcile.missing",
  ])
    assert.ok(acts.has(action), action);
  const times = entries.map(({ at }) => Date.parse(at));
  assert.deepEqual(times, times.slice().sort());
  assert.ok(times[0] < Date.now() - 28 * day);
  assert.ok(entries.every(({ outcome }) => outcome !== "failed"));
});

test("each persona has a word and a dashboard; the page fits a phone", async () => {
  const page = await openPage(browser, sandbox, { bypassCSP: true, viewport: { width: 320, height: 640 } });
  await page.goto(sandbox.url);
  await assertAccessible(page, "a page with the banner");
  await page.goto(`${sandbox.url}/auth/login`);
  await assertAccessible(page, "personas");
  const personas = await page.$$eval("button.persona", (buttons) =>
    buttons.map((button) => [button.value, button.querySelector("small").textContent]),
  );
  assert.equal(personas.length, 26, "24 people, a newcomer and the organizer");
  assert.ok(personas.every(([, about]) => about.length > 0));
  assert.ok((await page.locator("h2").allTextContents()).length >= 6);
  assert.match(await page.textContent("main"), /new keys are paused, or that all seats are taken.*under Settings/);
  await page.context().close();
  for (const [login] of personas) {
    const cookie = await signIn(sandbox, login);
    const dashboard = await fetch(`${sandbox.url}/dashboard`, { headers: { cookie } });
    assert.equal(dashboard.status, 200, login);
    assert.ok((await dashboard.text()).includes(login), login);
  }
});

test("paused and full are seen by what the personas' page names: the console's settings", async (t) => {
  const other = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0" }, { hasHistory: true });
  t.after(() => other.stop());
  const session = await signIn(other, "linus-organizer");
  const set = async (path, fields = {}) => {
    const answer = await fetch(`${other.url}/admin/settings${path}`, {
      method: "POST",
      redirect: "manual",
      headers: { cookie: session, origin: other.url },
      body: new URLSearchParams(fields),
    });
    assert.equal(answer.status, 303);
  };
  const pressed = async () => (await (await generate(other, await signIn(other, "ada-newcomer"))).json()).status;
  await set("/pause");
  assert.equal(await pressed(), "paused");
  await set("/resume");
  const page = await (await fetch(`${other.url}/admin/settings`, { headers: { cookie: session } })).text();
  await set("", { seats: "1", version: /name="version" value="(\w+)"/.exec(page)[1] });
  assert.equal(await pressed(), "full");
});

test("the banner leads to the organizer's page by one press, through the simulated GitHub", async () => {
  const page = await openPage(browser, sandbox, { javaScriptEnabled: false });
  for (const isSignedIn of [false, true]) {
    if (isSignedIn) {
      await page.click("#sign-out");
      await page.click("#sign-in");
      await page.click("button[value=grace-returning]");
      await page.waitForURL("**/dashboard");
    } else {
      await page.goto(sandbox.url);
    }
    await page.click(".banner.sandbox a");
    await page.waitForURL(`${sandbox.url}/admin`);
    assert.match(await page.textContent(".who"), /linus-organizer/);
  }
  await page.context().close();
  // It is the service's own sign-in: its state, its cookie; only the look-alike is told who it is.
  const begun = await fetch(sandbox.organizer_url, { redirect: "manual" });
  const target = new URL(begun.headers.get("location"));
  assert.equal(target.origin, sandbox.github_url);
  assert.equal(target.searchParams.get("login"), "linus-organizer");
  assert.equal(setCookiesOf(begun).length, 1);
  const decided = await fetch(target, { redirect: "manual" });
  const finish = (cookie) => fetch(decided.headers.get("location"), { redirect: "manual", headers: { cookie } });
  assert.equal((await finish("")).status, 400, "somebody else's browser");
  const finished = await finish(cookiesOf(begun).join("; "));
  assert.deepEqual([finished.status, finished.headers.get("location")], [302, "/admin"]);
  for (const method of ["POST", "PUT"])
    assert.equal((await fetch(sandbox.organizer_url, { method, headers: { origin: sandbox.url } })).status, 404);
});

test("the real service has no such address and no such link", async (t) => {
  const upstreams = await startUpstreams();
  t.after(() => upstreams.stop());
  const service = await startService(upstreams, temporaryFolder(), { ADMIN_GITHUB_USER_IDS: "1003" });
  t.after(() => service.stop());
  assert.equal((await fetch(`${service.url}/sandbox/organizer`, { redirect: "manual" })).status, 404);
  assert.doesNotMatch(await (await fetch(service.url)).text(), /sandbox/i);
});

test("--empty: nobody and nothing", async (t) => {
  const empty = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0" });
  t.after(() => empty.stop());
  const session = await signIn(empty, "linus-organizer");
  assert.deepEqual((await ask("/keys?limit=100", session, empty)).keys, []);
  assert.deepEqual((await ask("/keys?limit=100&state=ended", session, empty)).keys, []);
  assert.deepEqual((await ask("/audit", session, empty)).entries, []);
  assert.deepEqual((await ask("/revocations", session, empty)).revocations, []);
  const { days, failures } = await ask("/overview", session, empty);
  assert.ok(days.every(({ issued, ended, spent_usd }) => issued === 0 && ended === 0 && spent_usd === 0));
  assert.deepEqual(failures, []);
  assert.equal((await empty.ledger()).count, 0);
  assert.equal(await empty.faultsWaiting(), 0);
});

test("the terminal names both sides, and stays quiet about what personas wait for", async (t) => {
  const child = spawn(binary, ["sandbox"], { env: { PATH: process.env.PATH, LISTEN: "127.0.0.1:0" } });
  t.after(() => child.kill());
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (said += chunk));
  await until("it has started", () => said.includes("Ctrl+C"));
  const { url } = /as a recipient +(?<url>http:\/\/127\.0\.0\.1:\d+)\n/.exec(said).groups;
  assert.ok(said.includes(`as the organizer         ${url}/sandbox/organizer\n`), said);
  assert.doesNotMatch(said, /warn|429/i);
});
