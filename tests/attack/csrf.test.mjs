// For every route that changes something: whoever is led there by another site, or shows nothing at
// all, is refused, and nothing has changed. The same request with evidence does what the route is
// for, so that it is the evidence that was missing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  adminId,
  asAdmin,
  isAboutOwnKey,
  makeRecipient,
  makeSubjects,
  nameOf,
  routeTable,
  sql,
  startGround,
} from "./support/ground.mjs";
import { until } from "../e2e/support/service.mjs";
import { requests } from "./support/requests.mjs";
import { ask, portOf } from "./support/wire.mjs";

const table = await routeTable();
const guarded = table.filter(({ needs_evidence }) => needs_evidence);

let ground, subjects, port, host, stranger;
before(async () => {
  ground = await startGround();
  subjects = await makeSubjects(ground, { keys: 12, tokens: 4, webhooks: 4 });
  host = new URL(ground.service.url).host;
  port = portOf(ground.service.url);
  stranger = await makeRecipient(ground, "stranger", true);
});
after(() => ground.stop());

const tokenOf = async (session) => {
  const { body } = await ask(port, "GET", "/dashboard", { Host: host, Cookie: session });
  return /name="csrf_token" value="([^"]+)"/.exec(body)[1];
};

// All that a request can change here or upstream.
const state = async () => {
  const { keys } = await ground.upstreams.ledger();
  const lists = await Promise.all(
    [
      "/keys?limit=1000",
      "/people?limit=1000",
      "/settings",
      "/tokens",
      "/webhooks",
      "/webhook-deliveries",
      "/revocations",
      "/audit?limit=1000",
      `/accounts/${subjects.held}`,
    ].map((path) => asAdmin(ground, "GET", path)),
  );
  return {
    keys: keys.map(({ hash, name, disabled, limit, deleted_at }) => [hash, name, disabled, limit, deleted_at]),
    lists,
    received: ground.hook.received,
  };
};
// Events that no list shows yet: a message to a webhook begins as one.
const undispatched = () =>
  sql(ground, "SELECT count(*) FROM webhook_events WHERE dispatched_at IS NULL", ["-readonly"]);
// A bulk revocation that is put off (see makeSubjects) does nothing until somebody stops it.
const isPutOff = ({ state: at, begins_at: begins }) => at === "selecting" && Date.parse(begins) > Date.now() + 60_000;
const isGoingOn = (seen) =>
  /"state":"(waiting|selecting|revoking)"/.test(
    JSON.stringify(seen, (_, value) => (value && isPutOff(value) ? null : value)),
  );
// What the requests before have begun has ended: two looks in a row see the same, and nothing
// waits.
const settled = async () => {
  let last = null;
  return until(
    "nothing goes on",
    async () => {
      const isDispatched = undispatched() === "0";
      const now = await state();
      const isQuiet = isDispatched && JSON.stringify(now) === JSON.stringify(last) && !isGoingOn(now);
      last = now;
      if (!isQuiet) await new Promise((r) => setTimeout(r, 100));
      return isQuiet && now;
    },
    60_000,
  );
};

