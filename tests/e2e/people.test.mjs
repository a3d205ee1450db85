// The console's list of people in a real browser: who spends most, who has not claimed, search as
// one types, choosing all, adding and removing, with and without JavaScript.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible, tabTo } from "./support/browser_checks.mjs";
import { accountOf, fillPeople, loginOf, sqlIn } from "./support/people.mjs";
import { signIn, startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

let upstreams, folder, service, browser, cookie;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  // Without a key for the provider no job touches the keys, which no provider knows.
  service = await startService(upstreams, folder, {
    ADMIN_GITHUB_USER_IDS: "1003",
    PROVISIONING_ENABLED: "false",
    OPENROUTER_MANAGEMENT_KEY: "",
  });
  fillPeople(folder);
  cookie = await signIn(service, "linus-organizer");
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await service?.stop();
  await upstreams?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (path = "/admin/people", options = {}) => {
  const page = await openPage(browser, service, options);
  const [name, value] = cookie.split("=");
  await page.context().addCookies([{ name, value, url: service.url }]);
  await page.goto(service.url + path);
  return page;
};
const get = async (path) => {
  const answer = await fetch(service.url + path, { headers: { cookie } });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
};
const logins = (page) => page.locator("#people tbody a").allTextContents();
const row = (page, login) => page.locator("#people tbody tr", { hasText: login });

test("who has spent most today comes first, each with a badge and a bar", async () => {
  const page = await open();
  const [first] = await page.locator("#people tbody tr").all();
  assert.match(await first.textContent(), /At cap\s*\$2\.00/);
  assert.equal(await first.locator("progress.full").getAttribute("value"), "100");
  assert.equal(await page.locator("th[aria-sort]").textContent(), "Today");
  assert.equal(await page.locator("th[aria-sort]").getAttribute("aria-sort"), "descending");
  assert.equal(await page.textContent("#place"), "1–25 of 123");
  assert.match(await row(page, loginOf(10)).textContent(), /Near cap\s*Blocked/, "a hold beside a key is said, too");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a head sorts, and turns the order round", async () => {
  const page = await open();
  await page.click("th >> text=Person");
  const sorted = await logins(page);
  assert.deepEqual(sorted, [...sorted].sort());
  await page.click("th >> text=Person");
  assert.equal(await page.locator("th[aria-sort]").getAttribute("aria-sort"), "descending");
  const turned = await logins(page);
  assert.deepEqual(turned.slice(1), [...turned.slice(1)].sort().reverse(), "whoever has no login is at the end");
  await page.click("th >> text=In all");
  const amounts = await page
    .locator("#people tbody td:nth-child(5)")
    .evaluateAll((cells) => cells.map((cell) => Number(cell.textContent.slice(1))));
  assert.deepEqual(
    amounts,
    [...amounts].sort((a, b) => b - a),
  );
  for (const head of ["Last used", "Expires", "Created", "Today"]) {
    await page.click(`th >> text=${head}`);
    assert.equal(await page.locator("th[aria-sort]").textContent(), head);
    assert.equal(await page.locator("#people tbody tr").count(), 25);
  }
  await page.context().close();
});

test("chips count, and filter to as many rows", async () => {
  const page = await open();
  const chips = await page.locator(".chips a").allTextContents();
  assert.equal(chips[0], "All 123");
  for (const chip of [
    "At cap 8",
    "Near cap 10",
    "Not claimed 22",
    "Switched off 1",
    "Waiting 1",
    "Ended 3",
    "Blocked 2",
  ])
    assert.ok(chips.includes(chip), `${chip} in ${chips}`);
  assert.ok(chips.every((chip) => !chip.endsWith(" 0")));
  await page.click(".chips >> text=Not claimed");
  assert.equal(await page.textContent("#place"), "1–22 of 22");
  assert.equal(await page.locator("[aria-label=States] [aria-current]").textContent(), "Not claimed 22");
  assert.match(await row(page, loginOf(104)).textContent(), /Not claimed/);
  assert.equal(await page.locator("#people input[type=checkbox]").count(), 0, "there is no key to choose");
  await page.context().close();
});

test("pages lead on and back", async () => {
  const page = await open("/admin/people?sort=person");
  const seen = await logins(page);
  for (let i = 0; i < 4; i += 1) {
    await page.click("#next");
    seen.push(...(await logins(page)));
  }
  assert.equal(await page.textContent("#place"), "101–123 of 123");
  assert.equal(await page.locator("#next").count(), 0);
  assert.equal(new Set(seen).size, 123);
  for (let i = 3; i >= 0; i -= 1) {
    await page.click("#previous");
    assert.deepEqual(await logins(page), seen.slice(25 * i, 25 * (i + 1)));
  }
  assert.equal(await page.locator("#previous").count(), 0);
  await page.context().close();
});

test("/ leads to the search, which finds as one types; a key is never looked for in an address", async () => {
  const page = await open();
  const asked = [];
  page.on("request", (request) => asked.push(`${request.method()} ${request.url()}`));
  await page.keyboard.press("/");
  await page.keyboard.type("novak");
  await page.locator("#place", { hasText: "1–12 of 12" }).waitFor();
  assert.equal(new URL(page.url()).search, "?q=novak");
  assert.equal(await page.inputValue("input[name=q]"), "novak");
  assert.ok(await page.evaluate(() => document.activeElement.name === "q"), "nobody who types is disturbed");
  assert.match((await page.locator(".chips a").allTextContents())[0], /^All 12$/);
  assert.match(await page.locator("#export").getAttribute("href"), /\?q=novak$/);
  assert.match(await page.textContent("#announce"), /^1–12 of 12$/);
  await page.fill("input[name=q]", "Hugo Okafor");
  await page.locator("#place", { hasText: "1–" }).waitFor();
  await until("the name is found", async () => (await logins(page)).every((login) => login.startsWith("hugo-okafor")));
  await page.fill("input[name=q]", "nobody-at-all");
  await page.locator("p", { hasText: "Nobody matches." }).waitFor();
  const before = asked.length;
  const key = `sk-or-v1-${"0123456789abcdef".repeat(4)}`;
  await page.fill("input[name=q]", key);
  await page.fill("input[name=q]", key.slice(9));
  await page.waitForTimeout(600);
  assert.equal(asked.length, before, "nothing is asked for");
  await page.keyboard.press("Enter");
  await page.locator("[role=alert]", { hasText: "does not hold" }).or(page.locator("[role=alert]")).first().waitFor();
  assert.ok(asked.every((each) => !each.includes("0123456789abcdef")));
  await page.context().close();
});

test("the filters beside the search act at once, and stay", async () => {
  const page = await open();
  await page.click("summary >> text=More filters");
  await page.selectOption("select[name=expires_within]", "7");
  await page.locator("#place", { hasText: "1–1 of 1" }).waitFor();
  assert.equal(new URL(page.url()).search, "?expires_within=7");
  await page.reload();
  assert.equal(await page.locator("details:has(select[name=state])").getAttribute("open"), "", "it is open");
  await page.selectOption("select[name=expires_within]", "");
  await page.selectOption("select[name=sort]", "person");
  await until("the order is another", async () => new URL(page.url()).search === "?sort=person");
  await page.selectOption("select[name=state]", "ended");
  await page.locator("#place", { hasText: "1–3 of 3" }).waitFor();
  assert.match(await page.textContent("#people tbody"), /Ended .*: Left the course/);
  await page.context().close();
});

test("the head's tick chooses the page, a link everybody who matches, and the bar says how many", async () => {
  const page = await open("/admin/people?state=usable");
  const bar = page.locator(".bulk");
  assert.equal(await bar.isVisible(), false, "nothing is chosen");
  await page.check("#choose-page");
  await page.locator("#chosen", { hasText: "25 people are chosen:" }).waitFor();
  await row(page, loginOf(8)).locator("input").uncheck();
  await page.locator("#chosen", { hasText: "24 people are chosen:" }).waitFor();
  assert.ok(await page.locator("#choose-page").evaluate((tick) => tick.indeterminate));
  await assertAccessible(await bypassing(page), "people-chosen");
  await page.click("#choose-all");
  await page.locator("strong", { hasText: "Chosen: 92 keys, all that match." }).waitFor();
  await page.click("#revoke-chosen");
  await page.locator("h1", { hasText: "Revoke 92 keys" }).waitFor();
  assert.match(await page.textContent("main"), /active keys/);
  await page.goto(`${service.url}/admin/people?state=at_cap`);
  assert.equal(await page.locator("#choose-all").count(), 0, "the page is all of them");
  await row(page, loginOf(5)).locator("input").check();
  await page.locator("#chosen", { hasText: "1 person is chosen:" }).waitFor();
  await page.click("#revoke-chosen");
  await page.locator("h1", { hasText: "Revoke 1 key" }).waitFor();
  await page.context().close();
});
// axe needs a page that lets it in.
const bypassing = async (page) => {
  const other = await open(new URL(page.url()).pathname + new URL(page.url()).search, { bypassCSP: true });
  await other.check("#choose-page");
  return other;
};

test("the bar stays in sight below the list, and covers nothing that has the focus", async () => {
  for (const viewport of [
    { width: 390, height: 844 },
    { width: 1280, height: 800 },
  ])
    for (const javaScriptEnabled of [true, false]) {
      const page = await open("/admin/people?sort=person", { viewport, javaScriptEnabled });
      const box = async (locator) => (await locator.boundingBox()) ?? { y: -1, height: 0 };
      const ticks = page.locator("#people tbody [name=ids]");
      await ticks.nth(5).check();
      const bar = page.locator(".bulk");
      const inSight = async () => {
        const { y, height } = await box(bar);
        return y >= 0 && y + height <= viewport.height;
      };
      assert.ok(await inSight(), `${viewport.width}: the bar is seen beside the row`);
      for (let i = 6; i < 15; i += 1) {
        await tabTo(page, `[name=ids][value="${await ticks.nth(i).getAttribute("value")}"]`);
        const tick = await box(ticks.nth(i));
        assert.ok(tick.y + tick.height <= (await box(bar)).y, `${viewport.width}: row ${i + 1} is not covered`);
        assert.ok(await inSight());
      }
      await page.context().close();
    }
});

test("ticks stay while pages are turned, until they are used or cleared", async () => {
  const page = await open("/admin/people?sort=person&state=usable");
  const tick = (i) => page.locator("#people tbody [name=ids]").nth(i);
  const said = (text) => page.locator("#chosen", { hasText: text }).waitFor();
  for (const i of [0, 1, 2]) await tick(i).check();
  await page.click("#next");
  await said("3 people are chosen, 3 of them on other pages:");
  assert.ok(await page.locator(".bulk").isVisible(), "also where none of them is");
  for (const i of [4, 5]) await tick(i).check();
  await said("5 people are chosen, 3 of them on other pages:");
  await page.click("#previous");
  await said("5 people are chosen, 2 of them on other pages:");
  assert.deepEqual(await Promise.all([0, 1, 2, 3].map((i) => tick(i).isChecked())), [true, true, true, false]);
  await page.click("#disable-chosen");
  await page.locator("h1", { hasText: "Switch off 5 keys" }).waitFor();
  assert.match(await page.textContent(".names"), /^These 5: \S+, \S+, \S+, \S+, \S+$/);
  await page.goBack();
  await said("5 people are chosen, 2 of them on other pages:");
  await page.goto(`${service.url}/admin/people?state=at_cap`);
  assert.equal(await page.locator(".bulk").isVisible(), false, "another search has ticks of its own");
  await page.goto(`${service.url}/admin/people?sort=person&state=usable`);
  await page.click("#clear-chosen");
  assert.equal(await page.locator(".bulk").isVisible(), false);
  await page.reload();
  assert.equal(await page.locator("#people tbody :checked").count(), 0, "they are gone for good");
  await page.context().close();
});

test("without JavaScript all of it works, with forms and links", async () => {
  const page = await open("/admin/people", { javaScriptEnabled: false });
  assert.equal(await page.locator("#choose-page").isVisible(), false);
  await page.fill("input[name=q]", "novak");
  await page.press("input[name=q]", "Enter");
  await page.waitForURL("**/admin/people?q=novak");
  assert.equal(await page.textContent("#place"), "1–12 of 12");
  await page.click("summary >> text=More filters");
  await page.selectOption("select[name=sort]", "person");
  await page.click(".find button");
  await page.waitForURL("**/admin/people?q=novak&sort=person");
  await page.goto(`${service.url}/admin/people`);
  assert.equal(await page.locator(".bulk").isVisible(), false);
  await page.locator("#people tbody input").first().check();
  assert.equal(await page.locator(".bulk").isVisible(), true);
  await page.click("#choose-all");
  await page.locator("strong", { hasText: "Chosen: 98 keys, all that match." }).waitFor();
  await page.click("#choose-single");
  await page.locator("#people tbody input").nth(1).check();
  await page.click("#revoke-chosen");
  await page.locator("h1", { hasText: "Revoke 1 key" }).waitFor();
  await page.context().close();
});

test("people are added, mistakes are named at the field, and somebody is removed again", async () => {
  for (const login of ["newly-expected", "also-expected"]) await signIn(service, login);
  const page = await open();
  await page.fill("#add-people", "newly-expected, Nadia\nnot a login\nalso not one");
  await page.click("#add-to-list");
  const field = page.locator("#add-people");
  await page.locator("#add-problems", { hasText: "Line 3: 'also not one' is neither" }).waitFor();
  assert.match(await page.textContent("#add-problems"), /Line 2: 'not a login' is neither a GitHub login/);
  assert.equal(await field.inputValue(), "newly-expected, Nadia\nnot a login\nalso not one", "the text is kept");
  assert.equal(await field.getAttribute("aria-invalid"), "true");
  assert.ok(await field.evaluate((each) => each === document.activeElement));
  assert.match(await field.getAttribute("aria-describedby"), /add-problems/);
  await field.fill("newly-expected, Nadia\nhttps://github.com/also-expected\nno-such-login-anywhere");
  await page.click("#add-to-list");
  await page
    .locator("#add-problems", { hasText: "Line 3: 'no-such-login-anywhere': GitHub knows no account" })
    .waitFor();
  await field.fill(`newly-expected, Nadia\nhttps://github.com/also-expected\n${loginOf(2)}\n@Newly-Expected`);
  await page.click("#add-to-list");
  await page
    .locator("[role=status]", {
      hasText:
        "2 people are added to the list. 1 person was on the list already. 1 line repeats another and was skipped.",
    })
    .waitFor();
  await page.goto(`${service.url}/admin/people?q=nadia`);
  assert.match(await page.textContent("#people tbody tr"), /newly-expected Nadia\s*Not claimed/);
  await page.click("#people tbody a");
  await page.locator("#expected", { hasText: "As Nadia, since" }).waitFor();
  assert.match(await page.textContent("#expected"), /added by linus-organizer\./);
  await page.click("#remove");
  await page.locator("[role=status]", { hasText: "removed from the organizer's list" }).waitFor();
  assert.match((await get("/admin/people?q=nadia")).text, /Nobody matches/);
  assert.match((await get("/admin/activity")).text, /people\.remove/);
  for (const login of ["newly-expected", "ALSO-expected"]) {
    const { text } = await get(`/admin/activity?q=${login}`);
    assert.match(text, /added people to the list/, `${login} is on the list only`);
    assert.doesNotMatch(text, /made a key/);
  }
  assert.match((await get("/admin/activity?q=never-expected")).text, /No matching activity/);
  assert.equal(sqlIn(folder, "SELECT count(*) FROM expected_people WHERE login = 'also-expected'"), "1");
  await page.context().close();
});

test("while GitHub is away people are added all the same, and resolved when it is back", async () => {
  await signIn(service, "resolved-later");
  // Once while they are added, and once for the job, which then waits for a minute.
  await upstreams.githubFault({ method: "GET", path: "/users/", times: 2, status: 503, body: "{}" });
  const page = await open();
  await page.fill("#add-people", "resolved-later, Rita");
  await page.click("#add-to-list");
  await page.locator("[role=status]", { hasText: "1 person is added" }).waitFor();
  await page.goto(`${service.url}/admin/people?q=rita`);
  assert.match(await page.textContent("#people tbody tr"), /GitHub has not been asked for this account yet/);
  await page.click("#people tbody a");
  await page.locator("h1", { hasText: "resolved-later" }).waitFor();
  assert.match(page.url(), /\/admin\/people\/[0-9a-f-]{36}$/);
  await until(
    "GitHub has been asked",
    async () => {
      await page.reload();
      return /\/admin\/people\/\d+$/.test(page.url());
    },
    150_000,
    1000,
  );
  await page.context().close();
});

test("the list is saved as CSV, with the same filter and order", async () => {
  const { status, headers, text } = await get("/admin/people/export?state=at_cap&sort=person");
  assert.equal(status, 200);
  assert.match(headers.get("content-disposition"), /llmapikey-people\.csv/);
  const lines = text.trimEnd().split("\r\n");
  assert.equal(lines.length, 1 + 8);
  assert.match(lines[0], /^github_user_id,github_username,name,state,/);
  const names = lines.slice(1).map((line) => line.split(",")[1]);
  assert.deepEqual(names, [...names].sort());
  const [, all] = />All (\d+)</.exec((await get("/admin/people")).text);
  assert.equal((await get("/admin/people/export")).text.trimEnd().split("\r\n").length, 1 + Number(all));
  assert.ok(!text.includes("v1.sealed"));
});

test("a list of people that is too long is refused with what to do", async () => {
  const answer = await fetch(`${service.url}/admin/people`, {
    method: "POST",
    headers: { cookie, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ people: "somebody, Some Body\n".repeat(4000) }),
  });
  assert.equal(answer.status, 413);
  const text = await answer.text();
  assert.match(text, /Add at most 1000 people at once/);
});

