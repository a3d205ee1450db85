// People whose names are attacks. GitHub would never give such names; another server, an older
// database or an admin might.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cookiesOf, generate, run, serviceEnvironment, until } from "../e2e/support/service.mjs";
import { readJson } from "./support/corpus.mjs";
import { accountOf, asAdmin, startGround } from "./support/ground.mjs";

const logins = readJson("logins.json");
// Names that change what stands around them are no names.
const refused = [
  "a\nb",
  "a\r\nX-Evil: y",
  "a\tb",
  "a\u001b[31mb",
  "a\u001b]0;b\u0007",
  "a\bb",
  "a\u007fb",
  "a\u0085b",
  "a\u009b31mb",
  "a\u202eb",
  "a\u2066b",
  "a\u200fb",
  "a\u200bb",
  "a\u2028b",
  "a\ufeffb",
  "\u{e0041}b",
  "",
  "a".repeat(101),
  "\u20ac".repeat(34),
];

let ground, people;
before(async () => {
  ground = await startGround({ LOG_LEVEL: "debug" });
  people = [];
});
after(() => ground.stop());

// Signs in as whoever GitHub says it is.
const signInAs = async (id, login) => {
  const { service, upstreams } = ground;
  const begun = await fetch(`${service.url}/auth/login`, { redirect: "manual" });
  const decided = await fetch(`${begun.headers.get("location")}&login=octo&sandbox_auto=1`, { redirect: "manual" });
  await upstreams.githubFault({
    method: "GET",
    path: "/user",
    status: 200,
    body: JSON.stringify({ id, login, type: "User" }),
  });
  const finished = await fetch(decided.headers.get("location"), {
    redirect: "manual",
    headers: { cookie: cookiesOf(begun).join("; ") },
  });
  await upstreams.clearFaults();
  return {
    status: finished.status,
    session: cookiesOf(finished).find((cookie) => /^llmapikey_session=./.test(cookie)),
  };
};

const entities = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const unescape = (html) =>
  html.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot|apos));/gi, (_, hex, number, name) =>
    name ? entities[name.toLowerCase()] : String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(number)),
  );
