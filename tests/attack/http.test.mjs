// Malformed HTTP, smuggled requests, floods and tricks with paths, as raw bytes: each is refused or
// answered harmlessly, and the process goes on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startSandbox, signIn } from "../e2e/support/service.mjs";
import { Random, expand, mutants, mutate, readJson, readLines, seed } from "./support/corpus.mjs";
import { ask, comparable, exchange, portOf } from "./support/wire.mjs";

let service, port;
before(async () => {
  service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0", LOG_LEVEL: "info" });
  port = portOf(service.url);
});
after(() => service.stop());

const isAlive = async () => {
  assert.equal(service.process.child.exitCode, null);
  assert.equal(service.process.child.signalCode, null);
  assert.equal((await ask(port, "GET", "/healthz")).status, 200);
  assert.doesNotMatch(service.process.output, /unforeseen failure/);
};

// What holds for everything that anybody sends.
const assertHarmless = ({ answers, text }, what) => {
  for (const answer of answers) {
    assert.ok(!answer.junk, `${what}: no HTTP: ${answer.junk?.slice(0, 200)}`);
    assert.ok(answer.status < 500, `${what}: ${answer.status}`);
  }
  assert.doesNotMatch(text, /root:x:0|echo-of-mine|SQLite format/, what);
};

// "404 400" is two answers, "404|" one or none.
const fits = (statuses, wanted) => {
  const places = wanted.split(" ").map((place) => place.split("|"));
  return statuses.length <= places.length && places.every((place, i) => place.includes(String(statuses[i] ?? "")));
};

const corpus = readJson("requests.json");

for (const { what, send, answers: wanted = "400" } of corpus) {
  test(what, async () => {
    const came = await exchange(port, expand(send));
    assertHarmless(came, what);
    // A reset may overtake the answer to what is far too large.
    if (came.isCut && came.text === "") return assert.match(wanted, /413|431/, "cut off without a word");
    assert.ok(
      fits(
        came.answers.map((answer) => answer.status),
        wanted,
      ),
      `wanted ${wanted || "nothing"}, got ${came.text.slice(0, 400)}`,
    );
  });
}

test("no smuggled request was taken for a request, and nothing was unforeseen", async () => {
  await isAlive();
  assert.match(service.process.output, /path="\/nowhere"/, "the log is looked at");
  assert.doesNotMatch(service.process.output, /path="[^"]*\/smuggled/);
});

test(`${mutants} of them changed at random (seed ${seed})`, async () => {
  const random = new Random(seed);
  const texts = corpus
    .map(({ send }) => send)
    .filter((send) => !/\{[^{}]+\*\d{4,}\}/.test(send))
    .map(expand);
  const pieces = [
    "\r\n",
    "\n",
    "\r",
    "\0",
    " ",
    "\t",
    ":",
    ";",
    ",",
    "0\r\n\r\n",
    "Content-Length: 5\r\n",
    "Transfer-Encoding: chunked\r\n",
    "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n",
    "ffffffff",
    "%00",
    "\xff",
    "Connection: keep-alive\r\n",
    "Expect: 100-continue\r\n",
  ];
  for (let left = mutants; left > 0; ) {
    const batch = Array.from({ length: Math.min(left, 25) }, () => mutate(random, texts, pieces));
    left -= batch.length;
    await Promise.all(batch.map(async (bytes) => assertHarmless(await exchange(port, bytes), JSON.stringify(bytes))));
  }
  await isAlive();
});

const pathTricks = readLines("paths.txt");
// One slash too many leads to the one spelling of a path that the asker may know of.
const isLedOn = (target, { status, headers }, known) =>
  known.test(target) && status === 308 && headers.location === target.slice(0, -1);
const openWithSlash = /^\/(auth\/login|dashboard|dashboard\/key)\/$/,
  adminWithSlash = /^\/(admin|admin\/overview|admin\/(?:accounts|people)\/1003|api\/v1\/keys)\/$/;

test("no spelling of a hidden path is anything but an unknown path, to anybody and to a recipient", async () => {
  for (const headers of [{}, { Cookie: await signIn(service, "nosy-person") }]) {
    const unknown = comparable(await ask(port, "GET", "/nothing-here", headers)),
      unknownApi = comparable(await ask(port, "GET", "/api/v1/nothing-here", headers));
    for (const target of pathTricks) {
      const answer = await ask(port, "GET", target, headers);
      assertHarmless({ answers: [answer], text: answer.text }, target);
      if (openWithSlash.test(target)) assert.ok(isLedOn(target, answer, openWithSlash), target);
      else if (answer.status !== 400)
        assert.equal(comparable(answer), target.startsWith("/api/") ? unknownApi : unknown, target);
    }
  }
});

test("nor does it open anything to an admin, whose paths have one spelling", async () => {
  const headers = { Cookie: await signIn(service, "linus-organizer") };
  assert.equal((await ask(port, "GET", "/admin", headers)).status, 200);
  for (const target of pathTricks) {
    const answer = await ask(port, "GET", target, headers);
    assert.ok(
      [400, 404].includes(answer.status) ||
        isLedOn(target, answer, openWithSlash) ||
        isLedOn(target, answer, adminWithSlash),
      `${target}: ${answer.status}`,
    );
  }
});

