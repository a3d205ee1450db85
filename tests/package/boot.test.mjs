// The package under a real systemd, in a machine that boots: see tests/package/boot. The steps
// build on each other.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Machine } from "./support/machine.mjs";
import { buildPackage, laterVersionOf } from "./support/package.mjs";

const config = "/etc/llmapikey/llmapikey.env",
  state = "/var/lib/llmapikey",
  url = "http://127.0.0.1:3000";
const secrets = {
  AUTH_SESSION_SECRET: "session-secret-of-the-machine-012345",
  KEY_ENCRYPTION_SECRET: "sealing-secret-of-the-machine-012345",
};
let machine, key;
before(async () => {
  const deb = buildPackage();
  machine = new Machine(deb, laterVersionOf(deb, "99.0.0"));
  await machine.ready();
});
after(() => machine?.stop());

const run = (script, timeout) => machine.run(script, timeout);
const has = async (script) => (await machine.attempt(script)).status === 0;
const until = async (what, script, seconds = 300) => {
  const { status, said } = await machine.attempt(
    `for (( end = SECONDS + ${seconds}; SECONDS < end; )); do { ${script}; } && exit; sleep 0.2; done; ` +
      "systemctl status --no-pager -l llmapikey llmapikey.socket; exit 1",
    (seconds + 60) * 1000,
  );
  if (status !== 0) throw new Error(`did not come about in time: ${what}\n${said}`);
};
const install = (file) =>
  run(`DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Options::=--force-confold install /root/${file}`, 600_000);
const property = async (name, unit = "llmapikey") => (await run(`systemctl show --value -p ${name} ${unit}`)).trim();
const fetched = (path, base = url) => run(`curl -sS --fail --max-time 30 ${base}${path}`);
// Said by systemd 252 of any unit with a namespace for IPC, where the kernel takes too long to
// answer it: an emulated machine may.
const slowness = "Failed to configure loopback network device, ignoring: Connection timed out";
// What systemd or the program has complained of since the last time.
const complaints = async () =>
  (
    await run(
      "journalctl -q -p warning -o cat --cursor-file=/root/cursor UNIT=llmapikey.service + " +
        "_SYSTEMD_UNIT=llmapikey.service + UNIT=llmapikey.socket || true",
    )
  )
    .split("\n")
    .filter((line) => line && line !== slowness);
const pressed = async (base = url) =>
  JSON.parse(
    await run(
      `curl -sS --max-time 30 -b /root/jar -X POST -H 'Origin: ${base}' -H 'Accept: application/json' ` +
        `${base}/dashboard/key`,
    ),
  );
const stillServes = async (base = url) => {
  assert.equal(await fetched("/healthz", base), "ok\n");
  const { status, key: same } = await pressed(base);
  assert.deepEqual({ status, same }, { status: "exists", same: key });
};

test("the machine is up, and all is well in it", async (t) => {
  assert.equal((await machine.attempt("systemctl is-system-running --wait", 600_000)).said, "running\n");
  t.diagnostic(
    (await run("uname -sr; systemctl --version | head -n 1; systemd-analyze | head -n 1"))
      .trim()
      .replaceAll("\n", "; "),
  );
  await run("tar -C /root -xf /dev/vdb");
});

test("installed, it is enabled, and waits for its configuration", async () => {
  assert.match(await install("llmapikey_*_amd64.deb"), /llmapikey waits for its configuration/);
  assert.deepEqual(
    [
      await property("ActiveState"),
      await property("UnitFileState"),
      await property("UnitFileState", "llmapikey.socket"),
    ],
    ["inactive", "enabled", "disabled"],
  );
  assert.equal(await run("systemd-analyze verify --man=no llmapikey.service llmapikey.socket"), "");
  assert.deepEqual(await complaints(), []);
});

test("started too early, it says what is missing, and is not tried again", async () => {
  assert.notEqual((await machine.attempt("systemctl start llmapikey")).status, 0);
  assert.deepEqual(
    [await property("ActiveState"), await property("ExecMainStatus"), await property("NRestarts")],
    ["failed", "2", "0"],
  );
  const said = await run("journalctl -q -o cat -u llmapikey");
  for (const name of ["GITHUB_OAUTH_CLIENT_ID", "GITHUB_OAUTH_CLIENT_SECRET", ...Object.keys(secrets)])
    assert.match(said, new RegExp(`${name} is not set`));
  await complaints();
});

