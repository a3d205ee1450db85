// `llmapikey doctor`: what it says in which order, that it changes nothing, and databases that
// cannot be written.
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startPostgres } from "./support/postgres.mjs";
import { binary, run, serviceEnvironment, startService, startUpstreams, temporaryFolder } from "./support/service.mjs";

let upstreams, folder, good;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  good = serviceEnvironment(upstreams, join(folder, "data"), { ADMIN_GITHUB_USER_IDS: "1003" });
});
after(async () => {
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

const verdicts = (out) =>
  out
    .trimEnd()
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(" ")[0]);
const lastLine = (out) => out.trimEnd().split("\n").at(-1);

test("all is well: defaults are one line, and the last line says so", async () => {
  const { code, out } = await run(["doctor"], good, folder);
  assert.equal(code, 0, out);
  assert.equal(lastLine(out), "All is well.");
  assert.ok(out.split("\n").length < 15, out);
  assert.match(out, /^ok +by default +.*MAX_TOTAL_KEYS, KEY_DAILY_LIMIT_USD/m);
  assert.match(out, /^ok +set +.*AUTH_SESSION_SECRET/m);
});

test("problems come first, then warnings, then the rest; the verdict counts them", async () => {
  const { code, out } = await run(
    ["doctor"],
    { ...good, ADMIN_GITHUB_USER_IDS: "", PROVISIONING_ENABLED: "false", OPENROUTER_MANAGEMENT_KEY: "wrong" },
    folder,
  );
  assert.equal(code, 1);
  assert.deepEqual([...new Set(verdicts(out))], ["PROBLEM", "WARNING", "ok"]);
  assert.equal(lastLine(out), "1 problem, 2 warnings");
  assert.match(out, /^PROBLEM +OpenRouter key +OpenRouter answered 401/m);
  assert.match(out, /^WARNING +console +nobody can open it.*ADMIN_GITHUB_USER_IDS/m);
  assert.match(out, /^WARNING +minting +nobody can get a key.*PROVISIONING_ENABLED/m);
  const both = await run(
    ["doctor"],
    { ...good, AUTH_SESSION_SECRET: "short", KEY_ENCRYPTION_SECRET: "short", MAX_TOTAL_KEYS: "x" },
    folder,
  );
  assert.equal(both.code, 1);
  assert.match(lastLine(both.out), /^3 problems, /);
  assert.match(both.out, /GitHub and OpenRouter +not asked/);
});

test("the JSON form is a list of checks with ok, warning and note, every variable by itself", async () => {
  const { code, out } = await run(["doctor", "--json"], { ...good, ADMIN_GITHUB_USER_IDS: "" }, folder);
  assert.equal(code, 0);
  const list = JSON.parse(out);
  for (const each of list) assert.deepEqual(Object.keys(each), ["check", "ok", "warning", "note"]);
  assert.deepEqual(
    list.filter((each) => each.warning).map((each) => each.check),
    ["console"],
  );
  assert.equal(list.find((each) => each.check === "MAX_TOTAL_KEYS").note, "not set: 500");
});

test("it changes nothing: no folder, no database, no migration", async () => {
  const place = join(folder, "untouched");
  mkdirSync(place);
  const env = { ...good, DATA_DIR: "" };
  const first = await run(["doctor"], env, place);
  assert.equal(first.code, 0, first.out);
  assert.match(
    first.out,
    /ok +database +\/.*\/untouched\/data\/llmapikey\.db is not there yet; `serve` or `migrate up` will create it/,
  );
  assert.deepEqual(readdirSync(place), []);
  await run(["migrate", "up"], env, place);
  await run(["migrate", "down", "--steps", "1"], env, place);
  const file = join(place, "data", "llmapikey.db");
  const bytes = readFileSync(file);
  const behind = await run(["doctor"], env, place);
  assert.match(behind.out, /ok +database .*will bring it up to date/);
  assert.deepEqual(readFileSync(file), bytes);
  assert.deepEqual(readdirSync(join(place, "data")), ["llmapikey.db"]);
});

test("an OpenRouter that is not reached says nothing about the key", async () => {
  for (const [env, what] of [
    [{ OPENROUTER_URL: "http://127.0.0.1:1" }, "OpenRouter key"],
    [{ GITHUB_API_URL: "http://127.0.0.1:1" }, "GitHub credentials"],
  ]) {
    const { code, out } = await run(["doctor"], { ...good, UPSTREAM_TIMEOUT_SECONDS: "2", ...env }, folder);
    assert.equal(code, 1);
    const line = out.split("\n").find((each) => each.includes(what));
    assert.match(line, /^PROBLEM .*check the network.*says nothing about the credentials/);
    assert.doesNotMatch(line, /create a management key|on the OAuth App's page/);
  }
});

test("where it listens, and which proxies are trusted, is looked at as serve would", async () => {
  const stranger = createServer((socket) => socket.destroy());
  stranger.unref();
  await new Promise((done) => stranger.listen(0, "127.0.0.1", done));
  const taken = `127.0.0.1:${stranger.address().port}`;
  for (const [env, words] of [
    [{ LISTEN: "localhost" }, /^PROBLEM +address +LISTEN: 'localhost' has no port/m],
    [{ LISTEN: "192.0.2.1:3000" }, /^PROBLEM +address +cannot listen on 192\.0\.2\.1:3000: .*set LISTEN/m],
    [{ LISTEN: taken }, /^PROBLEM +address +127\.0\.0\.1:\d+ is in use by another program; stop that, or set LISTEN/m],
    [
      { TRUSTED_PROXIES: "10.0.0.0/8,proxy.local" },
      /^PROBLEM +proxies +TRUSTED_PROXIES: 'proxy\.local' is no address/m,
    ],
  ]) {
    const { code, out } = await run(["doctor"], { ...good, ...env }, folder);
    assert.match(out, words);
    assert.equal(code, 1);
    assert.match(
      (await run(["doctor"], { ...good, ...env, MAX_TOTAL_KEYS: "x" }, folder)).out,
      words,
      "whatever else is wrong",
    );
  }
  stranger.close();
  mkdirSync(join(folder, "running"));
  const service = await startService(upstreams, join(folder, "running"));
  const beside = await run(["doctor"], { ...good, LISTEN: new URL(service.url).host }, folder);
  await service.stop();
  assert.equal(beside.code, 0, beside.out);
  assert.match(beside.out, /^ok +address +127\.0\.0\.1:\d+: llmapikey is running there/m);
  assert.equal(lastLine(beside.out), "All is well.");
});

test("what is left out is said, with what to mend first; the database is looked at all the same", async () => {
  const place = join(folder, "left-out");
  mkdirSync(place);
  assert.equal((await run(["migrate", "up"], { DATA_DIR: place }, folder)).code, 0);
  const { out } = await run(
    ["doctor"],
    { ...good, DATA_DIR: place, MAX_CONNECTIONS: "x", KEY_ENCRYPTION_SECRET: "short", LISTEN: "nowhere" },
    folder,
  );
  assert.match(out, /^ok +database +.*can be written and is up to date/m);
  assert.match(out, /^WARNING +sealed keys +not looked at: mend KEY_ENCRYPTION_SECRET, MAX_CONNECTIONS first/m);
  assert.match(out, /^WARNING +GitHub and OpenRouter +not asked: mend KEY_ENCRYPTION_SECRET, MAX_CONNECTIONS first/m);
  const blind = await run(["doctor"], { ...good, POSTGRES_URL: "mysql://db" }, folder);
  assert.match(blind.out, /^WARNING +database +not looked at: mend POSTGRES_URL first/m);
});

test("a variable that is missing is told from one that is misspelt, by serve and doctor", async () => {
  const { GITHUB_OAUTH_CLIENT_ID: id, AUTH_SESSION_SECRET: secret, ...rest } = good;
  const env = { ...rest, GITHUB_CLIENTID: id, SESSION_SECRET: secret, GITHUB_TOKEN: "x" };
  for (const text of [(await run(["serve"], env, folder)).err, (await run(["doctor"], env, folder)).out]) {
    assert.match(
      text,
      new RegExp(
        "GITHUB_OAUTH_CLIENT_ID +is not set; .*; " +
          "GITHUB_CLIENTID is set, and nobody reads that: is it meant for GITHUB_OAUTH_CLIENT_ID\\?",
      ),
    );
    assert.match(text, /AUTH_SESSION_SECRET +is not set; .*; SESSION_SECRET is set/);
    assert.ok(!text.includes("GITHUB_TOKEN") && !text.includes(secret));
  }
});

test("every place is taken: a warning", async () => {
  const env = { ...good, DATA_DIR: join(folder, "full"), MAX_TOTAL_KEYS: "1" };
  mkdirSync(env.DATA_DIR);
  await run(["migrate", "up"], env, folder);
  assert.equal((await run(["keys", "mint", "--account", "1001", "--login", "ada"], env, folder)).code, 0);
  const { code, out } = await run(["doctor"], env, folder);
  assert.equal(code, 0);
  assert.match(out, /WARNING +minting +1 of 1 key is taken, so nobody else can get one: raise MAX_TOTAL_KEYS/);
});

// Runs the program as a user without rights: root may write everything.
const nobody = 65534;
const runAsNobody = (args, env) =>
  new Promise((done) => {
    const child = spawn(binary, args, {
      uid: nobody,
      gid: nobody,
      env: { PATH: process.env.PATH, ...env },
      cwd: "/",
      stdio: ["ignore", "pipe", "pipe"],
    });
    let out = "",
      err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
      if (/listening on/.test(err)) child.kill("SIGTERM"); // it must not get that far
    });
    child.once("close", (code) => done({ code, out, err }));
  });
