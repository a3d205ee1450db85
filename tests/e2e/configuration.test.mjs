// The `.env` file, secrets that are none, names that nobody reads, passwords in POSTGRES_URL,
// another KEY_ENCRYPTION_SECRET, and how accounts are named.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { startPostgres } from "./support/postgres.mjs";
import {
  generate,
  run,
  sealingSecret,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
} from "./support/service.mjs";

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

const place = (name) => {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
};
const withFile = (name, text) => {
  const path = place(name);
  writeFileSync(join(path, ".env"), text);
  return path;
};
const linesOf = (values) =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}\n`)
    .join("");

test("a value that was left out before its comment is not set", async () => {
  const { KEY_ENCRYPTION_SECRET, ...others } = good;
  const { code, err } = await run(
    ["serve"],
    {},
    withFile("comment", `${linesOf(others)}KEY_ENCRYPTION_SECRET=       # openssl rand -base64 32; keep a copy\n`),
  );
  assert.equal(code, 2);
  assert.match(err, /KEY_ENCRYPTION_SECRET is not set; make one with/);
});

test("a comment, quotes or a reference in a secret are refused, by name and without it", async () => {
  const wrapped = '"a-secret-in-quotes-0123456789-0123456789"',
    comment = "# openssl rand -base64 32; keep a copy";
  for (const name of [
    "AUTH_SESSION_SECRET",
    "KEY_ENCRYPTION_SECRET",
    "OPENROUTER_MANAGEMENT_KEY",
    "GITHUB_OAUTH_CLIENT_SECRET",
  ]) {
    for (const [value, words] of [
      [comment, /begins with #.*lines of their own/],
      [wrapped, /wrapped in quotes.*leave them out/],
      ["value-of-a-secret-0123456789-0123456789 # note", /has a comment/],
      ["${THE_SECRET_OF_ANOTHER_FILE_0123456789}", /\$\{NAME\}.*write the value itself/],
    ]) {
      const { code, err } = await run(["serve"], { ...good, [name]: value }, folder);
      assert.equal(code, 2, `${name}=${value}`);
      assert.match(err, new RegExp(`^  ${name} `, "m"));
      assert.match(err, words);
      assert.ok(!err.includes(value));
    }
  }
});

test(".env.example: it parses, names every variable, and sets no secret", async () => {
  const root = new URL("../../", import.meta.url);
  const example = readFileSync(new URL(".env.example", root), "utf8");
  const documented = [
    ...readFileSync(new URL("docs/configuration.md", root), "utf8").matchAll(/^\| `([A-Z_]+)` \| .* \| (.*) \|$/gm),
  ];
  assert.ok(documented.length > 30);
  for (const [, name, fallback] of documented) {
    const found = new RegExp(`^(#?)${name}=(.*)$`, "m").exec(example);
    assert.ok(found, `${name} is in .env.example`);
    if (found[1] && found[2]) assert.equal(found[2], fallback, `${name} shows its default`);
    if (/SECRET|MANAGEMENT_KEY$|POSTGRES_URL/.test(name)) assert.equal(found[2], "", `${name} is left out`);
  }
  const names = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name);
  assert.deepEqual([...names].sort(), documented.map(([, name]) => name).sort());
  for (const line of example.split("\n"))
    assert.match(line, /^$|^#|^[A-Z_]+=\S*$/, "a comment stands on a line of its own");
  const everything = example.replaceAll(/^#([A-Z_]+=)/gm, "$1");
  for (const [name, text] of [
    ["as-it-is", example],
    ["all-of-it", everything],
  ]) {
    const { code, out } = await run(["doctor"], {}, withFile(name, text));
    assert.equal(code, 1);
    assert.match(out, /PROBLEM +AUTH_SESSION_SECRET +is not set/);
    assert.doesNotMatch(out, /is no variable|MAX_TOTAL_KEYS +must/);
  }
  const filled = Object.entries(good).reduce(
    (text, [name, value]) => text.replace(new RegExp(`^#?${name}=.*$`, "m"), `${name}=${value}`),
    example,
  );
  const { code, out } = await run(["doctor"], {}, withFile("filled", filled));
  assert.equal(code, 0, out);
});

test("a byte order mark, a folder and a file that cannot be read", async () => {
  const marked = await run(["doctor"], {}, withFile("marked", `\ufeff${linesOf(good)}`));
  assert.equal(marked.code, 0, marked.out + marked.err);
  const dir = place("dir");
  mkdirSync(join(dir, ".env"));
  const isFolder = await run(["serve"], {}, dir);
  assert.equal(isFolder.code, 2);
  assert.match(isFolder.err, /\.env is a folder/);
  const wide = place("wide");
  writeFileSync(join(wide, ".env"), Buffer.from("\ufeffMAX_TOTAL_KEYS=1", "utf16le"));
  assert.match((await run(["serve"], {}, wide)).err, /\.env is UTF-16: save it as UTF-8/);
});

test("a misspelt name: doctor and serve warn with the nearest one", async () => {
  const dir = withFile("misspelt", `${linesOf(good)}MAX_TOTAL_KEY=10\nSOMETHING=else\n`);
  const doctor = await run(["doctor"], { PROVISIONING_ENABLE: "true", OPENROUTER_API_KEY: "of-another-program" }, dir);
  assert.equal(doctor.code, 0);
  assert.match(
    doctor.out,
    /^WARNING +MAX_TOTAL_KEY +in \.env is no variable of llmapikey.*did you mean MAX_TOTAL_KEYS\?/m,
  );
  assert.match(doctor.out, /^WARNING +SOMETHING +in \.env is no variable/m);
  assert.match(doctor.out, /^WARNING +PROVISIONING_ENABLE .*did you mean PROVISIONING_ENABLED\?/m);
  assert.doesNotMatch(doctor.out, /OPENROUTER_API_KEY/);
  const service = await startService(upstreams, place("misspelt-data"), { MAX_TOTAL_KEY: "10" });
  await service.stop();
  assert.match(
    service.process.output,
    /"level":"warning".*MAX_TOTAL_KEY is no variable of llmapikey.*did you mean MAX_TOTAL_KEYS\?/,
  );
});

test("health asks the address of .env", async () => {
  const dir = place("health");
  const service = await startService(upstreams, dir);
  try {
    writeFileSync(join(dir, ".env"), `LISTEN=${new URL(service.url).host}\n`);
    assert.deepEqual(await run(["health"], {}, dir), { code: 0, out: "ok\n", err: "" });
    assert.equal((await run(["health"], { LISTEN: "127.0.0.1:1" }, dir)).code, 1, "the environment wins");
  } finally {
    await service.stop();
  }
});

test("a password that POSTGRES_URL cuts is refused with how to write it, and shown nowhere", async () => {
  for (const password of [
    "hunter/zebra",
    "hunter@zebra",
    "hunter?zebra",
    "hunter#zebra",
    "12/hunter2",
    "hunter%zebra",
  ]) {
    for (const command of [["serve"], ["doctor"], ["migrate", "status"], ["keys", "list"]]) {
      const { code, out, err } = await run(
        command,
        { ...good, POSTGRES_URL: `postgresql://me:${password}@127.0.0.1:1/name` },
        folder,
      );
      assert.notEqual(code, 0);
      assert.match(out + err, /POSTGRES_URL.*%2F for \/|POSTGRES_URL has a % .*%25 for a %/, password);
      for (const part of password.split(/[/@?#%]/))
        if (part.length > 2) assert.ok(!(out + err).includes(part), `${command}: ${out}${err}`);
    }
  }
  const right = await run(
    ["migrate", "status"],
    { POSTGRES_URL: "postgresql://me:hunter%2Fzebra@127.0.0.1:1/name" },
    folder,
  );
  assert.match(right.err, /database 127\.0\.0\.1:1\/name: .*refused/);
});

const other = "another-sealing-secret-0123456789-abcdef";
for (const store of ["the embedded database", "PostgreSQL"]) {
  test(`another KEY_ENCRYPTION_SECRET on ${store}: serve and mint refuse, doctor says so; there is a way`, async () => {
    const postgres = store === "PostgreSQL" ? await startPostgres() : null;
    try {
      const dir = place(`secret-${store.length}`);
      const shared = postgres ? { POSTGRES_URL: postgres.database().pooled } : {};
      const env = (secret, also = "") =>
        serviceEnvironment(upstreams, dir, {
          ...shared,
          KEY_ENCRYPTION_SECRET: secret,
          KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED: also,
        });
      const first = await startService(upstreams, dir, shared);
      const session = await signIn(first, `sealed-${store.length}`);
      assert.equal((await generate(first, session)).status, 200);
      await first.stop();

      const refused = await run(["serve"], env(other), dir);
      assert.equal(refused.code, 2, refused.err);
      assert.match(
        refused.err,
        /KEY_ENCRYPTION_SECRET is not the secret.*KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED.*reseal --accept-loss/,
      );
      for (const secret of [other, sealingSecret]) assert.ok(!refused.err.includes(secret));
      const doctor = await run(["doctor"], env(other), dir);
      assert.equal(doctor.code, 1);
      assert.match(doctor.out, /^PROBLEM +sealed keys +KEY_ENCRYPTION_SECRET is not the secret/m);
      const mint = await run(["keys", "mint", "1001"], env(other), dir);
      assert.equal(mint.code, 2, mint.err);
      assert.match(mint.err, /KEY_ENCRYPTION_SECRET is not the secret/);
      const [{ github_user_id: account }] = JSON.parse(
        (await run(["keys", "list", "--json"], env(sealingSecret), dir)).out,
      ).keys;
      const reveal = await run(["keys", "reveal", account, "--reason", "asked for"], env(other), dir);
      assert.equal(reveal.code, 2, reveal.err);
      assert.match(reveal.err, /KEY_ENCRYPTION_SECRET is not the secret.*reseal --accept-loss/);
      assert.doesNotMatch(
        (await run(["audit", "export"], env(sealingSecret), dir)).out,
        /key\.reveal/,
        "nobody is told of a look that was none",
      );

      // A rotation goes on: the former secret beside the new one, then reseal, then the new one
      // alone.
      const rotating = await startService(upstreams, dir, {
        ...shared,
        KEY_ENCRYPTION_SECRET: other,
        KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED: sealingSecret,
      });
      await rotating.stop();
      assert.match(
        (await run(["doctor"], env(other, sealingSecret), dir)).out,
        /WARNING +sealed keys +1 is sealed with another.*llmapikey reseal/,
      );
      assert.equal((await run(["reseal"], env(other, sealingSecret), dir)).code, 0);
      await (await startService(upstreams, dir, { ...shared, KEY_ENCRYPTION_SECRET: other })).stop();
      assert.equal((await run(["serve"], env(sealingSecret), dir)).code, 2);

      // The secret is lost for good.
      const third = "a-third-sealing-secret-0123456789-abcdef";
      assert.equal((await run(["serve"], env(third), dir)).code, 2);
      const accepted = await run(["reseal", "--accept-loss"], env(third), dir);
      assert.equal(accepted.code, 0, accepted.err);
      assert.match(accepted.out, /1 key or webhook secret cannot be opened/);
      const lost = await run(["keys", "reveal", account, "--reason", "asked for"], env(third), dir);
      assert.equal(lost.code, 2, lost.err);
      assert.match(lost.err, /cannot be opened.*KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED.*replace/);
      const service = await startService(upstreams, dir, { ...shared, KEY_ENCRYPTION_SECRET: third });
      const page = await (await fetch(`${service.url}/dashboard`, { headers: { cookie: session } })).text();
      await service.stop();
      assert.match(page, /Your key cannot be shown/);
      assert.match((await run(["audit", "export"], env(third), dir)).out, /secrets\.accept_loss/);
      assert.match(
        (await run(["doctor"], env(third), dir)).out,
        /WARNING +sealed keys +1 is sealed with another secret.*cannot be shown/,
      );
    } finally {
      await postgres?.stop();
    }
  });
}

test("replicas that start together on a new database: one secret wins, the others are refused", async () => {
  const postgres = await startPostgres();
  try {
    const shared = { POSTGRES_URL: postgres.database().pooled };
    const dir = place("together");
    const starts = await Promise.allSettled(
      Array.from({ length: 6 }, (_, i) =>
        startService(upstreams, dir, { ...shared, ...(i % 2 ? { KEY_ENCRYPTION_SECRET: other } : {}) }),
      ),
    );
    const won = starts.flatMap((each, i) => (each.status === "fulfilled" ? [i % 2] : []));
    await Promise.all(starts.map((each) => each.value?.stop()));
    assert.equal(won.length, 3, JSON.stringify(starts.map((each) => each.reason?.message)));
    assert.equal(new Set(won).size, 1);
    for (const { reason } of starts)
      if (reason) assert.match(reason.message, /KEY_ENCRYPTION_SECRET is not the secret/);
  } finally {
    await postgres.stop();
  }
});

test("an unknown command: the nearest one, or all that there are", async () => {
  for (const [args, words] of [
    [["sever"], /'sever' is not a command; did you mean 'serve'\?/],
    [["frobnicate"], /'frobnicate' is not a command; there are: .*serve, setup, sandbox, migrate/],
    [["keys", "lst"], /'keys lst' is not a command; did you mean 'keys list'\?/],
    [["migrate", "upp"], /did you mean 'migrate up'\?/],
    [[], /subcommand is required/],
  ]) {
    const { code, err } = await run(args);
    assert.equal(code, 2);
    assert.match(err, words);
    assert.match(err, /--help/);
  }
});

test("an account is named by its number, its login or its key's id, by each command", async () => {
  const dir = place("accounts");
  const service = await startService(upstreams, dir, { ADMIN_GITHUB_USER_IDS: "1003" });
  try {
    const env = serviceEnvironment(upstreams, dir);
    const keys = (...args) => run(["keys", ...args], env, dir);
    await signIn(service, "Newcomer-Here"); // now GitHub knows the login, and the database does not
    const minted = await keys("mint", "newcomer-here", "--json");
    assert.equal(minted.code, 0, minted.err);
    const { key } = JSON.parse(minted.out);
    assert.equal(key.github_username, "Newcomer-Here");
    for (const name of [key.github_user_id, "newcomer-here", "@Newcomer-Here", key.id]) {
      const shown = await keys("show", String(name), "--json");
      assert.equal(shown.code, 0, shown.err);
      assert.ok(shown.out.includes(key.id));
    }
    assert.equal((await keys("mint", "--account", "1001", "--login", "ada")).code, 0);
    assert.match((await keys("mint", "1001")).out, /has a key already/);
    assert.equal((await keys("change", "ADA", "--disable")).code, 0);
    assert.match((await keys("reveal", "@ada", "--reason", "a test")).out, /^sk-or-v1-/);
    const unknown = await keys("show", "nobody-has-this-name");
    assert.equal(unknown.code, 1);
    assert.match(unknown.err, /neither the database nor GitHub knows the login nobody-has-this-name/);
    assert.equal((await keys("mint", "--account", "4242", "--login", "ada")).code, 0);
    const both = await keys("revoke", "ada", "--reason", "a test");
    assert.equal(both.code, 1);
    assert.match(both.err, /the login ada stands for several accounts: 1001, 4242; give the number/);
    const revoked = await keys("revoke", "newcomer-here", "--reason", "leaked", "--json");
    assert.equal(revoked.code, 0, revoked.err);
    assert.equal(
      JSON.parse((await keys("show", String(key.github_user_id), "--json")).out).hold,
      null,
      "after a leak a person may take another key",
    );
    for (const wrong of ["0", "007", "a b", "x/y", ""]) assert.notEqual((await keys("show", wrong)).code, 0, wrong);
  } finally {
    await service.stop();
  }
});
