// What people do, in a real browser.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch, openPage } from "./support/browser.mjs";
import { giveKey, startSandbox } from "./support/service.mjs";

let service, browser;
before(async () => {
  service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0" });
  await giveKey(service, "grace-returning");
  browser = await launch();
});
after(async () => {
  await browser.close();
  await service.stop();
});

const signInAs = async (page, login, from = "/") => {
  await page.goto(service.url + from);
  await page.click("#sign-in");
  await page.click(`button[name=persona][value="${login}"]`);
  await page.waitForURL("**/dashboard");
};

const callWith = async (key) =>
  (
    await fetch(`${service.openrouter_url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "openai/gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }),
    })
  ).status;

// A key is made and nobody hears of it; and until the faults are cleared nobody can find out.
const loseTheAnswer = async (sandbox) => {
  await sandbox.openrouterFault({ method: "POST", path: "/keys", drop: "after" });
  await sandbox.openrouterFault({ method: "GET", path: "/keys", status: 400, body: "{}", times: 1000 });
};

test("sign in, generate, copy, call, come back, sign out", async () => {
  const page = await openPage(browser, service, { permissions: ["clipboard-read", "clipboard-write"] });
  await signInAs(page, "ada-newcomer");
  await page.click("#generate");
  await page.waitForSelector("#copy-key");
  assert.match(await page.textContent("[role=status]"), /ready/);
  await page.click("#copy-key");
  await page.locator("#copy-key", { hasText: "Copied" }).waitFor();
  const key = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(key, /^sk-or-v1-[0-9a-f]{64}$/);
  assert.equal(await callWith(key), 200);
  await page.goto(`${service.url}/dashboard`);
  assert.equal(await page.textContent("#key"), key);
  await page.click("#sign-out");
  await page.waitForURL(`${service.url}/`);
  assert.ok(!(await page.content()).includes("ada-newcomer"));
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a page of another site that opens ours has no hold of it; no second process shows what is typed", async (t) => {
  const stranger = createServer((request, response) => response.end("<!doctype html><title>x</title>"));
  await new Promise((done) => stranger.listen(0, "127.0.0.1", done));
  t.after(() => {
    stranger.closeAllConnections?.();
    return new Promise((done) => stranger.close(done));
  });
  const page = await openPage(browser, service);
  await signInAs(page, "ada-newcomer");
  for (const path of ["/", "/docs", "/dashboard"]) {
    const typed = await page.goto(service.url + path);
    assert.equal((await typed.request().allHeaders())["sec-fetch-site"], "none");
    assert.equal(typed.headers()["cross-origin-opener-policy"], undefined, path);
    const theirs = await page.context().newPage();
    await theirs.goto(`http://localhost:${stranger.address().port}/`);
    const [ours] = await Promise.all([
      page.context().waitForEvent("page"),
      theirs.evaluate((url) => {
        window.opened = window.open(url);
      }, service.url + path),
    ]);
    await ours.waitForURL(service.url + path);
    await ours.waitForLoadState();
    assert.ok(await theirs.evaluate(() => window.opened.closed), `${path}: looks closed to who has opened it`);
    assert.equal(await ours.evaluate(() => window.opener), null);
    await theirs.close();
    await ours.close();
  }
  // Typed into their window: theirs until the first click inside.
  const theirs = await page.context().newPage();
  await theirs.goto(`http://localhost:${stranger.address().port}/`);
  const [ours] = await Promise.all([
    page.context().waitForEvent("page"),
    theirs.evaluate(() => {
      window.opened = window.open("about:blank");
    }),
  ]);
  await ours.goto(`${service.url}/dashboard`);
  assert.equal(await theirs.evaluate(() => window.opened.closed), false);
  await ours.click("a[href='/docs']");
  await ours.waitForURL("**/docs");
  // Parted, as soon as the browser has told the other window's process.
  await theirs.waitForFunction(() => window.opened.closed);
  await page.context().close();
});

test("a page that fetches itself anew keeps its notice, and loses nobody whose focus is inside it", async (t) => {
  // With its history: what keys have spent is known at OpenRouter, and not yet by the service.
  const own = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0", UPSTREAM_TIMEOUT_SECONDS: "2" }, { hasHistory: true });
  t.after(() => own.stop());
  const page = await openPage(browser, own);
  await page.goto(`${own.url}/auth/login?next=${encodeURIComponent("/dashboard?result=created")}`);
  const [shown] = await Promise.all([
    page.waitForResponse("**/dashboard?result=created"),
    page.click("button[name=persona][value=grace-returning]"),
  ]);
  assert.match(await shown.text(), /<main[^>]* data-refresh-after=/, "what was spent is not known yet");
  await page.locator("#today p", { hasText: /^\$2\.30 spent/ }).waitFor();
  assert.match(await page.textContent("[role=status]"), /ready/);
  await page.click("#sign-out");
  await page.click("#sign-in");
  await page.click("button[name=persona][value=ada-newcomer]");
  await page.waitForURL("**/dashboard");
  await loseTheAnswer(own);
  await page.click("#generate");
  await page.locator("h2", { hasText: "We are checking whether your key was created" }).waitFor();
  await own.clearFaults();
  await page.focus("main a");
  await page.locator("#copy-key").waitFor({ timeout: 60_000 });
  assert.ok(
    await page.evaluate(() => document.querySelector("main").contains(document.activeElement)),
    "the focus is still in the page",
  );
  await page.context().close();
});

