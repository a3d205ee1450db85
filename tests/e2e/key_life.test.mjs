// A key's life as its recipient sees it, in a real browser: replaced, given back, expired, deleted
// at OpenRouter, waited for.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible } from "./support/browser_checks.mjs";
import { generate, signIn, startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

let upstreams, browser;
before(async () => {
  [upstreams, browser] = await Promise.all([startUpstreams(), launch()]);
});
after(async () => {
  await browser.close();
  await upstreams.stop();
});

let people = 0;
const withDashboard = async (env, use) => {
  const folder = temporaryFolder();
  const service = await startService(upstreams, folder, {
    UPSTREAM_TIMEOUT_SECONDS: "5",
    SPENDING_POLL_SECONDS: "0",
    ...env,
  });
  const session = await signIn(service, `life-${process.pid}-${(people += 1)}`);
  const page = await openPage(browser, service);
  await page.context().addCookies([{ name: "llmapikey_session", value: session.split("=")[1], url: service.url }]);
  const sql = (text) =>
    execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${folder}/llmapikey.db`, text])
      .toString()
      .trim();
  const look = async (name) => {
    await assertAccessible(page, name);
    await screenshot(page, name);
  };
  try {
    await use({ service, session, page, sql, look });
  } finally {
    await page.context().close();
    await service.stop();
    await upstreams.clearFaults();
    rmSync(folder, { recursive: true, force: true });
  }
};
const isUsable = async (key) =>
  (await fetch(`${upstreams.openrouter_url}/key`, { headers: { authorization: `Bearer ${key}` } })).status === 200;
const mine = async (key) => (await upstreams.ledger()).keys.find((each) => key.endsWith(each.hint) && !each.deleted_at);
const spend = async (hash, usd) =>
  fetch(upstreams.openrouter_url.replace("/api/v1", "/sandbox/spend"), {
    method: "POST",
    body: JSON.stringify({ hash, usd }),
  });

test("replaced: the old key is dead, the new one has what is left of the day, and the chart knows both", () =>
  withDashboard({}, async ({ service, session, page, look }) => {
    const { key } = await (await generate(service, session)).json();
    await spend((await mine(key)).hash, 4);
    await page.goto(`${service.url}/dashboard`);
    await page.click("#replace summary");
    await look("dashboard-replace");
    await page.click("#rotate");
    await page.locator("[role=status]", { hasText: "Your new key is ready. The old one no longer works." }).waitFor();
    const next = await page.textContent("#key");
    assert.notEqual(next, key);
    assert.ok(!(await isUsable(key)) && (await isUsable(next)));
    await page.locator("#today .big", { hasText: "$6.00 left of $10.00" }).waitFor();
    await page.locator("#today p", { hasText: "$4.00 spent, including $4.00 with your earlier key." }).waitFor();
    await spend((await mine(next)).hash, 1);
    await until(
      "the chart",
      async () => {
        await page.reload();
        return page.locator("td", { hasText: "$5.00" }).count();
      },
      40_000,
      500,
    );
    assert.equal((await mine(next)).limit, 6);
    assert.equal(await page.textContent("#today .big"), "$5.00 left of $10.00");
    assert.match(await page.textContent("#today"), /\$5\.00 spent, including \$4\.00 with your earlier key\./);
    for (const days of [7, 30, 90]) {
      await page.click(`#today a:text("${days} days")`);
      await page.locator("#today h2", { hasText: `Last ${days} days: $5.00` }).waitFor();
    }
    await look("dashboard-after-replacing");
    assert.deepEqual(page.complaints, []);
  }));

test("given back: revoked, said so, and none is taken again today", () =>
  withDashboard({ MAX_TOTAL_KEYS: "1" }, async ({ service, session, page, look }) => {
    const { key } = await (await generate(service, session)).json();
    await page.goto(`${service.url}/dashboard`);
    await page.click("#return summary");
    await page.click("#give-back");
    await page.locator("[role=status]", { hasText: "Thank you" }).waitFor();
    await page.locator("p", { hasText: "You can get another key from" }).waitFor();
    assert.equal(await page.locator("#generate").count(), 0);
    assert.ok(!(await isUsable(key)));
    await look("dashboard-given-back");
    const other = await signIn(service, `life-${process.pid}-other`);
    assert.equal((await (await generate(service, other)).json()).status, "created", "the place is free");
  }));

