// From nothing to a served login page: `llmapikey setup` with its four answers, each tried against
// the look-alikes, and the link that makes the first admin.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  binary,
  cookiesOf,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  until,
} from "./support/service.mjs";

let upstreams, folder;
before(async () => {
  upstreams = await startUpstreams();
  folder = mkdtempSync(join(tmpdir(), "llmapikey-setup-"));
});
after(async () => {
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

const place = () => mkdtempSync(join(folder, "place-"));
const addresses = () => ({
  GITHUB_URL: upstreams.github_url,
  GITHUB_API_URL: upstreams.github_api_url,
  OPENROUTER_URL: upstreams.openrouter_url,
});
const management = (rights) =>
  fetch(`${upstreams.openrouter_url.replace("/api/v1", "")}/sandbox/management`, {
    method: "POST",
    body: JSON.stringify(rights),
  });
const freePort = () =>
  new Promise((done) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

// Answers from a pipe, one a line, until they end.
// `meanwhile` happens when the first question has been asked.
const setup = (cwd, answers, { args = [], env = {}, meanwhile } = {}) =>
  new Promise((done) => {
    const child = spawn(binary, ["setup", ...args], {
      env: { PATH: process.env.PATH, ...addresses(), ...env },
      cwd,
      stdio: ["pipe", "pipe", "pipe"],
    });
    const said = { out: "", err: "" };
    child.stdout.on("data", (chunk) => {
      said.out += chunk;
    });
    const lines = answers.map((each) => `${each}\n`).join("");
    child.stderr.on("data", (chunk) => {
      said.err += chunk;
      if (!meanwhile || !said.err.includes("people open")) return;
      meanwhile();
      meanwhile = undefined;
      child.stdin.end(lines);
    });
    child.stdin.on("error", () => {}); // it has ended already
    if (!meanwhile) child.stdin.end(lines);
    child.once("close", (code) => done({ code, ...said }));
  });
const right = () => [upstreams.github_client_id, upstreams.github_client_secret, upstreams.management_key];
const values = (text) =>
  Object.fromEntries(
    text
      .split("\n")
      .filter((line) => /^[A-Z]/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );

// `serve` in a folder with a file .env, and nothing else in its environment.
const serve = async (cwd) => {
  const child = spawn(binary, ["serve"], { env: { PATH: process.env.PATH }, cwd, stdio: ["ignore", "ignore", "pipe"] });
  const service = {
    log: "",
    stop: () =>
      new Promise((done) => {
        child.once("exit", done);
        child.kill("SIGINT");
      }),
  };
  child.stderr.on("data", (chunk) => {
    service.log += chunk;
  });
  service.url = await until(
    "the service listens",
    () => /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(service.log)?.[1],
  );
  return service;
};
const linkIn = (log) => /(http:\/\/\S+\/setup\?token=[\w-]{43})/.exec(log)?.[1];
const open = (url, session = "") =>
  fetch(url, { redirect: "manual", headers: { accept: "text/html", ...(session && { cookie: session }) } });
// Signs in by a link of a page. Gives where that leads.
const wayBack = async (service, path) => {
  const begun = await open(service.url + path);
  const decided = await open(`${begun.headers.get("location")}&login=ada-lovelace&sandbox_auto=1`);
  const finished = await open(decided.headers.get("location"), cookiesOf(begun).join("; "));
  return finished.headers.get("location");
};
const confirm = (service, link, session) =>
  fetch(`${service.url}/setup`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: session, origin: service.url, accept: "text/html" },
    body: new URLSearchParams({ token: new URL(link).searchParams.get("token") }),
  });

test("four answers lead from nothing to a served login page, and the link to the first admin", async () => {
  const cwd = place();
  const origin = `http://127.0.0.1:${await freePort()}`;
  const { code, err, out } = await setup(cwd, [origin, ...right()]);
  assert.equal(code, 0, err);
  assert.equal(out, "");
  assert.doesNotMatch(err, /^ {2}PROBLEM:/m);
  const callback = encodeURIComponent(`${origin}/auth/callback`);
  assert.ok(err.includes(`/settings/applications/new?`) && err.includes(`callback_url%5D=${callback}`), err);
  assert.match(err, /ok: GitHub credentials: accepted/);
  assert.match(err, /ok: OpenRouter key: accepted by .*, for its default workspace/);
  assert.match(err, /ok: OpenRouter credits: \$[\d,.]+ left/);
  assert.match(err, /ok: OpenRouter rights: the management key may write/);
  assert.match(err, /^Four questions; each answer is tried at once\. Ctrl\+C stops: nothing is written until/);
  assert.match(err, /Make a management key: https:\/\/openrouter\.ai\/settings\/management-keys/);
  assert.match(err, /At worst: .*\$5,000\.00 a day: 500 seats at \$10\.00\. \$[\d,.]+ of credits last/);
  assert.match(err, /credits last at least a day.*\n {2}a lower cap: {2}KEY_DAILY_LIMIT_USD=[\d.]+$/m);
  assert.match(err, /^ {2}fewer seats: {2}MAX_TOTAL_KEYS=\d+$/m);
  for (const secret of right().slice(1)) assert.ok(!err.includes(secret), "no secret is repeated");

  const file = join(cwd, ".env");
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const written = values(readFileSync(file, "utf8"));
  assert.equal(written.PUBLIC_URL, origin);
  assert.equal(written.PROVISIONING_ENABLED, "true");
  for (const name of ["AUTH_SESSION_SECRET", "KEY_ENCRYPTION_SECRET"]) assert.match(written[name], /^[\w-]{43}$/);
  assert.notEqual(written.AUTH_SESSION_SECRET, written.KEY_ENCRYPTION_SECRET);
  assert.deepEqual(readdirSync(cwd), [".env"]);

  const doctor = await run(["doctor"], {}, cwd);
  assert.equal(doctor.code, 0, doctor.out);
  assert.match(doctor.out, /1 warning/);
  const service = await serve(cwd);
  try {
    assert.equal(service.url, origin);
    const landing = await open(`${origin}/`);
    assert.equal(landing.status, 200);
    assert.match(await landing.text(), /Sign in with GitHub/);
    const link = await until("the link is printed", () => linkIn(service.log));
    assert.ok(link.startsWith(`${origin}/setup?token=`), service.log);
    const ada = await signIn(service, "ada-lovelace");
    assert.equal((await open(`${origin}/admin`, ada)).status, 404);
    const signedOut = await (await open(link)).text();
    assert.equal(
      await wayBack(service, /href="(\/auth\/login\?next=[^"]+)"/.exec(signedOut)[1]),
      link.slice(origin.length),
    );
    assert.match(await (await open(link, ada)).text(), /Make ada-lovelace the first admin/);
    const made = await confirm(service, link, ada);
    assert.equal(made.status, 303);
    assert.equal((await open(origin + made.headers.get("location"), ada)).status, 200);
    const again = await open(link, ada);
    assert.equal(again.status, 303, "it works once; the admin is led to the console");
    assert.equal(again.headers.get("location"), "/admin");
    const others = await signIn(service, "grace-hopper");
    for (const session of ["", others]) {
      const once = await open(link, session);
      const unknown = await open(`${origin}/no-such-path`, session);
      assert.equal(once.status, 404);
      const plain = async (answer) => (await answer.text()).replaceAll(/[\da-f]{8}-[\da-f-]{27}|[\da-f]{16,}/g, "");
      assert.equal((await plain(once)).length, (await plain(unknown)).length, "as any unknown address");
    }
    assert.equal((await confirm(service, link, await signIn(service, "grace-hopper"))).status, 404);
    const token = new URL(link).searchParams.get("token");
    assert.equal(service.log.split(token).length, 2, "the token is printed once, and never logged");
  } finally {
    await service.stop();
  }
  const again = await serve(cwd);
  await again.stop();
  assert.equal(linkIn(again.log), undefined, "there is an admin");
  assert.match((await run(["doctor"], {}, cwd)).out, /ok +console +1 account can open it/);
  assert.match((await run(["settings", "list"], {}, cwd)).out, /^first_admin +set +account \d+$/m);
  assert.equal((await run(["settings", "unset", "first_admin"], {}, cwd)).code, 0);
  const third = await serve(cwd);
  await third.stop();
  assert.ok(linkIn(third.log), "there is none again");
  assert.notEqual(linkIn(third.log), linkIn(service.log));
});

// A command on a pseudo-terminal. `shown`: what stands there so far.
const onTerminal = (command, cwd, env = {}) => {
  const child = spawn("script", ["-qec", `${binary} ${command}`, "/dev/null"], {
    env: { PATH: process.env.PATH, ...env },
    cwd,
    stdio: ["pipe", "pipe", "inherit"],
  });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  return { child, ended: new Promise((done) => child.once("close", done)), shown: () => text };
};

// The state of the terminal of a process that `script` runs.
const stty = (script) => {
  const [pid] = readFileSync(`/proc/${script}/task/${script}/children`, "utf8").trim().split(" ");
  return execFileSync("stty", ["-a", "-F", readlinkSync(`/proc/${pid}/fd/0`)], { encoding: "utf8" });
};

test("on a terminal secrets are not shown while they are typed", async () => {
  const cwd = place();
  const { child, ended, shown } = onTerminal("setup", cwd, addresses());
  const steps = [
    ["people open [", "http://127.0.0.1:3457"],
    ["Client ID: ", upstreams.github_client_id],
    ["secret (not shown; Enter: back to the client id): ", upstreams.github_client_secret],
    ["key (not shown): ", upstreams.management_key],
  ];
  for (const [question, answer] of steps) {
    await until(question, () => shown().includes(question));
    const keys = stty(child.pid);
    if (question.includes("not shown"))
      assert.match(keys, /quit = <undef>;.*susp = <undef>;.* -echo /s, "nobody stops it while echo is off");
    else assert.match(keys, /quit = \^\\;.*susp = \^Z;.* echo /s);
    child.stdin.write(`${answer}\n`);
  }
  assert.equal(await ended, 0, shown());
  for (const secret of right().slice(1)) assert.ok(!shown().includes(secret), shown());
  assert.ok(shown().includes(upstreams.github_client_id), "what is no secret is shown");
  assert.deepEqual(readdirSync(cwd), [".env"]);
});

test("an empty answer says what is asked; Ctrl+C says that nothing was written", async () => {
  const cwd = place();
  const { child, ended, shown } = onTerminal("setup", cwd, addresses());
  for (const [question, answer] of [
    ["people open [", "\n"],
    ["Client ID: ", "\n"],
    ["The client id stands on the OAuth App's page at GitHub.", "\x03"],
  ]) {
    await until(question, () => shown().includes(question));
    child.stdin.write(answer);
  }
  assert.equal(await ended, 130, shown());
  assert.match(shown(), /\^C\r?\nllmapikey: stopped; nothing was written\r?\n$/);
  assert.deepEqual(readdirSync(cwd), []);
});

test("the client id of another app is corrected at the question about the secret", async () => {
  const cwd = place();
  const origin = `http://127.0.0.1:${await freePort()}`;
  const [id, secret, key] = right();
  // Back from the third question; Enter keeps the client id, or another one takes its place.
  const { code, err } = await setup(cwd, [origin, id, "wrong-secret-of-another-app", "", "", "", id, secret, key]);
  assert.equal(code, 0, err);
  assert.match(err, /3\. Client secret \(not shown; Enter: back to the client id\): /);
  assert.equal(err.split(`2. Client ID (Enter: the same again) [${id}]: `).length, 3, err);
  assert.equal(values(readFileSync(join(cwd, ".env"), "utf8")).GITHUB_OAUTH_CLIENT_ID, id);
});

test("after a callback fault Enter keeps the client id, once GitHub's form has the callback", async () => {
  const cwd = place();
  const origin = "https://127.0.0.3:9"; // nobody listens there
  const [id, secret, key] = right();
  const child = spawn(binary, ["setup"], {
    env: { PATH: process.env.PATH, ...addresses() },
    cwd,
    stdio: ["pipe", "ignore", "pipe"],
  });
  const ended = new Promise((done) => child.once("close", done));
  let said = "";
  child.stderr.on("data", (chunk) => {
    said += chunk;
  });
  child.stdin.write(`${origin}\n${id}\n`);
  await until("the callback is refused", () => said.includes("(Enter: the same again) ["));
  const [link] = /http:\S+\/settings\/applications\/new\?\S+/.exec(said);
  const filled = await fetch(link);
  const form = await filled.text();
  assert.equal(filled.status, 200);
  assert.match(form, /name="oauth_application\[callback_url\]" value="https:\/\/127\.0\.0\.3:9\/auth\/callback"/);
  assert.match(form, /name="oauth_application\[name\]" value="llmapikey"/);
  assert.ok(form.includes(id) && form.includes(secret), form);
  const sent = await fetch(link, { method: "POST", body: new URL(link).searchParams });
  assert.match(await sent.text(), /The app is registered/);
  child.stdin.end(`\n${secret}\n${key}\n`);
  assert.equal(await ended, 0, said);
  assert.match(said, /PROBLEM: GitHub callback[^]*ok: GitHub app[^]*ok: GitHub callback/);
});

test("the port to listen on must be free; an address without a scheme is read as https", async () => {
  const busy = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => busy.once("listening", done));
  const { port } = busy.address();
  const origin = `http://127.0.0.1:${await freePort()}`;
  try {
    const taken = await setup(place(), [`http://127.0.0.1:${port}`, origin.slice(7), ...right()]);
    assert.equal(taken.code, 0, taken.err);
    assert.match(
      taken.err,
      new RegExp(
        `PROBLEM: public address: 127\\.0\\.0\\.1:${port} is in use by another program on this machine: stop that ` +
          "program, or answer with another port, such as http://127\\.0\\.0\\.1:\\d+\n",
      ),
    );
    assert.ok(taken.err.includes(`  Read as ${origin}\n`), taken.err);
    const proxied = await setup(place(), ["keys.invalid.test"], { env: { LISTEN: `127.0.0.1:${port}` } });
    assert.match(proxied.err, /Read as https:\/\/keys\.invalid\.test\n/);
    assert.match(proxied.err, /WARNING: address to listen on: .* is in use .* set LISTEN=127\.0\.0\.1:\d+ in \.env/);
  } finally {
    busy.close();
  }
});

