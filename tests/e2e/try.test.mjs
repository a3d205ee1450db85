// Trying the key on the dashboard: the real binary, in front of the look-alike or of chat
// completions that a test plays itself.
import assert from "node:assert/strict";
import { createServer, request as sendRequest } from "node:http";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { launch, openPage, screenshot } from "./support/browser.mjs";
import { assertAccessible } from "./support/browser_checks.mjs";
import {
  generate,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

// Everything goes on to the look-alike but, where `play` is set, chat completions.
const startStage = (openrouterUrl) =>
  new Promise((done) => {
    const { hostname, port } = new URL(openrouterUrl);
    const stage = { play: null };
    const server = createServer(async (request, response) => {
      if (stage.play && request.url === "/api/v1/chat/completions") {
        let body = "";
        for await (const chunk of request) body += chunk;
        stage.play({ response, key: request.headers.authorization, body: JSON.parse(body) });
        return;
      }
      const { method, url: path, headers } = request;
      const forwarded = sendRequest({ hostname, port, method, path, headers }, (answer) => {
        response.writeHead(answer.statusCode, answer.headers);
        answer.pipe(response);
      });
      forwarded.on("error", () => response.destroy());
      request.pipe(forwarded);
    });
    server.listen(0, "127.0.0.1", () => {
      stage.url = `http://127.0.0.1:${server.address().port}/api/v1`;
      stage.stop = () =>
        new Promise((r) => {
          server.close(r);
          server.closeAllConnections?.();
        });
      done(stage);
    });
  });
const say = (response, text) =>
  response.write(
    `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text }, finish_reason: null }] })}\n\n`,
  );
const begin = (response) => {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(": OPENROUTER PROCESSING\n\n");
};
const end = (response) =>
  response.end('data: {"choices":[{"delta":{"content":""},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n');
// An answer that begins with these words and goes on when it is told to.
const hold = (words) => {
  const held = [];
  stage.play = (call) => {
    begin(call.response);
    say(call.response, words);
    call.hasLeft = new Promise((r) => call.response.once("close", r));
    held.push(call);
  };
  return held;
};

let upstreams, stage, folder, service, browser;
before(async () => {
  upstreams = await startUpstreams();
  stage = await startStage(upstreams.openrouter_url);
  folder = temporaryFolder();
  service = await startService(upstreams, folder, {
    OPENROUTER_URL: stage.url,
    LOG_LEVEL: "debug",
    UPSTREAM_TIMEOUT_SECONDS: "8",
  });
  browser = await launch();
});
after(async () => {
  await browser.close();
  await service.stop();
  await stage.stop();
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  stage.play = null;
  await upstreams.clearFaults();
});

let people = 0;
const holder = async (of = service) => {
  const login = `tryer-${process.pid}-${(people += 1)}`;
  const session = await signIn(of, login);
  const { key } = await (await generate(of, session)).json();
  return { login, session, key };
};
const send = (session, fields, { of = service, accept = "text/event-stream", ...init } = {}) =>
  fetch(`${of.url}/dashboard/try`, {
    method: "POST",
    redirect: "manual",
    body: new URLSearchParams(fields),
    ...init,
    headers: { cookie: session, origin: of.url, accept, ...init.headers },
  });
// The events of an answer, as they come.
const follow = (answer) => {
  const events = [];
  const ended = (async () => {
    let text = "";
    for await (const chunk of answer.body) {
      text += Buffer.from(chunk).toString();
      const parts = text.split("\n\n");
      text = parts.pop();
      for (const part of parts) {
        const [, name, data] = /^event: (.*)\ndata: (.*)$/.exec(part);
        events.push([name, JSON.parse(data)]);
      }
    }
    assert.equal(text, "");
  })();
  return { events, ended };
};
const eventsOf = async (answer) => {
  const { events, ended } = follow(answer);
  await ended;
  return events;
};
const textOf = (events) =>
  events
    .filter(([name]) => name === "text")
    .map(([, data]) => data)
    .join("");
const hashOf = async (key) =>
  (await upstreams.ledger()).keys.find((each) => !each.deleted_at && key.endsWith(each.hint)).hash;

test("the answer comes piece by piece, with the recipient's own key and a cap on its length", async () => {
  const { session, key } = await holder();
  const held = hold("First words");
  const answer = await send(session, { message: "a\r\nb \u{1f600}", model: "some/model:free" });
  assert.deepEqual(
    [answer.status, answer.headers.get("content-type"), answer.headers.get("cache-control")],
    [200, "text/event-stream", "no-store"],
  );
  const { events, ended } = follow(answer);
  await until("the first words", () => events.length > 0);
  assert.deepEqual(events, [["text", "First words"]]);
  assert.equal(held[0].key, `Bearer ${key}`);
  assert.deepEqual(held[0].body, {
    model: "some/model:free",
    messages: [{ role: "user", content: "a\nb \u{1f600}" }],
    stream: true,
    max_tokens: 300,
  });
  say(held[0].response, ' and\nmore "words".');
  await until("more words", () => events.length > 1);
  end(held[0].response);
  await ended;
  assert.deepEqual(events, [
    ["text", "First words"],
    ["text", ' and\nmore "words".'],
    ["done", { cost: "$10.00 left today." }],
  ]);
  assert.equal(
    textOf(await eventsOf(await ((stage.play = null), send(session, { message: "again" })))).slice(-5),
    "again",
    "its place is free at once",
  );
});

test("without JavaScript the answer is a whole page; what it cost is counted to the key", async () => {
  const { session, key } = await holder();
  const page = await send(session, { message: "<b>hello</b>" }, { accept: "text/html" });
  assert.equal(page.status, 200);
  const html = await page.text();
  assert.match(
    html,
    new RegExp(
      '<p class="said" id="answer">This is the sandbox speaking as OpenAI: GPT-4o-mini\\. ' +
        "You said: &lt;b&gt;hello&lt;/b&gt;</p>",
    ),
  );
  assert.ok(!html.includes(key));
  const hash = await hashOf(key);
  assert.ok((await upstreams.ledger()).keys.find((each) => each.hash === hash).usage > 0);
});

test("a request that is not fit is refused before anything is asked", async () => {
  const { session } = await holder();
  stage.play = () => assert.fail("nothing may be asked");
  const refused = async (status, words, ...how) => {
    const answer = await send(...how);
    const problem = await answer.json();
    assert.equal(answer.status, status, JSON.stringify(problem));
    assert.match(problem.title + problem.detail, words);
  };
  await refused(401, /Sign in/, "", { message: "x" });
  await refused(403, /refused/, session, { message: "x" }, { headers: { origin: "https://evil.example" } });
  for (const message of ["", " \r\n ", "x".repeat(2001), "\0", "\u{1f600}".repeat(2001)])
    await refused(400, /1 and 2000|cannot be read/, session, { message });
  for (const model of ["a b", "a\nb", "x".repeat(121), "ü", "<b>"])
    await refused(400, /Model not accepted/, session, { message: "x", model });
  const without = await signIn(service, `nokey-${process.pid}`);
  await refused(409, /no key/, without, { message: "x" });
  assert.equal((await fetch(`${service.url}/dashboard/try`)).status, 405);
  assert.equal((await fetch(`${service.url}/dashboard/try`, { method: "HEAD" })).status, 405);
  stage.play = null;
  assert.equal((await eventsOf(await send(session, { message: "\u{1f600}".repeat(2000) }))).at(-1)[0], "done");
});

test("a key that is switched off cannot be tried, and is not offered to be", async () => {
  const { session, login } = await holder();
  const page = async () => (await fetch(`${service.url}/dashboard`, { headers: { cookie: session } })).text();
  assert.match(await page(), /id="try-form"/);
  const id = JSON.parse(
    (await run(["keys", "list", "--search", login, "--json"], serviceEnvironment(upstreams, folder))).out,
  ).keys[0].github_user_id;
  assert.equal((await run(["keys", "change", String(id), "--disable"], serviceEnvironment(upstreams, folder))).code, 0);
  assert.doesNotMatch(await page(), /id="try-form"/);
  const answer = await send(session, { message: "x" });
  assert.deepEqual([answer.status, (await answer.json()).title], [409, "Your key is switched off"]);
});

test("what OpenRouter refuses is told in words of our own", async () => {
  const { session, key } = await holder();
  const hash = await hashOf(key);
  const body = '{"error":{"code":1,"message":"told-by-upstream"},"user_id":"owner-of-the-account"}';
  for (const [status, words] of [
    [400, /did not accept the request/],
    [401, /does not accept this key/],
    [402, /no credits left/],
    [404, /has no model/],
    [429, /slow down/],
    [500, /cannot be reached/],
    [529, /cannot be reached/],
  ]) {
    for (const accept of ["text/event-stream", "text/html"]) {
      await upstreams.openrouterFault({
        method: "POST",
        path: "/chat",
        status,
        body,
        headers: status === 429 ? { "Retry-After": "7" } : {},
      });
      const answer = await send(session, { message: "x" }, { accept });
      const text = await answer.text();
      assert.match(text, words);
      assert.ok(!/told-by-upstream|owner-of-the-account/.test(text + service.process.output));
      if (accept === "text/html") assert.ok(answer.status >= 400);
      if (accept === "text/html" && status === 429) assert.equal(answer.headers.get("retry-after"), "7");
    }
  }
  await fetch(`${upstreams.openrouter_url.replace("/api/v1", "")}/sandbox/spend`, {
    method: "POST",
    body: JSON.stringify({ hash, usd: 100 }),
  });
  const spent = await eventsOf(await send(session, { message: "x" }));
  assert.deepEqual(
    spent.map(([name]) => name),
    ["error"],
  );
  assert.match(spent[0][1].message, /cap of \$10\.00 a day is reached: \$0\.00 is left\. The cap resets at 00:00 UTC/);
  await fetch(`${upstreams.openrouter_url}/keys/${hash}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${upstreams.management_key}` },
  });
  assert.match((await eventsOf(await send(session, { message: "x" })))[0][1].message, /does not accept this key/);
});