test("expired: shown as what it is, and renewed by one press", () =>
  withDashboard({ RECONCILE_SECONDS: "0" }, async ({ service, session, page, sql, look }) => {
    const { key } = await (await generate(service, session)).json();
    sql("UPDATE api_keys SET expires_at = unixepoch() - 60");
    await page.goto(`${service.url}/dashboard`);
    await page.locator("[role=alert]", { hasText: "expired on" }).waitFor();
    await look("dashboard-expired");
    await page.click("#renew");
    await page.locator("[role=status]", { hasText: "ready" }).waitFor();
    assert.notEqual(await page.textContent("#key"), key);
    assert.ok(!(await isUsable(key)));
  }));

test("expired, and nobody came: revoked, its place freed, and the page remembers", () =>
  withDashboard({ RECONCILE_SECONDS: "5" }, async ({ service, session, page, sql, look }) => {
    const { key } = await (await generate(service, session)).json();
    sql("UPDATE api_keys SET expires_at = unixepoch() - 60");
    await until("the place is free", () => sql("SELECT live FROM totals") === "0", 40_000, 200);
    assert.ok(!(await isUsable(key)));
    await page.goto(`${service.url}/dashboard`);
    await page.locator("p", { hasText: "expired on" }).waitFor();
    await look("dashboard-past-key");
    await page.click("#generate");
    await page.waitForSelector("#copy-key");
  }));

test("deleted at OpenRouter: shown as what it is, and replaced by one press", () =>
  withDashboard({ RECONCILE_SECONDS: "5" }, async ({ service, session, page, look }) => {
    const { key } = await (await generate(service, session)).json();
    const { hash } = await mine(key);
    await fetch(`${upstreams.openrouter_url}/keys/${hash}`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${upstreams.management_key}` },
    });
    await until(
      "the page says so",
      async () => {
        await page.goto(`${service.url}/dashboard`);
        return page.locator("[role=alert]", { hasText: "somebody has deleted it at OpenRouter" }).count();
      },
      60_000,
      500,
    );
    await look("dashboard-gone");
    await page.click("#renew");
    await page.locator("[role=status]", { hasText: "ready" }).waitFor();
    assert.ok(await isUsable(await page.textContent("#key")));
  }));

test("many at once: the page shows the place in the queue, and then the key, by itself", () =>
  withDashboard({ MINT_CONCURRENCY: "1" }, async ({ service, page, sql, look }) => {
    await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 350, times: 40 });
    const others = [];
    for (let i = 0; i < 30; i += 1) others.push(await signIn(service, `life-${process.pid}-crowd-${i}`));
    const asked = others.map((other) => generate(service, other));
    // Nobody knows who of them comes first, and so waits for nothing.
    await until(
      "most of them are in the queue",
      () => Number(sql("SELECT count(*) FROM api_keys WHERE status = 'waiting'")) >= 15,
      20_000,
    );
    await page.goto(`${service.url}/dashboard`);
    await page.click("#generate");
    await page.locator("p", { hasText: /number \d+ in the queue/ }).waitFor();
    await look("dashboard-queued");
    for (const answer of await Promise.all(asked))
      assert.ok(["created", "in_progress"].includes((await answer.json()).status));
    await page.waitForSelector("#copy-key", { timeout: 60_000, state: "attached" });
    assert.ok(await isUsable(await page.textContent("#key")));
  }));

test("an answer that was lost: the page follows until the key is there, without another press", () =>
  withDashboard({}, async ({ service, page }) => {
    await upstreams.openrouterFault({ method: "POST", path: "/keys", drop: "after" });
    await page.goto(`${service.url}/dashboard`);
    await page.click("#generate");
    await page.waitForSelector("#copy-key", { timeout: 60_000, state: "attached" });
    const key = await page.textContent("#key");
    assert.ok(await isUsable(key));
    assert.equal(
      (await upstreams.ledger()).keys.filter((each) => !each.deleted_at && key.endsWith(each.hint)).length,
      1,
    );
  }));
