// What organizers set while the service runs: in the console, by the API, on the command line; on
// every replica, and after a restart.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, openPage } from "./support/browser.mjs";
import { assertAccessible } from "./support/browser_checks.mjs";
import { startPostgres } from "./support/postgres.mjs";
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

const organizer = "linus-organizer"; // 1003
let upstreams, postgres;
before(async () => {
  [upstreams, postgres] = await Promise.all([startUpstreams(), startPostgres()]);
});
after(async () => {
  await upstreams.stop();
  await postgres.stop();
});

let people = 0;
const somebody = () => `settings-person-${process.pid}-${(people += 1)}`;

// Replicas on one database, stopped afterwards. `again` restarts them.
const withReplicas = async (count, env, use) => {
  const folder = temporaryFolder();
  const all = {
    KEY_ENCRYPTION_SECRET: `sealing-secret-of-the-settings-in-${folder}`,
    ADMIN_GITHUB_USER_IDS: "1003",
    RECONCILE_SECONDS: "0",
    SPENDING_POLL_SECONDS: "0",
    ...(count > 1 ? { POSTGRES_URL: postgres.database().pooled } : {}),
    ...env,
  };
  const start = (more = {}) =>
    Promise.all(Array.from({ length: count }, () => startService(upstreams, folder, { ...all, ...more })));
  let replicas = await start();
  const again = async (more) => {
    await Promise.all(replicas.map((replica) => replica.stop()));
    replicas = await start(more);
    return replicas;
  };
  const command = (...args) => run(args, { ...serviceEnvironment(upstreams, folder), ...all }, folder);
  try {
    await use(replicas, { again, command, folder });
  } finally {
    await Promise.all(replicas.map((replica) => replica.stop()));
    rmSync(folder, { recursive: true, force: true });
  }
};

const post = (service, session, path, fields = {}) =>
  fetch(service.url + path, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: session, origin: service.url },
    body: new URLSearchParams(fields),
  });
const textOf = async (service, path, session = "") =>
  (await fetch(service.url + path, { headers: { cookie: session, accept: "text/html" } })).text();
