// Signing in, between two browsers that are not the same person's, and with everything that a
// callback can carry.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { cookiesOf, setCookiesOf, signIn, startSandbox } from "../e2e/support/service.mjs";

let service;
before(async () => {
  service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0" });
});
after(() => service.stop());
beforeEach(() => service.clearFaults());

const begin = async () => {
  const answer = await fetch(`${service.url}/auth/login`, { redirect: "manual" });
  const authorize = answer.headers.get("location"),
    [cookie] = cookiesOf(answer);
  return {
    authorize,
    cookie,
    state: new URL(authorize).searchParams.get("state"),
    name: cookie.split("=")[0],
    value: cookie.slice(cookie.indexOf("=") + 1),
  };
};
const decide = async (authorize, login = "octo") =>
  new URL((await fetch(`${authorize}&login=${login}&sandbox_auto=1`, { redirect: "manual" })).headers.get("location"));
const finish = async (query, cookie) => {
  const answer = await fetch(`${service.url}/auth/callback?${query instanceof URL ? query.searchParams : query}`, {
    redirect: "manual",
    headers: { ...(cookie ? { cookie } : {}), accept: "text/html" },
  });
  return {
    status: answer.status,
    text: await answer.text(),
    cookies: setCookiesOf(answer),
    location: answer.headers.get("location"),
  };
};
const isIn = ({ cookies }) => cookies.some((cookie) => /^llmapikey_session=./.test(cookie));
const assertOut = (answer, what) => {
  assert.ok(!isIn(answer), what);
  assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status}`);
};

test("the way these tests go signs in", async () => {
  const mine = await begin();
  assert.ok(isIn(await finish(await decide(mine.authorize), mine.cookie)));
});

test("a state works once: not again, not in the same browser, not with a new code", async () => {
  const mine = await begin();
  const callback = await decide(mine.authorize);
  assert.ok(isIn(await finish(callback, mine.cookie)));
  assertOut(await finish(callback, mine.cookie), "the same code again");
  assertOut(await finish(callback, ""), "as the browser would after the cookie is gone");
});

test("a callback in a browser that did not begin it, with or without an attempt of its own", async () => {
  const [mine, theirs] = [await begin(), await begin()];
  const callback = await decide(theirs.authorize, "attacker");
  assertOut(await finish(callback, ""), "no cookie");
  assertOut(await finish(callback, mine.cookie), "another attempt's cookie");
  assertOut(await finish(callback, `${theirs.name}=${mine.value}`), "another attempt's cookie under this one's name");
  assertOut(await finish(callback, `${theirs.name}=`), "an empty cookie");
  assertOut(await finish(callback, `${theirs.name}=x`), "a made-up cookie");
  assertOut(await finish(callback, `${theirs.name}=${theirs.value.slice(0, -2)}`), "a cut cookie");
  assertOut(await finish(callback, `${theirs.name}=${theirs.value.replace(/.{3}$/, "AAA")}`), "a changed cookie");
  assertOut(await finish(callback, `llmapikey_oauth_=${theirs.value}`), "a cookie without an id");
  assertOut(await finish(callback, `${theirs.name.toUpperCase()}=${theirs.value}`), "the name in other letters");
});

test("another person's code under one's own state is refused by the verifier", async () => {
  const [mine, theirs] = [await begin(), await begin()];
  const stolen = (await decide(theirs.authorize, "victim")).searchParams.get("code");
  assertOut(await finish(new URLSearchParams({ code: stolen, state: mine.state }), mine.cookie), "mixed up");
  const again = await begin();
  const own = (await decide(again.authorize)).searchParams.get("code");
  assertOut(
    await finish(new URLSearchParams({ code: own, state: theirs.state }), `${again.cookie}; ${theirs.cookie}`),
    "own code under the other state",
  );
});

test("a code is asked for at the address and for the client that began, whatever the callback says", async () => {
  const mine = await begin();
  const callback = await decide(mine.authorize);
  callback.searchParams.set("redirect_uri", "https://evil.example/auth/callback");
  callback.searchParams.set("client_id", "evil");
  callback.searchParams.set("iss", "https://evil.example");
  const answer = await finish(callback, mine.cookie);
  assert.deepEqual([answer.status, answer.location], [302, "/dashboard"]);
});

const states = [
  "",
  "x",
  "A".repeat(12),
  "A".repeat(44),
  "A".repeat(8000),
  "..",
  "%00",
  "\0",
  "a\nb",
  "' OR 1=1",
  "<script>",
  "\u202e",
  "=".repeat(44),
  "AAAAAAAAAAAA;",
  "AAAAAAAAAAAA=x;",
];
test("made-up states, and a state that is another's beginning with one's own id", async () => {
  const [mine, theirs] = [await begin(), await begin()];
  for (const state of [
    ...states,
    mine.state.slice(0, 12),
    `${mine.state}A`,
    mine.state.slice(0, -1),
    mine.state.toLowerCase(),
    mine.state.slice(0, 12) + theirs.state.slice(12),
    ` ${mine.state}`,
  ])
    assertOut(
      await finish(new URLSearchParams({ code: "x", state }), `${mine.cookie}; ${theirs.cookie}`),
      JSON.stringify(state),
    );
});

test("parameters that are twice there, empty, or no text", async () => {
  const mine = await begin();
  const callback = await decide(mine.authorize);
  const { code } = Object.fromEntries(callback.searchParams);
  for (const query of [
    "",
    "state=",
    `state=${mine.state}`,
    `state=${mine.state}&code=`,
    "code=x",
    `code[]=x&state=${mine.state}`,
    `state=${mine.state}&code=%ff`,
    `state=${mine.state}&code=%00`,
    `state=${mine.state}&code=${"a".repeat(7000)}`,
    `state=x&state=${mine.state}&code=${code}`,
  ]) {
    const answer = await finish(query, mine.cookie);
    assert.ok(!isIn(answer), query);
    assert.ok(answer.status < 500, `${query}: ${answer.status}`);
  }
});

const hostile = [
  "<script>alert(1)</script>",
  '"><img src=x onerror=alert(1)>',
  "javascript:alert(1)",
  "access_denied<b>",
  "{{7*7}}",
  "line\nbreak\r\nX-Evil: y",
  "\u001b[31mred",
  "\u202eright to left",
  "a".repeat(5000),
  "\0",
  "' OR 1=1 --",
  "%3Cscript%3E",
];
test("errors in a callback show nothing of what they carry, set nothing, and are one line in the log", async () => {
  for (const error of hostile) {
    for (const withState of [true, false]) {
      const mine = await begin();
      const query = new URLSearchParams({
        error,
        error_description: error,
        error_uri: error,
        ...(withState ? { state: mine.state } : {}),
      });
      const answer = await finish(query, mine.cookie);
      assert.ok(answer.status >= 400, error);
      assert.ok(!isIn(answer));
      assert.doesNotMatch(
        answer.text,
        /<script>alert|<img|onerror|javascript:alert|access_denied<b>|\u001b|\u202e|%3Cscript/i,
        error,
      );
      assert.doesNotMatch(answer.text, /\{\{7\*7\}\}|right to left|X-Evil/);
      assert.ok(!answer.cookies.some((cookie) => /X-Evil|script/.test(cookie)));
    }
  }
  for (const line of service.process.output.split("\n").filter(Boolean)) {
    assert.match(line, /^(\{|\d{4}-\d\d-\d\dT)/, line);
    assert.doesNotMatch(line, /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/, JSON.stringify(line));
  }
});

test("an answer of GitHub's that is odd signs nobody in", async () => {
  const profiles = [
    "",
    "null",
    "[]",
    "{}",
    "<html>",
    '{"id":"1003","login":"x"}',
    '{"id":1003.5,"login":"x"}',
    '{"id":-1003,"login":"x"}',
    '{"id":0,"login":"x"}',
    '{"id":18446744073709552619,"login":"x"}',
    '{"id":1e3,"login":"x"}',
    '{"id":null,"login":"x"}',
    '{"id":[1003],"login":"x"}',
    '{"id":true,"login":"x"}',
    '{"id":1003}',
    '{"id":1003,"login":""}',
    '{"id":1003,"login":5}',
    '{"id":1003,"login":null}',
    `{"id":1003,"login":"${"a".repeat(101)}"}`,
    '{"id":1003,"login":"a\\u0000b"}',
    '{"id":1003,"login":"a\\nb"}',
    '{"id":1003,"login":"a\\u001b[31mb"}',
    '{"id":1003,"login":"a\\u202eb"}',
    '{"id":1003,"login":"a\\u0085b"}',
    '{"id":1003,"login":"\\ud800"}',
    `{"id":1003,"x":${"[".repeat(5000)}`,
    '{"id":7,"login":"corp","type":"Organization"}',
    '{"id":7,"login":"bot","type":"Bot"}',
  ];
  for (const body of profiles) {
    const mine = await begin();
    const callback = await decide(mine.authorize);
    await service.githubFault({ method: "GET", path: "/user", status: 200, body });
    const answer = await finish(callback, mine.cookie);
    assert.ok(!isIn(answer), body);
    assert.ok([403, 502].includes(answer.status), `${body}: ${answer.status}`);
    await service.clearFaults();
  }
  for (const body of [
    "",
    "null",
    "{}",
    "[]",
    '{"access_token":5}',
    '{"access_token":""}',
    '{"access_token":null}',
    '{"access_token":"a\\r\\nX-Evil: y"}',
    '{"access_token":"a b"}',
    `{"access_token":"${"a".repeat(100_000)}"}`,
    "access_token=",
    "<html>access_token=x</html>",
  ]) {
    const mine = await begin();
    const callback = await decide(mine.authorize);
    await service.githubFault({ method: "POST", path: "/login/oauth/access_token", status: 200, body });
    const answer = await finish(callback, mine.cookie);
    assert.ok(!isIn(answer), body);
    assert.ok(answer.status >= 400 && answer.status <= 503 && answer.status !== 500, `${body}: ${answer.status}`);
    await service.clearFaults();
  }
});

test("a callback never replaces a session, and never signs out", async () => {
  const session = await signIn(service, "ada-newcomer");
  const theirs = await begin();
  const callback = await decide(theirs.authorize, "attacker");
  const answer = await finish(callback, session);
  assert.deepEqual([answer.status, answer.location, answer.cookies.length], [302, "/dashboard", 0]);
});