test("the page with all that it loads is at most 40 kB", async () => {
  const { text } = await get("/admin/people?sort=person");
  let size = Buffer.byteLength(text);
  for (const [, path] of text.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)) {
    const answer = await fetch(service.url + path, { headers: { "accept-encoding": "br" } });
    size += Number(answer.headers.get("content-length"));
  }
  assert.ok(size <= 40_000, `${size} bytes`);
});

test("no axe violation and no sideways scrolling at any width, in light and dark", async () => {
  const long = "a-login-name-of-thirty-nine-characters1";
  sqlIn(
    folder,
    `UPDATE api_keys SET github_username = '${long}' WHERE github_user_id = '${accountOf(1)}';
     UPDATE expected_people SET name = '${"Wolfeschlegelstein".repeat(3)}' WHERE github_user_id = '${accountOf(2)}'`,
  );
  for (const colorScheme of ["light", "dark"]) {
    const page = await open("/admin/people", { bypassCSP: true, colorScheme });
    for (const width of [320, 390, 768, 1024, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      for (const [name, path] of [
        ["people", "/admin/people"],
        ["people-all", "/admin/people?all=true&state=usable"],
        ["people-filters", "/admin/people?from=2020-01-01"],
        ["people-ended", "/admin/people?state=ended"],
        ["people-total", "/admin/people?sort=total"],
        ["people-created", "/admin/people?sort=created"],
        ["people-none", "/admin/people?q=nobody-at-all"],
      ]) {
        await page.goto(service.url + path);
        if (width === 390 || width === 1280) await screenshot(page, `${name}-${colorScheme}-${width}`);
        await assertAccessible(page, `${name}, ${colorScheme}, ${width} px`);
      }
    }
    await page.context().close();
  }
});

test("where there is room, the head of the table stays in view", async () => {
  const page = await open("/admin/people", { viewport: { width: 1400, height: 600 } });
  await page.locator("#people tbody tr").nth(20).scrollIntoViewIfNeeded();
  const top = await page
    .locator("thead th")
    .nth(1)
    .evaluate((head) => head.getBoundingClientRect().top);
  assert.ok(top >= 0 && top < 5, `${top}`);
  await page.context().close();
});

test("on a phone a row is a card: tick, name, badge and today", async () => {
  const page = await open("/admin/people", { viewport: { width: 390, height: 800 } });
  const card = row(page, loginOf(8));
  assert.equal(await card.evaluate((each) => getComputedStyle(each).display), "grid");
  const shown = await card.locator("td").evaluateAll((cells) => cells.map((cell) => cell.offsetWidth > 0));
  assert.deepEqual(shown, [true, true, true, true, false, false, false, false, false]);
  await page.context().close();
});

test("on a phone the order is chosen above the cards, and each card shows what it is by", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await open("/admin/people", { viewport: { width: 390, height: 800 }, javaScriptEnabled });
    const orders = page.getByRole("navigation", { name: "Order" });
    const labels = await orders.getByRole("link").allTextContents();
    assert.deepEqual(
      labels.map((label) => label.split(" ↓")[0]),
      ["Person", "Today", "In all", "Last used", "Expires", "Created"],
    );
    assert.match(await orders.locator("[aria-current]").textContent(), /^Today ↓, descending$/);
    for (const [order, shown] of [
      ["In all", /^\$[0-9.,]+$/],
      ["Last used", /ago|now/],
      ["Expires", /^\d+ [A-Z][a-z]+ 20\d\d$/],
      ["Created", /^\d+ [A-Z][a-z]+ 20\d\d$/],
    ]) {
      await orders.getByRole("link", { name: order }).click();
      await orders.locator("[aria-current]", { hasText: order }).waitFor();
      const cells = page.locator("#people tbody td.by:visible");
      assert.ok((await cells.count()) > 0, order);
      assert.match((await cells.last().textContent()).trim(), shown);
      const label = await cells.first().evaluate((cell) => getComputedStyle(cell, "::before").content);
      assert.ok(label.includes(order), label);
    }
    const created = page.locator("#people td.by time");
    const first = await created.first().getAttribute("datetime");
    await orders.getByRole("link", { name: "Created" }).click();
    await orders.locator("[aria-current]", { hasText: "ascending" }).waitFor();
    assert.ok((await created.first().getAttribute("datetime")) < first, "a second press turns the order round");
    await page.context().close();
  }
});

