// Many keys disabled, enabled, capped and replaced by one decision: in a real browser, and by the
// API over restarts of the service.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible, tabTo } from "./support/browser_checks.mjs";
import {
  generate,
  signIn,
  startSandbox,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

let service, browser, page;
before(async () => {
  service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0", MAX_TOTAL_KEYS: "0" });
  browser = await launch();
  page = await openPage(browser, service, { bypassCSP: true });
  await page.goto(`${service.url}/auth/login?next=/dashboard`);
  await page.click('button[name=persona][value="linus-organizer"]');
  await page.waitForURL("**/dashboard");
});
after(async () => {
  await browser.close();
  await service.stop();
});

const take = async (open, login) => {
  const session = await signIn(open, login);
  const { key } = await (await generate(open, session)).json();
  const account = JSON.parse(Buffer.from(session.split("=")[1].split(".")[1], "base64url")).sub;
  return { session, key, account, login };
};
const keyOf = async (upstreams, { account }) =>
  (await upstreams.ledger()).keys.find((key) => key.name.includes(`gh-${account}/`) && !key.deleted_at);
const choose = async (people, act) => {
  await page.goto(`${service.url}/admin/people?q=${people[0].login.replace(/\d+$/, "")}`);
  for (const { login } of people)
    await page.locator("tbody tr", { hasText: login }).locator("input[type=checkbox]").check();
  await page.click(`#${act}-chosen`);
};
const outcome = (text) => page.locator("[role=status]", { hasText: text }).waitFor();

test("choose some in the list: disable, enable and cap them, by keyboard", async () => {
  const people = [];
  for (let i = 0; i < 3; i += 1) people.push(await take(service, `changed-${i}`));
  await choose(people.slice(0, 2), "disable");
  await page.locator("h1", { hasText: "Switch off 2 keys" }).waitFor();
  assert.match(await page.textContent("main"), /changed-0/);
  await assertAccessible(page, "change-confirm");
  await screenshot(page, "change-confirm");
  await tabTo(page, "input[name=reason]");
  await page.keyboard.type("two of them");
  await tabTo(page, "#change-all");
  await page.keyboard.press("Enter");
  await outcome("All 2 keys are switched off.");
  assert.equal(await page.textContent("#done .names"), "changed-0, changed-1");
  assert.match(await page.locator("#done a").first().getAttribute("href"), /^\/admin\/people\/\d+$/);
  assert.doesNotMatch(await page.textContent("main"), /github:\d/, "who did it is told by login");
  await assertAccessible(page, "change-progress");
  await screenshot(page, "change-progress");
  for (const [i, disabled] of [true, true, false].entries())
    assert.equal((await keyOf(service, people[i])).disabled, disabled);
  await choose(people, "enable");
  await page.fill("input[name=reason]", "on again");
  await page.click("#change-all");
  await outcome("2 of 3 keys are switched on. 1 was skipped.");
  await page.locator("td", { hasText: "it was switched on already" }).waitFor();
  assert.equal((await keyOf(service, people[0])).disabled, false);
  await choose(people, "cap");
  await page.locator("h1", { hasText: "Change the cap of 3 keys" }).waitFor();
  assert.match(await page.textContent(".names"), /^These 3: (changed-\d \(now \$[\d.]+ a day\)(, )?){3}$/);
  await page.fill("input[name=reason]", "for the finals");
  await page.fill("input[name=daily_limit_usd]", "lots");
  await page.click("#change-all");
  await page.locator("[role=alert]", { hasText: "Nothing was changed: daily_limit_usd must be" }).waitFor();
  await page.fill("input[name=daily_limit_usd]", "3.25");
  await page.click("#change-all");
  await outcome("All 3 keys are given the new cap.");
  assert.equal((await keyOf(service, people[2])).limit, 3.25);
  await page.goto(`${service.url}/admin/changes`);
  assert.equal(await page.locator("tbody tr").count(), 3);
  await page.locator("td", { hasText: "Set the cap to $3.25 a day" }).waitFor();
  await assertAccessible(page, "change-list");
  await page.goto(`${service.url}/admin/activity`);
  assert.match(await page.locator(".line").first().textContent(), /changed the caps of several keys/);
  assert.match(await page.locator(".line").first().textContent(), /set the cap of changed-2's key to \$3\.25 a day/);
});

test("all that match are replaced, and their owners have the next key on the dashboard", async () => {
  const people = [];
  for (let i = 0; i < 3; i += 1) people.push(await take(service, `renewed-${i}`));
  await page.goto(`${service.url}/admin/people?q=renewed-&all=true`);
  await page.locator("strong", { hasText: "Chosen: 3 keys, all that match." }).waitFor();
  await page.click("#replace-chosen");
  await page.locator("h1", { hasText: "Replace 3 keys" }).waitFor();
  await page.fill("input[name=reason]", "leaked in the chat");
  await page.click("#change-all");
  await page.locator("h2", { hasText: "Starts in a few seconds" }).waitFor();
  await page.locator("[role=status]", { hasText: "All 3 keys are ended" }).waitFor({ timeout: 60_000 });
  for (const person of people)
    await until(
      `${person.login} has the next key`,
      async () => {
        const dashboard = await fetch(`${service.url}/api/v1/me/key`, { headers: { cookie: person.session } });
        const { key } = await dashboard.json();
        return key && key !== person.key;
      },
      60_000,
      200,
    );
});

test("nobody escapes by replacing the key before its turn", async () => {
  const person = await take(service, "escaping-0");
  const old = (await keyOf(service, person)).hash;
  await page.goto(`${service.url}/admin/people?q=escaping-&all=true`);
  await page.click("#disable-chosen");
  await page.fill("input[name=reason]", "abuse");
  await page.click("#change-all");
  await page.locator("h2", { hasText: "Starts in a few seconds" }).waitFor();
  const rotated = await fetch(`${service.url}/api/v1/me/key/rotate`, {
    method: "POST",
    headers: { cookie: person.session, origin: service.url },
  });
  assert.equal(rotated.status, 200, await rotated.text());
  await page.locator("[role=status]", { hasText: "The key is switched off." }).waitFor({ timeout: 60_000 });
  const next = await keyOf(service, person);
  assert.notEqual(next.hash, old);
  assert.equal(next.disabled, true);
});

test("a number that is another one now is asked again, by a link that works", async () => {
  await take(service, "counted-0");
  await page.goto(`${service.url}/admin/people?q=counted-&all=true`);
  for (const act of ["disable", "revoke"]) {
    await page.goto(
      `${service.url}/admin/${act === "revoke" ? "revocations/new?" : "changes/new?act=disable&"}q=counted-`,
    );
    await page.fill("input[name=reason]", "over");
    await page.evaluate(() => {
      document.querySelector("input[name=confirm]").value = "7";
    });
    await page.click(act === "revoke" ? "#revoke-all" : "#change-all");
    await page.locator("h1", { hasText: "Check the keys again" }).waitFor();
    await page.click("text=To the matching keys");
    await page.locator("h1", { hasText: act === "revoke" ? "Revoke 1 key" : "Switch off 1 key" }).waitFor();
  }
  await page.goto(`${service.url}/admin/changes/new?act=disable&q=nobody-at-all`);
  assert.match(await page.textContent("main"), /Nobody who matches has a key/);
  await page.goto(`${service.url}/admin/changes/new?act=disable`);
  await page.locator("[role=alert]", { hasText: "nobody was chosen" }).waitFor();
});

test("it goes on after the service was killed, can be stopped, and what failed can be tried again", async (t) => {
  const upstreams = await startUpstreams();
  const folder = temporaryFolder();
  const env = { ADMIN_GITHUB_USER_IDS: "1003", MAX_TOTAL_KEYS: "0", SPENDING_POLL_SECONDS: "0" };
  let own = await startService(upstreams, folder, env);
  t.after(async () => {
    own.process.kill("SIGKILL");
    await upstreams.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const cookie = await signIn(own, "linus-organizer");
  const api = async (method, path, body) => {
    const answer = await fetch(`${own.url}/api/v1${path}`, {
      method,
      headers: { cookie, origin: own.url, ...(body ? { "content-type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  };
  const count = 120;
  for (let i = 0; i < count; i += 1)
    await api("POST", "/keys", { github_user_id: 700_000 + i, github_username: `many-${i}` });
  const disabled = async () => (await upstreams.ledger()).keys.filter((key) => key.disabled && !key.deleted_at).length;
  const ids = (await api("GET", "/keys?q=many-&limit=1000")).body.keys.map(({ id }) => id);
  const begun = await api("POST", "/changes", { act: "disable", ids, confirm: count, reason: "over" });
  assert.equal(begun.status, 201, JSON.stringify(begun.body));
  await until("some keys are disabled", async () => (await disabled()) > 0, 30_000, 2);
  own.process.kill("SIGKILL");
  const done = await disabled();
  assert.ok(done < count, `${done} of ${count} were disabled before the process was killed`);
  own = await startService(upstreams, folder, env);
  const changeOf = async (id) => (await api("GET", `/changes/${id}`)).body;
  await until("all keys are disabled", async () => (await changeOf(begun.body.id)).state === "done", 120_000, 200);
  const ended = await changeOf(begun.body.id);
  assert.deepEqual([ended.done, ended.skipped, ended.failed], [count, 0, 0], JSON.stringify(ended.left_keys));
  assert.equal(await disabled(), count);

  const late = await api("POST", "/changes", { act: "enable", q: "many-", confirm: count, reason: "on again" });
  assert.equal(late.status, 201);
  const stopped = await api("POST", `/changes/${late.body.id}/stop`);
  assert.equal(stopped.status, 200);
  await until("it has stopped", async () => (await changeOf(late.body.id)).state === "done", 30_000, 100);
  assert.equal((await changeOf(late.body.id)).skipped, count);
  assert.equal(await disabled(), count);
  assert.equal((await api("POST", `/changes/${late.body.id}/stop`)).status, 200, "stopping twice is stopping once");
  assert.equal((await api("POST", `/changes/${begun.body.id}/stop`)).status, 409);
  assert.equal((await api("POST", `/changes/${begun.body.id}/retry`)).status, 409);
  const miscounted = await api("POST", "/changes", { act: "enable", q: "many-", confirm: 3, reason: "x" });
  assert.deepEqual([miscounted.status, miscounted.body.count], [409, count]);
  assert.equal((await api("GET", "/changes")).body.changes.length, 2);
});
