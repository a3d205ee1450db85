// What the console says before and after it does something: which keys are meant, what a stop came
// to, what is wrong with a form and where; and what cannot be undone is asked first.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { generate, signIn, startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

let upstreams;
before(async () => {
  upstreams = await startUpstreams();
});
after(() => upstreams.stop());

let next = 700_000;
const start = async (t, count, env = {}) => {
  const folder = temporaryFolder(),
    settings = {
      ADMIN_GITHUB_USER_IDS: "1003",
      RECONCILE_SECONDS: "0",
      SPENDING_POLL_SECONDS: "0",
      MAX_TOTAL_KEYS: "0",
      ...env,
    };
  const service = await startService(upstreams, folder, settings);
  t.after(async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const cookie = await signIn(service, "linus-organizer");
  const send = async (method, path, body, headers = {}) => {
    const answer = await fetch(service.url + path, {
      method,
      redirect: "manual",
      headers: { cookie, origin: service.url, accept: "text/html", ...headers },
      body,
    });
    const text = await answer.text();
    return { status: answer.status, location: answer.headers.get("location"), text, json: () => JSON.parse(text) };
  };
  const api = (method, path, body) =>
    send(method, `/api/v1${path}`, body && JSON.stringify(body), {
      accept: "application/json",
      "content-type": "application/json",
    });
  const page = (path) => send("GET", path);
  const form = (path, body, headers = {}) =>
    send("POST", path, body, { "content-type": "application/x-www-form-urlencoded", ...headers });
  const first = next;
  next += count;
  for (let i = 0; i < count; i += 1)
    assert.equal(
      (await api("POST", "/keys", { github_user_id: first + i, github_username: `words-${first + i}` })).status,
      200,
    );
  const keys = async (query = "") => (await api("GET", `/keys?limit=100${query}`)).json().keys;
  const done = (id) =>
    until(
      "it is done",
      async () => {
        const bulk = (await api("GET", `/revocations/${id}`)).json();
        return bulk.state === "done" && bulk;
      },
      60_000,
    );
  return { folder, settings, service, cookie, first, api, page, form, keys, done };
};

test("the page that asks says in words which keys are meant", async (t) => {
  const { page } = await start(t, 1);
  const asked = await page("/admin/revocations/new?state=active&not_used_since=2099-01-01");
  assert.equal(asked.status, 200);
  assert.match(
    asked.text,
    /You are about to revoke <strong>keys that people have that were not used since 2099-01-01<\/strong>: 1 key now/,
  );
  assert.match(asked.text, /<h1>Revoke 1 key<\/h1>/);
  assert.match(
    (await page("/admin/revocations/new?q=words-")).text,
    /keys in any state that match the search &apos;words-&apos;/,
  );
  assert.match((await page("/admin/revocations/new?all=true")).text, /<strong>every key<\/strong>: 1 key now/);
});

test("a bulk revocation that was stopped says what came of it, and looks as if nothing goes on", async (t) => {
  const { api, page, form, keys, done } = await start(t, 2);
  const bulk = (await api("POST", "/revocations", { q: "words-", confirm: 2, reason: "by mistake" })).json();
  await form(`/admin/revocations/${bulk.id}/stop`, "");
  await done(bulk.id);
  const { text } = await page(`/admin/revocations/${bulk.id}`);
  assert.match(
    text,
    /Stopped at 20\d\d-\d\d-\d\d \d\d:\d\d UTC by linus-organizer: no key was revoked\. All others keep working\./,
  );
  assert.doesNotMatch(text, /<progress|These 0|Revoked keys|Revoking keys|0 of 0/);
  assert.match(text, /Which keys<\/dt><dd>keys in any state that match the search/);
  assert.match((await page("/admin/revocations")).text, /<td>stopped<\/td><td>none<\/td>/);
  assert.equal((await keys()).length, 2);
  const one = (await api("POST", "/revocations", { ids: [(await keys())[0].id], reason: "left" })).json();
  await done(one.id);
  assert.match((await page(`/admin/revocations/${one.id}`)).text, /The key is revoked\./);
});

test("an API call that says of no key is answered in plain words", async (t) => {
  const { api } = await start(t, 0);
  const answer = await api("POST", "/revocations", { reason: "x" });
  assert.equal(answer.status, 400);
  assert.match(answer.json().detail, /^[Ss]ay which keys are meant: their ids, a filter such as q or state, or all/);
});

const linksOf = (text) =>
  [...text.matchAll(/<main[\s\S]*<\/main>/g)].flatMap(([main]) =>
    [...main.matchAll(/href="([^"]*)"/g)].map(([, href]) => href.replaceAll("&amp;", "&")),
  );

test("a form with a mistake says which field is wrong, and is there to be sent again", async (t) => {
  const { service, api, form, keys, first } = await start(t, 2);
  const id = (await keys())[0].id;
  const account = (await keys())[0].github_user_id;
  for (const [body, words] of [
    ["github_user_id=octocat", /account id must be a whole number/],
    ["github_user_id=12&github_username=%01", /not a valid GitHub login/],
    ["github_user_id=", /account id must be/],
  ]) {
    const mint = await form("/admin/keys", body);
    assert.equal(mint.status, 400, body);
    assert.match(mint.text, words, body);
    assert.match(mint.text, /id="mint"/, "the form is on the page");
  }
  const unsaid = await form("/admin/revocations", "q=words-&reason=&hold=none");
  assert.equal(unsaid.status, 400);
  assert.match(unsaid.text, /Nothing was revoked: reason/);
  assert.match(unsaid.text, /name="q" value="words-"/, "the same keys are meant");
  assert.match(
    (await form("/admin/revocations", "q=words-&reason=over&hold=sometime")).text,
    /hold[\s\S]*value="over"/,
  );
  const miscounted = await form("/admin/revocations", "q=words-&reason=over&hold=none&confirm=7");
  assert.equal(miscounted.status, 409);
  assert.ok(linksOf(miscounted.text).includes("/admin/revocations/new?q=words-"), miscounted.text);
  for (const body of ["daily_limit_usd=much", "daily_limit_usd=0", "daily_limit_usd=-1"]) {
    const changed = await form(`/admin/keys/${id}/change`, body);
    assert.equal(changed.status, 400, `${body}: ${changed.text}`);
    assert.match(changed.text, /The cap was not changed\. Enter an amount in US dollars above 0/);
    assert.match(changed.text, new RegExp(`value="${body.split("=")[1]}" aria-invalid="true"`), "what was typed stays");
  }
  const long = await form(`/admin/keys/${id}/change`, `disabled=true&reason=${"x".repeat(501)}`);
  assert.match(long.text, /the reason must be one line of up to 500/);
  const reasonless = await form(`/admin/keys/${id}/revoke`, "reason=&hold=none");
  assert.match(reasonless.text, /the reason must be one line of 1 to 500 characters/);
  const where = `/admin/people/${account}`;
  const unknown = await form(`/admin/keys/${id}/revoke`, "reson=x", { referer: `${service.url}${where}?result=noted` });
  assert.equal(unknown.status, 400);
  assert.match(unknown.text, /no field[\s\S]*reason/);
  assert.ok(linksOf(unknown.text).includes(where), "it leads back to the page of the form");
  for (const referer of [
    "https://evil.example//evil.example/x",
    `${service.url}/nowhere`,
    `${service.url}//evil.example`,
    "",
    "x",
  ])
    assert.deepEqual(
      linksOf((await form(`/admin/keys/${id}/revoke`, "reson=x", { referer })).text).filter(
        (link) => !link.startsWith("/admin"),
      ),
      [],
      referer,
    );
  assert.equal((await api("GET", `/keys?q=${first}`)).json().keys[0].status, "active");
});

test("people who wait can be chosen in the list and ended there, as the API allows", async (t) => {
  const { service, page, form, keys, done } = await start(t, 0, { MINT_CONCURRENCY: "1" });
  t.after(() => upstreams.clearFaults());
  await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 6000, times: 20 });
  const sessions = await Promise.all([1, 2, 3].map((i) => signIn(service, `words-waiting-${i}`)));
  const asked = sessions.map((session) => generate(service, session));
  const waiting = await until("two wait", async () => {
    const rows = await keys("&state=waiting");
    return rows.length === 2 && rows;
  });
  const { text } = await page("/admin/people?q=words-waiting");
  for (const { id } of waiting) assert.match(text, new RegExp(`type="checkbox" name="ids" value="${id}"`));
  const account = await page(`/admin/people/${waiting[0].github_user_id}`);
  assert.match(account.text, /End this attempt/);
  assert.doesNotMatch(account.text, /Change this key/);
  const ended = await form(`/admin/keys/${waiting[0].id}/revoke`, "reason=over&hold=none");
  assert.equal(ended.status, 303);
  const bulk = await form("/admin/revocations", `ids=${waiting[1].id}&reason=over&hold=none&confirm=1`);
  assert.equal(bulk.status, 303, bulk.text);
  await upstreams.clearFaults();
  await done(bulk.location.split("/").at(-1));
  await Promise.all(asked);
  await until("both are gone, the third has a key", async () => {
    const rows = await keys("&q=words-waiting");
    return rows.length === 1 && rows[0].status === "active";
  });
});

test("one of a kind is one, on every page", async (t) => {
  const { service, page, api, done, keys } = await start(t, 1, { KEY_EXPIRY_DAYS: "1", MAX_TOTAL_KEYS: "1" });
  const bulk = (await api("POST", "/revocations", { ids: [(await keys())[0].id], reason: "left" })).json();
  await done(bulk.id);
  await generate(service, await signIn(service, "linus-organizer"));
  const pages = [
    "/",
    "/docs",
    "/dashboard",
    "/admin",
    "/admin/people",
    "/admin/people?all=true",
    "/admin/revocations",
    `/admin/revocations/${bulk.id}`,
    "/admin/revocations/new?all=true",
    "/admin/revocations/new?expires_within=1&q=linus",
    "/admin/audit",
  ];
  for (const path of pages) {
    const { status, text } = await page(path);
    assert.ok(status < 400, path);
    assert.doesNotMatch(
      text.replace(/<[^>]*>/g, ""),
      /\b1 (keys|days|places|hours|seconds|minutes|entries|accounts|people|times)\b/,
      path,
    );
  }
  assert.match((await page("/")).text, /works for 1 day,/);
  assert.match((await page("/dashboard")).text, /, for (1 day|less than a day)\./);
});
