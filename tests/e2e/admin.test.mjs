// The admin console: hidden from everybody else, and what an organizer does there, in a real
// browser.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible, tabTo } from "./support/browser_checks.mjs";
import { generate, giveKey, signIn, startSandbox } from "./support/service.mjs";

let service, browser;
before(async () => {
  service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0" });
  await giveKey(service, "grace-returning", 2.3);
  browser = await launch();
});
after(async () => {
  await browser.close();
  await service.stop();
});

// All that comes back, as bytes: what fetch() hides matters here.
const exchange = (method, path, headers = {}) =>
  new Promise((done, failed) => {
    const call = request(service.url + path, { method, headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () =>
        done({ status: answer.statusCode, headers: answer.rawHeaders, body: Buffer.concat(chunks).toString() }),
      );
    });
    call.on("error", failed);
    call.end();
  });

// The request id, and in forms the session's token, differ from answer to answer.
const comparable = ({ status, headers, body }) => {
  const id = headers[headers.indexOf("X-Request-Id") + 1];
  const kept = headers.flatMap((value, i) =>
    i % 2 === 0 && !["X-Request-Id", "Date"].includes(value) ? [[value, headers[i + 1]]] : [],
  );
  return JSON.stringify({ status, kept, body: body.replaceAll(id, "ID") });
};

test("to everybody but an admin the console is the very same 404 as an unknown path", async () => {
  const session = await signIn(service, "nosy-person");
  const same = { cookie: session, origin: service.url };
  const uuid = "0b0e7c2e-5a3e-4d52-9a7e-111111111111";
  for (const headers of [
    {},
    { cookie: session },
    same,
    { ...same, accept: "application/json" },
    { cookie: "llmapikey_session=garbage" },
  ]) {
    for (const [method, path] of [
      ["GET", "/admin"],
      ["GET", "/admin/people?q=a&page=x"],
      ["HEAD", "/admin"],
      ["PUT", "/admin"],
      ["GET", "/admin/activity"],
      ["GET", "/admin/people/1002"],
      ["GET", "/admin/accounts/1002"],
      ["GET", "/admin/people/export"],
      ["POST", "/admin/people"],
      ["POST", `/admin/people/${uuid}/remove`],
      ["GET", "/api/v1/people"],
      ["POST", "/admin/keys"],
      ["POST", `/admin/keys/${uuid}/revoke`],
      ["POST", "/admin/people/1002/lift"],
      ["GET", "/admin/"],
      ["GET", "/admin/nothing"],
      ["GET", "/admin/overview"],
      ["GET", "/admin/audit/export"],
      ["GET", "/admin/revocations"],
      ["GET", "/admin/revocations/new"],
      ["POST", "/admin/revocations"],
      ["POST", `/admin/revocations/${uuid}/stop`],
      ["GET", "/admin/changes"],
      ["POST", "/admin/changes"],
      ["POST", "/admin/search"],
      ["GET", "/admin/tokens"],
      ["POST", "/admin/tokens"],
      ["GET", "/admin/webhooks"],
      ["POST", "/admin/webhooks"],
      ["POST", `/admin/keys/${uuid}/change`],
      ["POST", `/admin/keys/${uuid}/reveal`],
      ["POST", `/admin/tokens/${uuid}/revoke`],
    ]) {
      const nowhere = path.startsWith("/api/") ? "/api/v1/nothing-here" : "/nothing-here";
      const unknown = comparable(await exchange(method, nowhere, headers));
      assert.equal(comparable(await exchange(method, path, headers)), unknown, `${method} ${path}`);
      assert.match(unknown, /"status":404/);
    }
  }
});

test("an allowlist compares whole ids", async () => {
  const other = await startSandbox({ ADMIN_GITHUB_USER_IDS: "100,10031" });
  const session = await signIn(other, "linus-organizer"); // 1003
  assert.equal((await fetch(`${other.url}/admin`, { headers: { cookie: session } })).status, 404);
  await other.stop();
});

test("the audit log is exported whole, over many pages of the store, and in order", async () => {
  const admin = {
    cookie: await signIn(service, "linus-organizer"),
    origin: service.url,
    "content-type": "application/json",
  };
  for (let i = 0; i < 110; i += 1) {
    const made = await fetch(`${service.url}/api/v1/tokens`, {
      method: "POST",
      headers: admin,
      body: JSON.stringify({ name: `token ${i}`, scopes: ["read"], expires_in_days: 1 }),
    });
    assert.equal(made.status, 201);
    assert.equal(
      (await fetch(`${service.url}/api/v1/tokens/${(await made.json()).id}`, { method: "DELETE", headers: admin }))
        .status,
      200,
    );
  }
  const answer = await exchange("GET", "/admin/audit/export", admin);
  assert.ok(answer.headers.includes(`attachment; filename="llmapikey-audit.jsonl"`));
  const lines = answer.body.trimEnd().split("\n").map(JSON.parse);
  assert.ok(lines.length > 220, `${lines.length}`);
  assert.ok(lines.every((line, i) => line.sequence === i + 1));
  assert.equal(lines.filter((line) => line.action === "token.create" && line.outcome === "done").length, 110);
  assert.equal((await exchange("HEAD", "/admin/audit/export", admin)).body, "");
});

