// What commands read and write: output that cannot be written is a failure, a reader that goes away
// is none, and texts are checked as the API checks them.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
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

let upstreams, folder, service, env, session;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  const settings = { ADMIN_GITHUB_USER_IDS: "1003", RECONCILE_SECONDS: "0", SPENDING_POLL_SECONDS: "0" };
  service = await startService(upstreams, folder, settings);
  env = { PATH: process.env.PATH, ...serviceEnvironment(upstreams, folder, settings) };
  session = await signIn(service, "linus-organizer");
  await generate(service, session);
});
after(async () => {
  await service.stop();
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

const shell = (script) =>
  new Promise((done) => {
    execFile("/bin/bash", ["--norc", "-c", script, "bash", binary], { env, cwd: folder }, (error, out, err) =>
      done({ code: error ? error.code : 0, out, err }),
    );
  });
const commands = [
  "--help",
  "--version",
  "keys --help",
  "keys list",
  "keys list --json",
  "keys show 1003",
  "keys show 1003 --json",
  "keys export",
  "keys export --format jsonl",
  "keys revocations",
  "keys revocations --json",
  "keys revoke 1003 --reason x --dry-run",
  "keys revoke 1003 --reason x --dry-run --json",
  "keys revoke --search linus --reason x --dry-run",
  "keys change 1003 --disable --dry-run",
  "keys change 1003 --disable --dry-run --json",
  "keys reveal 1003 --reason x",
  "keys reveal 1003 --reason x --json",
  "keys mint --account 1003 --login linus-organizer",
  "audit verify",
  "audit verify --json",
  "audit export",
  "migrate status",
  "migrate status --json",
  "reconcile",
  "reconcile --json",
  "reseal --dry-run",
  "reseal --dry-run --json",
  "routes",
  "routes --json",
  "doctor",
  "doctor --json",
  "completion bash",
  "completion zsh",
  "completion fish",
  "man",
];

test("a command whose output cannot be written fails and says so", async () => {
  for (const command of commands) {
    const good = await shell(`"$1" ${command} >/dev/null`);
    for (const where of [">/dev/full", ">&-"]) {
      const { code, err } = await shell(`"$1" ${command} ${where}`);
      assert.equal(code, good.code === 0 ? 1 : good.code, `${command} ${where}: ${code} ${err}`);
      assert.match(err, /the output could not be written/, `${command} ${where}`);
    }
  }
});

test("with its output closed, no command writes into its database", async () => {
  for (const command of commands) await shell(`"$1" ${command} >&- 2>&- <&-`);
  const { code, out } = await run(["audit", "verify", "--json"], env);
  assert.equal(code, 0, out);
  assert.equal((await run(["keys", "list", "--json"], env)).code, 0);
});

test("a reader that goes away ends a command quietly", async () => {
  for (const command of ["keys export", "audit export", "--help", "routes --json", "man"]) {
    const { code, err } = await shell(`set -o pipefail; "$1" ${command} | true`);
    assert.deepEqual([code, err], [0, ""], command);
  }
});

test("audit export --after takes a sequence and nothing else", async () => {
  for (const bad of ["-1", "--after=-1", "x", "1.5", "", "99999999999999999999"]) {
    const { code, out } = await run(["audit", "export", ...(bad.startsWith("--") ? [bad] : ["--after", bad])], env);
    assert.deepEqual([code, out], [2, ""], bad);
  }
  const all = (await run(["audit", "export"], env)).out.trim().split("\n");
  const rest = (await run(["audit", "export", "--after", "1"], env)).out.trim().split("\n");
  assert.equal(rest.length, all.length - 1);
});

const badTexts = [
  ["nothing", Buffer.from("")],
  ["blanks", Buffer.from("  ")],
  ["bytes that are no UTF-8", Buffer.from([0x61, 0xff, 0x62])],
  ["a line break", Buffer.from("a\nb")],
  ["an escape", Buffer.from("a\x1b[31m")],
  ["100 kB", Buffer.from("x".repeat(100_000))],
  ["501 characters", Buffer.from("ä".repeat(501))],
];

test("the command line checks texts as the API does", async () => {
  const head = async () => JSON.parse((await run(["audit", "verify", "--json"], env)).out).entries;
  const before_ = await head();
  for (const command of [
    "keys revoke 1003 --reason",
    "keys revoke --search linus --reason",
    "keys reveal 1003 --reason",
    "keys change 1003 --disable --reason",
    "keys revoke 1003 --dry-run --reason",
  ]) {
    for (const [what, bytes] of badTexts) {
      if (command.startsWith("keys change") && (what === "nothing" || what === "blanks")) continue; // it needs none
      const escaped = [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("");
      const { code, out, err } = await shell(
        `text=$(printf '${bytes.length > 5000 ? "" : escaped}.'); text=\${text%.}; ` +
          `${bytes.length > 5000 ? `text=$(head -c ${bytes.length} /dev/zero | tr '\\0' x);` : ""} "$1" ` +
          `${command} "$text"`,
      );
      assert.equal(code, 2, `${command} ${what}: ${code} ${out} ${err}`);
      assert.match(err, /reason/, `${command} ${what}`);
    }
  }
  assert.equal(await head(), before_, "nothing of it is in the audit log");
  for (const bad of ["a\nb", "x".repeat(200)])
    assert.equal((await run(["keys", "mint", "--account", "1099", "--login", bad], env)).code, 2);
  assert.equal((await shell(`"$1" keys list --search "$(printf 'a\\xff')" --json`)).code, 2);
  const posted = await fetch(`${service.url}/api/v1/keys/00000000-0000-4000-8000-000000000000/revoke`, {
    method: "POST",
    headers: { cookie: session, origin: service.url, "content-type": "application/json" },
    body: JSON.stringify({ reason: "a\nb" }),
  });
  assert.ok([400, 404].includes(posted.status));
});

test("what an older version has let in leaves every JSON valid", async () => {
  const file = join(folder, "llmapikey.db");
  const sql =
    "UPDATE audit_log SET detail = CAST(x'61ff62' AS TEXT) WHERE sequence = 1; UPDATE api_keys SET " +
    "github_username = CAST(x'61ff' AS TEXT) WHERE github_user_id = '1003';";
  const broken = spawn("python3", [
    "-c",
    "import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); c.executescript(sys.argv[2]); c.commit()",
    file,
    sql,
  ]);
  assert.equal(await new Promise((done) => broken.once("exit", done)), 0);
  const decode = new TextDecoder("utf-8", { fatal: true });
  for (const args of ["audit export", "keys list --json", "keys show 1003 --json", "keys export --format jsonl"]) {
    const bytes = await new Promise((done) =>
      execFile(binary, args.split(" "), { env, cwd: folder, encoding: "buffer" }, (_, out) => done(out)),
    );
    for (const line of decode.decode(bytes).trim().split("\n")) JSON.parse(line);
  }
  for (const path of [
    "/api/v1/audit",
    "/api/v1/keys",
    "/api/v1/accounts/1003",
    "/admin/audit/export",
    "/admin/audit",
    "/admin",
  ]) {
    const answer = await fetch(service.url + path, { headers: { cookie: session } });
    assert.equal(answer.status, 200, path);
    const bytes = await answer.arrayBuffer();
    // a browser replaces by itself
    if (!answer.headers.get("content-type").startsWith("text/html")) decode.decode(bytes);
  }
});
