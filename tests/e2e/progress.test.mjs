// Long work shows on a terminal how far it is, in one line that goes away; a pipe gets none of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { after, before, test } from "node:test";
import { binary, run, serviceEnvironment, startUpstreams, temporaryFolder } from "./support/service.mjs";

let upstreams, folder, settings;
before(async () => {
  upstreams = await startUpstreams();
  folder = temporaryFolder();
  settings = { ...serviceEnvironment(upstreams, folder), MAX_TOTAL_KEYS: "0" };
  assert.equal((await run(["migrate", "up"], settings)).code, 0);
});
after(async () => {
  await upstreams.stop();
  rmSync(folder, { recursive: true, force: true });
});

// Makes a key for each of these accounts, and lets OpenRouter take so long for ending each.
const give = async (t, accounts, delay_ms) => {
  for (const id of accounts) {
    const made = await run(["keys", "mint", id, "--login", `slow-${id}`], settings);
    assert.equal(made.code, 0, made.err + made.out);
  }
  await upstreams.openrouterFault({ method: "DELETE", path: "/keys", delay_ms, times: 1000 });
  t.after(() => upstreams.clearFaults());
};

// In what follows, the control sequence that erases the rest of a line is <erase>.
const readable = (out) => out.replaceAll("\x1b[K", "<erase>");

// The command on a terminal of 60 columns. `key`: what a person presses once the progress is there.
const onTerminal = (args, { env = {}, key = "" } = {}) =>
  new Promise((done) => {
    const words = [binary, ...args].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qec", `stty cols 60; exec ${words}`, "/dev/null"], {
      env: { PATH: process.env.PATH, TERM: "xterm", ...settings, ...env },
      cwd: folder,
    });
    let out = "",
      isPressed = false;
    child.stdout.on("data", (chunk) => {
      out += chunk;
      if (key !== "" && !isPressed && /\rRevoking/.test(out)) {
        isPressed = true;
        child.stdin.write(key);
      }
    });
    child.once("close", (code) => done({ code, out: readable(out) }));
  });
// What the terminal shows in the end, with each line that was redrawn as it was last.
const screen = (out) =>
  out
    .split("\n")
    .map((line) => line.replace(/\r$/, "").split("\r").at(-1).replaceAll("<erase>", ""))
    .join("\n");

test("on a terminal one line says how far the work is, and it is gone in the end", async (t) => {
  await give(t, ["9101", "9102", "9103", "9104"], 400);
  const { code, out } = await onTerminal(["keys", "revoke", "9101", "9102", "999", "9103", "9104", "--reason", "over"]);
  assert.equal(code, 1, "one of them has no key");
  const drawn = [...out.matchAll(/\r(Revoking keys[^\r]*?)<erase>/g)].map(([, text]) => text);
  assert.ok(drawn.length >= 3, out);
  for (const text of drawn) assert.equal(text.length, 57, "as wide as the terminal, with room for ^C");
  assert.match(drawn[0], /^Revoking keys {2}\[#+-+\] {2}1 of 5$/);
  assert.ok(
    drawn.some((text) => /\] {2}4 of 5/.test(text)),
    out,
  );
  const end = out.slice(out.lastIndexOf("Revoking keys"));
  assert.match(end, /^[^\r\n]*<erase>\r<erase>(revoked|999)/, "the line goes before the results come");
  const shown = screen(out);
  assert.doesNotMatch(shown, /Revoking|<erase>/);
  assert.equal(shown.match(/^revoked /gm).length, 4, shown);
  assert.match(shown, /^999: there is no key for 999/m);
});

test("of many keys, too, and a failure stands above the line", async (t) => {
  await give(t, ["9201", "9202", "9203"], 900);
  await upstreams.clearFaults();
  const failure = { status: 500, body: "{}", times: 12 };
  await upstreams.openrouterFault({ method: "DELETE", path: "/keys", delay_ms: 300, ...failure });
  const { out } = await onTerminal(["keys", "revoke", "--search", "slow-92", "--confirm", "3", "--reason", "over"]);
  assert.match(out, /\rRevoking keys {2}\[[#-]+\] {2}\d of 3/);
  assert.match(out, /of 3<erase>\r<erase>llmapikey: [^\r\n]*; trying again\r\n\rRevoking keys/);
  assert.match(screen(out), /^llmapikey: bulk revocation [^\n]*; trying again$/m);
  assert.match(screen(out), /^revoked 3 keys \(bulk revocation /m);
  assert.doesNotMatch(screen(out), /Revoking keys/);
});

test("a pipe and a dumb terminal get nothing of it", async (t) => {
  await give(t, ["9301", "9302", "9303", "9304"], 700);
  const piped = await run(["keys", "revoke", "9301", "9302", "--reason", "over"], { ...settings, TERM: "xterm" });
  assert.equal(piped.code, 0, piped.err);
  assert.equal(piped.err, "");
  assert.match(piped.out, /^revoked [^\n]*\nrevoked [^\n]*\n$/);
  const dumb = await onTerminal(["keys", "revoke", "9303", "9304", "--reason", "over"], { env: { TERM: "dumb" } });
  assert.match(dumb.out, /^revoked [^\n]*\nrevoked [^\n]*\n$/);
});

test("Ctrl+C takes the line away before the command ends", async (t) => {
  await give(t, ["9401", "9402"], 3000);
  const { code, out } = await onTerminal(["keys", "revoke", "9401", "9402", "--reason", "over"], { key: "\x03" });
  assert.equal(code, 130, "as a signal ends it");
  assert.ok(out.endsWith("\r<erase>"), JSON.stringify(out.slice(-80)));
  assert.doesNotMatch(screen(out), /Revoking/);
});

test("work of a moment draws nothing", async () => {
  for (const args of [
    ["audit", "verify"],
    ["reconcile"],
    ["migrate", "up"],
    ["reseal"],
    ["keys", "export"],
    ["backup", "copy.db"],
  ]) {
    const { out } = await onTerminal(args);
    assert.ok(!out.includes("<erase>"), `${args.join(" ")}: ${JSON.stringify(out)}`);
  }
});
