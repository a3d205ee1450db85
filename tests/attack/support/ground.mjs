// A service with an admin, and things that requests can be about.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { rmSync } from "node:fs";
import {
  generate,
  run,
  sessionSecret,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "../../e2e/support/service.mjs";

export const adminLogin = "linus-organizer",
  adminId = "1003";
// Admins besides, for what can be done but once a day.
const otherAdmins = Array.from({ length: 10 }, (_, i) => String(400_001 + i));
export const accountOf = (session) => JSON.parse(Buffer.from(session.split("=")[1].split(".")[1], "base64url")).sub;

// The table that decides, as the program itself prints it.
export const routeTable = async () => {
  const { code, out, err } = await run(["routes", "--json"]);
  assert.equal(code, 0, err);
  return JSON.parse(out);
};
export const nameOf = ({ method, path }) => `${method} ${path}`;

// The cookie that signing in would bring.
export const sessionOf = (sub, login, secret = sessionSecret) => {
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode({ sub, login, iat: now, exp: now + 3600 })}`;
  return `llmapikey_session=${text}.${createHmac("sha256", secret).update(text).digest("base64url")}`;
};
export const anotherAdmin = () => sessionOf(otherAdmins.pop(), "another-organizer");

// Whoever is told by webhooks, on loopback.
const startHook = () =>
  new Promise((done) => {
    const hook = { received: 0 };
    const server = createServer((request, response) => {
      request.resume();
      request.on("end", () => {
        hook.received += 1;
        response.end("ok");
      });
    });
    server.listen(0, "127.0.0.1", () => {
      hook.url = `http://127.0.0.1:${server.address().port}/hook`;
      hook.stop = () =>
        new Promise((end) => {
          server.close(end);
          server.closeAllConnections?.();
        });
      done(hook);
    });
  });

