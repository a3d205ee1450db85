// Every page of recipients in every language: accessible on the smallest screen, and without words
// of English that the catalogs should have. The choice, and what it means for programs, too.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, openPage } from "./support/browser.mjs";
import { assertAccessible } from "./support/browser_checks.mjs";
import { startEveryPage, visit } from "./support/every_page.mjs";

const languages = { vi: "vi", es: "es", de: "de", fr: "fr", pt: "pt", ja: "ja", zh: "zh-Hans" };

let stage, browser;
before(async () => {
  [stage, browser] = await Promise.all([startEveryPage(), launch()]);
});
after(async () => {
  await browser?.close();
  await stage?.stop();
});

// Those of one's own can be seen again and again; a sign-in that fails cannot.
const places = () =>
  stage.places.filter(
    ({ name, press, before: first }) => /^(landing|docs|dashboard|error|try)/.test(name) && !press && !first,
  );

// Sentences of the page, without what people, programs and documents say.
const sentencesOf = (page) =>
  page.evaluate(() => {
    const strange = "code, pre, q, script, option, textarea, .said, .login, [lang]:not(html), #words";
    const walker = document.createTreeWalker(document.body, globalThis.NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
      const text = walker.currentNode.data.trim();
      if (!walker.currentNode.parentElement.closest(strange) && /[a-z]{3,} [a-z]{3,}/.test(text)) found.push(text);
    }
    return found;
  });

test("in every language each page is accessible at 320 px and says nothing in English", async () => {
  const english = new Map();
  const read = await openPage(browser, stage.open, { locale: "en-US", viewport: { width: 320, height: 800 } });
  for (const place of places()) {
    await read.context().clearCookies();
    await visit(read, { ...place, isWaiting: true, questions: undefined });
    english.set(place.name, await sentencesOf(read));
    assert.ok(english.get(place.name).length > 3, place.name);
  }
  await read.context().close();
  assert.ok(english.size > 25, `${english.size} pages`);
  for (const [code, tag] of Object.entries(languages)) {
    const page = await openPage(browser, stage.open, {
      locale: code,
      viewport: { width: 320, height: 800 },
      bypassCSP: true,
    });
    for (const place of places()) {
      await page.context().clearCookies();
      await visit(page, { ...place, isWaiting: true, questions: undefined });
      assert.equal(await page.evaluate(() => document.documentElement.lang), tag, place.name);
      const left = (await sentencesOf(page)).filter((text) => english.get(place.name).includes(text));
      assert.deepEqual(left, [], `${place.name} in ${code}`);
      await assertAccessible(page, `${place.name} in ${code}`);
    }
    await page.context().close();
  }
});

test("somebody chooses a language at the foot of a page, without JavaScript, and it stays", async () => {
  const { open } = stage;
  const page = await openPage(browser, open, { locale: "de", javaScriptEnabled: false });
  await page.goto(`${open.url}/docs`);
  const languageOf = () => page.locator("html").getAttribute("lang");
  assert.equal(await languageOf(), "de");
  await page.click("footer button[lang=ja]");
  assert.equal(page.url(), `${open.url}/docs`);
  assert.equal(await languageOf(), "ja");
  assert.equal(await page.locator("footer button[aria-current=true]").textContent(), "日本語");
  await page.goto(`${open.url}/`);
  assert.equal(await languageOf(), "ja");
  await page.click("footer button[lang=en]");
  assert.equal(await languageOf(), "en");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a page stays cached in each language, and the console stays English", async () => {
  const { open } = stage;
  const get = (path, headers) => fetch(open.url + path, { headers });
  for (const code of ["en", ...Object.keys(languages)]) {
    const first = await get("/", { "Accept-Language": code });
    const etag = first.headers.get("etag");
    assert.ok(etag, code);
    assert.match(first.headers.get("vary"), /Accept-Language/);
    await first.text();
    const again = await get("/", { "Accept-Language": code, "If-None-Match": etag });
    assert.equal(again.status, 304, code);
    const other = await get("/", { "Accept-Language": code === "de" ? "fr" : "de", "If-None-Match": etag });
    assert.equal(other.status, 200, code);
    await other.text();
  }
  const { session } = stage.places.find(({ name }) => name === "admin-overview");
  const console_ = await (await get("/admin", { cookie: session, "Accept-Language": "de" })).text();
  assert.match(console_, /<html lang="en">/);
  assert.match(console_, />Overview</);
});

test("times, ages and amounts follow the language in the browser, too", async () => {
  const place = stage.places.find(({ name }) => name === "dashboard-created");
  const page = await openPage(browser, stage.open, {
    locale: "de",
    timezoneId: "America/New_York",
    bypassCSP: true,
  });
  await visit(page, place);
  assert.match(await page.locator(".big").first().textContent(), /^10,00\u00a0\$/);
  await page.waitForFunction(() => /^vor \d+ /.test(document.querySelector("time[data-age]")?.textContent ?? ""));
  assert.match(await page.locator("h1 + p time").textContent(), /^\d+\. [A-Z][a-zä]+ \d{4}$/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
