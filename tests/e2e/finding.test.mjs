// How people and keys are found: by a whole key, which must stand in no address and no log; in
// every state; and after their key has ended.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  binary,
  generate,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

let upstreams, folder, service, settings, admin, holder;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  settings = { ADMIN_GITHUB_USER_IDS: "1003", RECONCILE_SECONDS: "0", SPENDING_POLL_SECONDS: "0" };
  service = await startService(upstreams, folder, settings);
  admin = await signIn(service, "linus-organizer");
  const session = await signIn(service, "finder-holder");
  holder = { session, ...(await (await generate(service, session)).json()) };
  holder.account = (await api("GET", "/keys?q=finder-holder")).json().keys[0].github_user_id;
});
after(async () => {
  await service.stop();
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

const send = async (method, path, { body, type, accept = "text/html", cookie = admin } = {}) => {
  const answer = await fetch(service.url + path, {
    method,
    redirect: "manual",
    headers: { cookie, accept, origin: service.url, ...(type ? { "content-type": type } : {}) },
    body,
  });
  const text = await answer.text();
  return { status: answer.status, location: answer.headers.get("location") ?? "", text, json: () => JSON.parse(text) };
};
const api = (method, path, body) =>
  send(method, `/api/v1${path}`, {
    type: body && "application/json",
    body: body && JSON.stringify(body),
    accept: "application/json",
  });
const search = (fields) =>
  send("POST", "/admin/search", {
    type: "application/x-www-form-urlencoded",
    body: new URLSearchParams(fields).toString(),
  });
const page = (path, cookie) => send("GET", path, { cookie });
const withInput = (args, input) =>
  new Promise((done) => {
    const child = spawn(binary, args, {
      env: { PATH: process.env.PATH, ...serviceEnvironment(upstreams, folder, settings) },
      cwd: folder,
    });
    let out = "",
      err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.once("close", (code) => done({ code, out, err }));
    child.stdin.end(input);
  });
const other = "sk-or-v1-" + "0".repeat(60);

test("a whole key is found by POST, and its owner with it", async () => {
  const found = await search({ q: ` ${holder.key} `, state: "", sort: "newest" });
  assert.deepEqual([found.status, found.location], [303, `/admin/people/${holder.account}?result=found-key`]);
  const shown = await page(found.location);
  assert.match(shown.text, /This account holds the key/);
  assert.match(shown.text, /finder-holder/);
  assert.ok(!shown.text.includes(holder.key));
  assert.equal(
    (await search({ q: `Authorization: Bearer ${holder.key}"` })).location,
    found.location,
    "as it was copied",
  );
  const unknown = await search({ q: other });
  assert.equal(unknown.location, "/admin/people?result=unknown-key");
  assert.match((await page(unknown.location)).text, /no ended key has the same last characters/);
  const byApi = await api("POST", "/keys/search", { key: holder.key });
  assert.equal(byApi.json().key.github_user_id, holder.account);
  assert.ok(!byApi.text.includes(holder.key));
  assert.deepEqual((await api("POST", "/keys/search", { key: other })).json(), { key: null, perhaps_ended: [] });
  assert.equal((await api("POST", "/keys/search", { key: "finder" })).status, 400);
  const byCommand = await withInput(["keys", "find", "--json"], `${holder.key}\n`);
  assert.equal(byCommand.code, 0, byCommand.err);
  assert.equal(JSON.parse(byCommand.out).key.github_user_id, holder.account);
  assert.equal((await withInput(["keys", "find"], other)).code, 1);
  assert.equal((await withInput(["keys", "find"], "hello\n")).code, 2);
});

test("a part of a key is found by its last characters, or asked for whole, and never said to be foreign", async () => {
  const { key, hint, account } = holder;
  for (const shortened of [
    `${key.slice(0, 12)}…${hint}`,
    `${key.slice(0, 12)}...${hint}`,
    `...${hint}`,
    `…${hint}`,
    `sk-or-v1-***${hint}`,
    ` "sk-or-…${hint}" `,
  ]) {
    const found = await search({ q: shortened });
    assert.equal(found.location, `/admin/people?q=${hint}`, shortened);
    assert.match((await page(found.location)).text, new RegExp(`/admin/people/${account}"`));
    const byCommand = await withInput(["keys", "find"], `${shortened}\n`);
    assert.equal(byCommand.code, 2, shortened);
    assert.match(byCommand.err, new RegExp(`whole key.*keys list --search ${hint}`), shortened);
    const byApi = await api("POST", "/keys/search", { key: shortened });
    assert.equal(byApi.status, 400, shortened);
    assert.match(byApi.json().detail, new RegExp(`whole key.*q=${hint}`), shortened);
  }
  assert.equal(
    (await api("GET", `/keys?q=${encodeURIComponent(`...${hint}`)}`)).json().keys[0].github_user_id,
    account,
  );
  for (const part of ["sk-or-v1-", "sk-or-v1-ab", key.slice(0, 30)]) {
    const found = await search({ q: part });
    assert.equal(found.location, "/admin/people?result=part-of-key", part);
    assert.match((await page(found.location)).text, /Paste the whole key/);
    assert.equal((await api("POST", "/keys/search", { key: part })).status, 400);
    assert.match((await withInput(["keys", "find"], `${part}\n`)).err, /whole key/);
  }
  for (const login of ["a...b", "...", "…"])
    assert.equal((await search({ q: login })).location, `/admin/people?q=${encodeURIComponent(login)}`);
});

test("a key of ours that is no longer live is known by its last characters, whatever ended it", async () => {
  const ways = {
    revoked: async (key) => api("POST", `/keys/${key.id}/revoke`, { reason: "left" }),
    replaced: async (key, session) =>
      send("POST", "/dashboard/key/rotate", {
        cookie: session,
        type: "application/x-www-form-urlencoded",
        body: `key_id=${key.id}`,
      }),
    "given back": async (key, session) =>
      send("POST", "/dashboard/key/give-back", {
        cookie: session,
        type: "application/x-www-form-urlencoded",
        body: `key_id=${key.id}`,
      }),
  };
  for (const [way, end] of Object.entries(ways)) {
    const login = `former-${way.replace(" ", "-")}`,
      session = await signIn(service, login);
    const { key } = await (await generate(service, session)).json();
    const [grant] = (await api("GET", `/keys?q=${login}`)).json().keys;
    await end(grant, session);
    const found = await until(`${way}: it is found`, async () => {
      const answer = await search({ q: key });
      return !answer.location.includes("found-key") && answer;
    });
    assert.match(found.location, /result=perhaps-ended/, way);
  }
  assert.doesNotMatch((await page("/admin/people?result=unknown-key")).text, /not made here/);
});

test("a key is one without its first letters, too: its 64 digits alone", async () => {
  const bare = holder.key.replace("sk-or-v1-", "");
  assert.match(bare, /^[0-9a-f]{64}$/);
  for (const pasted of [bare, ` "${bare}" `, `v1-${bare}`])
    assert.equal((await search({ q: pasted })).location, `/admin/people/${holder.account}?result=found-key`);
  assert.equal((await search({ q: "0".repeat(64) })).location, "/admin/people?result=unknown-key");
  assert.equal((await api("POST", "/keys/search", { key: bare })).json().key.github_user_id, holder.account);
  assert.equal(
    JSON.parse((await withInput(["keys", "find", "--json"], `${bare}\n`)).out).key.github_user_id,
    holder.account,
  );
  for (const path of [`/admin/people?q=${bare}`, `/admin/activity?q=${bare}`, `/admin/?q=${bare}`]) {
    const answer = await page(path);
    assert.equal(answer.status, 303, path);
    assert.ok(!(answer.location + answer.text).includes(bare));
  }
  assert.equal((await api("GET", `/keys?q=${bare}`)).status, 400);
  assert.equal(
    (await api("POST", "/revocations", { q: bare, reason: "x" })).status,
    400,
    "it would stand in the audit log",
  );
  assert.equal((await search({ q: bare.slice(1) })).location, `/admin/people?q=${bare.slice(1)}`, "63 are none");
});

test("the console searches by POST, and goes to an address that can be kept", async () => {
  const form = await page("/admin/people");
  assert.match(form.text, /<form[^>]* method="post" action="\/admin\/search"/);
  const found = await search({
    q: "finder-",
    state: "active",
    expires_within: "",
    from: "",
    to: "",
    unused: "",
    sort: "today",
  });
  assert.deepEqual([found.status, found.location], [303, "/admin/people?q=finder-&state=active"]);
  assert.match((await page(found.location)).text, /finder-holder/);
  assert.equal((await search({ q: "", state: "", sort: "today" })).location, "/admin/people");
});

test("an address that holds a whole key is answered without it, and logged masked", async () => {
  const key = encodeURIComponent(holder.key);
  for (const path of [
    `/admin/people?q=${key}`,
    `/admin/people?q=${key}&state=active`,
    `/admin/people?q=${key.replace("sk-or", "%73k-or")}`,
    `/admin/revocations/new?q=${key}`,
    `/admin/activity?q=${key}`,
  ]) {
    const answer = await page(path);
    assert.equal(answer.status, 303, path);
    assert.ok(!answer.location.includes("sk-or"), answer.location);
    assert.ok(!answer.text.includes(holder.key));
  }
  assert.match((await page((await page(`/admin/people?q=${key}`)).location)).text, /The address contained a key/);
  assert.equal((await page(`/?key=${key}`, "")).status, 303, "for nobody in particular, too");
  assert.equal((await page(`/dashboard?key=${key}`, holder.session)).status, 303);
  const byApi = await api("GET", `/keys?q=${key}`);
  assert.equal(byApi.status, 400);
  assert.ok(!byApi.text.includes(holder.key));
  const begun = await api("POST", "/revocations", { q: holder.key, reason: "x" });
  assert.equal(begun.status, 400, "it would stand in the audit log");
  for (const args of [
    ["keys", "list", "--search", holder.key],
    ["keys", "revoke", "--reason", "x", "--search", holder.key],
    ["keys", "show", holder.key],
    ["keys", "show", holder.key.slice(9)],
  ]) {
    const { code, out, err } = await run(args, serviceEnvironment(upstreams, folder, settings));
    assert.equal(code, 2);
    assert.match(err, /keys find/);
    assert.ok(!(out + err).includes(holder.key.slice(9, 40)));
  }
  const log = await until(
    "the log has it",
    () => service.process.output.includes("whole key") && service.process.output,
  );
  assert.ok(!log.includes(holder.key) && !log.includes(holder.key.slice(0, 30)));
  assert.match(log, new RegExp(`sk-or-…${holder.hint}`));
  const audit = (await run(["audit", "export"], serviceEnvironment(upstreams, folder, settings))).out;
  assert.ok(!audit.includes(holder.key));
});

test("a slash too many does not bring a whole key back in the new address", async () => {
  const key = holder.key,
    hidden = key.replace("sk-or", "%73k-or");
  for (const path of [
    `/admin/?q=${key}`,
    `/admin/?q=${hidden}&state=active`,
    `/?x=1&q=${key}`,
    `/docs/?q=${key}`,
    `/dashboard/?a=%zz&q=${key}`,
    `/docs/?a=%zz&q=${hidden}`,
  ]) {
    const answer = await page(path);
    assert.ok(
      answer.status < 500 && !/sk-or|%73k/.test(answer.location),
      `${path}: ${answer.status} ${answer.location}`,
    );
    assert.ok(!answer.text.includes(key), path);
  }
  assert.equal((await page(`/admin/?q=${key}`)).location, "/admin?result=key-in-address");
  assert.equal((await page(`/admin/people/${key}/`)).status, 404);
  assert.equal((await api("GET", `/keys/?q=${key}`)).status, 400);
  const kept = await page("/admin/?q=finder-&state=active");
  assert.deepEqual([kept.status, kept.location], [308, "/admin?q=finder-&state=active"], "any other query stays");
});

test("a whole key as a path is logged masked", async () => {
  const key = "sk-or-v1-" + "7".repeat(56) + "wxyz";
  const before = service.process.output.length;
  for (const path of [
    `/${key}`,
    `/admin/people/${key}`,
    `/api/v1/keys/${key}/x`,
    `/${key.replace("sk-or", "%73K-OR")}`,
    `/dashboard/${key}?a=b`,
    `/api/v1/keys/${key}?q=${key}`,
  ]) {
    const answer = await page(path);
    assert.ok(answer.status >= 400, `${path}: ${answer.status}`);
  }
  assert.equal((await page("/last-of-the-masked")).status, 404);
  const log = await until(
    "the log has them",
    () => service.process.output.includes("/last-of-the-masked") && service.process.output.slice(before),
  );
  assert.ok(!log.includes("7777"), log);
  assert.match(log, /"\/admin\/people\/sk-or-…wxyz"/);
});

test("a whole key on the command line is refused without being shown, and asked for nowhere", async () => {
  const key = "sk-or-v1-" + "7".repeat(56) + "wxyz";
  for (const args of [
    ["show", key],
    ["show", `@${key}`, "--json"],
    ["revoke", key, "--reason", "x"],
    ["revoke", "1001", key, "--reason", "x", "--json"],
    ["mint", key],
    ["reveal", key, "--reason", "x"],
    ["change", key, "--disable"],
    ["find", key],
  ]) {
    const { code, out, err } = await run(["keys", ...args], serviceEnvironment(upstreams, folder, settings));
    assert.equal(code, 2, `${args[0]}: ${err}`);
    assert.match(err, /keys find/, args[0]);
    assert.ok(!(out + err).includes("7777"), args[0]);
  }
  const unfit = await run(["keys", "show", "a--secret--of-somebody"], serviceEnvironment(upstreams, folder, settings));
  assert.equal(unfit.code, 1, unfit.err);
  assert.match(unfit.err, /cannot be a login of GitHub/);
});

test("a whole key is no part of a reason", async () => {
  const refused = await api("POST", `/keys/${(await api("GET", "/keys?q=finder-holder")).json().keys[0].id}/revoke`, {
    reason: `leaked: ${holder.key}`,
    hold: "none",
  });
  assert.equal(refused.status, 400);
  assert.match(refused.text, /last four characters are enough/);
  assert.ok(!refused.text.includes(holder.key));
});

test("every state can be filtered by console, API and command line", async () => {
  const shown = (await page("/admin/people")).text;
  for (const state of [
    "active",
    "expired",
    "disabled",
    "waiting",
    "pending",
    "ambiguous",
    "replacing",
    "revoking",
    "usable",
    "near_cap",
    "at_cap",
    "never_used",
    "expiring",
    "missing",
    "blocked",
    "on_hold",
    "ended",
  ]) {
    assert.match(shown, new RegExp(`<option value="${state}"`), state);
    assert.equal((await page(`/admin/people?state=${state}`)).status, 200, state);
    assert.equal((await api("GET", `/keys?state=${state}`)).status, 200, state);
    const { code, err } = await run(
      ["keys", "list", "--state", state, "--json"],
      serviceEnvironment(upstreams, folder, settings),
    );
    assert.equal(code, 0, `${state}: ${err}`);
  }
  assert.equal((await api("GET", "/keys?state=gone")).status, 400);
});

test("somebody whose key was revoked is found by the login in console, API, command line and audit log", async () => {
  const session = await signIn(service, "finder-gone");
  const { key, hint } = await (await generate(service, session)).json();
  const { github_user_id: account, id } = (await api("GET", "/keys?q=finder-gone")).json().keys[0];
  assert.equal((await api("POST", `/keys/${id}/revoke`, { reason: "left the team", hold: "none" })).status, 200);
  assert.deepEqual((await api("GET", "/keys?q=finder-gone")).json().keys, []);
  const [ended] = (await api("GET", "/keys?state=ended&q=der-GONE")).json().keys;
  assert.deepEqual(
    [ended.github_user_id, ended.github_username, ended.reason],
    [account, "finder-gone", "left the team"],
  );
  const listed = await page("/admin/people?q=finder-gone");
  assert.match(listed.text, new RegExp(`/admin/people/${account}"`));
  assert.match(listed.text, /left the team/);
  assert.match((await page(`/admin/people/${account}`)).text, /<h1[^>]*>.*finder-gone.*<\/h1>/);
  const audit = await page("/admin/activity?q=finder-gone");
  assert.match(audit.text, /revoked <a [^>]*>finder-gone<\/a>/);
  assert.doesNotMatch(audit.text, new RegExp(`account:${holder.account}\\b`));
  const { entries } = (await api("GET", `/audit?q=${account}`)).json();
  assert.ok(entries.length >= 2 && entries.every((entry) => entry.subject.startsWith(`account:${account}`)));
  const command = await run(
    ["keys", "list", "--state", "ended", "--search", "finder-gone"],
    serviceEnvironment(upstreams, folder, settings),
  );
  assert.match(command.out, /finder-gone.*left the team/);
  const hinted = await run(
    ["keys", "list", "--search", "finder-gone"],
    serviceEnvironment(upstreams, folder, settings),
  );
  assert.match(hinted.err, /--state ended/);
  const pasted = await search({ q: key });
  assert.equal(pasted.location, `/admin/people/${account}?result=perhaps-ended`);
  assert.match((await withInput(["keys", "find"], key)).out, new RegExp(`finder-gone.*hint ${hint}`));
});
