// What the database can do to us while keys are made and replaced: restarted, locked, read-only,
// full. Nothing is lost, and in the end everybody has exactly one working key.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, afterEach, before, beforeEach, test } from "node:test";
import { startPostgres } from "../e2e/support/postgres.mjs";
import { binary, generate, serviceEnvironment, startUpstreams, until } from "../e2e/support/service.mjs";
import { everybodyEndsWithOneKey, makeGround, nothingIsOpen, post, signInAs } from "./support/ground.mjs";

// Each database has look-alikes of its own: what another one has made is none of its keys, and
// stays.
let upstreams, postgres;
before(async () => {
  postgres = await startPostgres();
});
after(async () => {
  await postgres?.stop();
});
beforeEach(async () => {
  upstreams = await startUpstreams();
});
afterEach(async () => {
  await upstreams.stop();
});

let people = 0;
const crowd = async (service, count) => {
  const everybody = [];
  for (let i = 0; i < count; i += 1) everybody.push(await signInAs(service, `base-${process.pid}-${(people += 1)}`));
  return everybody;
};

// Half of them have a key already and replace it, half want their first, while `disturb` does its
// work in between.
const underWay = async (service, everybody, disturb) => {
  const [holders, newcomers] = [everybody.filter((_, i) => i % 2 === 0), everybody.filter((_, i) => i % 2 === 1)];
  for (const person of holders) assert.equal((await generate(service, person.session)).status, 200);
  await upstreams.openrouterFault({ method: "POST", path: "/keys", delay_ms: 300, times: everybody.length });
  const asked = [
    ...newcomers.map((person) => generate(service, person.session)),
    ...holders.map((person) => post(service, person.session, "/dashboard/key/rotate")),
  ];
  await disturb();
  for (const answer of await Promise.all(asked))
    assert.ok(answer.status < 600 && answer.status !== 500, `answered ${answer.status}`);
  await upstreams.clearFaults();
};

const disturbances = {
  "restarted twice": async () => {
    await postgres.server.restart();
    await postgres.server.restart();
  },
  "locked for two seconds": async ({ sql }) => {
    sql("BEGIN; LOCK TABLE llmapikey.api_keys IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(2); COMMIT;");
  },
  "read-only for a while": async ({ name, sql }) => {
    sql(
      `ALTER DATABASE ${name} SET default_transaction_read_only = on; SELECT pg_terminate_backend(pid) FROM ` +
        `pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid();`,
    );
    sql("SELECT pg_sleep(1.5);");
    sql(
      `SET default_transaction_read_only = off; ALTER DATABASE ${name} RESET default_transaction_read_only; ` +
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> ` +
        "pg_backend_pid();",
    );
  },
};
for (const [what, disturb] of Object.entries(disturbances)) {
  test(`PostgreSQL ${what} while keys are made and replaced`, async () => {
    const database = postgres.database();
    const ground = makeGround(upstreams, { POSTGRES_URL: database.pooled });
    try {
      const service = await ground.start();
      const everybody = await crowd(service, 8);
      await underWay(service, everybody, () => disturb(database));
      await everybodyEndsWithOneKey(upstreams, service, everybody);
      await nothingIsOpen(ground);
    } finally {
      await ground.stop();
    }
  });
}

test("SQLite locked by another process while keys are made and replaced", async () => {
  const ground = makeGround(upstreams);
  try {
    const service = await ground.start();
    const everybody = await crowd(service, 8);
    await underWay(service, everybody, async () => {
      const sqlite = spawn("sqlite3", ["-batch", `${ground.folder}/llmapikey.db`], {
        stdio: ["pipe", "ignore", "ignore"],
      });
      sqlite.stdin.end("BEGIN IMMEDIATE;\n.system sleep 7\nROLLBACK;\n");
      await new Promise((done) => sqlite.once("exit", done));
    });
    await everybodyEndsWithOneKey(upstreams, service, everybody);
    await nothingIsOpen(ground);
  } finally {
    await ground.stop();
  }
});

test("SQLite on a full disk: a clear error, nothing lost, and all is well when there is room again", async () => {
  const ground = makeGround(upstreams);
  try {
    const calm = await ground.start();
    const everybody = await crowd(calm, 4);
    const held = await (await generate(calm, everybody[0].session)).json();
    await calm.stop();
    const env = { PATH: process.env.PATH, ...serviceEnvironment(upstreams, ground.folder), ...ground.env };
    const child = spawn("bash", ["-c", `trap '' XFSZ; exec ${binary} serve`], {
      env,
      cwd: ground.folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const exited = new Promise((done) => child.once("exit", done));
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      output += chunk;
    });
    ground.services.push({
      process: {
        kill: async () => {
          child.kill("SIGKILL");
          await exited;
        },
      },
    });
    const url = await until(
      "it listens",
      () => /listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(output)?.[1] ?? (child.exitCode !== null && "ended"),
    );
    assert.notEqual(url, "ended", output);
    const full = { ...upstreams, url };
    // No file may grow any more, as on a disk that is full.
    const limit = (bytes) =>
      new Promise((done) => spawn("prlimit", [`--pid=${child.pid}`, `--fsize=${bytes}:unlimited`]).once("exit", done));
    assert.equal(await limit(0), 0);
    assert.equal((await (await generate(full, everybody[0].session)).json()).key, held.key, "what is there is shown");
    const refused = await generate(full, everybody[1].session);
    assert.equal(refused.status, 503);
    assert.equal((await refused.json()).status, "error");
    await until("the log says why", () => /disk|full|I\/O/i.test(output));
    const ready = await fetch(`${url}/readyz`);
    assert.equal(ready.status, 503);
    assert.match(await ready.text(), /cannot be written/);
    assert.match(
      await (await fetch(`${url}/metrics`)).text(),
      /llmapikey_database_errors_total\{kind="disk_(full|error)"\} [1-9]/,
    );
    assert.equal(await limit("unlimited"), 0);
    await until("it is ready again", async () => (await fetch(`${url}/readyz`)).status === 200);
    await everybodyEndsWithOneKey(upstreams, full, everybody);
    await nothingIsOpen(ground);
  } finally {
    await ground.stop();
  }
});
