// The command line: configuration errors, doctor, migrate, help.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { run, serviceEnvironment, startService, startUpstreams, temporaryFolder } from "./support/service.mjs";

let upstreams, folder, good;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  good = serviceEnvironment(upstreams, join(folder, "data"));
});
after(async () => {
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

const required = [
  "GITHUB_OAUTH_CLIENT_ID",
  "GITHUB_OAUTH_CLIENT_SECRET",
  "AUTH_SESSION_SECRET",
  "KEY_ENCRYPTION_SECRET",
  "OPENROUTER_MANAGEMENT_KEY",
];
for (const name of required) {
  test(`serve without ${name}: exit 2, named, with what to do`, async () => {
    const { code, err } = await run(["serve"], { ...good, [name]: "" }, folder);
    assert.equal(code, 2);
    assert.match(err, new RegExp(`${name} is not set; .{10,}`));
  });
}

for (const [name, value] of [
  ["AUTH_SESSION_SECRET", "short"],
  ["KEY_ENCRYPTION_SECRET", "short"],
  ["PROVISIONING_ENABLED", "yes"],
  ["MAX_TOTAL_KEYS", "-1"],
  ["KEY_DAILY_LIMIT_USD", "ten"],
  ["KEY_EXPIRY_DAYS", "0"],
  ["ADMIN_GITHUB_USER_IDS", "octocat"],
  ["PUBLIC_URL", "keys.example.org"],
  ["RATE_LIMIT_PER_MINUTE", "x"],
  ["LISTEN", "nowhere"],
  ["LISTEN", "127.0.0.1:99999"],
  ["TRUSTED_PROXIES", "everybody"],
  ["GITHUB_URL", "github.com"],
  ["GITHUB_API_URL", "x"],
  ["OPENROUTER_URL", "x"],
  ["OPENROUTER_WORKSPACE_ID", "x"],
  ["OPENROUTER_GUARDRAIL_ID", "x"],
  ["UPSTREAM_TIMEOUT_SECONDS", "0"],
  ["LOG_LEVEL", "loud"],
  ["POSTGRES_URL", "mysql://127.0.0.1/x"],
  ["POSTGRES_URL", "postgresql://127.0.0.1/x?nonsense=1"],
  ["POSTGRES_URL", "postgresql://127.0.0.1:99999999/x"],
  ["POSTGRES_URL", "postgresql://127.0.0.1/x?sslmode=always"],
  ["POSTGRES_POOL_SIZE", "0"],
  ["SPENDING_POLL_SECONDS", "often"],
  ["RECONCILE_SECONDS", "2"],
  ["MINT_CONCURRENCY", "0"],
  ["SPEND_ALARM_USD", "-1"],
  ["DRAIN_SECONDS", "soon"],
]) {
  test(`serve with ${name}=${value}: exit 2, and the variable is named`, async () => {
    const { code, err } = await run(["serve"], { ...good, [name]: value }, folder);
    assert.equal(code, 2, err);
    assert.match(err, new RegExp(name));
    assert.ok(!err.includes(good.GITHUB_OAUTH_CLIENT_SECRET));
  });
}

test("an .env file counts, the environment wins, and a broken line is named", async () => {
  const place = join(folder, "dotenv");
  mkdirSync(place);
  const lines = Object.entries(good).map(([name, value]) => `${name}="${value}"`);
  writeFileSync(join(place, ".env"), `# settings\n${lines.join("\n")}\n`);
  assert.equal((await run(["doctor"], {}, place)).code, 0);
  assert.match((await run(["serve"], { MAX_TOTAL_KEYS: "x" }, place)).err, /MAX_TOTAL_KEYS/);
  writeFileSync(join(place, ".env"), "MAX_TOTAL_KEYS=5\nnonsense\n");
  const broken = await run(["serve"], {}, place);
  assert.equal(broken.code, 2);
  assert.match(broken.err, /\.env line 2/);
});

test("secrets from files, from systemd's credentials, and what is wrong with them", async () => {
  const place = join(folder, "secrets"),
    secrets = [
      "GITHUB_OAUTH_CLIENT_SECRET",
      "AUTH_SESSION_SECRET",
      "KEY_ENCRYPTION_SECRET",
      "OPENROUTER_MANAGEMENT_KEY",
    ];
  mkdirSync(place);
  for (const name of secrets) writeFileSync(join(place, name), `${good[name]}\n`);
  const others = Object.fromEntries(Object.entries(good).filter(([name]) => !secrets.includes(name)));
  const files = Object.fromEntries(secrets.map((name) => [`${name}_FILE`, join(place, name)]));
  for (const env of [
    { ...others, ...files },
    { ...others, CREDENTIALS_DIRECTORY: place },
  ]) {
    const { code, out, err } = await run(["doctor"], env, folder);
    assert.equal(code, 0, out + err);
  }
  const both = await run(["serve"], { ...good, ...files }, folder);
  assert.equal(both.code, 2);
  assert.match(both.err, /AUTH_SESSION_SECRET_FILE is set, and so is AUTH_SESSION_SECRET: keep one/);
  const missing = await run(
    ["serve"],
    { ...others, ...files, KEY_ENCRYPTION_SECRET_FILE: join(place, "nothing") },
    folder,
  );
  assert.equal(missing.code, 2);
  assert.match(missing.err, /KEY_ENCRYPTION_SECRET_FILE .*nothing cannot be read: No such file/);
  for (const name of secrets) assert.ok(!(both.err + missing.err).includes(good[name]));
});

test("a data folder that cannot be made, and a file that is no database", async () => {
  writeFileSync(join(folder, "file"), "x");
  const blocked = await run(["serve"], { ...good, DATA_DIR: join(folder, "file", "data") }, folder);
  assert.equal(blocked.code, 1);
  assert.match(blocked.err, /DATA_DIR/);
  mkdirSync(join(folder, "bad"));
  writeFileSync(join(folder, "bad", "llmapikey.db"), "this is not a database ".repeat(50));
  const damaged = await run(["serve"], { ...good, DATA_DIR: join(folder, "bad") }, folder);
  assert.equal(damaged.code, 1);
  assert.match(damaged.err, /llmapikey\.db.*(DATA_DIR|move it away)/);
});

test("a port that is taken is named", async () => {
  const service = await startService(upstreams, folder, { DATA_DIR: join(folder, "first") });
  const { code, err } = await run(
    ["serve"],
    { ...good, DATA_DIR: join(folder, "second"), LISTEN: new URL(service.url).host },
    folder,
  );
  await service.stop();
  assert.equal(code, 2);
  assert.match(err, /cannot listen on 127\.0\.0\.1:\d+.*LISTEN/);
});

test("doctor says that all is well, or what is wrong and how to mend it", async () => {
  const good = { ...serviceEnvironment(upstreams, join(folder, "data")), ADMIN_GITHUB_USER_IDS: "1003" };
  const well = await run(["doctor"], good, folder);
  assert.equal(well.code, 0, well.out);
  assert.match(well.out, /ok +GitHub credentials/);
  assert.match(well.out, /ok +OpenRouter credits +\$[\d,]+\.\d\d left$/m);
  const json = JSON.parse((await run(["doctor", "--json"], good, folder)).out);
  assert.ok(json.every((check) => check.ok && !check.warning));
  for (const [env, words] of [
    [{ LISTEN: "0.0.0.0:3000" }, /WARNING +public address.*set PUBLIC_URL/],
    [{ LISTEN: "[::]:3000" }, /WARNING +public address.*set PUBLIC_URL/],
    [{ TRUSTED_PROXIES: "127.0.0.1" }, /WARNING +public address.*set PUBLIC_URL/],
    [{ LISTEN: "[::1]:3000" }, /ok +public address/],
    [{ LISTEN: "0.0.0.0:3000", PUBLIC_URL: "https://localhost" }, /ok +public address +https:\/\/localhost/],
  ]) {
    const { code, out } = await run(["doctor"], { ...good, ...env }, folder);
    assert.equal(code, 0, "what may be meant is no failure");
    assert.match(out, words);
  }
  for (const [env, words] of [
    [{ GITHUB_OAUTH_CLIENT_SECRET: "wrong" }, /PROBLEM +GitHub credentials.*GITHUB_OAUTH_CLIENT_SECRET/],
    [{ OPENROUTER_MANAGEMENT_KEY: "wrong" }, /PROBLEM +OpenRouter key.*management key/],
    [{ AUTH_SESSION_SECRET: "short" }, /PROBLEM +AUTH_SESSION_SECRET.*openssl rand/],
    [{ GITHUB_API_URL: "http://127.0.0.1:1" }, /PROBLEM +GitHub credentials/],
    [{ DATA_DIR: "/proc/nowhere" }, /PROBLEM +database.*DATA_DIR/],
  ]) {
    const sick = await run(["doctor"], { ...good, UPSTREAM_TIMEOUT_SECONDS: "2", ...env }, folder);
    assert.equal(sick.code, 1);
    assert.match(sick.out, words);
  }
});

test("migrate up, status, down, up", async () => {
  const env = { DATA_DIR: join(folder, "migrate") };
  const [last, former, ...others] = readdirSync(new URL("../../migrations/sqlite", import.meta.url))
    .filter((name) => name.endsWith(".up.sql"))
    .sort()
    .reverse()
    .map((name) => name.replace(".up.sql", "").split(/_(.*)/));
  const all = others.length + 2;
  assert.ok(all >= 7);
  assert.match((await run(["migrate", "up"], env)).out, new RegExp(`^.*${all} migrations applied`, "s"));
  assert.match((await run(["migrate", "up"], env)).out, /0 migrations applied/);
  assert.match((await run(["migrate", "status"], env)).out, /0001 +grants +applied 20/);
  assert.match(
    (await run(["migrate", "down", "--steps", "2", "--dry-run"], env)).out,
    new RegExp(`^would undo ${last[0]} +${last[1]}\nwould undo ${former[0]} +${former[1]}\n$`),
  );
  assert.match((await run(["migrate", "down"], env)).out, new RegExp(`${all} migrations undone`));
  assert.equal(JSON.parse((await run(["migrate", "status", "--json"], env)).out)[0].applied_at, null);
  assert.match((await run(["migrate", "up"], env)).out, new RegExp(`${all} migrations applied`));
});

test("help for newcomers, version, and usage errors", async () => {
  const help = await run(["--help"]);
  assert.equal(help.code, 0);
  for (const word of ["sandbox", "serve", "doctor", "migrate", "reconcile", "llmapikey help environment", "New here?"])
    assert.ok(help.out.includes(word), word);
  assert.ok(help.out.trimEnd().split("\n").length < 50, "it fits a screen, or nearly");
  assert.doesNotMatch(help.out, /KEY_DAILY_LIMIT_USD/);
  assert.equal((await run(["help"])).out, help.out);
  assert.equal((await run(["help", "keys", "revoke"])).out, (await run(["keys", "revoke", "--help"])).out);
  assert.match((await run(["help", "environment"])).out, /^llmapikey reads these variables.*KEY_DAILY_LIMIT_USD/s);
  const lost = await run(["help", "kees"]);
  assert.equal(lost.code, 2);
  assert.match(lost.err, /did you mean 'keys'\?/);
  assert.match((await run(["--version"])).out, /^llmapikey \d+\.\d+\.\d+\n$/);
  for (const args of [[], ["nonsense"], ["serve", "--nonsense"], ["migrate"], ["migrate", "down", "--steps", "x"]]) {
    const wrong = await run(args);
    assert.equal(wrong.code, 2, args.join(" "));
    assert.match(wrong.err, /--help/);
  }
});

test("docs/configuration.md says what `help environment` says", async () => {
  const help = (await run(["help", "environment"])).out;
  const variables = [
    ...help.slice(help.indexOf("llmapikey reads")).matchAll(/^ {2}([A-Z_]+)\n {6}(.*?)(?: \(default: (.*)\))?$/gm),
  ];
  assert.ok(variables.length > 20);
  const rows = variables.map(([, name, meaning, fallback]) => `| \`${name}\` | ${meaning} | ${fallback ?? ""} |`);
  const documented = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  assert.deepEqual(documented, rows);
});

test("the sandbox cleans up after itself", async () => {
  const { startSandbox } = await import("./support/service.mjs");
  const sandbox = await startSandbox();
  assert.ok(existsSync(sandbox.data_dir));
  await sandbox.stop();
  assert.ok(!existsSync(sandbox.data_dir));
});

test("there are completions for each shell; the manual page names every variable", async () => {
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, out } = await run(["completion", shell]);
    assert.equal(code, 0);
    assert.ok(out.includes(` __complete ${shell} `), shell);
  }
  const manual = await run(["man"]);
  assert.equal(manual.code, 0);
  for (const word of ["KEY_DAILY_LIMIT_USD", ".SS keys revoke", "\\-\\-dry\\-run"])
    assert.ok(manual.out.includes(word), word);
});