test("configured, with its secrets as credentials, it says that it is ready", async () => {
  await run(
    "cd / && systemd-run --quiet --unit=upstreams -p User=nobody -p StandardOutput=file:/run/upstreams -p " +
      "Environment=LISTEN=127.0.0.1:0 llmapikey sandbox --upstreams-only --json",
  );
  await until("the look-alikes of GitHub and OpenRouter are there", "grep -q '^{.*}$' /run/upstreams");
  const upstreams = JSON.parse(/^\{.*\}$/m.exec(await run("cat /run/upstreams"))[0]);
  Object.assign(secrets, {
    GITHUB_OAUTH_CLIENT_SECRET: upstreams.github_client_secret,
    OPENROUTER_MANAGEMENT_KEY: upstreams.management_key,
  });
  const settings = {
    GITHUB_OAUTH_CLIENT_ID: upstreams.github_client_id,
    PROVISIONING_ENABLED: "true",
    GITHUB_URL: upstreams.github_url,
    GITHUB_API_URL: upstreams.github_api_url,
    OPENROUTER_URL: upstreams.openrouter_url,
  };
  await run(`cd /etc/llmapikey && mkdir -m 0700 credentials && umask 077
    ${Object.entries(secrets)
      .map(([name, value]) => `printf '%s\\n' '${value}' >credentials/${name}; sed -i '/^${name}=/d' ${config}`)
      .join("\n")}
    ${Object.entries(settings)
      .map(([name, value]) => `sed -i '/^${name}=/d' ${config}; echo '${name}=${value}' >>${config}`)
      .join("\n")}
    mkdir -p /etc/systemd/system/llmapikey.service.d
    cp /usr/share/doc/llmapikey/examples/credentials.conf /etc/systemd/system/llmapikey.service.d/
    systemctl daemon-reload`);
  await run("systemctl restart llmapikey");
  assert.deepEqual(
    [await property("ActiveState"), await property("SubState"), await property("Type")],
    ["active", "running", "notify"],
  );
  assert.match(await property("StatusText"), /^listening on http:\/\/127\.0\.0\.1:3000, handing out keys$/);
  const environment = await run(`tr '\\0' '\\n' </proc/${await property("MainPID")}/environ`);
  assert.match(environment, /^CREDENTIALS_DIRECTORY=/m);
  for (const secret of Object.values(secrets)) assert.ok(!environment.includes(secret));
  assert.deepEqual(await complaints(), []);
});

test("it is healthy and ready, and its metrics say all of the process that they should", async () => {
  assert.equal(await fetched("/healthz"), "ok\n");
  assert.equal(await fetched("/readyz"), "ready\n");
  const metrics = await fetched("/metrics"),
    value = (name) => Number(new RegExp(`^${name} (.*)$`, "m").exec(metrics)?.[1]);
  const started = Number(await run(`date +%s --date="$(systemctl show --value -p ExecMainStartTimestamp llmapikey)"`));
  assert.ok(
    Math.abs(value("process_start_time_seconds") - started) < 5,
    `${value("process_start_time_seconds")}, and systemd says ${started}`,
  );
  for (const name of [
    "process_cpu_seconds_total",
    "process_resident_memory_bytes",
    "process_virtual_memory_bytes",
    "process_open_fds",
  ])
    assert.ok(value(name) > 0, name);
  assert.equal(value("process_max_fds"), 65536);
});

test("a person signs in and gets a key", async () => {
  await run(`location=$(curl -sS -o /dev/null -c /root/jar -w '%{redirect_url}' ${url}/auth/login)
    back=$(curl -sS -o /dev/null -w '%{redirect_url}' "$location&login=package-tester&sandbox_auto=1")
    curl -sS -o /dev/null -b /root/jar -c /root/jar "$back"`);
  const answer = await pressed();
  assert.equal(answer.status, "created", JSON.stringify(answer));
  key = answer.key;
});