test("`serve` without a configuration says first to run setup, and no recipe for secrets", async () => {
  const { code, err } = await run(["serve"], {}, place());
  assert.equal(code, 2);
  assert.match(err, /^llmapikey: the service is not configured yet\. Run this first:\n {2}llmapikey setup /);
  assert.match(err, /llmapikey help environment/);
  assert.match(err, /GITHUB_OAUTH_CLIENT_ID is not set$/m);
  assert.doesNotMatch(err, /openssl/);
});

test("on a terminal `serve` prints the link for the first admin on a line of its own", async () => {
  const cwd = place();
  const origin = `http://127.0.0.1:${await freePort()}`;
  assert.equal((await setup(cwd, [origin, ...right()])).code, 0);
  const { child, ended, shown } = onTerminal("serve", cwd);
  const line = /^ {2}(http:\/\/127\.0\.0\.1:\d+\/setup\?token=[\w-]{43})\r?$/m;
  try {
    const [, link] = await until("the link is printed", () => line.exec(shown()));
    assert.match(shown(), /There is no admin yet\. Open this link within 30 minutes and sign in/);
    assert.equal(shown().split("/setup?token=").length, 2, "and only there");
    assert.equal((await open(link)).status, 200);
  } finally {
    child.stdin.write("\x03");
    await ended;
  }
});