test("an admin's actions need the same evidence as everybody's", async () => {
  const session = await signIn(service, "linus-organizer");
  for (const [headers, status] of [
    [{ cookie: session }, 403],
    [{ cookie: session, origin: "https://evil.example" }, 403],
    [{ cookie: session, origin: service.url }, 400],
  ]) {
    assert.equal((await exchange("POST", "/admin/keys", headers)).status, status);
  }
});

const post = (path, fields, session) =>
  fetch(service.url + path, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: session, origin: service.url, accept: "application/json", "content-type": "application/json" },
    body: JSON.stringify(fields),
  });

test("as a program: mint and revoke, without ever seeing a key", async () => {
  const session = await signIn(service, "linus-organizer");
  const minted = await post("/admin/keys", { github_user_id: 77001, github_username: "ordered" }, session);
  assert.equal(minted.status, 200);
  const body = await minted.json();
  assert.deepEqual([body.status, body.key], ["created", undefined]);
  assert.equal(
    (await (await post("/admin/keys", { github_user_id: "77001", github_username: "ordered" }, session)).json()).status,
    "exists",
  );
  assert.equal((await post("/admin/keys", { github_user_id: "octocat" }, session)).status, 400);
  const uuid = "0b0e7c2e-5a3e-4d52-9a7e-111111111111";
  assert.equal((await post(`/admin/keys/${uuid}/revoke`, { reason: "x" }, session)).status, 404);
  assert.equal((await post("/admin/keys/../revoke", { reason: "x" }, session)).status, 404);
});

const signInAs = async (page, login) => {
  await page.goto(`${service.url}/auth/login?next=/dashboard`);
  await page.click(`button[name=persona][value="${login}"]`);
  await page.waitForURL("**/dashboard");
};

const revokeReason = "form:has(#revoke) input[name=reason]";