test("the same without JavaScript, but for the copy button", async () => {
  const page = await openPage(browser, service, { javaScriptEnabled: false });
  await page.goto(service.url);
  await page.click("#sign-in");
  await page.fill("input[name=persona]", "no-script");
  await page.click("text=Create and sign in");
  await page.click("#generate");
  await page.click("summary");
  const key = await page.textContent("#key");
  assert.equal(await callWith(key), 200);
  assert.ok(await page.isHidden("#copy-key"));
  await page.reload();
  assert.equal(await page.textContent("#key"), key);
  await page.click("#sign-out");
  assert.ok(await page.isVisible("#sign-in"));
  await page.context().close();
});

test("where the clipboard is refused, the key is selected", async () => {
  const page = await openPage(browser, service);
  await signInAs(page, "grace-returning");
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("refused"));
  });
  await page.click("#copy-key");
  const selected = await page.evaluate(() => getSelection().toString());
  assert.equal(selected.trim(), await page.textContent("#key"));
  await page.context().close();
});

test("the main path by keyboard alone", async () => {
  const page = await openPage(browser, service);
  const tabTo = async (selector) => {
    for (let i = 0; i < 40; i += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
    }
    assert.fail(`${selector} cannot be reached by Tab`);
  };
  await page.goto(service.url);
  await tabTo(".skip");
  await tabTo("#sign-in");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/login/oauth/authorize**");
  await tabTo("input[name=persona]");
  await page.keyboard.type("keyboard-person");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/dashboard");
  await tabTo("#generate");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#copy-key");
  await tabTo("summary");
  await page.keyboard.press("Enter");
  assert.match(await page.locator("#key").innerText(), /^sk-or-v1-/);
  await tabTo("#sign-out");
  await page.keyboard.press("Enter");
  await page.waitForURL(`${service.url}/`);
  await page.context().close();
});

test("denying at GitHub ends on a page with a way to try again", async () => {
  const page = await openPage(browser, service);
  await page.goto(`${service.url}/auth/login?next=/docs`);
  await page.click("text=Say no");
  assert.match(await page.textContent("h1"), /canceled/);
  await page.click("a.button");
  await page.click("button[value=grace-returning]");
  await page.waitForURL("**/docs");
  await page.context().close();
});

test("two tabs sign in beside each other", async () => {
  const one = await openPage(browser, service);
  const two = await one.context().newPage();
  await one.goto(`${service.url}/auth/login?next=/docs`);
  await two.goto(`${service.url}/auth/login?next=/dashboard`);
  await one.click("button[value=grace-returning]");
  await one.waitForURL("**/docs");
  await two.click("button[value=grace-returning]");
  await two.waitForURL("**/dashboard");
  await one.context().close();
});

test("the docs fill in the key when asked, and only then", async () => {
  const page = await openPage(browser, service, { permissions: ["clipboard-read", "clipboard-write"] });
  await signInAs(page, "grace-returning");
  const key = await page.textContent("#key");
  await page.goto(`${service.url}/docs`);
  assert.ok(!(await page.content()).includes(key));
  assert.ok((await page.textContent("#curl-code")).includes(`…${key.slice(-4)}`));
  // A copy has the key also while the page does not show it.
  const button = page.locator(".snippet", { has: page.locator("#curl-code") }).locator(".copy");
  assert.equal(await button.textContent(), "Copy with key");
  await button.click();
  await page.locator(".copy", { hasText: "Copied" }).waitFor();
  assert.ok((await page.evaluate(() => navigator.clipboard.readText())).includes(key));
  assert.ok(!(await page.content()).includes(key));
  await page.click("#show-key");
  assert.ok((await page.textContent("#curl-code")).includes(key));
  await page.context().close();
});

test("the page follows an ambiguous key by itself", async (t) => {
  const slow = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0", UPSTREAM_TIMEOUT_SECONDS: "1" });
  t.after(() => slow.stop());
  const page = await openPage(browser, slow);
  await page.goto(slow.url);
  await page.click("#sign-in");
  await page.click("button[value=ada-newcomer]");
  await loseTheAnswer(slow);
  await page.click("#generate");
  assert.match(await page.textContent("main"), /We are checking whether your key was created/);
  await slow.clearFaults();
  await page.waitForSelector("#key", { state: "attached", timeout: 60_000 });
  assert.equal((await slow.ledger()).keys.filter((key) => !key.deleted_at && key.name.includes("gh-1001")).length, 1);
  await page.context().close();
});

test("the landing page weighs at most 30 kB with all that it loads", async () => {
  const page = await openPage(browser, service);
  const sizes = [];
  page.on("requestfinished", (request) => sizes.push(request.sizes()));
  await page.goto(service.url, { waitUntil: "networkidle" });
  const total = (await Promise.all(sizes)).reduce(
    (sum, size) => sum + size.responseBodySize + size.responseHeadersSize,
    0,
  );
  assert.ok(sizes.length >= 3 && total > 0 && total <= 30_000, `${total} bytes in ${sizes.length} requests`);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});