const lookalike = (path, body) =>
  fetch(`${upstreams.openrouter_url.replace("/api/v1", "")}/sandbox/${path}`, {
    method: "POST",
    body: JSON.stringify(body),
  });

test("each cause of a refusal has its sentence and its figures, whether it names its limit or not", async (t) => {
  t.after(() => lookalike("chat", {}));
  const { session } = await holder();
  const sentences = {
    no_credits: [503, /account at OpenRouter has no credits left/],
    in_flight_budget: [503, /could use up its credits\. Try again in 7 seconds/],
    too_heavy: [403, /Trying again does not help/],
    key_limit: [403, /cap of \$10\.00 a day is reached/],
    moderation: [403, /flagged your message/],
    workspace_budget: [403, /budget for all keys together.* is spent\. Your own cap is not/],
    guardrail_budget: [403, /budget that the organizer has set/],
    model_not_allowed: [403, /does not let this key use this model/],
    no_endpoints: [403, /does not let this key use this model/],
    rate_limited: [503, /slow down\. Try again in 9 seconds/],
  };
  for (const is_structured of [true, false]) {
    for (const [cause, [status, words]] of Object.entries(sentences)) {
      await lookalike("chat", { cause, times: 2, is_structured });
      const events = await eventsOf(await send(session, { message: "x" }));
      assert.deepEqual(
        events.map(([name]) => name),
        ["error"],
        cause,
      );
      assert.match(events[0][1].message, words, `${cause}, ${is_structured}`);
      const page = await send(session, { message: "x" }, { accept: "text/html" });
      assert.equal(page.status, status, cause);
      assert.match(
        (await page.text())
          .replace(/<[^>]*>/g, " ")
          .replace(/\s+/g, " ")
          .replaceAll("&#39;", "'"),
        words,
        cause,
      );
      if (["in_flight_budget", "rate_limited"].includes(cause)) assert.ok(Number(page.headers.get("retry-after")) > 0);
      if (is_structured && cause === "workspace_budget")
        assert.match(events[0][1].message, /\(\$50\.00\).*It resets at 00:00 UTC/);
    }
  }
});