const skip =
  process.getuid() === 0 && spawnSync(binary, ["--version"], { uid: nobody, gid: nobody }).status === 0
    ? false
    : "only root can act as another user";

test(
  "a file or folder of another user: doctor and serve name the cause, and nothing is said to be minted",
  { skip },
  async () => {
    const source = join(folder, "owned");
    mkdirSync(source);
    await run(["migrate", "up"], { DATA_DIR: source }, folder);
    chmodSync(folder, 0o755);
    const place = (name, { file, data }) => {
      const dir = join(folder, name);
      cpSync(source, dir, { recursive: true });
      if (file === "nobody") chownSync(join(dir, "llmapikey.db"), nobody, nobody);
      else chmodSync(join(dir, "llmapikey.db"), 0o644);
      if (data === "nobody") chownSync(dir, nobody, nobody);
      else chmodSync(dir, 0o755);
      return dir;
    };
    const env = (dir) => ({ ...serviceEnvironment(upstreams, dir), UPSTREAM_TIMEOUT_SECONDS: "2" });
    for (const dir of [
      place("file-of-root", { file: "root", data: "nobody" }),
      place("all-of-root", { file: "root", data: "root" }),
      place("folder-of-root", { file: "nobody", data: "root" }),
    ]) {
      const doctor = await runAsNobody(["doctor"], env(dir));
      assert.equal(doctor.code, 1, doctor.out);
      assert.match(
        doctor.out,
        new RegExp(
          "^PROBLEM +database .*of-root(/llmapikey\\.db)? belongs to 'root', and this process runs as '\\w+'\\); " +
            "make the file and its folder writable",
          "m",
        ),
        dir,
      );
      const serve = await runAsNobody(["serve"], env(dir));
      assert.equal(serve.code, 1, serve.err);
      assert.match(serve.err, /cannot start: .*writable for this user/);
      assert.doesNotMatch(serve.err, /enabled/);
    }
    const fresh = await runAsNobody(["doctor"], env(join(folder, "owned-by-root", "data")));
    assert.match(fresh.out, /^PROBLEM +database +DATA_DIR .* cannot be used .*belongs to 'root'/m);
    const fine = await runAsNobody(["doctor"], env(place("of-nobody", { file: "nobody", data: "nobody" })));
    assert.match(fine.out, /^ok +database +.*can be written/m);
  },
);

