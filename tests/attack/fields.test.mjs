// What is sent beside what a route knows: each operation of openapi.json, and each form of the
// console, is asked with a field that it does not know and with values of another kind. It names
// the field and does nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  anotherAdmin,
  asAdmin,
  isAboutOwnKey,
  makeSubjects,
  nameOf,
  routeTable,
  startGround,
  withKey,
} from "./support/ground.mjs";
import { until } from "../e2e/support/service.mjs";
import { requests } from "./support/requests.mjs";

const table = await routeTable();
let ground, subjects, document, own;
before(async () => {
  ground = await startGround();
  subjects = await makeSubjects(ground, { keys: 80, tokens: 12, webhooks: 12 });
  await asAdmin(ground, "POST", "/revocations", { ids: [subjects.key()], reason: "a test", hold: "none" });
  subjects.revocation = (await asAdmin(ground, "GET", "/revocations")).revocations[0].id;
  // Its key is in the list until it has ended, and the list is compared.
  await until(
    "the revocation is done",
    async () => (await asAdmin(ground, "GET", `/revocations/${subjects.revocation}`)).state === "done",
    60_000,
  );
  own = await withKey(ground, anotherAdmin());
  document = await (await fetch(`${ground.service.url}/openapi.json`)).json();
});
after(() => ground.stop());

const send = async (method, path, { type, body, cookie = ground.admin, accept = "application/json" } = {}) => {
  const answer = await fetch(ground.service.url + path, {
    method,
    redirect: "manual",
    headers: { cookie, accept, origin: ground.service.url, ...(type ? { "content-type": type } : {}) },
    body,
  });
  return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
};
const json = (method, path, body, cookie) =>
  send(method, path, { type: "application/json", body: JSON.stringify(body), cookie });
const pathOf = (path) => path.replace("{id}", subjects.aKey);
const everyKey = async () => JSON.stringify((await asAdmin(ground, "GET", "/keys?limit=1000")).keys);

// A value of each kind that is no value of the others.
const otherThan = (schema) => {
  const types = [schema.type].flat();
  if (types.includes("array")) return [{ a: 1 }, [null], [1]];
  if (types.includes("boolean")) return [2, "perhaps", [true]];
  if (types.includes("integer") || types.includes("number"))
    return types.includes("string") ? [true, [1]] : ["many", true, [1]];
  return [5, true, ["a"], { a: 1 }];
};

test("each operation refuses a field in its body that it does not list", async () => {
  const before_ = await everyKey();
  let asked = 0;
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      if (method === "parameters" || method === "get") continue;
      const cookie = isAboutOwnKey(`${method.toUpperCase()} ${path}`) ? own : ground.admin;
      const { status, text } = await json(method.toUpperCase(), pathOf(path), { nothing_of_ours: 1 }, cookie);
      assert.equal(status, 400, `${method} ${path}: ${status} ${text}`);
      assert.match(text, /nothing_of_ours/, `${method} ${path}`);
      const schema = operation.requestBody?.content["application/json"].schema;
      if (schema) assert.equal(schema.additionalProperties, false, `${method} ${path}`);
      asked += 1;
    }
  }
  assert.ok(asked >= 18, `${asked} operations were asked`);
  assert.equal(await everyKey(), before_);
});

test("each operation refuses a field in its address that it does not list, and one that cannot be read", async () => {
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of Object.keys(item)) {
      if (method === "parameters") continue;
      for (const [query, name] of [
        ["nothing_of_ours=1", "nothing_of_ours"],
        ["q=%zz", "read"],
        ["q=%ff", "read"],
      ]) {
        const { status, text } = await send(method.toUpperCase(), `${pathOf(path)}?${query}`);
        assert.equal(status, 400, `${method} ${path}?${query}: ${status} ${text}`);
        assert.match(text, new RegExp(name), `${method} ${path}?${query}`);
      }
    }
  }
});

test("each field of each operation refuses a value of another kind by its name", async () => {
  const before_ = await everyKey();
  for (const [path, item] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(item)) {
      const fields = operation.requestBody?.content["application/json"].schema.properties ?? {};
      const cookie = isAboutOwnKey(`${method.toUpperCase()} ${path}`) ? own : ground.admin;
      for (const [name, schema] of Object.entries(fields)) {
        for (const value of otherThan(schema)) {
          const { status, text } = await json(method.toUpperCase(), pathOf(path), { [name]: value }, cookie);
          assert.equal(status, 400, `${method} ${path} ${name}=${JSON.stringify(value)}: ${status} ${text}`);
          assert.match(text, new RegExp(`${name} must be`, "i"), `${method} ${path} ${name}=${JSON.stringify(value)}`);
        }
      }
    }
  }
  assert.equal(await everyKey(), before_);
});

test("each form of the console and of the dashboard refuses a field that it does not know", async () => {
  for (const route of table) {
    if (route.method !== "POST" || route.path.startsWith("/api/")) continue;
    const name = nameOf(route);
    const path = (await requests[name](subjects)).path;
    const cookie = isAboutOwnKey(name) ? own : ground.admin;
    const { status, text } = await send("POST", path, {
      type: "application/x-www-form-urlencoded",
      body: "nothing_of_ours=1&csrf_token=x",
      cookie,
      accept: "text/html",
    });
    assert.equal(status, 400, `${name}: ${status}`);
    assert.match(text, /nothing_of_ours/, name);
  }
});

test("a misspelt field is answered with the one that was meant", async () => {
  const { status, text } = await json("POST", `/api/v1/keys/${subjects.key()}/revoke`, { reson: "x" });
  assert.equal(status, 400);
  assert.match(JSON.parse(text).detail, /no field "reson" here; did you mean "reason"\?/);
  const minted = await json("POST", "/api/v1/keys", {
    github_user_id: 871_111,
    github_username: "somebody",
    daily_limit_usd: 2,
  });
  assert.equal(minted.status, 400, "a cap that is not taken must not be passed over");
  assert.match(minted.text, /daily_limit_usd/);
  assert.equal((await asAdmin(ground, "GET", "/accounts/871111")).key, null);
});

test("an address that cannot be read is refused everywhere", async () => {
  for (const route of table) {
    if (route.method !== "GET" || route.path.includes("{")) continue;
    for (const cookie of ["", ground.admin]) {
      if (!cookie && route.who !== "anyone") continue;
      const { status } = await send("GET", `${route.path}?q=%zz`, { cookie, accept: "text/html" });
      assert.equal(status, 400, `${route.path} ${cookie ? "as an admin" : "by nobody"}`);
    }
  }
  const { status } = await send("GET", "/?utm_source=a+link&fbclid=1", { cookie: "", accept: "text/html" });
  assert.equal(status, 200, "fields that other sites add to links are none of our business");
});