test("what is left may not pay for the tokens that are asked for, and then that is said", async () => {
  const { session, key } = await holder();
  await lookalike("spend", { hash: await hashOf(key), usd: 9.98 });
  const [[name, { message }]] = await eventsOf(await send(session, { message: "x", model: "sandbox/expensive" }));
  assert.equal(name, "error");
  assert.match(
    message,
    /A try asks for up to 300 tokens, and what is left of your cap today \(\$0\.02\) cannot pay for that/,
  );
});

test("an answer without text says why", async (t) => {
  t.after(() => lookalike("chat", {}));
  const { session } = await holder();
  for (const [cause, words] of [
    ["length", /all 300 tokens for thinking/],
    ["content_filter", /content filter/],
    ["refusal", /refuses to answer: I cannot help with that\./],
  ]) {
    await lookalike("chat", { cause, times: 2 });
    const events = await eventsOf(await send(session, { message: "x" }));
    assert.deepEqual(
      events.map(([name]) => name),
      ["done"],
    );
    assert.match(events[0][1].message, words);
    const page = await send(session, { message: "x" }, { accept: "text/html" });
    assert.equal(page.status, 200);
    assert.match(await page.text(), words);
  }
});

test("after a try the figures are asked for anew, and their age is shown", async () => {
  const { session, key } = await holder();
  const page = async () => (await fetch(`${service.url}/dashboard`, { headers: { cookie: session } })).text();
  await until("figures of nothing spent", async () => /\$0\.00 spent\./.test(await page()));
  assert.match(
    await page(),
    /Updated <time datetime="[^"]+" title="[^"]+" data-age>(just now|\d+ seconds? ago)<\/time>/,
  );
  assert.match(await page(), /title="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC" data-age/, "the exact time");
  await lookalike("spend", { hash: await hashOf(key), usd: 3.4 });
  assert.equal((await eventsOf(await send(session, { message: "x" }))).at(-1)[0], "done");
  assert.match(await page(), /not known yet: this service is asking OpenRouter/, "what was known before is not shown");
  await until("the new figures", async () => /\$3\.40 spent\./.test(await page()));
  assert.match(await page(), /<p class="big">\$6\.60 left <small>of \$10\.00<\/small>/);
  const own = async () => (await fetch(`${service.url}/api/v1/me`, { headers: { cookie: session } })).json();
  await until("when it was used last", async () => /^20\d\d-\d\d-\d\dT/.test((await own()).key.last_used_at));
});

