// Wherever `next` would lead, a sign-in ends on this origin.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { signIn, startSandbox } from "../e2e/support/service.mjs";
import { Random, mutants, mutate, readLines, seed } from "./support/corpus.mjs";
import { ask, portOf } from "./support/wire.mjs";

let service, port, host, session;
before(async () => {
  service = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0" });
  port = portOf(service.url);
  ({ host } = new URL(service.url));
  session = await signIn(service, "octo");
});
after(() => service.stop());

const corpus = readLines("next.txt");
const encoded = (text) => encodeURIComponent(text.toWellFormed?.() ?? text.replace(/[\ud800-\udfff]/g, ""));
// As it stands in a link that somebody typed: only where that makes one request of it.
const asTyped = (text) => (/^[!-~]*$/.test(text) && !/[&#]/.test(text) ? [text] : []);

// A path of this origin for a browser, whatever it decodes: read as the URL standard says, and
// again after each decoding.
const assertSame = (location, what) => {
  assert.match(location, /^\/(?![/\\])[!-~]*$/, `${what}: ${location}`);
  for (let text = location, left = 4; left > 0; left -= 1) {
    for (const base of ["http://here.example", "https://here.example:8443/auth/callback"])
      assert.equal(new URL(text, base).origin, new URL(base).origin, `${what}: ${location}`);
    try {
      text = decodeURIComponent(text);
    } catch {
      break;
    }
    assert.doesNotMatch(text, /^[\s]*[/\\]\s*[/\\]/, `${what}: ${location}`);
  }
};

const begin = async (query) => {
  const answer = await ask(port, "GET", `/auth/login?next=${query}`, { Host: host, Accept: "text/html" });
  assert.ok(answer.status === 302 || answer.status === 400 || answer.status === 431, `${query}: ${answer.status}`);
  return answer;
};
// The whole way: GitHub, and back.
const signInTo = async (query) => {
  const begun = await begin(query);
  if (begun.status !== 302) return null;
  assert.ok(begun.headers.location.startsWith(`${service.github_url}/login/oauth/authorize?`));
  const decided = await fetch(`${begun.headers.location}&login=octo&sandbox_auto=1`, { redirect: "manual" });
  const callback = new URL(decided.headers.get("location"));
  const cookie = begun.headers["set-cookie"].split(";")[0];
  const finished = await ask(port, "GET", callback.pathname + callback.search, { Host: host, Cookie: cookie });
  assert.equal(finished.status, 302, finished.text);
  return finished.headers.location;
};

test(`after a whole sign-in: ${corpus.length} values, encoded and as typed`, async () => {
  let tried = 0;
  for (const next of corpus) {
    for (const query of [encoded(next), ...asTyped(next)]) {
      const location = await signInTo(query);
      if (location !== null) assertSame(location, JSON.stringify(next));
      tried += 1;
    }
  }
  assert.ok(tried > corpus.length);
});

test("whoever is signed in is led at once, and no further", async () => {
  for (const next of corpus) {
    for (const query of [encoded(next), ...asTyped(next)]) {
      const answer = await ask(port, "GET", `/auth/login?next=${query}`, { Cookie: session });
      if (answer.status === 302) assertSame(answer.headers.location, JSON.stringify(next));
    }
  }
});

// A field that is unknown, or given twice, is refused: that leads nobody anywhere, and begins
// nothing.
const assertLeadsNowhere = (answer, what) => {
  assert.equal(answer.status, 400, what);
  for (const name of ["location", "refresh", "set-cookie"])
    assert.equal(answer.headers[name], undefined, `${what}: ${name}`);
  assert.doesNotMatch(answer.body, /(href|action|src|content)\s*=\s*["']?[^"'>]*evil\.example/i, what);
};

test("next given twice, as an array, or in another place does not lead away", async () => {
  for (const query of [
    "/docs&next=//evil.example",
    "//evil.example&next=/docs",
    "&next[]=//evil.example",
    "/docs;next=//evil.example",
    "/docs%26next=//evil.example",
    "/docs%00//evil.example",
  ]) {
    const begun = await begin(query);
    if (begun.status === 302) assertSame(await signInTo(query), query);
    else assertLeadsNowhere(begun, query);
  }
  for (const name of ["NEXT", "redirect", "redirect_uri", "return_to", "url", "continue"]) {
    const answer = await ask(port, "GET", `/auth/login?${name}=//evil.example`, {
      Cookie: session,
      Accept: "text/html",
    });
    if (answer.status === 302) assert.equal(answer.headers.location, "/dashboard", name);
    else assertLeadsNowhere(answer, name);
  }
  const answer = await ask(port, "GET", "/auth/login", {
    Cookie: session,
    Referer: "https://evil.example/",
    "X-Forwarded-Prefix": "//evil.example",
    "X-Original-URL": "//evil.example",
  });
  assert.equal(answer.headers.location, "/dashboard");
});

test("good paths are kept", async () => {
  for (const next of ["/docs", "/admin?q=a&state=active", "/dashboard#key"])
    assert.equal(await signInTo(encodeURIComponent(next)), next);
});

test(`${mutants} changed at random (seed ${seed})`, async () => {
  const random = new Random(seed);
  const pieces = [
    "/",
    "\\",
    "%2f",
    "%5c",
    "%25",
    "%",
    ".",
    "..",
    "@",
    ":",
    "//",
    "\t",
    "\n",
    "\0",
    "evil.example",
    "http:",
    "?",
    "#",
    "\u3002",
    ";",
  ];
  for (let left = mutants; left > 0; left -= 1) {
    const next = mutate(random, corpus, pieces);
    const answer = await ask(port, "GET", `/auth/login?next=${encoded(next)}`, { Cookie: session });
    if (answer.status === 302) assertSame(answer.headers.location, JSON.stringify(next));
    else assert.ok(answer.status < 500, JSON.stringify(next));
  }
});

test("the error page's way to try again leads to the same place", async () => {
  for (const next of corpus) {
    const begun = await begin(encoded(next));
    if (begun.status !== 302) continue;
    const state = new URL(begun.headers.location).searchParams.get("state");
    const failed = await ask(port, "GET", `/auth/callback?error=access_denied&state=${state}`, {
      Host: host,
      Cookie: begun.headers["set-cookie"].split(";")[0],
      Accept: "text/html",
    });
    assert.equal(failed.status, 403);
    for (const [, href] of failed.body.matchAll(/href="([^"]*)"/g)) {
      const path = href.replaceAll("&#x3D;", "=").replaceAll("&#x2F;", "/").replaceAll("&amp;", "&");
      assert.match(path, /^(\/(?![/\\])|https:\/\/github\.com\/|#)/, `${JSON.stringify(next)}: ${href}`);
      const again = path.startsWith("/auth/login") ? new URL(path, service.url).searchParams.get("next") : null;
      if (again !== null) assertSame(again, JSON.stringify(next));
    }
  }
});