const api = async (service, session, method, body) => {
  const answer = await fetch(`${service.url}/api/v1/settings`, {
    method,
    headers: { cookie: session, origin: service.url, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  return { status: answer.status, body: await answer.json() };
};
const keyOf = async (service, session) => {
  const { hint } = await (await generate(service, session)).json();
  return (await upstreams.ledger()).keys.find((key) => !key.deleted_at && key.hint === hint);
};
const metric = async (service, name) =>
  Number(new RegExp(`^${name} (\\S+)$`, "m").exec(await textOf(service, "/metrics"))[1]);
const waiting = (service) => metric(service, 'llmapikey_keys{status="waiting"}');

test("a cap that is set in a browser is the cap of the next key upstream; the page says who has set it", () =>
  withReplicas(1, { KEY_DAILY_LIMIT_USD: "10" }, async ([service]) => {
    const browser = await launch();
    try {
      const page = await openPage(browser, service, { javaScriptEnabled: false });
      const [name, value] = (await signIn(service, organizer)).split("=");
      await page.context().addCookies([{ name, value, url: service.url }]);
      const first = await keyOf(service, await signIn(service, somebody()));
      assert.equal(first.limit, 10);
      await page.goto(`${service.url}/admin/settings`);
      assert.match(await page.textContent("#daily_limit_usd-source"), /From the environment \(KEY_DAILY_LIMIT_USD\)/);

      await page.fill("#daily_limit_usd", "a lot");
      await page.fill("#event_name", "Spring school");
      await page.click("#save");
      assert.match(await page.title(), /^Error: /);
      assert.equal(await page.inputValue("#daily_limit_usd"), "a lot");
      assert.equal(await page.inputValue("#event_name"), "Spring school");
      assert.equal(await page.getAttribute("#daily_limit_usd", "aria-invalid"), "true");
      assert.match(await page.textContent("#errors"), /Each key may spend: must be an amount/);

      await page.fill("#daily_limit_usd", "2.50");
      await page.fill("#key_lifetime_days", "7");
      await page.click("#save");
      assert.match(await page.textContent("#daily_limit_usd-source"), /Set here .* by linus-organizer\. .*\$10\.00/);
      const second = await keyOf(service, await signIn(service, somebody()));
      assert.equal(second.limit, 2.5);
      assert.ok(Math.abs(Date.parse(second.expires_at) - Date.now() - 7 * 86_400_000) < 120_000, second.expires_at);
      const [landing, docs] = [await textOf(service, "/"), await textOf(service, "/docs")];
      assert.match(landing, /Spring school/);
      assert.match(landing, /\$2\.50/);
      assert.match(docs, /7 days/);

      await page.check("input[name=back][value=daily_limit_usd]");
      await page.click("#save");
      assert.match(await page.textContent("#daily_limit_usd-source"), /From the environment/);
      assert.equal((await keyOf(service, await signIn(service, somebody()))).limit, 10);
      const log = await textOf(service, "/api/v1/audit?limit=1000", await signIn(service, organizer));
      for (const words of ["from $10.00 (environment) to $2.50", "from $2.50 to $10.00 (environment)"])
        assert.ok(log.includes(words), words);
      assert.deepEqual(
        page.complaints.filter((complaint) => !/422/.test(complaint)),
        [],
      );
    } finally {
      await browser.close();
    }
  }));

test("the overview pauses and resumes with one press; the tabs of the settings lead to each other", () =>
  withReplicas(1, { ORGANIZER_NAME: "The library", ORGANIZER_CONTACT: "help@example.org" }, async ([service]) => {
    const browser = await launch();
    try {
      const page = await openPage(browser, service, { bypassCSP: true });
      const [name, value] = (await signIn(service, organizer)).split("=");
      await page.context().addCookies([{ name, value, url: service.url }]);
      const person = await signIn(service, somebody());
      await page.goto(`${service.url}/admin`);
      await page.click("#pause");
      assert.equal(new URL(page.url()).pathname, "/admin");
      assert.match(await page.textContent("main [role=status]"), /New keys are paused\. From now on nobody gets one\./);
      assert.match(
        await textOf(service, "/dashboard", person),
        /<a href="mailto:help@example\.org"[^>]*>The library<\/a>/,
      );
      assert.equal((await generate(service, person)).status, 403);
      await assertAccessible(page, "the overview while new keys are paused");
      await page.click("#resume");
      assert.match(await page.textContent("main [role=status]"), /People can get keys again\./);
      assert.equal((await generate(service, person)).status, 200);

      await page.click("nav.main >> text=Settings");
      for (const [tab, path] of [
        ["API tokens", "/admin/tokens"],
        ["Webhooks", "/admin/webhooks"],
        ["Bulk revocations", "/admin/revocations"],
        ["Bulk changes", "/admin/changes"],
        ["General", "/admin/settings"],
      ]) {
        await page.click(`.sections >> text=${tab}`);
        await page.waitForURL(service.url + path);
        assert.equal(await page.textContent(".sections [aria-current]"), tab);
        assert.equal(await page.textContent("nav.main [aria-current]"), "Settings");
      }
      await page.fill("#seats", "many");
      await page.click("#save");
      await page.waitForSelector("#errors");
      assert.equal(await page.evaluate(() => document.activeElement.id), "errors", "what is wrong is read first");
      await assertAccessible(page, "settings that are refused");
    } finally {
      await browser.close();
    }
  }));

test("after the answer to a pause no replica makes a key; pages of all say so within two seconds", () =>
  withReplicas(3, {}, async (replicas) => {
    const session = await signIn(replicas[0], organizer);
    const holder = await signIn(replicas[0], somebody());
    await generate(replicas[0], holder);
    for (let round = 0; round < 10; round += 1) {
      const strangers = await Promise.all(Array.from({ length: 6 }, () => signIn(replicas[0], somebody())));
      const keys = async () => (await upstreams.ledger()).keys.filter((key) => !key.deleted_at).length;
      const before_ = await keys();
      const paused = await post(replicas[round % 3], session, "/admin/settings/pause");
      assert.equal(paused.status, 303);
      const answers = await Promise.all(
        strangers.map(async (person, i) => (await generate(replicas[i % 3], person)).json()),
      );
      assert.deepEqual([...new Set(answers.map((answer) => answer.status))], ["paused"], `round ${round}`);
      assert.equal(await keys(), before_);
      await Promise.all(
        replicas.map((replica) =>
          until("the landing page says so", async () => /id="paused"/.test(await textOf(replica, "/")), 2_500),
        ),
      );
      assert.equal((await generate(replicas[1], holder)).status, 200, "whoever has a key sees it");
      const rotated = await fetch(`${replicas[1].url}/dashboard/key/rotate`, {
        method: "POST",
        headers: { cookie: holder, origin: replicas[1].url, accept: "application/json" },
      });
      assert.equal((await rotated.json()).status, "paused");
      assert.equal(await metric(replicas[2], "llmapikey_provisioning_enabled"), 0);
      await post(replicas[(round + 1) % 3], session, "/admin/settings/resume");
      assert.equal((await (await generate(replicas[(round + 2) % 3], strangers[0])).json()).status, "created");
      // Of all: else the next round would take the page of this one for its own.
      await Promise.all(
        replicas.map((replica) =>
          until("the landing page is as before", async () => !/id="paused"/.test(await textOf(replica, "/"))),
        ),
      );
    }
  }));

test("a pause in the middle of a rush: what is made afterwards had begun before", () =>
  withReplicas(2, { MINT_CONCURRENCY: "4" }, async (replicas) => {
    const session = await signIn(replicas[0], organizer);
    const crowd = await Promise.all(Array.from({ length: 40 }, () => signIn(replicas[0], somebody())));
    const pressed = Promise.all(crowd.map(async (person, i) => (await generate(replicas[i % 2], person)).json()));
    await post(replicas[0], session, "/admin/settings/pause");
    const seats = await metric(replicas[0], "llmapikey_live_keys");
    const answers = await pressed;
    for (const { status } of answers) assert.ok(["created", "paused", "in_progress"].includes(status), status);
    assert.ok((await metric(replicas[0], "llmapikey_live_keys")) <= seats, "no seat is taken any more");
    await until("those who waited are told", async () => (await waiting(replicas[1])) === 0);
    await post(replicas[1], session, "/admin/settings/resume");
    const later = await Promise.all(crowd.map(async (person) => (await generate(replicas[1], person)).json()));
    assert.ok(later.every(({ status }) => ["created", "exists", "in_progress"].includes(status)));
  }));

test("two organizers save at once: one is told, and neither undoes what the other has set", () =>
  withReplicas(2, {}, async (replicas) => {
    const session = await signIn(replicas[0], organizer);
    const versionOf = (html) => /name="version" value="(\w+)"/.exec(html)[1];
    const save = (replica, fields) => post(replica, session, "/admin/settings", fields);
    for (let round = 0; round < 10; round += 1) {
      const version = versionOf(await textOf(replicas[0], "/admin/settings", session));
      const answers = await Promise.all(
        replicas.map((replica, i) => save(replica, { version, seats: 100 + 2 * round + i })),
      );
      assert.deepEqual(answers.map(({ status }) => status).sort(), [303, 409], `round ${round}`);
      const winner = answers.findIndex(({ status }) => status === 303);
      assert.equal((await api(replicas[0], session, "GET")).body.seats.value, 100 + 2 * round + winner);
    }
    // Programs say what is to be, whatever others change at the same moment.
    const patches = [{ seats: 7 }, { key_lifetime_days: 5 }, { event_name: "Spring school" }, { daily_limit_usd: 3 }];
    const answers = await Promise.all(patches.map((change, i) => api(replicas[i % 2], session, "PATCH", change)));
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200]);
    const { body } = await api(replicas[0], session, "GET");
    assert.deepEqual(
      [body.seats.value, body.key_lifetime_days.value, body.event_name.value, body.daily_limit_usd.value],
      [7, 5, "Spring school", 3],
    );
  }));

test("a form that somebody else has overtaken is shown again, without what nobody has touched in it", () =>
  withReplicas(1, {}, async ([service]) => {
    const browser = await launch();
    try {
      const page = await openPage(browser, service, { javaScriptEnabled: false });
      const session = await signIn(service, organizer);
      const [name, value] = session.split("=");
      await page.context().addCookies([{ name, value, url: service.url }]);
      await page.goto(`${service.url}/admin/settings`);
      await page.fill("#key_lifetime_days", "7");
      await api(service, session, "PATCH", { seats: 33, organizer_name: "The library" });
      await page.click("#save");
      assert.match(await page.textContent("main [role=alert]"), /Nothing is saved yet: the settings have changed/);
      assert.equal(await page.inputValue("#key_lifetime_days"), "7");
      assert.equal(await page.inputValue("#seats"), "33");
      assert.equal(await page.inputValue("#organizer_name"), "The library");
      await page.click("#save");
      const { body } = await api(service, session, "GET");
      assert.deepEqual(
        [body.seats.value, body.key_lifetime_days.value, body.organizer_name.value],
        [33, 7, "The library"],
      );
    } finally {
      await browser.close();
    }
  }));

test("seats: set below what is taken nobody loses a key, and no replica gives one more", () =>
  withReplicas(2, { MAX_TOTAL_KEYS: "3" }, async (replicas) => {
    const session = await signIn(replicas[0], organizer);
    const three = await Promise.all([1, 2, 3].map(() => signIn(replicas[0], somebody())));
    for (const [i, person] of three.entries()) await generate(replicas[i % 2], person);
    assert.equal((await api(replicas[0], session, "PATCH", { seats: 2 })).status, 200);
    const late = await signIn(replicas[1], somebody());
    assert.equal((await generate(replicas[1], late)).status, 409);
    const shown = await textOf(replicas[1], "/dashboard", late);
    assert.match(shown, /All seats are taken/);
    assert.doesNotMatch(shown, /Get my key/);
    for (const person of three) assert.equal((await generate(replicas[1], person)).status, 200);
    const fewer = /3 seats are taken now[^]*nobody loses one, and nobody gets a new one until fewer than 2/;
    assert.match(await textOf(replicas[0], "/admin/settings", session), fewer);
    assert.equal(await metric(replicas[0], "llmapikey_live_keys_limit"), 2);
    assert.equal((await api(replicas[1], session, "PATCH", { seats: 4 })).status, 200);
    const crowd = await Promise.all(Array.from({ length: 10 }, () => signIn(replicas[0], somebody())));
    const answers = await Promise.all(crowd.map((person, i) => generate(replicas[i % 2], person)));
    assert.equal(answers.filter(({ status }) => status === 200).length, 1, "exactly one seat was free");
  }));

test("the API, the command line and a restart", () =>
  withReplicas(
    1,
    { ORGANIZER_NAME: "The university", ORGANIZER_CONTACT: "help@example.org" },
    async (replicas, tools) => {
      let [service] = replicas;
      const session = await signIn(service, organizer);
      const before_ = (await api(service, session, "GET")).body;
      assert.equal(before_.minting_enabled, true);
      assert.deepEqual(before_.organizer_contact, {
        value: "mailto:help@example.org",
        environment: "mailto:help@example.org",
        overridden: false,
        changed_at: null,
        changed_by: null,
      });
      assert.equal((await api(service, session, "PATCH", { key_lifetime_days: 0 })).status, 400);
      const { body } = await api(service, session, "PATCH", { organizer_name: "The library", daily_limit_usd: 4 });
      assert.equal(body.organizer_name.value, "The library");
      assert.equal(body.organizer_name.changed_by, "github:1003");

      const list = await tools.command("settings", "list");
      assert.match(list.out, /^daily_limit_usd +set +\$4\.00 \(environment: \$10\.00; set by github:1003 at /m);
      assert.match(list.out, /^seats +environment +500 seats$/m);
      assert.deepEqual(JSON.parse((await tools.command("settings", "list", "--json")).out).seats.value, 500);
      const set = await tools.command("settings", "set", "seats", "7");
      assert.equal(set.code, 0, set.err);
      assert.match(set.out, /^seats +set +7 seats \(environment: 500 seats; set by cli:/);
      assert.equal((await tools.command("settings", "set", "minting_paused", "true")).code, 0);
      await until("the service follows", async () => /id="paused"/.test(await textOf(service, "/")), 2_500);
      const person = await signIn(service, somebody());
      assert.equal((await generate(service, person)).status, 403);
      const minted = await tools.command("keys", "mint", "77001", "--login", "somebody-else", "--json");
      assert.match(minted.out, /"paused"/, "the command obeys, too");
      const doctor = (await tools.command("doctor")).out;
      assert.match(doctor, /WARNING +minting +nobody can get a key: an organizer has paused new keys/);
      assert.match(doctor, /seats is 7 seats instead of 500 seats, set by cli:/);
      for (const [args, words] of [
        [["set", "seats", "many"], /seats must be a whole number from 0 to/],
        [["set", "seat", "7"], /seat/],
        [["set", "event_name", ""], /event_name is needed/],
      ]) {
        const refused = await tools.command("settings", ...args);
        assert.equal(refused.code, 2, args.join(" "));
        assert.match(refused.err, words);
      }

      [service] = await tools.again();
      assert.match(service.process.output, /paused/);
      assert.match(await textOf(service, "/"), /id="paused"/);
      assert.equal((await generate(service, person)).status, 403);
      assert.equal((await tools.command("settings", "unset", "minting_paused")).code, 0);
      assert.equal((await generate(service, person)).status, 200, "at once, whatever pages still show");

      [service] = await tools.again({ PROVISIONING_ENABLED: "false" });
      const off = await textOf(service, "/admin/settings", session);
      assert.match(off, /Off in the environment/);
      assert.doesNotMatch(off, /id="pause"|id="resume"/);
      assert.equal((await api(service, session, "PATCH", { minting_paused: false })).body.minting_enabled, false);
      assert.equal((await generate(service, await signIn(service, somebody()))).status, 403);
    },
  ));