test("an upstream that is down, silent or breaks off is told as such, with what came before", async () => {
  const { session } = await holder();
  for (const fault of [
    { drop: "before" },
    { delay_ms: 20_000 },
    { status: 200, body: "<html>", content_type: "text/html" },
  ]) {
    await upstreams.openrouterFault({ method: "POST", path: "/chat", ...fault });
    const events = await eventsOf(await send(session, { message: "x" }));
    assert.deepEqual(
      events.map(([name]) => name),
      ["error"],
    );
    assert.match(events[0][1].message, /cannot be reached/);
  }
  stage.play = ({ response }) => {
    begin(response);
    say(response, "So far");
    response.write("", () => response.destroy());
  };
  const events = await eventsOf(await send(session, { message: "x" }));
  assert.deepEqual([textOf(events), events.at(-1)[0]], ["So far", "error"]);
  const html = await (await send(session, { message: "x" }, { accept: "text/html" })).text();
  assert.match(html, /So far[^]*role="alert">OpenRouter cannot be reached/);
  stage.play = ({ response }) => {
    begin(response);
    say(response, "So far");
    response.end(
      'data: {"error":{"code":403,"message":"Key limit exceeded (daily limit)"},' +
        '"choices":[{"delta":{},"finish_reason":"error"}]}\n\n',
    );
  };
  assert.match((await eventsOf(await send(session, { message: "x" }))).at(-1)[1].message, /a day is reached/);
});

test("whoever goes away in the middle ends the call upstream, and can ask again", async () => {
  const { session } = await holder();
  const held = hold("First words");
  const leaving = new AbortController();
  const answer = await send(session, { message: "x" }, { signal: leaving.signal });
  const { events, ended } = follow(answer);
  ended.catch(() => {});
  await until("the first words", () => events.length > 0);
  leaving.abort();
  await held[0].hasLeft;
  stage.play = null;
  const again = await until("the place is free", async () => {
    const attempt = await send(session, { message: "x" });
    return attempt.status === 200 && attempt;
  });
  assert.equal((await eventsOf(again)).at(-1)[0], "done");
});