test("it can write its state directory, and nothing else", async (t) => {
  const asService =
    `nsenter --target ${await property("MainPID")} --mount setpriv --reuid=llmapikey --regid=llmapikey ` +
    "--clear-groups";
  const found = async (what) =>
    (
      await machine.attempt(`${asService} find / -path /proc -prune -o ${what} -writable -print 2>/dev/null`, 300_000)
    ).said
      .split("\n")
      .filter(Boolean);
  const places = await found("\\( -type f -o -type d \\)");
  assert.ok(places.includes(state) && places.includes(`${state}/llmapikey.db`), places.join(" "));
  assert.deepEqual(
    places.filter((path) => path !== state && !path.startsWith(`${state}/`)),
    [],
  );
  const devices = await found("\\( -type c -o -type b \\)");
  t.diagnostic(`devices: ${devices.join(" ")}`);
  // The second is AppArmor's own /dev/null.
  assert.deepEqual(
    devices.filter(
      (path) =>
        !/^\/dev\/(full|null|ptmx|pts\/ptmx|random|tty|urandom|zero)$|^\/sys\/kernel\/security\/apparmor\/\.null$/.test(
          path,
        ),
    ),
    [],
  );
  assert.equal(await has(`${asService} ls /root`), false);
});

test("systemd finds it exposed by at most 2.0", async (t) => {
  const said = await run("systemd-analyze security --no-pager --threshold=20 llmapikey.service");
  t.diagnostic(said.trim().split("\n").pop());
  assert.ok(Number(/Overall exposure level for llmapikey\.service: ([0-9.]+)/.exec(said)[1]) <= 2);
});

test("the commands of the manual work beside it", async () => {
  const beside = "systemd-run --pipe --quiet -p User=llmapikey -p Environment=DATA_DIR=/var/lib/llmapikey";
  assert.match(
    await run(`${beside} llmapikey backup ${state}/copy.db && stat -c '%U %a' ${state}/copy.db`),
    /llmapikey 600\n$/,
  );
  await run(`rm ${state}/copy.db`);
  assert.equal(await run("llmapikey health"), "ok\n");
  // doctor must get as far as to judge what it was given; this machine is no place where all is as
  // it should be.
  const { said } = await machine.attempt(`credentials=()
    for file in /etc/llmapikey/credentials/*; do credentials+=(-p "LoadCredential=\${file##*/}:$file"); done
    ${beside} -p EnvironmentFile=${config} "\${credentials[@]}" llmapikey doctor`);
  assert.doesNotMatch(said, /is not set/);
  assert.match(said, /OpenRouter/);
});

test("a restart is a clean end and a new beginning", async () => {
  const before_ = await property("MainPID");
  await run("systemctl restart llmapikey");
  assert.deepEqual(
    [await property("ActiveState"), await property("Result"), await property("NRestarts")],
    ["active", "success", "0"],
  );
  assert.notEqual(await property("MainPID"), before_);
  await stillServes();
  assert.deepEqual(await complaints(), []);
});

test("killed, it starts again", async () => {
  await run("systemctl kill --kill-whom=main --signal=SIGKILL llmapikey");
  await until(
    "it is active again",
    "[ $(systemctl show --value -p NRestarts llmapikey) = 1 ] && systemctl -q is-active llmapikey",
  );
  await stillServes();
  for (const line of await complaints())
    assert.match(line, /Main process exited, code=killed, status=9\/KILL|Failed with result 'signal'/);
});

test("it gives signs of life, and where they stop it is killed and started again", async () => {
  assert.equal(await property("WatchdogUSec"), "30s");
  const seen = async () => property("WatchdogTimestampMonotonic");
  const first = await seen();
  await until("a sign of life", `[ "$(systemctl show --value -p WatchdogTimestampMonotonic llmapikey)" != ${first} ]`);
  const second = await seen();
  await until("another", `[ "$(systemctl show --value -p WatchdogTimestampMonotonic llmapikey)" != ${second} ]`);
  await run("systemctl kill --kill-whom=main --signal=SIGSTOP llmapikey");
  await until(
    "it is active again",
    "[ $(systemctl show --value -p NRestarts llmapikey) = 2 ] && systemctl -q is-active llmapikey",
  );
  await stillServes();
  const said = await complaints();
  assert.ok(
    said.some((line) => /Watchdog timeout/.test(line)),
    said.join("\n"),
  );
  assert.equal(
    await run("find /var/lib/systemd/coredump /var/lib/llmapikey -type f -name '*core*' 2>/dev/null || true"),
    "",
  );
});