test("find a key, revoke it with a reason, see it in ledger and audit log, lift the hold", async () => {
  const victim = "careless-committer";
  const theirs = await signIn(service, victim);
  const { key } = await (await generate(service, theirs)).json();
  const page = await openPage(browser, service);
  await signInAs(page, "linus-organizer");
  await page.goto(`${service.url}/admin/people`);
  assert.ok(!(await page.content()).includes(key));
  await page.fill("input[name=q]", "CARELESS");
  await page.press("input[name=q]", "Enter");
  await page.waitForURL(/q=CARELESS/);
  await page.locator("#place", { hasText: "1–1 of 1" }).waitFor();
  assert.match(await page.textContent("tbody"), new RegExp(`…${key.slice(-4)}`));
  await page.click("tbody a");
  await page.fill(revokeReason, "leaked <b>in</b> a commit");
  await page.selectOption("select[name=hold]", "7d");
  await page.click("#revoke");
  await page.locator("[role=status]", { hasText: "revoked" }).waitFor();
  assert.match(await page.textContent("main"), /Ended keys.*leaked <b>in<\/b> a commit/s);
  const account = JSON.parse(Buffer.from(theirs.split("=")[1].split(".")[1], "base64url")).sub;
  assert.ok((await service.ledger()).keys.every((each) => each.deleted_at || !each.name.includes(`gh-${account}/`)));
  const shown = await (await fetch(`${service.url}/dashboard`, { headers: { cookie: theirs } })).text();
  assert.match(shown, /leaked &lt;b&gt;in&lt;\/b&gt; a commit/);
  assert.equal((await generate(service, theirs)).status, 403);
  await page.click("#lift");
  await page.locator("[role=status]", { hasText: "lifted" }).waitFor();
  assert.equal((await (await generate(service, theirs)).json()).status, "created");
  await page.goto(`${service.url}/admin/activity`);
  const rows = await page.locator(".line li").allTextContents();
  assert.match(rows[0], /lifted the hold on/);
  assert.match(rows[1], /revoked .*'s key …/);
  assert.match(rows[1], /key\.revoke.*from 127\.0\.0\.1/);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("after a leak the first choice lets the owner take another key at once; blocking is the last", async () => {
  const theirs = await signIn(service, "leaked-by-accident");
  const first = await (await generate(service, theirs)).json();
  const page = await openPage(browser, service);
  await signInAs(page, "linus-organizer");
  const account = JSON.parse(Buffer.from(theirs.split("=")[1].split(".")[1], "base64url")).sub;
  await page.goto(`${service.url}/admin/people/${account}`);
  assert.deepEqual(await page.locator("select[name=hold] option").evaluateAll((all) => all.map((each) => each.value)), [
    "none",
    "24h",
    "7d",
    "forever",
  ]);
  await page.fill(revokeReason, "leaked on a forum");
  await page.click("#revoke");
  await page.locator("[role=status]", { hasText: "revoked" }).waitFor();
  assert.equal(await page.locator("#lift").count(), 0, "nothing is held");
  const second = await (await generate(service, theirs)).json();
  assert.equal(second.status, "created");
  assert.notEqual(second.key, first.key);
  await page.goto(`${service.url}/admin/revocations/new?q=leaked-by-accident`);
  assert.deepEqual(await page.locator("select[name=hold] option").evaluateAll((all) => all.map((each) => each.value)), [
    "none",
    "24h",
    "7d",
    "forever",
  ]);
  await page.context().close();
});

test("by keyboard alone: search, open, revoke", async () => {
  await generate(service, await signIn(service, "keyboard-target"));
  const page = await openPage(browser, service);
  await signInAs(page, "linus-organizer");
  await page.goto(`${service.url}/admin/people`);
  await tabTo(page, "input[name=q]");
  await page.keyboard.type("keyboard-target");
  await page.keyboard.press("Enter");
  await page.waitForURL(/q=keyboard-target/);
  await tabTo(page, "tbody a");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/people/**");
  await tabTo(page, revokeReason);
  await page.keyboard.type("by keyboard");
  await tabTo(page, "#revoke");
  await page.keyboard.press("Enter");
  await page.locator("[role=status]", { hasText: "revoked" }).waitFor();
  await page.context().close();
});

test("pages of twenty-five, each person once", async () => {
  const own = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0", MAX_TOTAL_KEYS: "0" });
  for (let i = 0; i < 110; i += 1) await generate(own, await signIn(own, `many-${i}`));
  const session = await signIn(own, "linus-organizer");
  const seen = [];
  let path = "/admin/people";
  while (path) {
    const text = await (await fetch(own.url + path, { headers: { cookie: session } })).text();
    seen.push(...[...text.matchAll(/href="\/admin\/people\/(\d+)"/g)].map((match) => match[1]));
    path = /id="next" href="([^"]+)"/.exec(text)?.[1].replaceAll("&amp;", "&");
  }
  assert.equal(seen.length, 110);
  assert.equal(new Set(seen).size, 110);
  const wrong = await fetch(`${own.url}/admin/people?page=99`, { headers: { cookie: session } });
  assert.equal(wrong.status, 400);
  assert.match(await wrong.text(), /That page does not exist/);
  await own.stop();
});

test("every console page: no axe violation, no sideways scrolling, in light and dark, at 320 and 1280 px", async () => {
  const theirs = await signIn(service, "ended-once");
  await generate(service, theirs);
  const session = await signIn(service, "linus-organizer");
  const account = /admin\/people\/(\d+)"/.exec(
    await (await fetch(`${service.url}/admin/people?q=ended-once`, { headers: { cookie: session } })).text(),
  )?.[1];
  const page = await openPage(browser, service, { bypassCSP: true });
  await signInAs(page, "linus-organizer");
  for (const [name, path] of [
    ["admin-list", "/admin/people"],
    ["admin-nothing", "/admin/people?q=nobody-at-all"],
    ["admin-account", "/admin/people/1002"],
    ["admin-held", `/admin/people/${account}`],
    ["admin-audit", "/admin/activity"],
    ["admin-overview", "/admin"],
    ["admin-bulk-list", "/admin/revocations"],
    ["admin-bulk-confirm", "/admin/revocations/new?q=e"],
    ["admin-tokens", "/admin/tokens"],
    ["admin-webhooks", "/admin/webhooks"],
  ]) {
    await page.goto(service.url + path);
    if (name === "admin-held") {
      await page.fill(revokeReason, "a long reason, ".repeat(12));
      await page.selectOption("select[name=hold]", "forever");
      await page.click("#revoke");
      await page.locator("[role=status]").waitFor();
    }
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const width of [320, 1280]) {
        await page.setViewportSize({ width, height: 800 });
        await screenshot(page, `${name}-${colorScheme}-${width}`);
        await assertAccessible(page, `${name}, ${colorScheme}, ${width} px`);
      }
    }
  }
  await page.context().close();
});