test("many at once: eight are answered, one of each account; others wait, and nothing else is delayed", async () => {
  const all = await Promise.all(Array.from({ length: 9 }, () => holder()));
  const held = hold("First words");
  const answers = await Promise.all(
    all.slice(0, 8).map(({ session }, i) => (i % 2 ? send(session, { message: "x" }) : null)),
  );
  const pages = all
    .slice(0, 8)
    .map(({ session }, i) => (i % 2 ? null : send(session, { message: "x" }, { accept: "text/html" })));
  await until("eight calls", () => held.length === 8);
  for (const [{ session }, title] of [
    [all[8], "Busy"],
    [all[0], "One at a time"],
  ]) {
    const begun = Date.now();
    const refused = await send(session, { message: "x" });
    const { title: said, detail } = await refused.json();
    assert.deepEqual([refused.status, said], [503, title]);
    if (title === "Busy") assert.match(detail, /Others are trying/, "and not for want of a thread");
    assert.ok(Number(refused.headers.get("retry-after")) >= 1);
    assert.ok(Date.now() - begun < 4500);
  }
  const begun = Date.now();
  assert.equal((await fetch(`${service.url}/dashboard`, { headers: { cookie: all[0].session } })).status, 200);
  await holder();
  assert.ok(Date.now() - begun < 4500);
  for (const { response } of held) end(response);
  for (const answer of answers.filter(Boolean))
    assert.deepEqual(await eventsOf(answer), [
      ["text", "First words"],
      ["done", { cost: "$10.00 left today." }],
    ]);
  for (const page of pages.filter(Boolean)) assert.match(await (await page).text(), /First words/);
  stage.play = null;
  assert.equal((await eventsOf(await send(all[8].session, { message: "x" }))).at(-1)[0], "done");
});

test("being told to stop, the service lets an answer end", async () => {
  const own = temporaryFolder();
  const other = await startService(upstreams, own, { OPENROUTER_URL: stage.url });
  const { session } = await holder(other);
  const held = hold("First words");
  const { events, ended } = follow(await send(session, { message: "x" }, { of: other }));
  await until("the first words", () => events.length > 0);
  const stopped = other.process.kill();
  await until("no new connections", () =>
    fetch(`${other.url}/healthz`).then(
      () => false,
      () => true,
    ),
  );
  end(held[0].response);
  await ended;
  assert.equal(events.at(-1)[0], "done");
  assert.equal((await stopped).code, 0);
  rmSync(own, { recursive: true, force: true });
});

test("neither the message nor the answer nor the key is logged or stored", async () => {
  const { session, key } = await holder();
  stage.play = ({ response }) => {
    begin(response);
    say(response, "answer-that-nobody-keeps");
    end(response);
  };
  assert.equal(
    textOf(await eventsOf(await send(session, { message: "message-that-nobody-keeps" }))),
    "answer-that-nobody-keeps",
  );
  await send(session, { message: "message-that-nobody-keeps" }, { accept: "text/html" });
  stage.play = ({ response }) => {
    begin(response);
    say(response, "answer-that-nobody-keeps");
    response.end();
  };
  assert.equal((await eventsOf(await send(session, { message: "message-that-nobody-keeps" }))).at(-1)[0], "error");
  const files = readdirSync(folder).map((name) => readFileSync(join(folder, name)).toString("latin1"));
  for (const secret of [key, "message-that-nobody-keeps", "answer-that-nobody-keeps"]) {
    assert.ok(!service.process.output.includes(secret), secret);
    for (const file of files) assert.ok(!file.includes(secret), secret);
  }
});

const answerOf = (page) => page.locator("#try-turns .turn").last().locator(".said");
const openDashboard = async (session, options = {}) => {
  const page = await openPage(browser, service, options);
  const [name, value] = session.split("=");
  await page.context().addCookies([{ name, value, url: service.url }]);
  await page.goto(`${service.url}/dashboard`);
  return page;
};

for (const colorScheme of ["light", "dark"]) {
  test(`in the browser: words appear while they are spoken; no axe violation (${colorScheme}, 320 px)`, async () => {
    const { session } = await holder();
    const page = await openDashboard(session, { colorScheme, viewport: { width: 320, height: 800 }, bypassCSP: true });
    const held = hold("First words");
    await page.fill("#try-form textarea", "Hello there");
    await page.focus("#try-send");
    await page.keyboard.press("Enter");
    await answerOf(page)
      .filter({ hasText: /^First words$/ })
      .waitFor();
    assert.equal(await page.textContent("#try-send"), "Stop");
    say(held[0].response, " and <b>more</b>.");
    await answerOf(page).filter({ hasText: "First words and <b>more</b>." }).waitFor();
    end(held[0].response);
    await page.locator("#try-send", { hasText: "Send" }).waitFor();
    assert.ok(await page.isHidden("#try-problem"));
    await screenshot(page, `try-${colorScheme}-320`);
    await assertAccessible(page, "try");
    assert.deepEqual(page.complaints, []);
    await upstreams.openrouterFault({ method: "POST", path: "/chat", status: 402, body: "{}" });
    stage.play = null;
    await page.click("#try-send");
    await page.locator("#try-problem", { hasText: "no credits left" }).waitFor();
    await screenshot(page, `try-problem-${colorScheme}-320`);
    await assertAccessible(page, "try with a problem");
    await page.evaluate(() => document.getElementById("try-form").submit());
    await page.locator("#answer", { hasText: "You said: Hello there" }).waitFor();
    await screenshot(page, `try-page-${colorScheme}-320`);
    await assertAccessible(page, "the answer as a page");
    await page.context().close();
  });
}

