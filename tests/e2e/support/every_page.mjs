// Every page in every state that it has, over services that really are in these states: for the
// browser's checks, the screenshots and the header rules.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { generate, signIn, startService, startUpstreams, temporaryFolder, until } from "./service.mjs";

export const longLogin = "a-login-name-of-thirty-nine-characters1";
const longReason = "The key was found in a public commit, and the person did not answer for three days: "
  .repeat(5)
  .trim();
const longUrl = `https://hooks.example.org/teams/platform/${"llmapikey-".repeat(12)}/events?token=not-a-secret`;
const admin = "linus-organizer",
  adminId = "1003";

const accountOf = (session) => JSON.parse(Buffer.from(session.split("=")[1].split(".")[1], "base64url")).sub;

// Sends a form as the service's own pages do.
const post = (service, session, path, fields) =>
  fetch(service.url + path, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: session, origin: service.url, accept: "text/html" },
    body: new URLSearchParams(fields),
  });

class Stage {
  folders = [];
  services = [];
  places = [];

  // `env`: for every service.
  async start(env) {
    [this.upstreams, this.broken] = await Promise.all([startUpstreams(), startUpstreams()]);
    const calm = {
      ...env,
      RECONCILE_SECONDS: "0",
      SPENDING_POLL_SECONDS: "0",
      ADMIN_GITHUB_USER_IDS: adminId,
      UPSTREAM_TIMEOUT_SECONDS: "5",
    };
    this.open = await this.service(this.upstreams, { ...calm, SPENDING_POLL_SECONDS: "5", MAX_TOTAL_KEYS: "0" });
    this.empty = await this.service(this.upstreams, calm);
    this.paused = await this.service(this.upstreams, { ...calm, PROVISIONING_ENABLED: "false" });
    this.limited = await this.service(this.upstreams, { ...calm, RATE_LIMIT_PER_MINUTE: "1" });
    this.guarded = await this.service(this.upstreams, {
      ...calm,
      OPENROUTER_GUARDRAIL_ID: this.upstreams.guardrail_id,
    });
    this.stuck = await this.service(this.broken, calm);
    this.lost = await this.service(this.upstreams, calm);
    this.fresh = await this.service(this.upstreams, { ...calm, ADMIN_GITHUB_USER_IDS: "" });
    await this.addPublicPages();
    await this.addDashboards();
    await this.addConsole();
    await this.addStuckStates();
    await this.addErrors();
    return this;
  }

  folder() {
    this.folders.push(temporaryFolder());
    return this.folders.at(-1);
  }