const page = async (path, session) => {
  const answer = await fetch(ground.service.url + path, { headers: { cookie: session, accept: "text/html" } });
  return { status: answer.status, text: await answer.text(), headers: answer.headers };
};
// The name is there as text, and nowhere as markup. (What is escaped already may stand there as
// somebody else's.)
const assertShown = ({ status, text }, login, where) => {
  assert.equal(status, 200, where);
  assert.ok(unescape(text).includes(login), `${where} does not show ${login}`);
  if (/[<>"']/.test(login)) assert.ok(!text.includes(login), `${where} shows ${login} as it is`);
  assert.doesNotMatch(text, /<script>alert|<img src=x|<svg onload|<b><|autofocus onfocus="alert/, where);
};

test("names that would change what stands around them sign nobody in", async () => {
  for (const [i, login] of refused.entries()) {
    const { status, session } = await signInAs(600_000 + i, login);
    assert.deepEqual([status, session], [502, undefined], JSON.stringify(login));
  }
  for (const login of refused.slice(0, -3)) {
    const body = { github_user_id: 610_000, github_username: login };
    const headers = {
      cookie: ground.admin,
      origin: ground.service.url,
      "content-type": "application/json",
      accept: "application/json",
    };
    for (const path of ["/api/v1/keys", "/admin/keys"]) {
      const answer = await fetch(ground.service.url + path, {
        method: "POST",
        headers,
        body: JSON.stringify({ ...body, github_username: `x${login}` }),
        redirect: "manual",
      });
      assert.equal(answer.status, 400, `${path} ${JSON.stringify(login)}`);
    }
  }
});

test("everybody else gets in, gets a key, and sees their name as it is", async () => {
  for (const [i, login] of logins.entries()) {
    const { status, session } = await signInAs(500_000 + i, login);
    assert.equal(status, 302, JSON.stringify(login));
    assert.equal((await generate(ground.service, session)).status, 200, login);
    assertShown(await page("/dashboard", session), login, "the dashboard");
    const me = await (await fetch(`${ground.service.url}/api/v1/me`, { headers: { cookie: session } })).json();
    assert.equal(me.github_username, login);
    people.push({ login, session, account: accountOf(session) });
  }
});

test("nobody is an admin by name", async () => {
  for (const { session, login } of people) assert.equal((await page("/admin", session)).status, 404, login);
});

test("every page of the console shows them as text", async () => {
  const { admin } = ground;
  for (const { login, account } of people) {
    const found = await page(`/admin/people?q=${encodeURIComponent(login)}`, admin);
    assertShown(found, login, "the list");
    assertShown(await page(`/admin/people/${account}`, admin), login, "the account");
    const { key } = await asAdmin(ground, "GET", `/accounts/${account}`);
    assertShown(await page(`/admin/revocations/new?ids=${key.id}`, admin), login, "the confirmation");
    await asAdmin(ground, "POST", `/keys/${key.id}/reveal`, { reason: login });
    assertShown(await page("/admin/activity", admin), login, "the audit log");
    assertShown(await page(`/admin/people/${account}`, admin), login, "the reason on the account");
  }
  assert.equal((await page("/admin", admin)).status, 200);
});

test("a search means what it says, and finds exactly whom it names", async () => {
  for (const { login, account } of people) {
    const { keys } = await asAdmin(ground, "GET", `/keys?limit=1000&q=${encodeURIComponent(login)}`);
    assert.ok(
      keys.some((key) => key.github_user_id === account),
      `${login} is not found`,
    );
    // Part of a login, a whole id, or a key's last characters: nothing that holds none of these is
    // found.
    for (const key of keys)
      assert.ok(
        key.github_username.toLowerCase().includes(login.toLowerCase()) ||
          key.github_user_id === login ||
          key.hint === login,
        `${login} finds ${key.github_username}`,
      );
  }
});

test("JSON and the exported audit log say it exactly", async () => {
  const { keys } = await asAdmin(ground, "GET", "/keys?limit=1000");
  for (const { login, account } of people)
    assert.equal(keys.find((key) => key.github_user_id === account).github_username, login);
  const { text, headers } = await page("/admin/audit/export", ground.admin);
  assert.match(headers.get("content-disposition"), /^attachment; /);
  const lines = text.trimEnd().split("\n").map(JSON.parse);
  for (const { login } of people)
    assert.ok(
      lines.some((line) => JSON.stringify(line).includes(JSON.stringify(login).slice(1, -1))),
      login,
    );
});

// RFC 4180.
const parseCsv = (text) =>
  [...text.matchAll(/((?:"(?:[^"]|"")*"|[^",\r\n]*)(?:,(?:"(?:[^"]|"")*"|[^",\r\n]*))*)\r\n/g)].map(([, line]) =>
    [...line.matchAll(/"((?:[^"]|"")*)"|([^",]+)/g)].map(([, quoted, bare]) => (quoted ?? bare).replaceAll('""', '"')),
  );

test("the CSV export has a row for each, and no cell that a spreadsheet would calculate", async () => {
  const env = serviceEnvironment(ground.upstreams, ground.folder);
  const { code, out, err } = await run(["keys", "export"], env);
  assert.equal(code, 0, err);
  const [names, ...rows] = parseCsv(out);
  assert.equal(rows.length, people.length);
  for (const row of rows) {
    assert.equal(row.length, names.length, row.join("|"));
    for (const cell of row) assert.doesNotMatch(cell, /^[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/, cell);
  }
  const shown = new Set(rows.map((row) => row[2]));
  for (const { login } of people) assert.ok(shown.has(login) || shown.has(`'${login}`), login);
  for (const args of [
    ["keys", "list"],
    ["keys", "list", "--json"],
    ["audit", "export"],
    ["keys", "show", people[0].account],
  ]) {
    const listed = await run(args, env);
    assert.equal(listed.code, 0, listed.err);
    assert.doesNotMatch(listed.out, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/, args.join(" "));
  }
});

test("the log has one line for each event, and none that a name has made", async () => {
  for (const line of ground.service.process.output.split("\n").filter(Boolean)) {
    if (!line.startsWith("llmapikey ")) assert.equal(typeof JSON.parse(line).message, "string", line);
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/, JSON.stringify(line));
  }
  assert.ok(await until("the log", () => ground.service.process.output.includes("key issued")));
});