test("in the browser: stopping keeps what has come, and a refusal is told", async () => {
  const { session } = await holder();
  const page = await openDashboard(session);
  const held = hold("First words");
  const other = await send(session, { message: "x" });
  await page.click("#try-send");
  await page.locator("#try-problem", { hasText: "still being answered" }).waitFor();
  end(held[0].response);
  await eventsOf(other);
  page.complaints.length = 0; // a browser complains of every 503
  await page.click("#try-send");
  await answerOf(page).filter({ hasText: "First words" }).waitFor();
  await page.click("#try-send");
  await page.locator("#try-send", { hasText: "Send" }).waitFor();
  await held[1].hasLeft;
  assert.equal(await answerOf(page).textContent(), "First words");
  assert.ok(await page.isHidden("#try-problem"));
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("in the browser without JavaScript the form leads to the whole answer", async () => {
  const { session } = await holder();
  const page = await openDashboard(session, { javaScriptEnabled: false });
  await page.fill("#try-form textarea", "two\nlines");
  await page.click("#try-send");
  assert.match(await page.textContent("#answer"), /You said: two\nlines$/);
  await page.click("text=Back to your key");
  assert.ok(await page.isVisible("#try-form"));
  await page.context().close();
});

for (const javaScriptEnabled of [true, false]) {
  test(`in the browser ${javaScriptEnabled ? "with" : "without"} JavaScript: a try renews the figures`, async () => {
    const { session, key } = await holder();
    await until("figures of nothing spent", async () =>
      /\$0\.00 spent\./.test(await (await fetch(`${service.url}/dashboard`, { headers: { cookie: session } })).text()),
    );
    const page = await openDashboard(session, { javaScriptEnabled });
    await lookalike("spend", { hash: await hashOf(key), usd: 3.4 });
    await page.fill("#try-form textarea", "what is left?");
    await page.click("#try-send");
    if (!javaScriptEnabled) {
      await page.locator("#answer").waitFor();
      await new Promise((done) => setTimeout(done, 1000));
      await page.click("text=Back to your key");
    }
    await page.locator("#today .big", { hasText: "$6.60 left of $10.00" }).waitFor({ timeout: 5000 });
    assert.match(await page.textContent("#today"), /\$3\.40 spent\./);
    if (javaScriptEnabled)
      assert.match(await answerOf(page).textContent(), /You said: what is left/, "the answer stays");
    await page.context().close();
  });
}

test("in the browser: what is typed stays while the page asks for what was spent", async () => {
  const { login } = await holder();
  await service.stop(); // a new process does not know what was spent
  service = await startService(upstreams, folder, {
    OPENROUTER_URL: stage.url,
    LOG_LEVEL: "debug",
    UPSTREAM_TIMEOUT_SECONDS: "8",
  });
  await upstreams.openrouterFault({ method: "GET", path: "/keys", delay_ms: 4000, times: 3 });
  const page = await openDashboard(await signIn(service, login));
  assert.ok(await page.getAttribute("main", "data-refresh-after"), "what was spent is not known yet");
  await page.fill("#try-form textarea", "typed meanwhile");
  await page.focus("summary");
  await page.locator("#today", { hasText: "Updated" }).waitFor();
  await upstreams.clearFaults();
  assert.equal(await page.inputValue("#try-form textarea"), "typed meanwhile");
  await page.click("#try-send");
  await answerOf(page).filter({ hasText: "You said: typed meanwhile" }).waitFor();
  await page.context().close();
});