const port2 = (text) => text.replace(/\d$/, (digit) => (Number(digit) + 1) % 10);
// What other sites' pages, forms, frames and programs send; `token` is good, `foreign` is of
// another session.
const evidences = ({ token, foreign }) => {
  const own = `http://${host}`,
    evil = "https://evil.example";
  const form = (fields) => ({
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(fields).toString(),
  });
  return {
    nothing: {},
    "a page of another site": { headers: { Origin: evil } },
    "a page of another site, as browsers say it": {
      headers: { Origin: evil, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", Referer: `${evil}/` },
    },
    "a sandboxed frame": { headers: { Origin: "null" } },
    // Its origin is no one's, so that browsers call it cross-site (Fetch Metadata, 2.1.3): also
    // with what it has read in a page.
    "a sandboxed frame of this site": { headers: { Origin: "null", "Sec-Fetch-Site": "cross-site" } },
    "a sandboxed frame with the good token": {
      headers: { Origin: "null", "Sec-Fetch-Site": "cross-site", "X-CSRF-Token": token },
    },
    "a frame of a sibling domain with the good token": {
      headers: { Origin: "null", "Sec-Fetch-Site": "same-site", "X-CSRF-Token": token },
    },
    "no origin, and another session's token": { headers: { Origin: "null", "X-CSRF-Token": foreign } },
    "this host and another port that goes without saying": {
      headers: { Origin: `https://${host.replace(/:.*/, "")}` },
    },
    "a sibling domain": { headers: { Origin: `http://sibling.${host}`, "Sec-Fetch-Site": "same-site" } },
    "another port": { headers: { Origin: port2(own) } },
    "this host as a prefix": { headers: { Origin: `${own}.evil.example` } },
    "this host as a suffix": { headers: { Origin: `http://evil${host}` } },
    "this host as a user": { headers: { Origin: `http://${host}@evil.example` } },
    "this host as a path": { headers: { Origin: `${evil}/${host}` } },
    "this host without a scheme": { headers: { Origin: host } },
    "this origin and a slash": { headers: { Origin: `${own}/` } },
    "two origins in one line": { headers: { Origin: `${own} ${evil}` } },
    "two lines of origins, this one first": { headers: { Origin: [own, evil] } },
    "two lines of origins, this one last": { headers: { Origin: [evil, own] } },
    "an empty origin": { headers: { Origin: "" } },
    "cross-site alone": { headers: { "Sec-Fetch-Site": "cross-site" } },
    "same-site alone": { headers: { "Sec-Fetch-Site": "same-site" } },
    "typed into the address bar": { headers: { "Sec-Fetch-Site": "none" } },
    "an unknown site": { headers: { "Sec-Fetch-Site": "same-origin, cross-site" } },
    "two lines of sites": { headers: { "Sec-Fetch-Site": ["same-origin", "cross-site"] } },
    "this origin, but cross-site": { headers: { Origin: own, "Sec-Fetch-Site": "cross-site" } },
    "another origin, but same-origin": { headers: { Origin: evil, "Sec-Fetch-Site": "same-origin" } },
    "only a referrer of this site": { headers: { Referer: `${own}/dashboard` } },
    "a host of theirs": { headers: { Origin: evil, "X-Forwarded-Host": "evil.example" } },
    "a made-up token": { headers: { "X-CSRF-Token": "x" } },
    "an empty token": { headers: { "X-CSRF-Token": "" } },
    "a cut token": { headers: { "X-CSRF-Token": token.slice(0, -1) } },
    "the token in other letters": { headers: { "X-CSRF-Token": token.toUpperCase() } },
    "another session's token": { headers: { "X-CSRF-Token": foreign } },
    "another session's token in a form": form({ csrf_token: foreign }),
    "a made-up token in a form": form({ csrf_token: "x" }),
    "the good token behind a bad one": form([
      ["csrf_token", "x"],
      ["csrf_token", token],
    ]),
    "the good token in a form that says it is plain text": {
      headers: { "Content-Type": "text/plain" },
      body: `csrf_token=${token}`,
    },
    "the good token in a form of parts": {
      headers: { "Content-Type": "multipart/form-data; boundary=x" },
      body: `--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n${token}\r\n--x--\r\n`,
    },
    "the good token in the query": { query: `?csrf_token=${token}` },
    "the good token in a cookie": { headers: { Cookie: `csrf_token=${token}` } },
    "the good token from another site": { headers: { Origin: evil, "X-CSRF-Token": token } },
    "the good token in a form of another site": {
      ...form({ csrf_token: token }),
      headers: { "Content-Type": "application/x-www-form-urlencoded", Origin: evil, "Sec-Fetch-Site": "cross-site" },
    },
    "a header of a program's": { headers: { "X-Requested-With": "XMLHttpRequest" } },
    "a bearer token of nobody's": { headers: { Authorization: "Basic eDp5" } },
  };
};

// Of two routes at one path (`/keys/search` is also the key of that name) the other one answers
// what the first does not take.
const isAt = (route, path) =>
  new RegExp(`^${route.path.replaceAll(".", "\\.").replaceAll("{id}", "[^/]+")}$`).test(path);
// What is asked for in a body, so that no log of addresses keeps it: it changes nothing, and is
// seen by its answer.
const findings = {
  "POST /admin/search": ({ status, headers }) =>
    assert.deepEqual([status, headers.location], [303, "/admin/people?q=a"]),
  "POST /api/v1/keys/search": ({ status, body }) =>
    assert.deepEqual([status, JSON.parse(body)], [200, { key: null, perhaps_ended: [] }]),
  // There is an admin, so that the link is over for whoever has shown evidence.
  "POST /setup": ({ status }) => assert.equal(status, 404),
};

test("there are routes to look at, and a request for each", () => {
  assert.ok(guarded.length >= 30, `${guarded.length}`);
  for (const route of guarded)
    assert.ok(requests[nameOf(route)], `tests/attack/support/requests.mjs says nothing of ${nameOf(route)}`);
  assert.equal(adminId, "1003");
});

test("nothing that is read changes anything: every other route is a GET", () => {
  for (const route of table) assert.equal(route.needs_evidence, route.method !== "GET", nameOf(route));
});

for (const route of guarded) {
  const name = nameOf(route);
  test(name, async () => {
    const session =
      route.who === "admin"
        ? ground.admin
        : await makeRecipient(ground, `csrf-${guarded.indexOf(route)}`, isAboutOwnKey(name));
    const request = await requests[name](subjects);
    const tokens = { token: await tokenOf(session), foreign: await tokenOf(stranger) };
    const before_ = await settled();
    await Promise.all(
      Object.entries(evidences(tokens)).map(async ([what, { headers = {}, body = request.body, query = "" }]) => {
        const cookies = [session, ...(headers.Cookie ? [headers.Cookie] : [])].join("; ");
        const answer = await ask(
          port,
          route.method,
          request.path + query,
          { Host: host, "Content-Type": request.type, Accept: "application/json", ...headers, Cookie: cookies },
          body,
        );
        assert.equal(answer.status, 403, `${what}: ${answer.text.slice(0, 400)}`);
        assert.equal(answer.headers["set-cookie"], undefined, what);
      }),
    );
    for (const method of ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "POST"].filter(
      (each) => each !== route.method,
    )) {
      // Another method than the route's, also one that says that it means this one.
      const asked = (by, query) =>
        ask(
          port,
          by,
          request.path + query,
          { Host: host, Cookie: session, Origin: "https://evil.example", "X-HTTP-Method-Override": route.method },
          "",
        );
      const other = table.some((each) => isAt(each, request.path) && each.method === method.replace("HEAD", "GET"));
      for (const query of ["", `?_method=${route.method}`]) {
        const { status } = await asked(method, query);
        if (other && query && status === 400) {
          // No such field: the route says so, and does nothing. Of what a HEAD keeps to itself the
          // GET tells.
          const told = await asked(method.replace("HEAD", "GET"), query);
          assert.equal(told.status, 400, `${method}${query}`);
          assert.match(told.body, /There is no field (?:\\?"|&quot;)_method\b/, `${method}${query}`);
        } else assert.ok((other ? [200, 403, 404] : [404, 405]).includes(status), `${method}${query}: ${status}`);
      }
    }
    assert.deepEqual(await state(), before_, "something has changed");
    const good = await ask(
      port,
      route.method,
      request.path,
      {
        Host: host,
        "Content-Type": request.type,
        Accept: "application/json",
        Cookie: session,
        "X-CSRF-Token": tokens.token,
      },
      request.body,
    );
    assert.ok(good.status < 400 || findings[name], `with its token: ${good.text.slice(0, 600)}`);
    if (findings[name]) {
      findings[name](good);
      assert.deepEqual(await state(), before_, "looking for something has changed something");
    } else if (!["POST /auth/sign-out", "POST /dashboard/try", "POST /language"].includes(name))
      await until("what it is for", async () => JSON.stringify(await state()) !== JSON.stringify(before_));
  });
}
