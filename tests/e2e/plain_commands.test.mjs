// What the command line says to people: sentences rather than the program's own words, and which
// value was wrong.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  generate,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
} from "./support/service.mjs";

let upstreams, folder, service, settings, admin;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  service = await startService(upstreams, folder, { ADMIN_GITHUB_USER_IDS: "1003" });
  settings = { ...serviceEnvironment(upstreams, folder), ADMIN_GITHUB_USER_IDS: "1003" };
  admin = await signIn(service, "linus-organizer");
  await generate(service, await signIn(service, "plain-ada"));
});
after(async () => {
  await service.stop();
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});
const command = (...args) => run(args, settings);
const api = async (path) =>
  (await fetch(`${service.url}/api/v1${path}`, { headers: { cookie: admin, accept: "application/json" } })).json();

test("making a key is told in sentences, and --json says what it said", async () => {
  const made = await command("keys", "mint", "7001", "--login", "@plain-bob");
  assert.match(made.out, /^The key is made\. Its owner finds it on the dashboard\.\nACCOUNT.*\n7001 +plain-bob /);
  const again = await command("keys", "mint", "7001", "--login", "plain-bob");
  assert.match(again.out, /^This account has a key already, so none was made\./);
  assert.equal(
    JSON.parse((await command("keys", "mint", "7001", "--login", "plain-bob", "--json")).out).status,
    "exists",
  );
  const paused = await run(["keys", "mint", "7002", "--login", "plain-cid"], {
    ...settings,
    PROVISIONING_ENABLED: "false",
  });
  assert.equal(paused.code, 1);
  assert.match(paused.out, /^No key was made: new keys are paused\. Set PROVISIONING_ENABLED=true\.$/m);
  const full = await run(["keys", "mint", "7002", "--login", "plain-cid"], { ...settings, MAX_TOTAL_KEYS: "1" });
  assert.match(full.out, /all seats are taken/);
  const checked = await command("audit", "verify");
  assert.match(checked.out, /^The audit log is whole: \d+ entries\.\nHead of its chain: [0-9a-f]{64}\n$/);
});

test("what names nobody is named, whatever the parser takes it for", async () => {
  for (const value of ["-1", "-0", "+1"]) {
    for (const args of [
      ["mint", value],
      ["mint", "--account", value],
      ["show", value],
      ["reveal", value, "--reason", "x"],
      ["change", value, "--disable"],
      ["revoke", value, "--reason", "x"],
      ["revoke", "plain-ada", value, "--reason", "x", "--dry-run"],
    ]) {
      const { code, err } = await command("keys", ...args);
      const said = `${args.join(" ")}: ${err}`;
      assert.match(err, new RegExp(`'\\${value}' is not a numeric id of a GitHub account, a login`), said);
      assert.notEqual(code, 0, said);
      assert.doesNotMatch(err, /not expected/, said);
    }
  }
  assert.match((await command("keys", "mint", "1e3")).err, /login 1e3/);
  assert.match(
    (await command("keys", "list", "--limit", "-1")).err,
    /--limit/,
    "the value of an option is the option's",
  );
});

test("@login is accepted wherever a login is", async () => {
  for (const args of [
    ["list", "--search", "@plain-ada"],
    ["list", "--search", "@plain"],
  ])
    assert.match((await command("keys", ...args)).out, /plain-ada/, args.join(" "));
  assert.match((await command("keys", "show", "@plain-ada")).out, /plain-ada/);
  assert.equal((await api("/keys?q=%40plain-ada")).keys[0].github_username, "plain-ada");
  assert.ok((await api("/audit?q=%40plain-bob")).entries.length > 0);
  const page = async (path) => (await fetch(service.url + path, { headers: { cookie: admin } })).text();
  assert.match(await page("/admin?q=%40plain-ada"), /<a href="\/admin\/people\/\d+">plain-ada/);
  assert.doesNotMatch(await page("/admin/audit?q=%40plain-bob"), /No matching entries/);
  assert.match(await page("/admin/revocations/new?q=%40plain-ada"), /Revoke 1 key</);
});
