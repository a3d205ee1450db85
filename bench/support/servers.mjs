// The service, PostgreSQL and nginx on the servers' core; the look-alikes stay on the load's.
import { chmodSync, closeSync, openSync, rmSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { freePort, startPostgres } from "../../tests/e2e/support/postgres.mjs";
import { binary, serviceEnvironment, startUpstreams, temporaryFolder } from "../../tests/e2e/support/service.mjs";
import { moveTo, serverCore, spawnOn, stopProcess, until } from "./processes.mjs";
import { fsync } from "./settings.mjs";

export { startUpstreams, temporaryFolder };

// Jobs that run by the clock would meet one round and spare another. All the load comes from one
// address.
const quiet = {
  LOG_LEVEL: "warn",
  MAX_TOTAL_KEYS: "0",
  RECONCILE_SECONDS: "0",
  SPENDING_POLL_SECONDS: "0",
  MAX_CONNECTIONS_PER_CLIENT: "0",
};

const isAnswered = (url) =>
  new Promise((done) => {
    const call = request(url, { agent: false }, (answer) => {
      answer.resume();
      answer.once("end", () => done(answer.statusCode === 200));
    });
    call.once("error", () => done(false));
    call.end();
  });

// One that runs and can be stopped for as long as somebody else is measured.
class Running {
  constructor(child, url, folder) {
    Object.assign(this, { child, url, folder, pid: child.pid });
  }
  hold() {
    this.child.kill("SIGSTOP");
  }
  go() {
    this.child.kill("SIGCONT");
  }
  async stop() {
    await stopProcess(this.child);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const ready = async (running, path) => {
  await until(
    `${running.url} answers`,
    () => {
      if (running.child.exitCode !== null) throw new Error(`a server ended with ${running.child.exitCode}`);
      return isAnswered(running.url + path);
    },
    15_000,
  );
  return running;
};

// Standard error goes to `log`, a file in its folder, as it would in production.
export const startServer = async (
  upstreams,
  env = {},
  { folder = temporaryFolder(), core = serverCore, launcher = [] } = {},
) => {
  const port = await freePort(),
    log = openSync(join(folder, "log"), "a");
  const all = {
    PATH: process.env.PATH,
    ...serviceEnvironment(upstreams, folder, { ...quiet, ...env, LISTEN: `127.0.0.1:${port}` }),
  };
  const [command, ...args] = [...launcher, binary, "serve"];
  const child =
    core === null
      ? spawnOn("0,1", command, args, { env: all, cwd: folder, stdio: ["ignore", "ignore", log] })
      : spawnOn(core, command, args, { env: all, cwd: folder, stdio: ["ignore", "ignore", log] });
  closeSync(log);
  return ready(new Running(child, `http://127.0.0.1:${port}`, folder), "/healthz");
};

export const startPinnedPostgres = async () => {
  const postgres = await startPostgres({ shared_buffers: "128MB", fsync });
  moveTo(serverCore, postgres.server.daemon.child.pid);
  return postgres;
};

// `path` is one that answers 200.
export const startNginx = async (folder, configurationFile, url, path) => {
  chmodSync(folder, 0o755);
  const child = spawnOn(serverCore, "nginx", ["-c", configurationFile, "-p", folder], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const running = new Running(child, url, folder);
  return ready(running, path);
};

export { freePort };