test("deep, huge and odd bodies are refused in words", async () => {
  const headers = {
    Cookie: await signIn(service, "linus-organizer"),
    Origin: "http://x",
    "Content-Type": "application/json",
  };
  const deep = (open, close, depth, core = "1") => open.repeat(depth) + core + close.repeat(depth);
  const bodies = [
    deep("[", "]", 30_000),
    deep('{"a":', "}", 10_000),
    "[".repeat(60_000),
    '{"a":"',
    "{",
    "}",
    "null",
    "[]",
    "1",
    '"text"',
    '{"a":1}{"b":2}',
    '{"a":\u0000}',
    `{"${"k".repeat(60_000)}":1}`,
    `{"a":${"9".repeat(60_000)}}`,
    '{"a":1e999999}',
    '{"a":-0.0e-999999}',
    '{"a":"\\ud800"}',
    '{"a":"\\u0000"}',
    '{"__proto__":{"x":1}}',
    "\xff\xfe{}",
    "\xef\xbb\xbf{}",
    "NaN",
    '{"a":NaN}',
    "{'a':1}",
    `{"scopes":[${'"read",'.repeat(6000)}"read"]}`,
    `{${'"a":1,'.repeat(9000)}"a":1}`,
  ];
  for (const path of [
    "/api/v1/keys",
    "/api/v1/tokens",
    "/api/v1/webhooks",
    "/api/v1/revocations",
    "/admin/keys",
    "/dashboard/try",
  ]) {
    for (const body of bodies) {
      const answer = await ask(port, "POST", path, headers, body);
      assert.ok(
        answer.status >= 400 && answer.status < 500,
        `${path} ${body.slice(0, 60)}: ${answer.text.slice(0, 200)}`,
      );
    }
  }
  const form = { ...headers, "Content-Type": "application/x-www-form-urlencoded" };
  for (const body of [
    "&".repeat(60_000),
    "=".repeat(60_000),
    "a=b&".repeat(15_000),
    `a=${"%41".repeat(20_000)}`,
    "%",
    "%4",
    "%zz=1",
    "a=%ff",
    "a=%00",
    "a=%ed%a0%80",
    "a=%c0%af",
    `${"a".repeat(60_000)}=1`,
    "csrf_token=x&csrf_token=y",
  ]) {
    for (const path of ["/admin/keys", "/admin/tokens", "/admin/webhooks", "/admin/revocations"]) {
      const answer = await ask(port, "POST", path, form, body);
      assert.ok(
        answer.status >= 400 && answer.status < 500,
        `${path} ${body.slice(0, 60)}: ${answer.text.slice(0, 200)}`,
      );
    }
  }
  for (const type of [
    "",
    "text/plain",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/jsonx",
    "APPLICATION/JSON",
  ]) {
    const answer = await ask(
      port,
      "POST",
      "/admin/keys",
      { ...headers, "Content-Type": type },
      '{"github_user_id":"x"}',
    );
    assert.equal(answer.status, 400, type);
  }
  await isAlive();
});

test("odd values of queries and of paths are refused in words", async () => {
  const headers = { Cookie: await signIn(service, "linus-organizer"), Accept: "application/json" };
  const values = [
    "",
    "%",
    "%00",
    "%ff",
    "%ed%a0%80",
    "'",
    "%27%20OR%201=1--",
    "%22",
    "%25",
    "_",
    "*",
    "-1",
    "0",
    "99999999999999999999",
    "9223372036854775807",
    "9223372036854775808",
    "1e9",
    "NaN",
    "null",
    "{}",
    "[]",
    "a".repeat(8000),
    "%E2%80%AE",
    "%0d%0aX:y",
    "..%2f",
    "NEAR(a%20b)",
    "%22a%20AND",
    "2026-13-45",
    "AAAA",
    "e30",
    "eyJ9",
  ];
  const fields = {
    "/admin": ["days", "q"],
    "/admin/people": [
      ...["q", "state", "status", "page", "before", "sort", "dir", "from", "to", "expires_within", "unused", "all"],
      "result",
    ],
    "/admin/people/export": ["q", "state", "sort", "dir", "from"],
    "/admin/activity": ["act", "before", "day", "q", "result"],
    "/admin/revocations/new": ["q", "ids", "state", "from"],
    "/api/v1/keys": ["q", "cursor", "limit", "state", "sort", "from", "to", "expires_within"],
    "/api/v1/people": ["q", "cursor", "limit", "state", "sort", "dir", "from", "to", "expires_within"],
    "/api/v1/audit": ["cursor", "limit"],
    "/api/v1/webhook-deliveries": ["state"],
    "/dashboard": ["result", "notice"],
    "/": ["x"],
    "/auth/callback": ["code", "state", "error"],
  };
  for (const [path, names] of Object.entries(fields)) {
    for (const name of names) {
      for (const value of values) {
        const answer = await ask(port, "GET", `${path}?${name}=${value}`, headers);
        assert.ok(answer.status < 500, `${path}?${name}=${value}: ${answer.text.slice(0, 300)}`);
      }
    }
  }
  for (const path of [
    "/admin/accounts/",
    "/admin/people/",
    "/admin/revocations/",
    "/api/v1/keys/",
    "/api/v1/accounts/",
    "/api/v1/revocations/",
  ]) {
    for (const value of values.filter((each) => each !== "")) {
      const answer = await ask(port, "GET", path + value, headers);
      assert.ok(answer.status < 500, `${path}${value}: ${answer.text.slice(0, 300)}`);
    }
  }
  await isAlive();
});
