// Every secret that is set, made or handed out, looked for in everything that comes out: logs,
// errors, metrics, URLs, pages, files, commands.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  cookiesOf,
  generate,
  run,
  serviceEnvironment,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "../e2e/support/service.mjs";

const made = (name) => `${name}-${randomBytes(24).toString("hex")}`;
const set = {
  AUTH_SESSION_SECRET: made("session"),
  KEY_ENCRYPTION_SECRET: made("sealing"),
  AUTH_SESSION_SECRET_ALSO_ACCEPTED: made("older-session"),
  KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED: made("older-sealing"),
};

let upstreams, folder, service, env;
// What is looked for, by name. What came out, by where.
const secrets = new Map(Object.entries(set)),
  out = [];
before(async () => {
  upstreams = await startUpstreams();
  secrets
    .set("OPENROUTER_MANAGEMENT_KEY", upstreams.management_key)
    .set("GITHUB_OAUTH_CLIENT_SECRET", upstreams.github_client_secret);
  folder = temporaryFolder();
  env = { ...set, ADMIN_GITHUB_USER_IDS: "1003", LOG_LEVEL: "debug", UPSTREAM_TIMEOUT_SECONDS: "2" };
  service = await startService(upstreams, folder, env);
});
after(async () => {
  await service.stop();
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Whatever is answered is kept; `hands` names the secret that this answer is for, which is taken
// out before.
const call = async (method, path, { hands = [], ...options } = {}) => {
  const answer = await fetch(path.startsWith("http") ? path : service.url + path, {
    method,
    redirect: "manual",
    ...options,
  });
  let text = `${[...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n")}\n${await answer.text()}`;
  for (const secret of hands) text = text.replaceAll(secret, "(handed out)");
  out.push([`${method} ${path}`, text]);
  return { status: answer.status, text, answer };
};
const json = (session, body) => ({
  headers: { cookie: session, origin: service.url, "content-type": "application/json", accept: "application/json" },
  body: body && JSON.stringify(body),
});

// Signs in, step by step; all that only this browser may know becomes a secret.
const signIn = async (login) => {
  const begun = await fetch(`${service.url}/auth/login`, { redirect: "manual" });
  const authorize = begun.headers.get("location"),
    [attempt] = cookiesOf(begun);
  out.push(["the way to GitHub", authorize.replace(/state=[^&]+/, "state=")]);
  secrets
    .set(`attempt of ${login}`, attempt.split("=")[1])
    .set(`state of ${login}`, new URL(authorize).searchParams.get("state"));
  const decided = await fetch(`${authorize}&login=${login}&sandbox_auto=1`, { redirect: "manual" });
  const callback = decided.headers.get("location");
  secrets.set(`code of ${login}`, new URL(callback).searchParams.get("code"));
  const finished = await fetch(callback, { redirect: "manual", headers: { cookie: attempt } });
  const session = cookiesOf(finished).find((cookie) => /^llmapikey_session=./.test(cookie));
  out.push(["the end of a sign-in", await finished.text()]);
  if (session) secrets.set(`session of ${login}`, session.split("=")[1]);
  return { session, status: finished.status };
};

let person, admin;
test("people come, get keys, replace them, try them and give them back", async () => {
  ({ session: person } = await signIn("secretive"));
  ({ session: admin } = await signIn("linus-organizer"));
  const { key } = await (await generate(service, person)).json();
  secrets.set("a raw key", key);
  await call("GET", "/dashboard", { hands: [key], headers: { cookie: person } });
  await call("GET", "/api/v1/me", json(person));
  await call("POST", "/dashboard/try", json(person, { message: "hello" }));
  const rotated = await (
    await fetch(`${service.url}/dashboard/key/rotate`, { method: "POST", ...json(person, {}) })
  ).json();
  assert.equal(rotated.status, "created");
  secrets.set("a second raw key", rotated.key);
  await call("POST", "/dashboard/key/give-back", json(person, {}));
  const other = await signIn("another");
  const { key: third } = await (await generate(service, other.session)).json();
  secrets.set("a third raw key", third);
});

test("admins look, make, reveal, and make tokens and webhooks", async () => {
  assert.equal(
    (await call("POST", "/api/v1/keys", json(admin, { github_user_id: 700_001, github_username: "minted" }))).status,
    200,
  );
  const { keys } = await (await fetch(`${service.url}/api/v1/keys`, json(admin))).json();
  const { token } = await (
    await fetch(`${service.url}/api/v1/tokens`, {
      method: "POST",
      ...json(admin, { name: "t", scopes: ["read", "reveal"], expires_in_days: 1 }),
    })
  ).json();
  secrets.set("an API token", token);
  const bearer = {
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ reason: "a test" }),
  };
  const revealed = await (
    await fetch(`${service.url}/api/v1/keys/${keys[0].id}/reveal`, { method: "POST", ...bearer })
  ).json();
  assert.match(revealed.key, /^sk-or-v1-/);
  secrets.set("a revealed key", revealed.key);
  const hook = await (
    await fetch(`${service.url}/api/v1/webhooks`, {
      method: "POST",
      ...json(admin, { url: "http://127.0.0.1:1/hook" }),
    })
  ).json();
  assert.ok(hook.secret);
  secrets.set("a webhook's secret", hook.secret);
  for (const path of [
    "/admin",
    "/admin/people",
    "/admin/activity",
    "/admin/tokens",
    "/admin/webhooks",
    "/admin/revocations",
    "/admin/changes",
    "/admin/audit/export",
    `/admin/people/${keys[0].github_user_id}`,
  ])
    await call("GET", path, { headers: { cookie: admin, accept: "text/html" } });
  for (const path of [
    "/keys",
    `/keys/${keys[0].id}`,
    "/tokens",
    "/webhooks",
    "/webhook-deliveries",
    "/audit?limit=1000",
    "/overview",
    `/accounts/${keys[0].github_user_id}`,
  ])
    await call("GET", `/api/v1${path}`, json(admin));
});

