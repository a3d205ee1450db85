// nginx, Caddy, HAProxy and Apache in front, as docs/deploy has them and as a first try has them:
// everything that people do works in a browser.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch, openPage } from "./support/browser.mjs";
import { freePort } from "./support/postgres.mjs";
import { proxyNames, startProxy } from "./support/proxies.mjs";
import { startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

let upstreams, browser;
before(async () => {
  [upstreams, browser] = await Promise.all([startUpstreams(), launch()]);
});
after(async () => {
  await browser.close();
  await upstreams.stop();
});

// How it is set up, and with which proxies. Without PUBLIC_URL the service has to learn from the
// proxy what it is called.
const settings = [
  {
    what: "as documented, with PUBLIC_URL",
    kind: "documented",
    environment: (url) => ({ PUBLIC_URL: url, TRUSTED_PROXIES: "127.0.0.1" }),
  },
  {
    what: "as documented, without PUBLIC_URL",
    kind: "documented",
    environment: () => ({ TRUSTED_PROXIES: "127.0.0.1" }),
  },
  { what: "with no headers set, with PUBLIC_URL", kind: "bare", environment: (url) => ({ PUBLIC_URL: url }) },
];

const signIn = async (page, url, persona) => {
  await page.goto(url);
  await page.click("#sign-in");
  await page.click(`button[name=persona][value="${persona}"]`);
  await page.waitForURL(`${url}/dashboard`);
  const cookies = (await page.context().cookies()).filter((cookie) => cookie.name.startsWith("llmapikey_"));
  assert.deepEqual(
    cookies.map((cookie) => [cookie.name, cookie.secure, cookie.httpOnly]),
    [["llmapikey_session", true, true]],
  );
};

const recipientsDay = async (page, url) => {
  await signIn(page, url, "ada-newcomer");
  await page.click("#generate");
  await page.waitForSelector("#copy-key");
  const first = await page.textContent("#key");
  await page.click("#try-send");
  await page.locator("#try-turns .said", { hasText: /\w/ }).waitFor();
  assert.ok(await page.isHidden("#try-problem"));
  await page.click("#replace summary");
  await page.click("#rotate");
  await page.locator("[role=status]", { hasText: "ready" }).waitFor();
  await until("another key", async () => (await page.textContent("#key").catch(() => first)) !== first);
  await page.click("#sign-out");
  await page.waitForURL(`${url}/`);
  assert.ok(await page.isVisible("#sign-in"));
};

const organizersDay = async (page, url) => {
  await signIn(page, url, "linus-organizer");
  await page.goto(`${url}/admin/`);
  assert.equal(page.url(), `${url}/admin`, "a slash too many leads to the console");
  await page.click("nav.main a:text('People')");
  await page.click("summary:text('Make a key for somebody')");
  await page.fill("form[action='/admin/keys'] [name=github_user_id]", "77");
  await page.fill("form[action='/admin/keys'] [name=github_username]", "by-form");
  await page.click("#mint");
  await page.waitForURL(`${url}/admin/people/77*`); // the notice goes out of the address at once
  assert.match(await page.textContent("main"), /by-form/);
  await page.click("#sign-out");
  await page.waitForURL(`${url}/`);
};

for (const name of proxyNames) {
  for (const { what, kind, environment } of settings) {
    test(`${name} ${what}`, async (t) => {
      const folder = temporaryFolder(),
        port = await freePort();
      const service = await startService(upstreams, folder, {
        ADMIN_GITHUB_USER_IDS: "1003",
        ...environment(`https://localhost:${port}`),
      });
      t.after(async () => {
        await service.stop();
        rmSync(folder, { recursive: true, force: true });
      });
      const proxy = await startProxy(name, kind, port, new URL(service.url).host);
      t.after(() => proxy.stop());
      const page = await openPage(
        browser,
        { url: proxy.url, github_url: upstreams.github_url },
        { ignoreHTTPSErrors: true },
      );
      t.after(() => page.context().close());
      await until(
        "the proxy has found the service",
        async () => (await page.request.get(`${proxy.url}/healthz`)).status() === 200,
      );
      await recipientsDay(page, proxy.url);
      await organizersDay(page, proxy.url);
      assert.deepEqual(page.complaints, []);
      assert.doesNotMatch(service.process.output, /request refused/);
      if (kind === "documented") {
        for (const path of ["/metrics", "/readyz"])
          assert.equal((await page.request.get(proxy.url + path)).status(), 404, path);
        // What a client forwards by itself counts for nothing.
        const forged = await page.request.get(`${proxy.url}/auth/login`, {
          maxRedirects: 0,
          headers: {
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-For": "203.0.113.9",
          },
        });
        assert.equal(new URL(forged.headers().location).searchParams.get("redirect_uri"), `${proxy.url}/auth/callback`);
        await until("the line of the request", () =>
          /path="?\/auth\/login|"path":"\/auth\/login"/.test(service.process.output),
        );
        assert.doesNotMatch(service.process.output, /203\.0\.113\.9/);
      }
    });
  }
}