test("PostgreSQL: a standby, a read-only server and a role without rights are named; nothing is left", async () => {
  const postgres = await startPostgres();
  try {
    const database = postgres.database();
    const env = (url) => ({ ...good, POSTGRES_URL: url });
    const empty = await run(["doctor"], env(database.url), folder);
    assert.match(empty.out, /ok +database .*will bring it up to date/);
    assert.equal(database.sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'llmapikey'"), "0");
    assert.equal((await run(["migrate", "up"], env(database.url), folder)).code, 0);
    for (const url of [database.url, database.pooled]) assert.equal((await run(["doctor"], env(url), folder)).code, 0);
    assert.equal(database.sql("SELECT count(*) FROM llmapikey.facts"), "0");

    database.sql(
      "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA llmapikey TO reader; GRANT SELECT, UPDATE ON ALL TABLES " +
        "IN SCHEMA llmapikey TO reader",
    );
    database.sql(
      "CREATE ROLE hidden LOGIN; GRANT USAGE ON SCHEMA llmapikey TO hidden; GRANT ALL ON ALL TABLES IN SCHEMA " +
        "llmapikey TO hidden",
    );
    const as = (role) => database.url.replace(/\/\/[^@]*@/, `//${role}@`);
    const standby = await postgres.standby();
    for (const [url, words] of [
      [`${standby.url}/${database.name}`, /this server is a standby, which cannot be written; name the primary/],
      [as("reader"), /the role reader may not read and write .*api_keys.*connect as its owner llmapikey, or GRANT/],
      [as("hidden"), /row-level security hides all rows from the role hidden; connect as its owner llmapikey/],
      [
        `${database.url}?options=-c%20default_transaction_read_only%3Don`,
        /transactions are read-only \(default_transaction_read_only\)/,
      ],
    ]) {
      const doctor = await run(["doctor"], env(url), folder);
      assert.equal(doctor.code, 1);
      assert.match(doctor.out, new RegExp(`^PROBLEM +database .*${words.source}`, "m"));
      const serve = await run(["serve"], env(url), folder);
      assert.equal(serve.code, 1, serve.err);
      assert.match(serve.err, /cannot start: /);
      assert.doesNotMatch(serve.err, /enabled/);
    }
  } finally {
    await postgres.stop();
  }
});
