// Into a clean Debian 12 the package is installed; it serves, is upgraded, removed, and purged.
// systemd is not there: the service is started as its unit says.
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { generate, signIn, startUpstreams, until } from "../e2e/support/service.mjs";
import { freePort } from "../e2e/support/postgres.mjs";
import { CleanSystem } from "./support/chroot.mjs";
import { buildPackage, fieldsOf, laterVersionOf, readUnit } from "./support/package.mjs";

const isRoot = process.getuid() === 0;
const config = "/etc/llmapikey/llmapikey.env",
  state = "/var/lib/llmapikey",
  unitPath = "/lib/systemd/system/llmapikey.service";
let deb, system, upstreams;
before(async () => {
  if (!isRoot) return;
  deb = buildPackage();
  system = new CleanSystem(deb);
  upstreams = await startUpstreams();
});
after(async () => {
  await upstreams?.stop();
  system?.remove();
});

const step = (name, act) =>
  test(
    name,
    { skip: isRoot ? false : "only root can install a package into a clean system: run ./test package as root" },
    act,
  );

const readVariables = (text) =>
  Object.fromEntries(
    text
      .split("\n")
      .filter((line) => /^[A-Z_]+=/.test(line))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );

// The command, the user and the environment that the installed unit names.
const startAsUnitSays = async () => {
  const unit = readUnit(readFileSync(system.path(unitPath), "utf8"));
  const environment = Object.fromEntries(
    unit
      .get("Environment")
      .flatMap((line) => line.split(" "))
      .map((pair) => pair.split("=")),
  );
  for (const path of unit.get("EnvironmentFile"))
    Object.assign(environment, readVariables(readFileSync(system.path(path), "utf8")));
  const child = system.spawn(unit.get("User")[0], unit.get("ExecStart")[0].split(" "), environment);
  const service = { child, output: "", exited: new Promise((done) => child.once("close", done)) };
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      service.output += chunk;
    });
  const listening = () => /listening on (http:\/\/[0-9.:]+)/.exec(service.output)?.[1];
  await until("it serves, or ends", () => listening() || child.exitCode !== null || child.signalCode !== null, 60_000);
  return {
    ...service,
    ...upstreams,
    url: listening(),
    get text() {
      return service.output;
    },
    stop: () => {
      child.kill("SIGTERM");
      return service.exited;
    },
  };
};

let key, session;
const serves = async () => {
  const service = await startAsUnitSays();
  try {
    assert.ok(service.url, service.text);
    assert.equal(await (await fetch(`${service.url}/healthz`)).text(), "ok\n");
    assert.equal(await (await fetch(`${service.url}/readyz`)).text(), "ready\n");
    assert.match(await (await fetch(`${service.url}/dashboard`)).text(), /Sign in with GitHub/);
    session ??= await signIn(service, "package-tester");
    const answer = await (await generate(service, session)).json();
    assert.ok(["created", "exists"].includes(answer.status), JSON.stringify(answer));
    assert.equal(answer.key, (key ??= answer.key), "the same key as before");
    return answer.status;
  } finally {
    await service.stop();
  }
};

step(
  "installing makes the user, its folder and a configuration that only it and root read, and waits for that to " +
    "be filled in",
  () => {
    const said = system.install(deb);
    assert.match(said, /llmapikey waits for its configuration: fill in \/etc\/llmapikey\/llmapikey\.env/);
    assert.match(system.run("getent", "passwd", "llmapikey"), /:\/var\/lib\/llmapikey:\/usr\/sbin\/nologin\n$/);
    assert.equal(system.owner("/etc/llmapikey"), "root:llmapikey 750");
    assert.equal(system.owner(config), "root:llmapikey 640");
    assert.equal(system.owner(state), "llmapikey:llmapikey 700");
    assert.ok(
      readdirSync(system.path("/etc/systemd/system/multi-user.target.wants")).includes("llmapikey.service"),
      "starts with the machine",
    );
    assert.ok(
      !existsSync(system.path("/etc/systemd/system/sockets.target.wants/llmapikey.socket")),
      "the socket unit is for those who want it",
    );
    assert.equal(system.run("llmapikey", "--version"), `llmapikey ${fieldsOf(deb).Version}\n`);
  },
);

step("before it is configured it says what is missing, with the status that systemd does not try again", async () => {
  const service = await startAsUnitSays();
  assert.equal(await service.exited, 2);
  for (const name of [
    "GITHUB_OAUTH_CLIENT_ID",
    "GITHUB_OAUTH_CLIENT_SECRET",
    "AUTH_SESSION_SECRET",
    "KEY_ENCRYPTION_SECRET",
  ])
    assert.match(service.text, new RegExp(`${name} is not set`));
});

step("configured, it serves: a person signs in and gets a key", async () => {
  const port = await freePort();
  const values = {
    GITHUB_OAUTH_CLIENT_ID: upstreams.github_client_id,
    GITHUB_OAUTH_CLIENT_SECRET: upstreams.github_client_secret,
    AUTH_SESSION_SECRET: "session-secret-of-the-package-0123456789",
    KEY_ENCRYPTION_SECRET: "sealing-secret-of-the-package-0123456789",
    OPENROUTER_MANAGEMENT_KEY: upstreams.management_key,
    PROVISIONING_ENABLED: "true",
    GITHUB_URL: upstreams.github_url,
    GITHUB_API_URL: upstreams.github_api_url,
    OPENROUTER_URL: upstreams.openrouter_url,
    LISTEN: `127.0.0.1:${port}`,
    DRAIN_SECONDS: "0",
  }; // nobody is cut off by the stops
  appendFileSync(
    system.path(config),
    `# What the operator has written.\n${Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join("")}`,
  );
  assert.equal(await serves(), "created");
  assert.equal(system.owner(`${state}/llmapikey.db`), "llmapikey:llmapikey 600");
});

step("an upgrade keeps the data, and the configuration as the operator has written it", async () => {
  const before_ = readFileSync(system.path(config), "utf8");
  const said = system.install(laterVersionOf(deb, "99.0.0"));
  assert.doesNotMatch(said, /waits for its configuration/);
  assert.match(system.run("dpkg-query", "-W", "-f", "${Version}", "llmapikey"), /^99\.0\.0$/);
  assert.equal(readFileSync(system.path(config), "utf8"), before_);
  assert.match(readFileSync(system.path(`${config}.dpkg-dist`), "utf8"), /^# Of a later version\./);
  assert.equal(system.owner(config), "root:llmapikey 640");
  assert.equal(await serves(), "exists");
});

step("removed, data and configuration stay; installed again, everything is there", async () => {
  system.apt("remove", "llmapikey");
  assert.ok(!existsSync(system.path("/usr/bin/llmapikey")));
  assert.ok(existsSync(system.path(`${state}/llmapikey.db`)));
  assert.match(readFileSync(system.path(config), "utf8"), /What the operator has written/);
  assert.doesNotMatch(system.install(deb), /waits for its configuration/);
  assert.equal(await serves(), "exists");
});

step("purged, nothing is left but the user", () => {
  writeFileSync(system.path("/etc/llmapikey/a-secret"), "of the operator");
  system.apt("purge", "llmapikey");
  assert.equal(system.run("find", "/", "-xdev", "-name", "*llmapikey*", "-not", "-path", "/proc/*"), "");
  assert.match(system.run("getent", "passwd", "llmapikey"), /nologin/);
});
