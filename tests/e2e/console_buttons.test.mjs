// The console's buttons: within reach at every width, and asked first where nothing can be undone,
// also without JavaScript.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { launch } from "./support/browser.mjs";
import { signIn, startService, startUpstreams, temporaryFolder } from "./support/service.mjs";

let upstreams, folder, service, browser, cookie;
const api = async (method, path, body) => {
  const answer = await fetch(`${service.url}/api/v1${path}`, {
    method,
    headers: { cookie, origin: service.url, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.ok, `${path}: ${answer.status}`);
  return answer.json();
};
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  service = await startService(upstreams, folder, { ADMIN_GITHUB_USER_IDS: "1003" });
  cookie = await signIn(service, "linus-organizer");
  await api("POST", "/webhooks", {
    url: "http://127.0.0.1:1/hooks/of-a-receiver-with-quite-a-long-name",
    events: ["key.revoked", "key.created", "key.replaced"].slice(0, 1),
  });
  await api("POST", "/tokens", {
    name: "a script that runs every night and has a long name",
    scopes: ["read", "write", "reveal"],
    expires_in_days: 30,
  });
  const [{ id }] = (await api("GET", "/webhooks")).endpoints ?? (await api("GET", "/webhooks")).webhooks;
  await api("POST", `/webhooks/${id}/test`);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await service.stop();
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (options) => {
  const context = await browser.newContext(options);
  const [name, value] = cookie.split("=");
  await context.addCookies([{ name, value, url: service.url }]);
  return context.newPage();
};

test("no button, and no column of these tables, is beyond the right edge", async () => {
  for (const width of [320, 768, 1024, 1280]) {
    const page = await open({ viewport: { width, height: 800 } });
    for (const path of ["webhooks", "tokens", "audit"]) {
      await page.goto(`${service.url}/admin/${path}`);
      for (const summary of await page.locator(".table summary").all()) await summary.click();
      const beyond = await page.evaluate(() => {
        const found = document.scrollingElement.scrollWidth > innerWidth ? ["the page scrolls"] : [];
        for (const table of document.querySelectorAll(".table")) {
          if (table.scrollWidth > table.clientWidth)
            found.push(`${table.getAttribute("aria-label")}: ${table.scrollWidth} in ${table.clientWidth}`);
          const edge = Math.min(innerWidth, table.getBoundingClientRect().right);
          for (const each of table.querySelectorAll("button, summary, select"))
            if (each.getBoundingClientRect().right > edge + 1) found.push(each.textContent);
        }
        return found;
      });
      assert.deepEqual(beyond, [], `${path} at ${width}`);
    }
    await page.context().close();
  }
});

test("what cannot be undone is asked first, without JavaScript too", async () => {
  for (const javaScriptEnabled of [false, true]) {
    const page = await open({ javaScriptEnabled });
    for (const [path, first, then, said] of [
      ["webhooks", "Remove…", "Remove it", "removed"],
      ["tokens", "Revoke…", "Revoke it", "revoked"],
    ]) {
      if (javaScriptEnabled)
        await (path === "webhooks"
          ? api("POST", "/webhooks", { url: "http://127.0.0.1:1/again" })
          : api("POST", "/tokens", { name: "again", scopes: ["read"], expires_in_days: 1 }));
      await page.goto(`${service.url}/admin/${path}`);
      assert.equal(
        await page.locator("td button", { hasText: then }).isVisible(),
        false,
        "nothing acts at the first press",
      );
      await page.locator("summary", { hasText: first }).click();
      await page.locator("td", { hasText: "cannot be undone" }).waitFor();
      await page.locator("td button", { hasText: then }).click();
      await page.locator("[role=status]", { hasText: said }).waitFor();
    }
    await page.context().close();
  }
});
