// Completion in bash: words, options and their values from the commands themselves, and keys from
// the database. zsh and fish are not tried here: they ask the program the same questions.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { sqlIn } from "./support/people.mjs";
import { binary, run, serviceEnvironment, startUpstreams, temporaryFolder } from "./support/service.mjs";

let upstreams, folder, settings, script;
const hostile = "$(touch${IFS}pwned);`touch${IFS}pwned`&'\"\\";
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  settings = { ...serviceEnvironment(upstreams, folder), MAX_TOTAL_KEYS: "0" };
  assert.equal((await run(["migrate", "up"], settings)).code, 0);
  for (const [id, login] of [
    ["71001", "finish-ada"],
    ["71002", "finish-bob"],
    ["72003", "other-cid"],
    ["72004", "strange-name"],
    ["72005", "spaced-name"],
  ])
    assert.equal((await run(["keys", "mint", id, "--login", login], settings)).code, 0);
  const literal = `'${hostile.replaceAll("'", "''")}'`;
  sqlIn(folder, `UPDATE api_keys SET github_username = ${literal} WHERE github_user_id = 72004`);
  sqlIn(folder, "UPDATE api_keys SET github_username = 'two words' WHERE github_user_id = 72005");
  script = (await run(["completion", "bash"])).out;
});
after(async () => {
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Calls the function as bash does; the last word is the one that is typed.
const inBash = (words, env = settings, path = dirname(binary)) =>
  new Promise((done) => {
    const call =
      `${script}\nCOMP_WORDS=(llmapikey "$@")\nCOMP_CWORD=$#\n_llmapikey\n` +
      `[ \${#COMPREPLY[@]} -eq 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;
    const options = { env: { ...env, PATH: `${path}:${process.env.PATH}` }, cwd: folder };
    execFile("bash", ["--norc", "-c", call, "bash", ...words], options, (error, out, err) => {
      assert.equal(err, "", `${words.join(" ")}: ${err}`);
      done(out.split("\n").filter((line) => line !== ""));
    });
  });

test("each option in the help of each command is completed", async () => {
  const commandsIn = (help) =>
    [...(help.split("\nSubcommands:\n")[1] ?? "").matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name);
  const look = async (path) => {
    const { out } = await run(["help", ...path]);
    const options = [...out.matchAll(/^ {2}(-[^ =]+)/gm)].flatMap(([, names]) =>
      names.split(",").filter((name) => name.startsWith("--")),
    );
    assert.ok(options.includes("--help"), path.join(" "));
    assert.deepEqual((await inBash([...path, "--"])).sort(), options.sort(), path.join(" "));
    const commands = commandsIn(out);
    if (commands.length > 0) assert.deepEqual((await inBash([...path, ""])).sort(), commands.sort(), path.join(" "));
    for (const command of commands) await look([...path, command]);
    return commands.length;
  };
  assert.ok((await look([])) > 10);
});

test("the values of options are completed where there is a list", async () => {
  const help = (await run(["help", "keys", "list"])).out;
  const states = /--state,--status :\{(.*)\}/.exec(help)[1].split(",");
  assert.deepEqual((await inBash(["keys", "list", "--state", ""])).sort(), states.toSorted());
  assert.deepEqual(await inBash(["keys", "list", "--status", "act"]), ["active"]);
  assert.deepEqual(await inBash(["keys", "list", "--state", "=", "act"]), ["active"], "as bash divides --state=act");
  assert.deepEqual((await inBash(["keys", "list", "--state", "="])).sort(), states.toSorted());
  assert.deepEqual(await inBash(["keys", "export", "--format", "j"]), ["jsonl"]);
  assert.deepEqual(await inBash(["keys", "revoke", "x", "--hold", "f"]), ["forever"]);
  assert.deepEqual(await inBash(["completion", ""]), ["bash", "zsh", "fish"]);
  assert.ok((await inBash(["settings", "set", ""])).length > 3);
  assert.deepEqual(await inBash(["help", "keys", "ex"]), ["export"]);
  assert.deepEqual(await inBash(["help", "env"]), ["environment"]);
  assert.deepEqual(await inBash(["keys", "list", "--limit", ""]), []);
  const other = await inBash(["keys", "change", "x", "--enable", "--"]);
  assert.ok(!other.includes("--disable") && !other.includes("--enable") && other.includes("--reason"), other);
});

test("keys are completed by login, account and id, and no secret is among them", async () => {
  assert.deepEqual((await inBash(["keys", "show", "fin"])).sort(), ["finish-ada", "finish-bob"]);
  assert.deepEqual(await inBash(["keys", "show", "FINISH-A"]), ["finish-ada"]);
  assert.deepEqual(await inBash(["keys", "revoke", "finish-ada", "oth"]), ["other-cid"]);
  assert.deepEqual((await inBash(["keys", "show", "@", "fin"])).sort(), ["@finish-ada", "@finish-bob"]);
  assert.deepEqual((await inBash(["keys", "show", "71"])).sort(), ["71001", "71002"]);
  assert.deepEqual(await inBash(["keys", "list", "--search", "other"]), ["other-cid"]);
  const { keys } = JSON.parse((await run(["keys", "list", "--search", "other-cid", "--json"], settings)).out);
  assert.deepEqual(await inBash(["keys", "reveal", keys[0].id.slice(0, 8)]), [keys[0].id]);
  for (const shell of ["bash", "zsh", "fish"]) {
    const { code, out } = await run(["__complete", shell, "keys", "show", ""], settings);
    assert.equal(code, 0);
    assert.match(out, /^finish-ada(\tactive, account 71001)?$/m);
    assert.doesNotMatch(out, /sk-or/);
  }
});

test("a login is never run by the shell", async () => {
  const [offered] = await inBash(["keys", "show", "$"]);
  const typed = await new Promise((done) =>
    execFile("bash", ["-c", `printf %s ${offered}`], { cwd: folder }, (error, out) => done(out)),
  );
  assert.equal(typed, hostile, "what stands on the command line then is this login");
  const all = await inBash(["keys", "show", ""]);
  assert.equal(all.length, 5);
  assert.ok(all.includes("72005"), "no command takes a login of two words: its account stands for it");
  const harmless = all.filter((each) => each !== offered);
  assert.deepEqual(await inBash(["keys", "show", '"']), harmless, "within a quote");
  // Whatever the program prints.
  const stub = join(folder, "stub");
  mkdirSync(stub);
  const lines = "'$(touch pwned)' '`touch pwned`' '; touch pwned' '* ~'";
  writeFileSync(join(stub, "llmapikey"), `#!/bin/sh\nprintf '%s\\n' ${lines}\n`);
  chmodSync(join(stub, "llmapikey"), 0o755);
  const words = await inBash(["keys", "show", ""], settings, stub);
  assert.equal(words.length, 4);
  assert.deepEqual(words.slice(0, 1), ["\\$\\(touch\\ pwned\\)"]);
  assert.ok(!existsSync(join(folder, "pwned")));
});

test("where nothing can be read nothing is printed, and the words are still there", async (t) => {
  const empty = temporaryFolder();
  t.after(() => rmSync(empty, { recursive: true, force: true }));
  const environments = {
    "no database": { DATA_DIR: join(empty, "none") },
    "a folder without one": { DATA_DIR: empty },
    "no such server": { POSTGRES_URL: "postgresql://nobody@127.0.0.1:1/none" },
    "an address that is none": { POSTGRES_URL: "nonsense" },
    "nothing configured": {},
  };
  for (const [what, env] of Object.entries(environments)) {
    const { code, out, err } = await run(["__complete", "bash", "keys", "show", "f"], env, empty);
    assert.deepEqual({ code, out, err }, { code: 0, out: "", err: "" }, what);
    assert.match((await run(["__complete", "bash", "keys", ""], env, empty)).out, /^list$/m, what);
  }
  assert.ok(!existsSync(join(empty, "none")) && !existsSync(join(empty, "llmapikey.db")), "nothing is made");
  for (const words of [[], ["csh", ""], ["bash"]]) {
    const { code, err } = await run(["__complete", ...words], {}, empty);
    assert.deepEqual({ code, err }, { code: 0, err: "" });
  }
});
