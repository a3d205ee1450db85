// The documents that the service serves, in a real browser: every one of them is there, leads on,
// and can be read by everybody; the search; who may not read those of organizers.
import assert from "node:assert/strict";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch, openPage } from "./support/browser.mjs";
import { assertAccessible } from "./support/browser_checks.mjs";
import { signIn, startService, startUpstreams, temporaryFolder } from "./support/service.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
let upstreams, folder, service, browser, admin, recipient;
before(async () => {
  [upstreams, browser] = await Promise.all([startUpstreams(), launch()]);
  folder = temporaryFolder();
  service = await startService(upstreams, folder, {
    SPENDING_POLL_SECONDS: "0",
    ADMIN_GITHUB_USER_IDS: "1003",
    KEY_DAILY_LIMIT_USD: "7.5",
    KEY_EXPIRY_DAYS: "11",
  });
  [admin, recipient] = [await signIn(service, "linus-organizer"), await signIn(service, "ada-newcomer")];
});
after(async () => {
  await browser?.close();
  await service?.stop();
  await upstreams?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const get = async (path, session) => {
  const headers = { accept: "text/html", ...(session ? { cookie: session } : {}) };
  const answer = await fetch(service.url + path, { headers });
  return { status: answer.status, text: await answer.text() };
};
const linksOf = (html) => [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href);
const namesBelow = (html, address) => [
  ...new Set(linksOf(html).flatMap((href) => new RegExp(`^${address}/([a-z0-9-]+)$`).exec(href)?.[1] ?? [])),
];
const recipients = async () => namesBelow((await get("/docs")).text, "/docs");
const organizers = async () => namesBelow((await get("/admin/docs", admin)).text, "/admin/docs");
const everyPath = async () => [
  ...["/docs", ...(await recipients()).map((name) => `/docs/${name}`)].map((path) => [path]),
  ...["/admin/docs", ...(await organizers()).map((name) => `/admin/docs/${name}`)].map((path) => [path, admin]),
];
const openAs = async (session, options = {}) => {
  const page = await openPage(browser, service, options);
  if (session) {
    const [name, value] = session.split("=");
    await page.context().addCookies([{ name, value, url: service.url }]);
  }
  return page;
};

test("every document of web/documents is listed and served, to anybody, with what is true here", async () => {
  const files = readdirSync(`${root}web/documents`).flatMap((name) => /^(.*)\.md$/.exec(name)?.[1] ?? []);
  assert.deepEqual((await recipients()).sort(), files.sort());
  for (const name of files) {
    const title = /^# (.*)$/m.exec(readFileSync(`${root}web/documents/${name}.md`, "utf8"))[1];
    for (const session of [undefined, recipient]) {
      const { status, text } = await get(`/docs/${name}`, session);
      assert.equal(status, 200, name);
      assert.ok(text.includes(`>${title}</h1>`), name);
      assert.doesNotMatch(text, /\{\{[a-z_]+\}\}/, name);
    }
  }
  const start = (await get("/docs/start")).text;
  for (const value of ["$7.50", "11 days", `${upstreams.openrouter_url}/chat/completions`])
    assert.ok(start.includes(value), value);
});

test("an unknown document is a page that says so; those of organizers are unknown to all others", async () => {
  for (const path of ["/docs/nothing", "/docs/START", "/docs/start.md", "/docs/..%2Fadmin", "/docs/contents"])
    assert.equal((await get(path)).status, 404, path);
  const unknown = (text) => text.replace(/<code>[^<]*<\/code>/, "").replace(/name="csrf_token" value="[^"]*"/, "");
  for (const path of ["/admin/docs", "/admin/docs/runbooks", "/admin/docs/nothing"])
    for (const session of [undefined, recipient]) {
      const [hidden, nothing] = [await get(path, session), await get("/nothing", session)];
      assert.deepEqual([hidden.status, unknown(hidden.text)], [404, unknown(nothing.text)], path);
    }
  assert.equal((await get("/admin/docs/nothing", admin)).status, 404);
  assert.ok((await organizers()).length >= 14);
});

test("every link leads somewhere, to a heading that is there", async () => {
  const known = new Map();
  const pageAt = async (path, session) => {
    if (!known.has(path)) known.set(path, await get(path, session));
    return known.get(path);
  };
  let followed = 0;
  for (const [path, session] of await everyPath()) {
    for (const href of linksOf((await pageAt(path, session)).text)) {
      if (/^(https?|mailto):/.test(href)) continue;
      const [target, anchor] = (href.startsWith("#") ? path + href : href).split("#");
      const { status, text } = await pageAt(target, admin);
      assert.equal(status, 200, `${path} links to ${href}`);
      if (anchor) assert.ok(text.includes(`id="${anchor}"`), `${path} links to ${href}: there is no such heading`);
      followed += 1;
    }
  }
  assert.ok(followed > 500, `${followed}`);
});

test("every document can be read by everybody, and scrolls in one direction only", async () => {
  const page = await openAs(admin, { bypassCSP: true });
  for (const [path] of await everyPath()) {
    await page.goto(service.url + path);
    for (const [colorScheme, width] of [
      ["light", 1280],
      ["dark", 320],
    ]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      await assertAccessible(page, `${path}, ${colorScheme}, ${width} px`);
    }
  }
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("the longest documents weigh at most 40 kB with all that they load", async (t) => {
  const lengths = [];
  for (const [path, session] of await everyPath()) lengths.push([(await get(path, session)).text.length, path]);
  const longest = lengths.sort(([one], [other]) => other - one).slice(0, 6);
  for (const path of ["/docs", "/docs/start", ...longest.map(([, each]) => each)]) {
    const page = await openAs(admin); // with an empty cache
    const requests = [];
    page.on("requestfinished", (request) => requests.push(request));
    await page.goto(service.url + path);
    const sizes = await Promise.all(requests.map((request) => request.sizes()));
    const total = sizes.reduce((sum, each) => sum + each.responseBodySize + each.responseHeadersSize, 0);
    assert.ok(sizes.length >= 5 && total > 10_000 && total <= 40_000, `${path}: ${total} bytes`);
    t.diagnostic(`${path}: ${total} bytes`);
    await page.context().close();
  }
});

const tabs = (page, number) => page.getByRole("radiogroup", { name: `Tabs ${number}` });
const codes = (page) => page.locator(".switch pre:visible code").allTextContents();

test("tabs show one of the same step for several systems, and a choice holds for all of its name", async () => {
  const page = await openAs(undefined, { permissions: ["clipboard-read", "clipboard-write"] });
  await page.goto(`${service.url}/docs/start`);
  assert.deepEqual(await tabs(page, 1).locator("label").allTextContents(), ["Terminal", "PowerShell"]);
  assert.match((await codes(page)).join("\n"), /^export [^]*\ncurl /);
  await tabs(page, 1).getByText("PowerShell").click();
  assert.match((await codes(page)).join("\n"), /^\$env:[^]*\n\$body /);
  assert.ok(await tabs(page, 2).getByLabel("PowerShell").isChecked());
  // Python is not among the first ones, which stay as they are.
  await tabs(page, 2).evaluate((each) => each.scrollIntoView({ block: "center" }));
  const before = await tabs(page, 2).boundingBox();
  await tabs(page, 2).getByText("Python").click();
  assert.match((await codes(page)).join("\n"), /^\$env:[^]*\nimport json/);
  assert.equal((await tabs(page, 2).boundingBox()).y, before.y, "what was pressed stays where it is");
  await page
    .getByRole("button", { name: /^Copy: / })
    .and(page.locator(":visible"))
    .last()
    .click();
  assert.match(await page.evaluate(() => navigator.clipboard.readText()), /^import json[^]*\)$/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("tabs are chosen by the keyboard, and work without a script, each alone", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await openAs(undefined, { javaScriptEnabled });
    await page.goto(`${service.url}/docs/start`);
    await tabs(page, 2).getByLabel("Terminal").focus();
    for (const [key, first] of [
      ["ArrowRight", "$body"],
      ["ArrowRight", "import json"],
      ["ArrowRight", "const answer"],
      ["ArrowRight", "curl"],
      ["ArrowLeft", "const answer"],
      ["ArrowLeft", "import json"],
      ["ArrowLeft", "$body"],
    ]) {
      await page.keyboard.press(key);
      const shown = await codes(page);
      assert.ok(shown.length === 2 && shown[1].startsWith(first), `${key}: ${shown[1]}`);
    }
    assert.equal((await codes(page))[0].startsWith("$env:"), javaScriptEnabled);
    await page.context().close();
  }
});

test("each tab can be read by everybody, in steps, too, and on paper all of them with their names", async () => {
  const page = await openAs(admin, { bypassCSP: true });
  for (const path of ["/docs/start", "/docs/aider", "/docs/code", "/admin/docs/running"]) {
    await page.goto(service.url + path);
    const labels = page.locator(".switch > .tabs > label");
    assert.ok((await labels.count()) >= 2, path);
    for (const [colorScheme, width] of [
      ["light", 320],
      ["dark", 320],
      ["light", 1280],
      ["dark", 1280],
    ]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 800 });
      for (const label of await labels.all()) {
        await label.click();
        await assertAccessible(page, `${path}, ${await label.textContent()}, ${colorScheme}, ${width} px`);
      }
    }
    await page.emulateMedia({ media: "print" });
    const names = await page.locator(".tab-name:visible").allTextContents();
    assert.deepEqual(names, await labels.allTextContents());
    assert.equal(await page.locator(".switch pre:visible").count(), await page.locator(".switch pre").count());
    await page.emulateMedia({ media: "screen" });
  }
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("the search finds titles and headings, says how many, and Enter leads there", async () => {
  const page = await openAs();
  await page.goto(`${service.url}/docs`);
  const field = page.getByLabel("Search titles and headings");
  const shown = () => page.locator(".contents li a:visible").allTextContents();
  const all = await shown();
  await field.fill("cursor");
  assert.deepEqual(await shown(), ["Cursor"]);
  assert.equal(await page.textContent("#found"), "1 document");
  await field.fill("KEY seen");
  assert.deepEqual(await shown(), ["Keep your key safe", "When somebody has seen your key"]);
  await field.fill("no such words");
  assert.deepEqual(await shown(), []);
  assert.equal(await page.textContent("#found"), "Nothing found");
  await field.press("Escape");
  assert.deepEqual(await shown(), all);
  await field.fill("429");
  await field.press("Enter");
  await page.waitForURL("**/docs/refused#429");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
  const console_ = await openAs(admin);
  await console_.goto(`${service.url}/admin/docs`);
  await console_.getByLabel("Search titles and headings").fill("runbooks");
  assert.equal(await console_.textContent("#found"), "1 document");
  assert.deepEqual(console_.complaints, [], "beside the console's own scripts");
  await console_.context().close();
});

test("the contents are at the side where there is room, and a fold above the text on a phone", async () => {
  for (const javaScriptEnabled of [true, false]) {
    const page = await openAs(undefined, { javaScriptEnabled });
    await page.goto(`${service.url}/docs/start`);
    const cursor = page.locator(".contents a[href='/docs/cursor']");
    assert.ok(await cursor.isVisible());
    assert.equal(await page.locator("#find-document").isVisible(), javaScriptEnabled, "the search needs it");
    await page.setViewportSize({ width: 390, height: 800 });
    assert.ok(!(await cursor.isVisible()));
    await page.click("summary");
    await cursor.click();
    await page.waitForURL("**/docs/cursor");
    await page.click("a[rel=next]");
    await page.waitForURL("**/docs/vs-code");
    await page.click("a[rel=prev]");
    await page.waitForURL("**/docs/cursor");
    await page.context().close();
  }
});

test("the documents follow a cap and a lifetime that organizers set", async () => {
  const headers = { cookie: admin, origin: service.url, "content-type": "application/json" };
  const answer = await fetch(`${service.url}/api/v1/settings`, {
    method: "PATCH",
    headers,
    body: JSON.stringify({ daily_limit_usd: 3.25, key_lifetime_days: 5 }),
  });
  assert.equal(answer.status, 200, await answer.text());
  for (const session of [undefined, recipient]) {
    const { text } = await get("/docs/start", session);
    assert.ok(text.includes("$3.25") && text.includes("5 days") && !text.includes("$7.50"));
  }
});