test("on a phone the chips are one line that scrolls inside itself, with the chosen one in sight", async () => {
  const page = await open("/admin/people?state=ended", { viewport: { width: 390, height: 800 } });
  const chips = page.getByRole("list", { name: "States" });
  const tops = await chips.locator("li").evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top));
  assert.ok(tops.length > 6);
  assert.equal(new Set(tops).size, 1, "one line");
  assert.ok(await chips.evaluate((line) => line.scrollWidth > line.clientWidth));
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
  const isInSight = (chip) =>
    chip.evaluate((each) => {
      const { left, right } = each.getBoundingClientRect();
      return left >= 0 && right <= innerWidth;
    });
  assert.ok(await isInSight(chips.locator("[aria-current]")), "the chosen one");
  await tabTo(page, "[aria-label=States] a");
  assert.ok(await isInSight(chips.locator("a").first()), "the keyboard scrolls the line");
  const last = chips.locator("li:last-child a");
  await tabTo(page, "[aria-label=States] li:last-child a");
  assert.ok(await isInSight(last));
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/people?state=*");
  await page.context().close();
});

test("by keyboard alone: search, choose, revoke", async () => {
  const page = await open();
  await tabTo(page, "input[name=q]");
  await page.keyboard.type(loginOf(7));
  await page.locator("#place", { hasText: "1–1 of 1" }).waitFor();
  await tabTo(page, "#people tbody input");
  await page.keyboard.press("Space");
  await tabTo(page, "#revoke-chosen");
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: "Revoke 1 key" }).waitFor();
  await page.context().close();
});
