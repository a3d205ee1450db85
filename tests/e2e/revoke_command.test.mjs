// `keys revoke`: several keys by name, and those that fit a filter only after somebody has seen how
// many they are.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import {
  binary,
  generate,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
} from "./support/service.mjs";

let upstreams;
before(async () => {
  upstreams = await startUpstreams();
});
after(() => upstreams.stop());

const start = async (t, people) => {
  const folder = temporaryFolder(),
    service = await startService(upstreams, folder, { MAX_TOTAL_KEYS: "0" });
  t.after(async () => {
    await service.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  for (const name of people) await generate(service, await signIn(service, name));
  const settings = { ...serviceEnvironment(upstreams, folder), MAX_TOTAL_KEYS: "0" };
  const keys = (...args) => run(["keys", ...args], settings);
  // The command with a terminal, in which a person types `typed`.
  const inTerminal = (typed, ...args) =>
    new Promise((done) => {
      const child = spawn(
        "script",
        ["-qec", [binary, "keys", ...args].map((word) => `'${word}'`).join(" "), "/dev/null"],
        { env: { PATH: process.env.PATH, ...settings }, cwd: folder },
      );
      let out = "",
        isAnswered = false;
      child.stdout.on("data", (chunk) => {
        out += chunk;
        if (!isAnswered && /go on: $/.test(out)) {
          isAnswered = true;
          child.stdin.write(`${typed}\n`);
        }
      });
      child.once("close", (code) => done({ code, out }));
    });
  const list = async () =>
    JSON.parse((await keys("list", "--json")).out)
      .keys.map((key) => key.github_username)
      .sort();
  return { keys, inTerminal, list };
};

test("several keys are named in one command, and one that is not there hinders no other", async (t) => {
  const { keys, list } = await start(t, ["several-ada", "several-bob", "several-cid"]);
  assert.match((await keys("revoke", "--help")).out, /keys .*\.\.\./, "help says that it takes several");
  const { code, out, err } = await keys("revoke", "several-ada", "@several-bob", "999", "--reason", "left the team");
  assert.equal(code, 1, `one of them is nobody's: ${err}`);
  assert.equal(out.match(/^revoked /gm)?.length, 2, out + err);
  assert.match(err, /999: there is no key for 999/);
  assert.deepEqual(await list(), ["several-cid"]);
  for (const args of [
    ["show", "several-cid", "several-ada"],
    ["reveal", "several-cid", "several-ada", "--reason", "x"],
  ]) {
    const refused = await keys(...args);
    assert.equal(refused.code, 2, args.join(" "));
  }
});

test("without a terminal a filter needs --yes or --confirm, and says whose keys it means", async (t) => {
  const { keys, list } = await start(t, ["guest-ada", "guest-bob", "other-cid"]);
  const asked = await keys("revoke", "--search", "guest-", "--unused", "--reason", "over");
  assert.equal(asked.code, 2);
  assert.match(asked.err, /2 keys .*'guest-'.*guest-(ada|bob).*add --yes, or --confirm 2/s);
  assert.equal((await list()).length, 3, "nothing was done unasked");
  const miscounted = await keys("revoke", "--search", "guest-", "--reason", "over", "--confirm", "1");
  assert.equal(miscounted.code, 1);
  assert.equal((await list()).length, 3);
  assert.match(
    (await keys("revoke", "--search", "guest-ada", "--reason", "over", "--dry-run")).out,
    /would revoke 1 key$/m,
  );
  assert.match(
    (await keys("revoke", "--search", "guest-ada", "--reason", "over", "--confirm", "1")).out,
    /revoked 1 key /,
  );
  const done = await keys("revoke", "--search", "guest-", "--reason", "over", "--yes");
  assert.equal(done.code, 0, done.err);
  assert.deepEqual(await list(), ["other-cid"]);
  const all = await keys("revoke", "--all", "--yes", "--reason", "over");
  assert.equal(all.code, 2, "every key is confirmed by its count, not by a yes");
  assert.match(all.err, /--confirm 1/);
});

test("in a terminal it asks, and anything but yes ends nothing", async (t) => {
  const { inTerminal, list } = await start(t, ["screen-ada", "screen-bob"]);
  const refused = await inTerminal("no", "revoke", "--search", "screen-", "--reason", "over");
  assert.match(refused.out, /2 keys.*'screen-'.*screen-(ada|bob).*Type yes/s);
  assert.equal(refused.code, 1);
  assert.equal((await list()).length, 2);
  assert.equal((await inTerminal("2", "revoke", "--search", "screen-", "--reason", "over")).code, 1);
  assert.equal((await list()).length, 2);
  const agreed = await inTerminal("yes", "revoke", "--search", "screen-", "--reason", "over");
  assert.equal(agreed.code, 0, agreed.out);
  assert.deepEqual(await list(), []);
});