export const startGround = async (env = {}) => {
  const upstreams = await startUpstreams();
  const folder = temporaryFolder();
  const service = await startService(upstreams, folder, {
    ADMIN_GITHUB_USER_IDS: [adminId, ...otherAdmins].join(),
    MAX_TOTAL_KEYS: "0",
    RECONCILE_SECONDS: "0",
    SPENDING_POLL_SECONDS: "0",
    ...env,
  });
  const hook = await startHook();
  const admin = await signIn(service, adminLogin);
  return {
    service,
    upstreams,
    folder,
    hook,
    admin,
    stop: async () => {
      await service.stop();
      await upstreams.stop();
      await hook.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

// As an admin, through the API.
export const asAdmin = async ({ service, admin }, method, path, body) => {
  const answer = await fetch(`${service.url}/api/v1${path}`, {
    method,
    headers: { cookie: admin, origin: service.url, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`);
  return answer.json();
};

// Of a service on SQLite, beside it.
export const sql = ({ folder }, text, options = []) =>
  execFileSync("sqlite3", [...options, "-cmd", ".timeout 5000", `${folder}/llmapikey.db`, text])
    .toString()
    .trim();

export const makeToken = async (ground, scopes) =>
  asAdmin(ground, "POST", "/tokens", { name: scopes.join(" "), scopes, expires_in_days: 1 });

// What requests are about (see requests.mjs): `key()` and the like are each time another one, made
// beforehand.
export const makeSubjects = async (ground, { keys, tokens, webhooks }) => {
  const list = async (count, make) => {
    const made = [];
    for (let i = 0; i < count; i += 1) made.push(await make(i));
    return made;
  };
  const kept = (await asAdmin(ground, "POST", "/webhooks", { url: ground.hook.url, events: ["spend.alarm"] })).id;
  await asAdmin(ground, "POST", `/webhooks/${kept}/test`);
  const delivered = () =>
    until(
      "a delivery",
      async () =>
        (await asAdmin(ground, "GET", "/webhook-deliveries")).deliveries.find(
          ({ state, endpoint_id }) => state === "delivered" && endpoint_id === kept,
        )?.id,
      60_000,
    );
  const held = "880000";
  await asAdmin(ground, "PUT", `/accounts/${held}/hold`, { reason: "a test", hold: "forever" });
  const spare = {
    keys: await list(keys, async (i) => {
      await asAdmin(ground, "POST", "/keys", { github_user_id: 890_000 + i, github_username: `spare-${i}` });
      return (await asAdmin(ground, "GET", `/accounts/${890_000 + i}`)).key.id;
    }),
    tokens: await list(tokens, async () => (await makeToken(ground, ["read"])).id),
    webhooks: await list(
      webhooks,
      async () => (await asAdmin(ground, "POST", "/webhooks", { url: ground.hook.url, events: ["spend.alarm"] })).id,
    ),
  };
  const take = (kind) => () => spare[kind].pop() ?? assert.fail(`too few ${kind} were made`);
  let newcomers = 870_000,
    reprieved = 860_000;
  // A bulk revocation by filter can be stopped for a few seconds, until it begins. This one is put
  // off, by no more than a clock can be wrong, so that there is time to stop it.
  const waiting = async () => {
    reprieved += 1;
    await asAdmin(ground, "POST", "/keys", { github_user_id: reprieved, github_username: `reprieved-${reprieved}` });
    const { id } = await asAdmin(ground, "POST", "/revocations", {
      q: `reprieved-${reprieved}`,
      reason: "a test",
      hold: "none",
    });
    sql(ground, `UPDATE bulk_revocations SET begins_at = begins_at + 540 WHERE id = '${id}'`);
    assert.equal(
      (await asAdmin(ground, "GET", `/revocations/${id}`)).state,
      "selecting",
      "it has begun before it was put off",
    );
    return id;
  };
  // A bulk change that waits likewise.
  const change = async () => {
    reprieved += 1;
    await asAdmin(ground, "POST", "/keys", { github_user_id: reprieved, github_username: `reprieved-${reprieved}` });
    const wanted = { act: "disable", q: `reprieved-${reprieved}`, reason: "a test" };
    const { id } = await asAdmin(ground, "POST", "/changes", wanted);
    sql(ground, `UPDATE bulk_changes SET begins_at = begins_at + 540 WHERE id = '${id}'`);
    assert.equal((await asAdmin(ground, "GET", `/changes/${id}`)).waiting, 1, "it has begun before it was put off");
    return id;
  };
  // One whose key has failed.
  const failed = async () => {
    const id = await change();
    sql(
      ground,
      `UPDATE bulk_change_targets SET state = 'failed' WHERE bulk_id = '${id}';
       UPDATE bulk_changes SET state = 'done', failed = 1, ended_at = created_at WHERE id = '${id}'`,
    );
    return id;
  };
  let expected = 0;
  // An account at GitHub that is on no list yet, and somebody who is on the organizer's list.
  const login = async () => {
    const name = `expected-${(expected += 1)}`;
    await signIn(ground.service, name);
    return name;
  };
  const listed = () => {
    const id = `00000000-0000-4000-8000-${String((expected += 1)).padStart(12, "0")}`;
    sql(
      ground,
      `INSERT INTO expected_people (id, login, login_key, name, added_at, added_by)
       VALUES ('${id}', 'listed-${expected}', 'listed-${expected}', '', 1, 'a test')`,
    );
    return id;
  };
  const settingsVersion = async () => {
    const { service, admin } = ground;
    const page = await fetch(`${service.url}/admin/settings`, { headers: { cookie: admin, accept: "text/html" } });
    return /name="version" value="(\w+)"/.exec(await page.text())[1];
  };
  return {
    settingsVersion,
    kept,
    login,
    listed,
    delivered,
    held,
    hook: ground.hook.url,
    key: take("keys"),
    token: take("tokens"),
    webhook: take("webhooks"),
    waiting,
    change,
    failed,
    newcomer: () => String((newcomers += 1)),
    aKey: spare.keys[0],
  };
};

export const withKey = async (ground, session) => {
  assert.equal((await generate(ground.service, session)).status, 200);
  return session;
};
// Of the key that the caller has.
export const isAboutOwnKey = (name) =>
  /(rotate|give-back|try)$/.test(name) || name === "DELETE /api/v1/me/key" || name === "GET /api/v1/me/key";
// A recipient with a session of their own, and with a key if the route is about one.
export const makeRecipient = async (ground, login, hasKey) => {
  const session = await signIn(ground.service, login);
  return hasKey ? withKey(ground, session) : session;
};
