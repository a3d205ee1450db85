// The sandbox where browsers are on other machines: in a container, or on a server that is tried
// from a laptop. Here another address of loopback, under a name, is that server: a browser that is
// led to 127.0.0.1 has been led to the wrong machine.
import assert from "node:assert/strict";
import { request } from "node:http";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { text } from "node:stream/consumers";
import { launch } from "./support/browser.mjs";
import { generate, signIn, startSandbox } from "./support/service.mjs";

const address = "127.0.0.2",
  name = "sandbox.test";
let browser;
before(async () => {
  browser = await launch([`--host-resolver-rules=MAP ${name} ${address}`]);
});
after(() => browser.close());

const freePort = () =>
  new Promise((done) => {
    const server = createServer();
    server.listen(0, address, () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

// As a program on another machine, which knows the service's name.
const ask = (port, path, { method = "GET", headers = {}, body } = {}) =>
  new Promise((done, failed) => {
    const asked = request(
      { host: address, port, path, method, headers: { Host: `${name}:${port}`, ...headers } },
      async (answer) => done({ status: answer.statusCode, headers: answer.headers, body: await text(answer) }),
    );
    asked.on("error", failed);
    asked.end(body);
  });

// Signs in, makes a key and tries it. Gives the key, and every address that the browser has been
// sent to.
const getKey = async (url) => {
  const context = await browser.newContext();
  const page = await context.newPage();
  const asked = [];
  page.on("request", (each) => asked.push(new URL(each.url()).host));
  await page.goto(url);
  await page.click("#sign-in");
  await page.fill("input[name=persona]", "from-elsewhere");
  await page.click("text=Create and sign in");
  await page.waitForURL(`${url}/dashboard`);
  await page.click("#generate");
  await page.waitForSelector("#copy-key");
  const key = await page.textContent("#key");
  await page.click("#try-send");
  await page.locator("#try-turns .said", { hasText: /\w/ }).waitFor();
  await page.goto(`${url}/docs`);
  const docs = await page.textContent("main");
  // From here the organizer's page is one press away, also for whoever is signed in as somebody
  // else.
  await page.click(".banner.sandbox a");
  await page.waitForURL(`${url}/admin`);
  await context.close();
  return { key, docs, hosts: [...new Set(asked)] };
};

test("people on other machines sign in through the one port", async (t) => {
  const port = await freePort();
  const sandbox = await startSandbox({ LISTEN: `${address}:${port}`, RATE_LIMIT_PER_MINUTE: "0" });
  t.after(() => sandbox.stop());
  const { hosts } = await getKey(`http://${name}:${port}`);
  assert.deepEqual(hosts, [`${name}:${port}`]);
});

test("with PUBLIC_URL programs on other machines can use their key by the address that the pages show", async (t) => {
  const port = await freePort(),
    url = `http://${name}:${port}`;
  const sandbox = await startSandbox({ LISTEN: `${address}:${port}`, PUBLIC_URL: url, RATE_LIMIT_PER_MINUTE: "0" });
  t.after(() => sandbox.stop());
  const { key, docs, hosts } = await getKey(url);
  assert.deepEqual(hosts, [`${name}:${port}`]);
  const api = `${url}/sandbox/openrouter/api/v1`;
  assert.ok(docs.includes(`${api}/chat/completions`));
  assert.doesNotMatch(docs, /127\.0\.0\.1/);
  const path = new URL(api).pathname,
    headers = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };
  const said = await ask(port, `${path}/chat/completions`, {
    method: "POST",
    headers,
    body: JSON.stringify({ model: "openai/gpt-4o-mini", messages: [{ role: "user", content: "hello" }] }),
  });
  assert.equal(said.status, 200, said.body);
  assert.equal((await ask(port, `${path}/key`, { headers })).status, 200);
});

test("what belongs to the look-alikes' keeper is for this machine alone", async (t) => {
  const port = await freePort();
  const sandbox = await startSandbox({ LISTEN: `${address}:${port}`, RATE_LIMIT_PER_MINUTE: "0" });
  t.after(() => sandbox.stop());
  const manager = { Authorization: `Bearer ${sandbox.management_key}` };
  for (const path of [
    "/sandbox/ledger",
    "/sandbox/faults",
    "/sandbox/openrouter/api/v1/keys",
    "/sandbox/openrouter/api/v1/credits",
    "/sandbox/openrouter/sandbox/ledger",
    "/sandbox/openrouter/sandbox/faults",
    "/api/v3/user",
    "/login/oauth/access_token",
    "/user",
  ])
    assert.equal((await ask(port, path, { headers: manager })).status, 404, path);
  // A callback of somebody else's is none of the sandbox's.
  const wrong = await ask(
    port,
    `/login/oauth/authorize?client_id=${sandbox.github_client_id}&redirect_uri=` +
      `${encodeURIComponent("http://evil.example/auth/callback")}&state=x&login=victim&sandbox_auto=1`,
  );
  assert.match(wrong.headers.location, /error=redirect_uri_mismatch/);
  assert.doesNotMatch(wrong.headers.location, /evil|code=/);
});

test("on loopback the pages stay where they are", async (t) => {
  const sandbox = await startSandbox({ RATE_LIMIT_PER_MINUTE: "0" });
  t.after(() => sandbox.stop());
  assert.equal((await fetch(`${sandbox.url}/login/oauth/authorize`)).status, 404);
  const begun = await fetch(`${sandbox.url}/auth/login`, { redirect: "manual" });
  assert.ok(begun.headers.get("location").startsWith(`${sandbox.github_url}/login/oauth/authorize?`));
});

test("the cap holds as README says: ten tries of a dollar, then page and API name the cap", async (t) => {
  const sandbox = await startSandbox();
  t.after(() => sandbox.stop());
  const session = await signIn(sandbox, "ada-lovelace");
  const { key } = await (await generate(sandbox, session)).json();
  const tryIt = async () => {
    const answer = await fetch(`${sandbox.url}/dashboard/try`, {
      method: "POST",
      headers: {
        cookie: session,
        origin: sandbox.url,
        accept: "text/html",
        "content-type": "application/x-www-form-urlencoded",
      },
      body: "message=Say+hello.&model=sandbox%2Fexpensive",
    });
    return { status: answer.status, text: await answer.text() };
  };
  for (let i = 0; i < 10; i += 1) assert.equal((await tryIt()).status, 200, `try ${i + 1}`);
  const eleventh = await tryIt();
  assert.equal(eleventh.status, 403);
  assert.match(eleventh.text, /cap of \$10\.00 a day is reached/);
  // As the dashboard's curl command has it.
  const program = await fetch(`${sandbox.openrouter_url}/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({
      model: "sandbox/expensive",
      max_tokens: 100,
      messages: [{ role: "user", content: "Say hello." }],
    }),
  });
  assert.equal(program.status, 403);
  assert.equal((await program.json()).error.message, "Key limit exceeded (daily limit)");
});