test("all goes wrong that can", async () => {
  for (const fault of [
    { status: 500, body: "{}" },
    { status: 200, body: '{"error":"bad_verification_code"}' },
    { status: 401, body: "{}" },
    { drop: "after" },
    { truncate_after: 10 },
    { status: 200, body: '{"access_token":5}' },
  ]) {
    await upstreams.githubFault({ method: "POST", path: "/login/oauth/access_token", ...fault });
    assert.ok((await signIn(`failing-${out.length}`)).status >= 400);
    await upstreams.clearFaults();
  }
  await upstreams.githubFault({ method: "GET", path: "/user", status: 401, body: '{"message":"Bad credentials"}' });
  assert.ok((await signIn("unread")).status >= 400);
  await upstreams.clearFaults();
  for (const fault of [
    { status: 401, body: '{"error":{"code":401,"message":"Invalid management key"}}' },
    { status: 402, body: '{"error":{"message":"no credits"}}' },
    { status: 500, body: "<html>" },
    { drop: "after" },
    { status: 201, body: '{"data":{}}' },
    { status: 429, body: "{}" },
  ]) {
    const unlucky = await signIn(`unlucky-${out.length}`);
    await upstreams.openrouterFault({ method: "POST", path: "/keys", times: 5, ...fault });
    await call("POST", "/dashboard/key", json(unlucky.session, {}));
    await upstreams.clearFaults();
  }
  const bearer = secrets.get("an API token");
  for (const [path, headers] of [
    ["/api/v1/keys", { authorization: `Bearer ${bearer}x` }],
    [`/nowhere?token=${encodeURIComponent(bearer)}`, {}],
    ["/dashboard", { cookie: `${person}x` }],
    ["/api/v1/nothing-here", { authorization: `Bearer ${bearer}` }],
    ["/auth/callback?code=x&state=y", {}],
  ])
    await call("GET", path, { headers });
  const garbled = { ...json(admin, {}), body: `{"key":"${secrets.get("a raw key")}` };
  await call("POST", "/api/v1/keys", garbled);
  await call("GET", "/metrics");
  await call("GET", "/openapi.json");
  await call("GET", "/readyz");
});

