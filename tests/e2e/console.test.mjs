// The console's further flows in a real browser, by keyboard where that is the way that is hardest:
// switching off, caps, looking at a key, many at once, figures, tokens and webhooks.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible, tabTo } from "./support/browser_checks.mjs";
import { generate, giveKey, signIn, startSandbox, until } from "./support/service.mjs";

let service, browser, page;
before(async () => {
  service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0", MAX_TOTAL_KEYS: "0", SPEND_ALARM_USD: "1" });
  await giveKey(service, "grace-returning", 2.3);
  await giveKey(service, "alan-at-the-limit", 10);
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

const take = async (login) => {
  const session = await signIn(service, login);
  const { key } = await (await generate(service, session)).json();
  const account = JSON.parse(Buffer.from(session.split("=")[1].split(".")[1], "base64url")).sub;
  return { session, key, account };
};
const dashboard = async ({ session }) =>
  (await fetch(`${service.url}/dashboard`, { headers: { cookie: session } })).text();
const upstream = async ({ account }) =>
  (await service.ledger()).keys.find((key) => key.name.includes(`gh-${account}/`) && !key.deleted_at);
const press = async (selector) => {
  await tabTo(page, selector);
  await page.keyboard.press("Enter");
};

test("switch a key off and on, and change its cap, by keyboard", async () => {
  const person = await take("switched-person");
  await page.goto(`${service.url}/admin/people/${person.account}`);
  await press("#disable");
  await page.locator("[role=status]", { hasText: "changed" }).waitFor();
  assert.equal((await upstream(person)).disabled, true);
  assert.match(await dashboard(person), /switched this key off/);
  const chat = await fetch(`${service.openrouter_url}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${person.key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "openai/gpt-4o-mini", messages: [{ role: "user", content: "x" }] }),
  });
  assert.equal(chat.status, 401);
  await press("#enable");
  await page.locator("#disable").waitFor();
  assert.equal((await upstream(person)).disabled, false);
  await tabTo(page, "input[name=daily_limit_usd]");
  await page.keyboard.type("3.25");
  await page.keyboard.press("Enter");
  await page.locator("dd", { hasText: "$3.25" }).waitFor();
  assert.equal((await upstream(person)).limit, 3.25);
  await page.goto(`${service.url}/admin/people/${person.account}`);
  await page.fill("input[name=daily_limit_usd]", "lots");
  await page.click("#change-limit");
  await page.locator("#cap-problem", { hasText: "The cap was not changed" }).waitFor();
  assert.equal(await page.inputValue("input[name=daily_limit_usd][aria-invalid]"), "lots");
});

test("a change that upstream does not hear is told again until it does", async () => {
  const person = await take("unheard-person");
  await service.openrouterFault({ method: "PATCH", path: "/keys", times: 1000, status: 500, body: "{}" });
  await page.goto(`${service.url}/admin/people/${person.account}`);
  await page.click("#disable");
  await page.locator("[role=alert]", { hasText: "tries again every few seconds" }).waitFor();
  await screenshot(page, "console-unsynced");
  assert.equal((await upstream(person)).disabled, false);
  await service.clearFaults();
  await until("upstream knows", async () => (await upstream(person)).disabled);
  await until(
    "the page knows",
    async () => {
      await page.reload();
      return !(await page.textContent("main")).includes("has not confirmed");
    },
    20_000,
    500,
  );
});

test("look at a whole key: with a reason, recorded, and its owner sees it", async () => {
  const person = await take("looked-at-person");
  await page.goto(`${service.url}/admin/people/${person.account}`);
  assert.ok(!(await page.content()).includes(person.key));
  await tabTo(page, "form:has(#reveal) input[name=reason]");
  await page.keyboard.type("<i>lost</i> it");
  await page.keyboard.press("Enter");
  await page.locator("#key").waitFor();
  assert.equal(await page.textContent("#key"), person.key);
  await assertAccessible(page, "console-reveal");
  assert.match(
    await dashboard(person),
    /looked at this key on <time[^>]*>[^<]*20\d\d[^<]*<\/time>\. The reason given: <q>&lt;i&gt;lost&lt;\/i&gt; it<\/q>/,
  );
  await page.goto(`${service.url}/admin/activity`);
  assert.match(await page.locator(".line li").first().textContent(), /looked at .*'s key …/);
  assert.ok(!(await page.content()).includes(person.key));
  const noted = page.complaints.length;
  for (const [query, problem] of [
    ["act=zzz", "There is no such filter"],
    ["before=-1", "That page does not exist"],
    ["day=2027-13-01", "Enter a day like"],
  ]) {
    const answer = await page.goto(`${service.url}/admin/activity?${query}`);
    assert.equal(answer.status(), 400, query);
    assert.match(await page.textContent("main [role=alert]"), new RegExp(problem));
    assert.equal(await page.locator(".line li").count(), 0, "nothing else is shown");
    const wrong = await page.locator("form [aria-invalid=true]").evaluateAll((all) => all.map((each) => each.name));
    assert.deepEqual(wrong, query.startsWith("before") ? [] : [query.split("=")[0]]);
    await assertAccessible(page, `activity, ${query}`);
  }
  assert.equal(page.complaints.splice(noted).length, 3, "the browser notes each 400");
  const lines = (await (await page.context().request.get(`${service.url}/admin/audit/export`)).text())
    .trim()
    .split("\n")
    .map(JSON.parse);
  assert.equal(lines.at(-1).action, "key.reveal");
  const rest = (
    await (await page.context().request.get(`${service.url}/admin/audit/export?after=${lines.at(-3).sequence}`)).text()
  )
    .trim()
    .split("\n")
    .map(JSON.parse);
  assert.deepEqual(rest, lines.slice(-2), "who has a part gets what comes after it");
  assert.equal((await page.context().request.get(`${service.url}/admin/audit/export?after=x`)).status(), 400);
  assert.ok(lines.every((line, i) => line.sequence === lines[0].sequence + i));
});

test("choose some in the list and revoke them, by keyboard; then all that fit", async () => {
  const people = [];
  for (let i = 0; i < 5; i += 1) people.push(await take(`chosen-${i}`));
  await page.goto(`${service.url}/admin/people?q=chosen-`);
  const chosen = (await page.locator("tbody tr").allTextContents())
    .slice(0, 2)
    .map((row) => /chosen-(\d)/.exec(row)[1]);
  for (const i of [0, 1]) {
    await tabTo(page, `tbody tr:nth-child(${i + 1}) input[type=checkbox]`);
    await page.keyboard.press("Space");
  }
  await press("#revoke-chosen");
  await page.locator("h1", { hasText: "Revoke 2 keys" }).waitFor();
  for (const i of chosen) assert.ok((await page.textContent("main")).includes(`chosen-${i}`));
  await assertAccessible(page, "console-confirm");
  await screenshot(page, "console-confirm");
  await tabTo(page, "input[name=reason]");
  await page.keyboard.type("two of them");
  await page.selectOption("select[name=hold]", "forever");
  await press("#revoke-all");
  await page.locator("[role=status]", { hasText: "All 2 keys are revoked" }).waitFor();
  await assertAccessible(page, "console-progress");
  assert.equal(await upstream(people[chosen[0]]), undefined);
  assert.match(await dashboard(people[chosen[1]]), /two of them/);
  await page.goto(`${service.url}/admin/people?q=chosen-&state=usable&all=true`);
  await page.locator("strong", { hasText: "Chosen: 3 keys, all that match." }).waitFor();
  await press("#revoke-chosen");
  await page.locator("h1", { hasText: "Revoke 3 keys" }).waitFor();
  await page.fill("input[name=reason]", "the rest");
  await page.click("#revoke-all");
  await page.locator("[role=status]", { hasText: "All 3 keys are revoked" }).waitFor();
  await page.goto(`${service.url}/admin/revocations`);
  assert.equal(await page.locator("tbody tr").count(), 2);
  await page.goto(`${service.url}/admin/people?all=true`);
  await press("#revoke-chosen");
  await page.locator("p", { hasText: "You are about to revoke every key" }).waitFor();
  assert.equal(await page.locator("input[type=checkbox][required]").count(), 1);
  assert.equal(await page.locator("select[name=hold]").inputValue(), "none");
  await page.goto(`${service.url}/admin/people`);
  assert.equal(await page.locator("#revoke-chosen").isVisible(), false, "there is nothing to revoke yet");
  await page.locator("#people form").evaluate((form) => form.requestSubmit());
  await page.locator("[role=alert]", { hasText: "nobody was chosen" }).waitFor();
  assert.equal(await page.locator("#revoke-all").count(), 0);
  await assertAccessible(page, "console-nothing-chosen");
  await tabTo(page, "tbody tr:first-child input[type=checkbox]");
  await page.keyboard.press("Space");
  await press("#revoke-chosen");
  await page.locator("h1", { hasText: "Revoke 1 key" }).waitFor();
  await page.goto(`${service.url}/admin/revocations/new?q=nobody-at-all`);
  assert.match(await page.textContent("main"), /nothing to revoke/);
});

test("figures: counts, exposure, credits, charts, failures", async () => {
  await take("figure-person");
  await until(
    "figures are there",
    async () => {
      await page.goto(`${service.url}/admin`);
      const text = await page.textContent("main");
      return !text.includes("not known") && !text.includes("has not read it");
    },
    20_000,
    500,
  );
  const text = await page.textContent("main");
  for (const words of [
    /Spent today\s*\$[\d,]+\.\d\d of at most \$[\d,]+\.\d\d/,
    /Costs you at worst\s*\$[\d,]+\.\d\d/,
    /Credits last\s*[\w ]+\s*\$[\d,]+\.\d\d left\./,
    /Claimed\s*\d+ without a limit/,
    /Most today\s*\w\w\s*[\w-]+/,
  ])
    assert.match(text, words);
  const ages = await page
    .locator("time[data-age][datetime$=Z]")
    .evaluateAll((times) => times.map((time) => `${time.title}: ${time.textContent}`));
  assert.ok(ages.length >= 1, "spending");
  for (const age of ages) assert.match(age, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC: (just now|\d+ [a-z]+ ago)$/);
  assert.equal(await page.locator("svg.chart").count(), 4, "spending and new keys, each wide and narrow");
  assert.match(await page.locator("svg.chart.wide .bars").first().getAttribute("d"), /^M\d+ \d+v-\d+h\d+v\d+z/);
  await screenshot(page, "console-overview");
  await service.openrouterFault({
    method: "POST",
    path: "/keys",
    times: 1,
    status: 402,
    body: '{"error":{"message":"no credits"}}',
  });
  await generate(service, await signIn(service, "unlucky-person"));
  await until(
    "the failure is shown",
    async () => {
      await page.goto(`${service.url}/admin`);
      return (await page.textContent("main")).includes("no credits");
    },
    20_000,
    500,
  );
});

test("filters and orders of the list", async () => {
  const rows = async (query) => {
    await page.goto(`${service.url}/admin/people?${query}`);
    return page.locator("#people tbody tr").allTextContents();
  };
  const spent = await until("spending is known", async () => {
    const found = await rows("sort=spent");
    return /alan-at-the-limit/.test(found[0]) && found;
  });
  assert.match(spent[1], /grace-returning/);
  assert.ok((await rows("unused=1")).every((row) => !/alan|grace/.test(row)));
  assert.match((await rows("sort=expiry"))[0], /grace-returning|alan-at-the-limit/);
  assert.equal((await rows("expires_within=7")).length, 0);
  assert.ok((await rows("from=2026-01-01")).length > 2);
  assert.equal((await rows("to=2026-01-01")).length, 0);
  await page.goto(`${service.url}/admin/people?from=yesterday`);
  assert.match(await page.textContent("[role=alert]"), /The search was not understood/);
});

test("make a token, use it, revoke it", async () => {
  await page.goto(`${service.url}/admin/tokens`);
  await page.fill("input[name=name]", "the bot");
  await page.fill("input[name=expires_in_days]", "many");
  await page.click("#create-token");
  await page.locator("[role=alert]", { hasText: "No token was made" }).waitFor();
  await page.goto(`${service.url}/admin/tokens`);
  await tabTo(page, "input[name=name]");
  await page.keyboard.type("the <b>bot</b>");
  await press("#create-token");
  const token = await page.textContent("#token");
  await assertAccessible(page, "console-token");
  const use = () => fetch(`${service.url}/api/v1/keys`, { headers: { authorization: `Bearer ${token}` } });
  assert.equal((await use()).status, 200);
  await page.goto(`${service.url}/admin/tokens`);
  assert.ok(!(await page.content()).includes(token));
  await page.click("tbody summary");
  await page.click("tbody button");
  await page.locator("[role=status]", { hasText: "revoked" }).waitFor();
  assert.equal((await use()).status, 401);
});

test("webhooks: signed, retried, given up on, sent again", async (t) => {
  const received = [];
  let status = 200;
  const receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      received.push({ headers: request.headers, body, status });
      response.writeHead(status).end();
    });
  });
  await new Promise((done) => receiver.listen(0, "127.0.0.1", done));
  // Debian 12's Node.js waits for connections that are kept alive.
  t.after(() => {
    receiver.close();
    receiver.closeAllConnections();
  });
  const url = `http://127.0.0.1:${receiver.address().port}/hook`;
  await page.goto(`${service.url}/admin/webhooks`);
  await page.fill("input[name=url]", url);
  await page.click("#add-webhook");
  const webhook = new Webhook(await page.textContent("#secret"));
  const arrived = async (type) =>
    until(
      `${type} arrives`,
      () =>
        received
          .map((each) => ({ ...each, message: webhook.verify(each.body, each.headers) }))
          .find((each) => each.message.type === type),
      60_000,
    );
  const person = await take("announced-person");
  const issued = await arrived("key.issued");
  assert.deepEqual(
    [issued.message.data.github_user_id, issued.message.data.github_username],
    [person.account, "announced-person"],
  );
  assert.ok(!issued.body.includes(person.key));
  assert.throws(() => webhook.verify(`${issued.body} `, issued.headers));
  await arrived("spend.alarm");
  status = 500;
  await page.goto(`${service.url}/admin/people/${person.account}`);
  await page.fill("form:has(#revoke) input[name=reason]", "told");
  await page.click("#revoke");
  await until(
    "it was tried twice",
    () => received.filter((each) => each.status === 500 && each.body.includes("key.revoked")).length >= 2,
  );
  const tried = received.filter((each) => each.body.includes("key.revoked"));
  assert.equal(new Set(tried.map((each) => each.headers["webhook-id"])).size, 1, "the same id at every attempt");
  assert.equal(JSON.parse(tried[0].body).data.detail, "told");
  status = 410;
  await page.goto(`${service.url}/admin/webhooks`);
  await page.locator("td form", { hasText: "Send a test" }).locator("button").click();
  await until(
    "it is switched off",
    async () => {
      await page.goto(`${service.url}/admin/webhooks`);
      return (
        (await page.textContent("main")).includes("410 Gone") &&
        (await page.locator("tbody tr", { hasText: "dead" }).count()) >= 1
      );
    },
    20_000,
    500,
  );
  await assertAccessible(page, "console-webhooks");
  await screenshot(page, "console-webhooks");
  await page.locator("button", { hasText: "Send again" }).first().click();
  await page.locator("[role=status]", { hasText: "on its way" }).waitFor();
  await page.locator("summary", { hasText: "Remove" }).click();
  await page.locator("td button", { hasText: "Remove it" }).click();
  await page.locator("[role=status]", { hasText: "removed" }).waitFor();
});

test("nothing on the way made the browser complain", () => {
  assert.deepEqual(
    page.complaints.filter((each) => !/status of 4\d\d/.test(each)),
    [],
  );
});