  async service(upstreams, env) {
    const folder = this.folder();
    const service = await startService(upstreams, folder, env);
    service.sql = (text) =>
      execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${folder}/llmapikey.db`, text])
        .toString()
        .trim();
    this.services.push(service);
    return service;
  }

  add(name, service, path, session, rest = {}) {
    this.places.push({ name, service, path, session, ...rest });
  }

  async addPublicPages() {
    this.add("landing", this.open, "/");
    this.add("docs", this.open, "/docs");
    for (const name of ["start", "refused", "opencode"]) this.add(`docs-${name}`, this.open, `/docs/${name}`);
    this.add("dashboard-signed-out", this.open, "/dashboard");
    const link = await until(
      "the link is printed",
      () => /\/setup\?token=[\w-]{43}/.exec(this.fresh.process.output)?.[0],
    );
    this.add("setup-signed-out", this.fresh, link);
    this.add("setup", this.fresh, link, await signIn(this.fresh, longLogin));
    this.add("landing-paused", this.paused, "/");
    this.add("docs-models", this.guarded, "/docs");
    this.add("landing-models", this.guarded, "/");
  }

  async holder(login, service = this.open) {
    const session = await signIn(service, login);
    const answer = await generate(service, session);
    const { key, status } = await answer.json();
    if (!key) throw new Error(`no key for ${login}: ${status}`);
    return { login, session, key, account: accountOf(session) };
  }

  // Spends today, and writes what was spent on earlier days: every so many days. A try makes the
  // service ask anew.
  async spend({ account, key, session }, usd, { days, every }) {
    const { hash } = (await this.upstreams.ledger()).keys.find((each) => !each.deleted_at && key.endsWith(each.hint));
    const values = [];
    for (let ago = days; ago > 0; ago -= every)
      values.push(`('${account}', date('now', '-${ago} days'), '${hash}', ${((ago * 7) % 29) * 310_000})`);
    this.open.sql(
      "INSERT INTO spending_days (github_user_id, day, openrouter_delete_hash, spent_micro_usd) VALUES " +
        values.join(),
    );
    await this.upstreams.spend(hash, usd);
    await post(this.open, session, "/dashboard/try", { message: "Hello." });
  }

  async addDashboards() {
    const { open } = this;
    this.add("landing-signed-in", open, "/", await signIn(open, longLogin));
    this.add("dashboard-no-key", open, "/dashboard", await signIn(open, "newcomer"));
    const fresh = await this.holder("fresh-key");
    this.add("dashboard-created", open, "/dashboard?result=created", fresh.session);
    const person = await this.holder(longLogin);
    await this.spend(person, 7.77, { days: 20, every: 3 });
    open.sql(
      `UPDATE api_keys SET revealed_at = unixepoch(), reveal_reason = '${longReason}' WHERE github_user_id = ` +
        `'${person.account}'`,
    );
    this.add("dashboard-key", open, "/dashboard", person.session, { unfold: true });
    const calm = await this.holder("calm-key");
    await this.spend(calm, 2.3, { days: 90, every: 1 });
    this.add("dashboard-calm", open, "/dashboard", calm.session);
    this.add("dashboard-7-days", open, "/dashboard?days=7", calm.session);
    this.add("dashboard-90-days", open, "/dashboard?days=90", calm.session);
    for (const use of ["terminal", "python", "javascript", "apps"])
      this.add(`dashboard-use-${use}`, open, "/dashboard", calm.session, { use });
    this.add("dashboard-confirm", open, "/dashboard", calm.session, { open: "details.sure, details.reveal" });
    this.add("dashboard-tried", open, "/dashboard", calm.session, { questions: true });
    const spent = await this.holder("spent-key");
    await this.spend(spent, 10, { days: 3, every: 1 });
    this.add("dashboard-at-cap", open, "/dashboard?result=exists", spent.session);
    this.add("docs-signed-in", open, "/docs?key=show", person.session);
    this.add("docs-masked", open, "/docs", person.session);
    this.add("try-answer", open, "/dashboard/try", person.session, {
      form: { message: `Say hello. ${"Really-".repeat(40)}`, model: "openai/gpt-4o-mini" },
    });
    this.add("try-refused", open, "/dashboard/try", person.session, {
      form: { message: "Say hello.", model: "no-such/model" },
    });
    this.add("try-not-accepted", open, "/dashboard/try", person.session, {
      form: { message: " ", model: "no-such/model" },
    });
    const states = {
      expired: "expires_at = unixepoch() - 60",
      gone: "missing_since = unixepoch()",
      disabled: "is_disabled = 1",
      carried: "carried_micro_usd = 4000000, carried_until = unixepoch() + 3600",
      "not-kept": "openrouter_key = ''",
      unreadable: "openrouter_key = 'v1.nonsense'",
    };
    for (const [name, change] of Object.entries(states)) {
      const each = await this.holder(`${name}-key`);
      open.sql(`UPDATE api_keys SET ${change} WHERE github_user_id = '${each.account}'`);
      this.add(`dashboard-${name}`, open, "/dashboard", each.session);
    }
    const giver = await this.holder("gave-it-back");
    await post(open, giver.session, "/dashboard/key/give-back", {});
    this.add("dashboard-given-back", open, "/dashboard?result=given-back", giver.session);
    this.add("dashboard-no-key-notice", open, "/dashboard?result=no-key", await signIn(open, "newcomer"));
    this.add("admin-settings-off", this.paused, "/admin/settings", await signIn(this.paused, admin));
    this.add("dashboard-paused", this.paused, "/dashboard", await signIn(this.paused, "newcomer"));
    this.add("dashboard-full", open, "/dashboard?result=full", await signIn(open, "newcomer"));
  }

  async addConsole() {
    const { open, empty } = this;
    const session = await signIn(open, admin),
      nobody = await signIn(empty, admin);
    for (const [name, path] of [
      ["overview", "/admin"],
      ["keys", "/admin/people"],
      ["revocations", "/admin/revocations"],
      ["changes", "/admin/changes"],
      ["audit", "/admin/activity"],
      ["settings", "/admin/settings"],
      ["tokens", "/admin/tokens"],
      ["webhooks", "/admin/webhooks"],
      ["account", "/admin/people/424242"],
      ["confirm-none", "/admin/revocations/new"],
    ])
      this.add(`admin-${name}-empty`, empty, path, nobody);
    // More rows than a page holds, long words in each.
    for (let i = 0; i < 55; i += 1)
      await post(open, session, "/admin/keys", {
        github_user_id: 5_000_000 + i,
        github_username: i % 3 ? `crowd-${i}` : `${"w".repeat(37)}${10 + i}`.slice(-39),
      });
    const settings = await fetch(`${open.url}/admin/settings`, { headers: { cookie: session, accept: "text/html" } });
    await post(open, session, "/admin/settings", {
      version: /name="version" value="(\w+)"/.exec(await settings.text())[1],
      organizer_name: "w".repeat(80),
      organizer_contact: `https://help.example.org/${"w".repeat(170)}`,
    });
    await post(open, session, "/admin/webhooks", { url: longUrl });
    await post(open, session, "/admin/tokens", {
      name: "the-robot-that-looks-after-the-keys-of-the-platform-team-every-hour-of-the-day",
      expires_in_days: 30,
      scopes: "read",
    });
    const ended = await this.holder("ended-key");
    const grantOf = (account) => open.sql(`SELECT id FROM api_keys WHERE github_user_id = '${account}'`);
    await post(open, session, `/admin/keys/${grantOf(ended.account)}/revoke`, { reason: longReason, hold: "7d" });
    this.add("dashboard-on-hold", open, "/dashboard", ended.session);
    this.add("admin-account-on-hold", open, `/admin/people/${ended.account}?result=revoked`, session);
    open.sql(
      `INSERT INTO failures VALUES ('minting: ${longReason}', unixepoch() - 999, unixepoch(), 12), ` +
        "('OpenRouter: HTTP 402: no credits', unixepoch(), unixepoch(), 1)",
    );
    const bulk = await post(open, session, "/admin/revocations", { q: "crowd-1", reason: longReason, hold: "none" });
    await until(
      "the bulk revocation is done",
      async () =>
        /Revoked keys/.test(
          await (await fetch(open.url + bulk.headers.get("location"), { headers: { cookie: session } })).text(),
        ),
      60_000,
      100,
    );
    const change = await post(open, session, "/admin/changes", { act: "enable", q: "www", reason: longReason });
    await until(
      "the bulk change is done",
      async () =>
        /Keys switched on/.test(
          await (await fetch(open.url + change.headers.get("location"), { headers: { cookie: session } })).text(),
        ),
      60_000,
      100,
    );
    this.add("admin-change-done", open, change.headers.get("location"), session);
    this.add("admin-progress-done", open, bulk.headers.get("location"), session);
    const page = async () => (await fetch(`${open.url}/admin`, { headers: { cookie: session } })).text();
    await until("the figures are there", async () => !(await page()).includes("has not read it"), 60_000, 100);
    for (const [name, path] of [
      ["overview", "/admin"],
      ["keys", "/admin/people"],
      ["keys-found", "/admin/people?q=crowd-4&state=active"],
      ["keys-none", "/admin/people?q=nobody-at-all"],
      ["keys-problem", "/admin/people?from=yesterday"],
      ["revocations", "/admin/revocations"],
      ["changes", "/admin/changes"],
      ["audit", "/admin/activity"],
      ["settings", "/admin/settings"],
      ["tokens", "/admin/tokens"],
      ["webhooks", "/admin/webhooks"],
      ["docs", "/admin/docs"],
      ["docs-routes", "/admin/docs/routes"],
      ["confirm", "/admin/revocations/new?q=www"],
      ["confirm-all", "/admin/revocations/new?all=true"],
      ["change-disable", "/admin/changes/new?act=disable&q=www"],
      ["change-cap", "/admin/changes/new?act=cap&all=true"],
      ["change-replace", "/admin/changes/new?act=replace&q=www"],
      ["keys-ended", "/admin/people?state=ended"],
      ["people-all-chosen", "/admin/people?all=true"],
      ["people-by-login", "/admin/people?sort=person&dir=desc"],
      ["key-unknown", "/admin/people?result=unknown-key"],
      ["audit-found", "/admin/activity?q=crowd-4"],
    ])
      this.add(`admin-${name}`, open, path, session);
    const shown = await this.holder("shown-key");
    this.add("admin-account", open, `/admin/people/${shown.account}?result=bad-change`, session);
    this.add("admin-reveal", open, `/admin/keys/${grantOf(shown.account)}/reveal`, session, {
      form: { reason: "They lost it." },
    });
    this.add("admin-token-made", open, "/admin/tokens", session, {
      form: { name: "one more", expires_in_days: 30, scopes: "read" },
    });
    this.add("admin-token-refused", open, "/admin/tokens", session, { form: { name: "none", expires_in_days: 0 } });
    this.add("admin-webhook-made", open, "/admin/webhooks", session, { form: { url: "https://example.org/hook" } });
    this.add("admin-webhook-refused", open, "/admin/webhooks", session, { form: { url: "nonsense" } });
    this.add("admin-people-refused", open, "/admin/people", session, { form: { people: "two words\nnobody at all" } });
    this.add("admin-revocation-refused", open, "/admin/revocations", session, { form: { reason: "" } });
  }

  // An upstream that answers nobody leaves everything half done.
  async addStuckStates() {
    const { stuck } = this;
    const session = await signIn(stuck, admin);
    const states = {
      queued: [
        "waiting",
        "queued_at = (unixepoch() - 60) * 1000000, next_attempt_at = unixepoch() + 9999, attempts = 3, " +
          "problem = 'upstream_down'",
      ],
      "in-progress": ["pending", "attempted_at = unixepoch() + 9999"],
      "sorting-out": ["ambiguous", "attempted_at = unixepoch()"],
      revoking: ["revoking", "created_at = created_at"],
      replacing: ["replacing", "created_at = created_at"],
    };
    const people = {};
    for (const name of [...Object.keys(states), "usage-unknown"])
      people[name] = await this.holder(`${name}-key`, stuck);
    const crowd = await this.holder("stuck-crowd", stuck);
    await this.broken.outage("refuse");
    for (const [name, [status, change]] of Object.entries(states)) {
      stuck.sql(
        `UPDATE api_keys SET status = '${status}', openrouter_key = NULL, ${change} WHERE github_user_id = ` +
          `'${people[name].account}'`,
      );
      this.add(`dashboard-${name}`, stuck, "/dashboard", people[name].session, { isWaiting: true });
    }
    const unlucky = await signIn(stuck, "unlucky");
    stuck.sql(`INSERT INTO mint_notes VALUES ('${accountOf(unlucky)}', 'refused', unixepoch())`);
    this.add("dashboard-problem", stuck, "/dashboard", unlucky);
    await post(stuck, people["usage-unknown"].session, "/dashboard/try", {
      message: "What was spent before is old now.",
    });
    this.add("dashboard-usage-unknown", stuck, "/dashboard", people["usage-unknown"].session);
    const bulk = await post(stuck, session, "/admin/revocations", {
      q: crowd.login,
      reason: "The event is over.",
      hold: "none",
    });
    this.add("admin-progress", stuck, bulk.headers.get("location"), session, { isWaiting: true });
    this.add("admin-overview-stuck", stuck, "/admin", session);
  }

  async addErrors() {
    const { open, limited, lost } = this;
    this.add("error-404", open, "/no-such-page");
    this.add("error-405", open, "/auth/sign-out");
    this.add("error-400", open, "/dashboard/try", await signIn(open, "newcomer"), {
      form: { message: "x".repeat(3000) },
    });
    this.add("error-401", open, "/dashboard/key", undefined, { form: {} });
    this.add("error-403", open, "/dashboard/key", await signIn(open, "newcomer"), { form: {}, isForeign: true });
    // Until the one request of this minute is used up.
    this.add("error-429", limited, "/auth/login", undefined, {
      before: () =>
        until(
          "nobody may ask",
          async () => (await fetch(`${limited.url}/auth/login`, { redirect: "manual" })).status === 429,
        ),
    });
    const visitor = await signIn(lost, "newcomer");
    lost.sql("ALTER TABLE api_keys RENAME TO not_to_be_found");
    this.add("error-503", lost, "/dashboard", visitor);
    this.add("sign-in-run-out", open, "/auth/callback?code=x&state=y");
    this.add("sign-in-misconfigured", open, "/auth/callback?error=application_suspended");
    for (const [name, button] of [
      ["denied", "Say no"],
      ["unverified", "E-mail not verified"],
      ["rejected", "Reject the code"],
      ["github-down", "Answer 500"],
      ["github-limits", "Rate limit"],
    ])
      this.add(`sign-in-${name}`, open, "/auth/login?next=/docs", undefined, { press: button });
    this.add("github-personas", open, "/auth/login", undefined, { isOfGithub: true });
  }

  async stop() {
    await Promise.all(this.services.map((each) => each.stop()));
    await Promise.all([this.upstreams.stop(), this.broken.stop()]);
    for (const folder of this.folders) rmSync(folder, { recursive: true, force: true });
  }
}