test("commands, working and failing", async () => {
  const whole = serviceEnvironment(upstreams, folder, env);
  const password = made("database-password");
  secrets.set("POSTGRES_URL's password", password);
  for (const [args, more] of [
    [["doctor"], {}],
    [["doctor", "--json"], {}],
    [["keys", "list"], {}],
    [["keys", "list", "--json"], {}],
    [["keys", "export"], {}],
    [["audit", "export"], {}],
    [["reconcile"], {}],
    [["migrate", "status"], {}],
    [["reseal", "--dry-run"], {}],
    [["routes"], {}],
    [["serve"], { POSTGRES_URL: `postgresql://user:${password}@127.0.0.1:1/name` }],
    [["doctor"], { POSTGRES_URL: `postgresql://user:${password}@127.0.0.1:1/name` }],
    [["serve"], { POSTGRES_URL: `postgresql://user:${password}@127.0.0.1:port/name` }],
    [["serve"], { POSTGRES_URL: `mysql://user:${password}@127.0.0.1/name` }],
    [["doctor"], { KEY_ENCRYPTION_SECRET: made("wrong"), KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED: made("wrong") }],
    [["doctor"], { OPENROUTER_MANAGEMENT_KEY: made("wrong-key") }],
    [["doctor"], { GITHUB_OAUTH_CLIENT_SECRET: made("wrong-client") }],
    [["serve"], { AUTH_SESSION_SECRET: "short-secret-0123456789" }],
    [["serve"], { KEY_DAILY_LIMIT_USD: "x" }],
  ]) {
    for (const [name, value] of Object.entries(more))
      if (/SECRET|KEY$/.test(name)) secrets.set(`${name} of ${args}`, value);
    const { out: said, err } = await run(args, { ...whole, ...more }, folder);
    out.push([`llmapikey ${args.join(" ")} ${Object.keys(more)}`, said + err]);
  }
});

test("upstreams that repeat what they were sent in their errors", async (t) => {
  // Whatever is asked of it: refused, with all that came along.
  const echo = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const said = `${request.method} ${request.url} ${JSON.stringify(request.headers)} ${body}`;
      response.writeHead(400, { "content-type": "application/json" });
      response.end(
        JSON.stringify(
          request.url.startsWith("/api/v1")
            ? { error: { code: 400, message: `no: ${request.headers.authorization}` } }
            : {
                message: `no: ${request.headers.authorization} ${said}`,
                error: `${body.slice(body.indexOf("client_secret"))}`,
              },
        ),
      );
    });
  });
  await new Promise((done) => echo.listen(0, "127.0.0.1", done));
  t.after(() => echo.close());
  const url = `http://127.0.0.1:${echo.address().port}`,
    place = temporaryFolder();
  const told = {
    ...env,
    OPENROUTER_MANAGEMENT_KEY: made("told-management"),
    GITHUB_OAUTH_CLIENT_SECRET: `${made("told client+")}/=`,
    GITHUB_API_URL: url,
    OPENROUTER_URL: `${url}/api/v1`,
    RECONCILE_SECONDS: "5",
    SPENDING_POLL_SECONDS: "1",
  };
  for (const name of ["OPENROUTER_MANAGEMENT_KEY", "GITHUB_OAUTH_CLIENT_SECRET"])
    secrets.set(`${name} of who is echoed`, told[name]);
  const echoed = await startService({ ...upstreams, github_url: url }, place, told);
  t.after(async () => {
    await echoed.stop();
    rmSync(place, { recursive: true, force: true });
  });
  const begun = await fetch(`${echoed.url}/auth/login`, { redirect: "manual" });
  const state = new URL(begun.headers.get("location")).searchParams.get("state");
  const finished = await fetch(
    `${echoed.url}/auth/callback?code=${"c".repeat(20)}&state=${encodeURIComponent(state)}`,
    { redirect: "manual", headers: { cookie: cookiesOf(begun)[0] } },
  );
  assert.ok(finished.status >= 400);
  out.push(["a sign-in that is echoed", await finished.text()]);
  for (const args of [["doctor"], ["reconcile"], ["keys", "mint", "--account", "4242"]]) {
    const { out: said, err } = await run(
      args,
      serviceEnvironment({ ...upstreams, github_url: url }, place, told),
      place,
    );
    out.push([`llmapikey ${args.join(" ")}, echoed`, said + err]);
    assert.match(said + err, /no: |answered/, args.join(" "));
  }
  await until(
    "the log repeats the upstreams' words",
    () => /OpenRouter.*no: /.test(echoed.process.output) && /GitHub answered/.test(echoed.process.output),
    30_000,
  ).catch((error) => {
    throw new Error(`${error.message}: ${echoed.process.output}`);
  });
  for (const line of echoed.process.output.split("\n")) out.push(["the log of a service that is echoed", line]);
  out.push([
    "the files of a service that is echoed",
    readdirSync(place)
      .map((name) => readFileSync(join(place, name), "latin1"))
      .join(""),
  ]);
});