test("a wrong answer says what is wrong, and is asked for again", async () => {
  const cwd = place();
  const { code, err } = await setup(cwd, [
    "mailto:ada@keys.test",
    "http://keys.test",
    "", // what it proposes, and not what it has refused
    "Iv1.unknown",
    upstreams.github_client_id,
    "not-the-secret-of-this-app",
    upstreams.github_client_secret,
    "sk-or-v1-no-management-key",
    upstreams.management_key,
  ]);
  assert.equal(code, 0, err);
  assert.deepEqual(err.split("\n").filter((line) => line.startsWith("  PROBLEM:")).length, 5, err);
  assert.match(err, /PROBLEM: public address: must begin with https:\/\/ or http:\/\//);
  assert.match(err, /PROBLEM: public address: must begin with https:\/\/, because/);
  assert.match(err, /PROBLEM: GitHub app: GitHub knows no OAuth App with this client id/);
  assert.match(err, /PROBLEM: GitHub credentials: GitHub answered 401.*check the client id and the client secret on/);
  assert.match(
    err,
    /PROBLEM: OpenRouter key: OpenRouter answered 401.*\(is this a management key\?\).*settings\/management-keys/,
  );
  assert.doesNotMatch(err, /PUBLIC_URL|GITHUB_|OPENROUTER_/, "it speaks of questions, and not of variables");
  assert.doesNotMatch(err, /\[(mailto|http:\/\/keys\.test|Enter)/);
  const written = values(readFileSync(join(cwd, ".env"), "utf8"));
  assert.match(written.PUBLIC_URL, /^http:\/\/127\.0\.0\.1:30\d\d$/, "3000, or the next port that is free");
  assert.equal(written.GITHUB_OAUTH_CLIENT_ID, upstreams.github_client_id);
});

test("a callback URL that is another one at GitHub", async () => {
  const origin = "https://127.0.0.2:9"; // nobody listens there
  const { code, err } = await setup(place(), [origin, upstreams.github_client_id]);
  assert.equal(code, 1);
  assert.match(err, /WARNING: public address: https:\/\/127\.0\.0\.2:9 does not lead to llmapikey yet .*reverse proxy/);
  assert.match(err, /PROBLEM: GitHub callback: .*redirect_uri_mismatch.*set the authorization callback URL/);
  assert.ok(err.includes(`${origin}/auth/callback`));
  assert.match(err, /there is no further answer, so nothing was written/);
  // GitHub may tell it only when a code is exchanged.
  const { out } = await run(["doctor"], serviceEnvironment(upstreams, place(), { PUBLIC_URL: origin }), folder);
  assert.match(out, /^PROBLEM +GitHub callback +.*redirect_uri_mismatch/m);
});

test("a management key that may only read is refused; missing credits are said", async () => {
  const cwd = place();
  await management({ is_read_only: true });
  const refused = await setup(cwd, ["http://127.0.0.1:3457", ...right()]);
  await management({});
  assert.equal(refused.code, 1);
  assert.match(refused.err, /PROBLEM: OpenRouter rights: the management key may not write, so no key can be made/);
  assert.deepEqual(readdirSync(cwd), []);

  await upstreams.seedKeys({ count: 1, name: "spender" });
  const { keys } = await upstreams.ledger();
  const credits = await (
    await fetch(`${upstreams.openrouter_url}/credits`, {
      headers: { authorization: `Bearer ${upstreams.management_key}` },
    })
  ).json();
  const left = credits.data.total_credits - credits.data.total_usage;
  await upstreams.spend(keys[0].hash, left);
  const poor = await setup(cwd, ["http://127.0.0.1:3457", ...right()]);
  await upstreams.spend(keys[0].hash, -left);
  assert.equal(poor.code, 0, poor.err);
  const warning =
    "  WARNING: OpenRouter credits: $0.00 left: there are no credits, so keys can be made, but calls with them " +
    "fail until you buy credits at https://openrouter.ai/settings/credits\n";
  assert.equal(poor.err.split(warning).length, 3, `at the question and in the summary: ${poor.err}`);
  assert.ok(poor.err.lastIndexOf("WARNING: OpenRouter credits") > poor.err.indexOf("At worst:"), poor.err);
  assert.doesNotMatch(poor.err, /PROBLEM/);
  assert.match(poor.err, /There are no credits\./);
});

test("a file .env that is there stays as it is; --force keeps what it says", async () => {
  const cwd = place();
  const file = join(cwd, ".env");
  const secret = `${"0123456789abcdef".repeat(2)}xyz`;
  const ours = `# ours\nKEY_ENCRYPTION_SECRET=${secret}\nEVENT_NAME=Ada's class\n`;
  const text = `${ours}PUBLIC_URL=\nGITHUB_OAUTH_CLIENT_SECRET=changeme\n`;
  writeFileSync(file, text);
  const kept = await setup(cwd, ["http://127.0.0.1:3457", ...right()]);
  assert.equal(kept.code, 2);
  assert.match(kept.err, /\.env is there already, and stays as it is/);
  assert.equal(readFileSync(file, "utf8"), text);

  const { code, err } = await setup(cwd, ["http://127.0.0.1:3457", ...right()], { args: ["--force"] });
  assert.equal(code, 0, err);
  const after = readFileSync(file, "utf8");
  assert.ok(after.startsWith(ours), after);
  assert.equal(after.match(/^PUBLIC_URL=.*$/gm).length, 1);
  const again = await setup(cwd, [], { args: ["--force"] });
  assert.equal(again.code, 0, again.err);
  assert.equal(readFileSync(file, "utf8"), after, "with everything given nothing is asked, and nothing changes");
});

test("a file .env that appears or changes while it asks stays as it is", async () => {
  const cwd = place();
  const file = join(cwd, ".env");
  const write = (text) => ({ meanwhile: () => writeFileSync(file, text) });
  const answers = ["http://127.0.0.1:3457", ...right()];
  for (const args of [[], ["--force"]]) {
    const { code, err } = await setup(cwd, answers, { args, ...write("EVENT_NAME=theirs\n") });
    assert.equal(code, 1, err);
    assert.match(err, /\.env is there meanwhile, and stays as it is/);
    assert.equal(readFileSync(file, "utf8"), "EVENT_NAME=theirs\n");
    rmSync(file);
  }
  writeFileSync(file, "EVENT_NAME=ours\n");
  const changed = await setup(cwd, answers, { args: ["--force"], ...write("EVENT_NAME=theirs\n") });
  assert.equal(changed.code, 1, changed.err);
  assert.match(changed.err, /\.env has changed meanwhile, and stays as it is: run this again/);
  assert.equal(readFileSync(file, "utf8"), "EVENT_NAME=theirs\n");
  assert.deepEqual(readdirSync(cwd), [".env"]);
});

test("before the first question it says that the folder, or a value, cannot be written", async () => {
  const folderless = await setup("/proc", [], {});
  assert.notEqual(folderless.code, 0);
  assert.match(folderless.err, /\.env cannot be written: (?!Success)/);
  const unreadable = await setup(place(), [], { env: { EVENT_NAME: "two\nlines" } });
  assert.equal(unreadable.code, 2);
  assert.match(unreadable.err, /EVENT_NAME/);
  const quotes = await setup(place(), [], { env: { EVENT_NAME: `'one' "two"` } });
  assert.equal(quotes.code, 2, quotes.err);
  assert.match(quotes.err, /EVENT_NAME cannot stand in a file \.env/);
  for (const { err } of [folderless, unreadable, quotes]) assert.doesNotMatch(err, /people open/);
});

test("a database with sealed keys takes its own KEY_ENCRYPTION_SECRET", async () => {
  const cwd = place();
  mkdirSync(join(cwd, "data"));
  const service = await startService(upstreams, join(cwd, "data"));
  await service.stop();
  const refused = await setup(cwd, ["http://127.0.0.1:3457", ...right()]);
  assert.equal(refused.code, 2, refused.err);
  assert.match(refused.err, /has keys that only its KEY_ENCRYPTION_SECRET opens.*nothing was written/);
  assert.deepEqual(readdirSync(cwd), ["data"]);
  const { KEY_ENCRYPTION_SECRET } = serviceEnvironment(upstreams, cwd);
  const { code, err } = await setup(cwd, ["http://127.0.0.1:3457", ...right()], { env: { KEY_ENCRYPTION_SECRET } });
  assert.equal(code, 0, err);
  assert.equal(values(readFileSync(join(cwd, ".env"), "utf8")).KEY_ENCRYPTION_SECRET, KEY_ENCRYPTION_SECRET);
});

test("a secret that the environment names by its file stays in that file", async () => {
  const cwd = place();
  const file = join(place(), "management-key");
  writeFileSync(file, `${upstreams.management_key}\n`);
  const { code, err } = await setup(cwd, ["http://127.0.0.1:3457", ...right().slice(0, 2)], {
    env: { OPENROUTER_MANAGEMENT_KEY_FILE: file },
  });
  assert.equal(code, 0, err);
  const text = readFileSync(join(cwd, ".env"), "utf8");
  assert.equal(values(text).OPENROUTER_MANAGEMENT_KEY_FILE, file);
  assert.ok(!text.includes(upstreams.management_key));
  assert.match((await run(["doctor"], {}, cwd)).out, /^ok +set .*OPENROUTER_MANAGEMENT_KEY/m);
});

test("--print writes no file; answers may stand in the environment", async () => {
  const cwd = place();
  const env = {
    PUBLIC_URL: "http://127.0.0.1:3457",
    GITHUB_OAUTH_CLIENT_ID: upstreams.github_client_id,
    GITHUB_OAUTH_CLIENT_SECRET: upstreams.github_client_secret,
    MAX_TOTAL_KEYS: "20",
  };
  const { code, err, out } = await setup(cwd, [upstreams.management_key], { args: ["--print"], env });
  assert.equal(code, 0, err);
  assert.match(err, /\$200\.00 a day: 20 seats/);
  assert.equal(values(out).MAX_TOTAL_KEYS, "20");
  assert.equal(values(out).OPENROUTER_MANAGEMENT_KEY, upstreams.management_key);
  assert.deepEqual(readdirSync(cwd), []);
  const wrong = await setup(cwd, [], { env: { ...env, MAX_TOTAL_KEYS: "many" } });
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /MAX_TOTAL_KEYS must be a whole number/);
});

// There is no engine of containers here: this compares the file with what it is about.
test("compose.yaml takes the file .env, and what it sets besides is known and as in the image", async () => {
  const root = new URL("../../", import.meta.url);
  const compose = readFileSync(new URL("compose.yaml", root), "utf8");
  const image = readFileSync(new URL("Dockerfile", root), "utf8");
  const { out } = await run(["help", "environment"]);
  assert.match(compose, /^ {4}env_file: \.env$/m);
  const set = [...compose.matchAll(/^ {6}([A-Z_]+): (\S+)$/gm)];
  assert.deepEqual(
    set.map(([, name]) => name),
    ["LISTEN", "DATA_DIR", "TRUSTED_PROXIES"],
  );
  for (const [, name] of set) assert.match(out, new RegExp(`^ {2}${name}$`, "m"));
  for (const [, name, value] of set.slice(0, 2)) assert.ok(image.includes(`${name}=${value}`), name);
  assert.ok(compose.includes(`- llmapikey:${set[1][2]}\n`), "the data outlives the container");
  const proxies = serviceEnvironment(upstreams, place(), { LISTEN: "0.0.0.0:0", TRUSTED_PROXIES: set[2][2] });
  assert.doesNotMatch((await run(["doctor"], proxies, folder)).out, /^PROBLEM/m);
});

test("with an admin in the environment no link is printed, and there is no such page", async () => {
  const service = await startService(upstreams, place(), { ADMIN_GITHUB_USER_IDS: "1003" });
  try {
    for (const path of ["/setup", "/setup?token=x"]) assert.equal((await open(service.url + path)).status, 404);
  } finally {
    await service.stop();
  }
  assert.equal(linkIn(service.process.output), undefined);
});

test("two replicas, two links, many people at once: one becomes admin", async () => {
  const data = place();
  const replicas = [await startService(upstreams, data), await startService(upstreams, data)];
  try {
    const links = await Promise.all(
      replicas.map((each) => until("the link is printed", () => linkIn(each.process.output))),
    );
    const people = [];
    for (let i = 0; i < 6; i += 1)
      people.push({ replica: i % 2, session: await signIn(replicas[i % 2], `racer-${i}`) });
    const answers = await Promise.all(
      people.map(({ replica, session }) => confirm(replicas[replica], links[replica], session)),
    );
    assert.equal(answers.filter(({ status }) => status === 303).length, 1);
    assert.equal(answers.filter(({ status }) => status === 404).length, 5);
    for (const replica of replicas)
      await until("both replicas know one admin", async () => {
        const statuses = await Promise.all(
          people.map(async ({ session }) => (await open(`${replica.url}/admin`, session)).status),
        );
        return statuses.filter((status) => status === 200).length === 1;
      });
    for (const link of links) assert.equal((await open(link)).status, 404);
    const unset = await run(["settings", "unset", "first_admin"], serviceEnvironment(upstreams, data), folder);
    assert.equal(unset.code, 0, unset.out);
    for (const replica of replicas)
      await until("both replicas know of no admin", async () => {
        const statuses = await Promise.all(
          people.map(async ({ session }) => (await open(`${replica.url}/admin`, session)).status),
        );
        return statuses.every((status) => status === 404);
      });
    for (const link of links) assert.equal((await open(link)).status, 404, "it does not revive");
  } finally {
    for (const each of replicas) await each.stop();
  }
});