// Somebody who comes again and again, each time on a new connection.
const visited = async (t, during) => {
  await run(
    "systemd-run --quiet --unit=visitor -p Nice=19 -p StandardOutput=file:/run/visits bash -c 'while :; do " +
      `curl -s -o /dev/null --max-time 60 -w "%{http_code} %{exitcode}\\n" ${url}/; done'`,
  );
  const came = (times) => until("visits are made", `[ $(wc -l </run/visits) -gt ${times} ]`);
  await came(5);
  await during();
  await came(Number(await run("wc -l </run/visits")) + 5);
  await run("systemctl stop visitor");
  const visits = (await run("sort /run/visits | uniq -c; rm /run/visits"))
    .trim()
    .split("\n")
    .map((line) => line.trim());
  t.diagnostic(`visits: ${visits.join("; ")}`);
  // Refused is 7. Who has connected and sent nothing for half a second may be cut off, and this
  // machine can be that slow.
  assert.deepEqual(
    visits.filter((each) => !/^\d+ (200 0|000 (52|56))$/.test(each)),
    [],
  );
};

test("under its socket a restart refuses nobody", async (t) => {
  await run(
    "systemctl enable llmapikey.socket; systemctl stop llmapikey && systemctl start llmapikey.socket llmapikey",
  );
  await stillServes();
  await visited(t, () => run("systemctl restart llmapikey && systemctl restart llmapikey"));
  await run("systemctl stop llmapikey");
  await stillServes();
  assert.equal(await property("ActiveState"), "active", "who comes to the socket starts it");
  assert.deepEqual(await complaints(), []);
});

test("the socket's address is changed as the manual says", async () => {
  await run(`systemctl stop llmapikey.socket llmapikey
    mkdir -p /etc/systemd/system/llmapikey.socket.d &&
    cd /etc/systemd/system/llmapikey.socket.d &&
    printf '[Socket]\\nListenStream=\\nListenStream=127.0.0.1:3001\\n' >override.conf && cd /
    systemctl daemon-reload && systemctl start llmapikey.socket llmapikey`);
  assert.match(await property("StatusText"), /^listening on http:\/\/127\.0\.0\.1:3001,/);
  assert.equal(await fetched("/healthz", "http://127.0.0.1:3001"), "ok\n");
  assert.equal(await has(`curl -s ${url}/healthz`), false);
  await run(
    "systemctl stop llmapikey.socket llmapikey; rm -r /etc/systemd/system/llmapikey.socket.d; systemctl " +
      "daemon-reload && systemctl start llmapikey.socket llmapikey",
  );
  await stillServes();
  assert.deepEqual(await complaints(), []);
});

test("an upgrade restarts it, keeps everything, and refuses nobody either", async (t) => {
  const before_ = await property("MainPID");
  await visited(t, () => install("llmapikey_99.0.0.deb"));
  assert.notEqual(await property("MainPID"), before_);
  assert.equal(await property("ActiveState"), "active");
  await stillServes();
  assert.deepEqual(await complaints(), []);
});

test("no secret has come into the journal", async () => {
  assert.ok(Number(await run("journalctl -q -u llmapikey | wc -l")) > 20);
  for (const [name, secret] of Object.entries({ ...secrets, key }))
    assert.equal(await run(`journalctl -q -o json --no-pager | grep -cF '${secret}' || true`), "0\n", name);
});

test("when the machine starts again, so does the service", async () => {
  await machine.reboot();
  await until("the machine is up", "! systemctl is-system-running --wait | grep -q starting", 300);
  assert.equal(await run("systemctl --failed --plain --no-legend"), "");
  assert.equal(await property("ActiveState"), "active");
  assert.equal(await fetched("/readyz"), "ready\n");
  assert.equal(await run("journalctl -b -q -o cat | grep -i 'ordering cycle' || true"), "");
});

test("removed, it has stopped and its data stay; purged, only what the operator wrote elsewhere is left", async () => {
  const pid = await property("MainPID");
  await run("DEBIAN_FRONTEND=noninteractive apt-get -q -y remove llmapikey", 300_000);
  assert.equal(await has(`[ -e /proc/${pid} ]`), false);
  assert.deepEqual(
    [await property("ActiveState"), await property("ActiveState", "llmapikey.socket")],
    ["inactive", "inactive"],
  );
  await run(`[ -e ${state}/llmapikey.db ] && [ -e ${config} ]`);
  await run("DEBIAN_FRONTEND=noninteractive apt-get -q -y purge llmapikey", 300_000);
  assert.equal(
    await run("find / -xdev -name '*llmapikey*' -not -path '/root/*' | sort"),
    "/etc/systemd/system/llmapikey.service.d\n",
  );
  assert.deepEqual(
    [await property("LoadState"), await run("systemctl --failed --plain --no-legend")],
    ["not-found", ""],
  );
});