// A text as it may stand in a URL, in JSON, in base64 (wherever it begins in it) or in hex.
const spellings = (secret) => {
  const bytes = Buffer.from(secret);
  const base64 = [0, 1, 2].flatMap((shift) => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const inner = whole.slice(shift === 0 ? 0 : 4, -2);
    return [inner, inner.replaceAll("+", "-").replaceAll("/", "_")];
  });
  return [
    ...new Set([
      secret,
      encodeURIComponent(secret),
      JSON.stringify(secret).slice(1, -1),
      bytes.toString("hex"),
      bytes.toString("hex").toUpperCase(),
      [...secret].reverse().join(""),
      ...base64,
    ]),
  ];
};
const find = (text) =>
  [...secrets]
    .filter(([, secret]) => spellings(secret).some((spelling) => text.includes(spelling)))
    .map(([name]) => name);

test("the search finds what it looks for", () => {
  assert.ok(secrets.size > 20);
  for (const [name, secret] of secrets) {
    assert.ok(secret?.length >= 12, name);
    for (const text of [
      `a ${secret} b`,
      `?x=${encodeURIComponent(secret)}`,
      Buffer.from(`xy${secret}z`).toString("base64"),
      Buffer.from(`x${secret}`).toString("base64url"),
      Buffer.from(secret).toString("hex"),
    ])
      assert.ok(find(text).includes(name), `${name} in ${text}`);
  }
});

test("nothing that was answered or said by a command shows a secret", () => {
  assert.ok(out.length > 60, `${out.length}`);
  for (const [where, text] of out) assert.deepEqual(find(text), [], where);
});

test("nor does the log, at its most talkative", async () => {
  await until("the log", () => /"path":"\/metrics"/.test(service.process.output));
  assert.match(service.process.output, /key issued/);
  for (const line of service.process.output.split("\n")) assert.deepEqual(find(line), [], line);
});

test("nor the command line, nor the names of files", () => {
  const { pid } = service.process.child;
  assert.deepEqual(find(readFileSync(`/proc/${pid}/cmdline`, "latin1")), []);
  assert.deepEqual(find(readdirSync(`/proc/${pid}/fd`).join("\n")), []);
});

test("nor any file of the data folder: what it keeps is sealed or hashed", () => {
  const files = readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
  assert.ok(files.length > 0);
  for (const path of files) {
    const text = readFileSync(path, "latin1");
    const found = [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
    assert.deepEqual(found, [], path);
  }
});