export const startEveryPage = (env = {}) => new Stage().start(env);

// Submits a form from the page that is open.
const submit = (page, url, fields) =>
  page.evaluate(
    ([action, values]) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action });
      for (const [name, value] of Object.entries(values))
        form.append(Object.assign(document.createElement("textarea"), { name, value }));
      document.body.append(form);
      HTMLFormElement.prototype.submit.call(form);
    },
    [url, fields],
  );

// Asks the key on the page two questions, and a third one of a model that there is not.
const askQuestions = async (page) => {
  for (const [message, model] of [
    ["Hello.", ""],
    ["Is anybody there, who hears more than one question?", ""],
    ["Nobody?", "no-such/model"],
  ]) {
    await page.fill("#try-message", message);
    await page.selectOption("#try-model", model ? "other" : { index: 0 });
    if (model) await page.fill("#try-other", model);
    await page.click("#try-send");
    await page.locator("#try-send", { hasText: "Send" }).waitFor();
  }
  await page.locator("#try-problem", { hasText: "has no model" }).waitFor();
};

// Opens a place in a browser, as a person would come to it.
export const visit = async (page, place) => {
  const url = place.service.url + place.path;
  if (place.session) {
    const [name, value] = place.session.split("=");
    await page.context().addCookies([{ name, value, url: place.service.url }]);
  }
  await place.before?.();
  if (place.form) {
    await page.goto(place.isForeign ? "data:text/html,<title>elsewhere</title>" : `${place.service.url}/docs`);
    await Promise.all([page.waitForURL(url), submit(page, url, place.form)]);
  } else {
    await page.goto(url);
  }
  if (place.press) await page.click(`text=${place.press}`);
  if (place.unfold || place.open)
    await page.evaluate((selector) => {
      for (const each of document.querySelectorAll(selector)) each.open = true;
    }, place.open ?? "details");
  if (!place.isWaiting) await page.waitForFunction(() => !document.querySelector("main[data-refresh-after]"));
  if (place.use) {
    await page.click(`label:has(#use-${place.use})`);
    await page.evaluate(() => localStorage.clear()); // the next place is seen as by somebody new
  }
  if (place.questions) await askQuestions(page);
};
