// Who gets in and who does not: each route of the program's own table, asked by everybody, and
// docs/routes.md says the same.
// LLMAPIKEY_WRITE_ROUTES=1 writes that page anew from what was seen.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import {
  adminId,
  anotherAdmin,
  asAdmin,
  isAboutOwnKey,
  makeRecipient,
  makeSubjects,
  makeToken,
  nameOf,
  routeTable,
  sessionOf,
  startGround,
  withKey,
} from "./support/ground.mjs";
import { requests } from "./support/requests.mjs";
import { ask, comparable, portOf } from "./support/wire.mjs";

const page = fileURLToPath(new URL("../../docs/routes.md", import.meta.url));
const table = await routeTable();
const callers = [
  "nobody",
  "forged session",
  "recipient",
  "admin",
  "token: read",
  "token: write",
  "token: reveal",
  "unknown token",
];

let ground, subjects, port, host, tokens;
before(async () => {
  ground = await startGround();
  subjects = await makeSubjects(ground, { keys: 90, tokens: 24, webhooks: 24 });
  host = new URL(ground.service.url).host;
  port = portOf(ground.service.url);
  tokens = Object.fromEntries(
    await Promise.all(
      ["read", "write", "reveal"].map(async (scope) => [scope, (await makeToken(ground, [scope])).token]),
    ),
  );
  await asAdmin(ground, "POST", "/revocations", { ids: [subjects.key()], reason: "a test", hold: "none" });
  subjects.revocation = (await asAdmin(ground, "GET", "/revocations")).revocations[0].id;
});
after(() => ground.stop());

// Claims of the admin's, signed with a secret that is not the service's.
const forgedSession = () => sessionOf(adminId, "linus-organizer", "a-secret-of-somebody-else-0123456789");

const credentials = async (caller, route) => {
  const name = nameOf(route);
  if (caller === "nobody") return {};
  if (caller === "forged session") return { Cookie: forgedSession() };
  if (caller === "recipient")
    return { Cookie: await makeRecipient(ground, `r${table.indexOf(route)}`, isAboutOwnKey(name)) };
  // An admin is a recipient as well, and has a key where the route is about one.
  if (caller === "admin") return { Cookie: isAboutOwnKey(name) ? await withKey(ground, anotherAdmin()) : ground.admin };
  const bearer = caller === "unknown token" ? "llmk_nobodys-token-0123456789" : tokens[caller.split(" ")[1]];
  return { Authorization: `Bearer ${bearer}` };
};

const requestOf = async (route) => {
  const name = nameOf(route);
  const isPlain = route.method === "GET" && !route.path.includes("{");
  assert.ok(
    requests[name] || isPlain,
    `tests/attack/support/requests.mjs says nothing of ${name}: what is it for, and who may?`,
  );
  return (await requests[name]?.(subjects)) ?? { path: route.path };
};

// "yes" where the route's handler has answered; else how it was refused. 404 only if nobody can
// tell that there is such a route.
const ask_ = async (route, caller) => {
  const request = await requestOf(route);
  const headers = {
    Host: host,
    Origin: ground.service.url,
    ...(await credentials(caller, route)),
    ...(request.type ? { "Content-Type": request.type } : {}),
  };
  const answer = await ask(port, route.method, request.path, headers, request.body ?? "");
  const reached = request.reached ?? ((status) => status < 400);
  if (reached(answer.status)) return "yes";
  assert.ok([401, 403, 404].includes(answer.status), `${nameOf(route)} by ${caller}: ${answer.text.slice(0, 600)}`);
  if (answer.status === 404) {
    const unknown = await ask(
      port,
      route.method,
      request.path.startsWith("/api/v1/") ? "/api/v1/nothing-here" : "/nothing-here",
      headers,
      request.body ?? "",
    );
    assert.equal(
      comparable(answer),
      comparable(unknown),
      `${nameOf(route)} can be told from an unknown path by ${caller}`,
    );
  }
  return String(answer.status);
};

const evidence = (route) => (route.needs_evidence ? "yes" : "");
const rowOf = (route, seen) =>
  `| \`${nameOf(route)}\` | ${[evidence(route), route.limit === "none" ? "" : route.limit, ...seen].join(" | ")} |`;
const preface = `# Who gets in

This page says for each route of the service who gets in. \`./test attack.routes\` asks the running
program and compares; \`tests/attack/write_routes\` writes this page anew, for review, when a route
was added or changed. \`llmapikey routes\` prints the table that decides (\`src/app/route_table.cpp\`).
Every other path is 404, except the assets, which everybody may load.

- **yes**: the route does what it is for. **401** and **403**: it refuses. **404**: it gives the
  very same answer as a path that does not exist.
- *Evidence*: the route changes something, and asks for same-origin evidence or the session's CSRF
  token. Every row was asked with it. API tokens need none.
- *Limit*: the request counts against \`RATE_LIMIT_PER_MINUTE\` of the client's address; \`shared\`
  means over all replicas together.
- *Forged session*: an admin's claims, signed with another secret.
- HEAD is answered as GET. \`GET /metrics\` is 404 through a proxy.

`;
const heading = (names) => `| ${names.join(" | ")} |\n|${" --- |".repeat(names.length)}\n`;

const rows = [];
for (const route of table) {
  test(nameOf(route), async () => {
    const seen = [];
    for (const caller of callers) seen.push(await ask_(route, caller));
    const [nobody, forged, recipient, , ...byToken] = seen;
    assert.equal(forged, nobody, "a forged session is no session");
    if (route.who === "admin") assert.deepEqual([nobody, recipient], ["404", "404"]);
    if (route.who === "session") assert.deepEqual([nobody, recipient], ["401", "yes"]);
    if (route.path.startsWith("/api/v1/"))
      assert.deepEqual(
        byToken.map((each) => each === "yes"),
        ["read", "write", "reveal", "-"].map((scope) => scope === route.scope),
      );
    rows.push(rowOf(route, seen));
  });
}

test("docs/routes.md says the same", () => {
  assert.equal(rows.length, table.length, "some routes were not asked");
  const text = preface + heading(["route", "evidence", "limit", ...callers]) + rows.join("\n") + "\n";
  if (process.env.LLMAPIKEY_WRITE_ROUTES) writeFileSync(page, text);
  assert.equal(readFileSync(page, "utf8"), text, "see tests/attack/write_routes");
});

test("through a proxy there is no such thing as /metrics", async () => {
  for (const header of ["X-Forwarded-For", "Forwarded"]) {
    const headers = { Host: host, [header]: "203.0.113.9" };
    assert.equal(
      comparable(await ask(port, "GET", "/metrics", headers)),
      comparable(await ask(port, "GET", "/nothing-here", headers)),
    );
  }
});
