// Starts the real binary, and stops what it started by process id.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(fileURLToPath(import.meta.url), "../../../..");
export const binary = process.env.LLMAPIKEY_BINARY ?? join(root, "build/release/llmapikey");
export const sessionSecret = "session-secret-of-the-tests-0123456789";
export const sealingSecret = "sealing-secret-of-the-tests-0123456789";

// Only what a test sets reaches the program, so that the tester's own environment does not matter;
// and what the sanitizers are told.
const bareEnvironment = {
  PATH: process.env.PATH,
  HOME: process.env.HOME,
  TMPDIR: tmpdir(),
  ...(process.env.TSAN_OPTIONS ? { TSAN_OPTIONS: process.env.TSAN_OPTIONS } : {}),
};

const startTimeout = 15_000;

// Runs until `ready` finds what it looks for in the output. Gives the match and ways to stop the
// process.
const start = (args, env, cwd, ready) =>
  new Promise((done, failed) => {
    const child = spawn(binary, args, { env: { ...bareEnvironment, ...env }, cwd, stdio: ["ignore", "pipe", "pipe"] });
    const process_ = {
      child,
      output: "",
      exited: new Promise((r) => child.once("exit", (code, signal) => r({ code, signal }))),
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      failed(new Error(`not ready in time: ${process_.output}`));
    }, startTimeout);
    const take = (chunk) => {
      process_.output += chunk;
      const match = ready.exec(process_.output);
      if (match) {
        clearTimeout(timer);
        process_.match = match;
        done(process_);
      }
    };
    child.stdout.on("data", take);
    child.stderr.on("data", take);
    child.once("exit", (code) => {
      clearTimeout(timer);
      failed(new Error(`ended with ${code}: ${process_.output}`));
    });
    process_.kill = async (signal = "SIGTERM") => {
      child.kill(signal);
      return process_.exited;
    };
  });

export const temporaryFolder = () => mkdtempSync(join(tmpdir(), "llmapikey-e2e-"));

// A whole sandbox, in which nothing has happened unless it is to have its history. `env` as for the
// program.
export const startSandbox = async (env = {}, { hasHistory = false } = {}) => {
  const cwd = temporaryFolder();
  const args = ["sandbox", "--json", ...(hasHistory ? [] : ["--empty"])];
  const process_ = await start(args, { LISTEN: "127.0.0.1:0", ...env }, cwd, /^\{.*\}$/m);
  const addresses = JSON.parse(process_.match[0]);
  return withAddresses(addresses, {
    process: process_,
    stop: async () => {
      await process_.kill();
      rmSync(cwd, { recursive: true, force: true });
    },
  });
};

// Only the look-alikes; start `serve` against them with startService.
export const startUpstreams = async () => {
  const cwd = temporaryFolder();
  const process_ = await start(["sandbox", "--upstreams-only", "--json"], { LISTEN: "127.0.0.1:0" }, cwd, /^\{.*\}$/m);
  // They keep nothing; an orderly end would wait for the answers that they were told to delay.
  return withAddresses(JSON.parse(process_.match[0]), {
    process: process_,
    stop: async () => {
      await process_.kill("SIGKILL");
      rmSync(cwd, { recursive: true, force: true });
    },
  });
};

export const serviceEnvironment = (upstreams, dataDir, env = {}) => ({
  LISTEN: "127.0.0.1:0",
  DATA_DIR: dataDir,
  GITHUB_OAUTH_CLIENT_ID: upstreams.github_client_id,
  GITHUB_OAUTH_CLIENT_SECRET: upstreams.github_client_secret,
  AUTH_SESSION_SECRET: sessionSecret,
  KEY_ENCRYPTION_SECRET: sealingSecret,
  OPENROUTER_MANAGEMENT_KEY: upstreams.management_key,
  GITHUB_URL: upstreams.github_url,
  GITHUB_API_URL: upstreams.github_api_url,
  OPENROUTER_URL: upstreams.openrouter_url,
  PROVISIONING_ENABLED: "true",
  RATE_LIMIT_PER_MINUTE: "0",
  DRAIN_SECONDS: "0",
  ...env,
});

export const startService = async (upstreams, dataDir, env = {}) => {
  const process_ = await start(
    ["serve"],
    serviceEnvironment(upstreams, dataDir, env),
    dataDir,
    /listening on (http:\/\/127\.0\.0\.1:\d+)/,
  );
  return withAddresses({ ...upstreams, url: process_.match[1] }, { process: process_, stop: () => process_.kill() });
};

// Runs a command to its end, and to the end of what it says ("exit" may come before the last of
// it).
export const run = (args, env = {}, cwd = tmpdir()) =>
  new Promise((done) => {
    const child = spawn(binary, args, { env: { ...bareEnvironment, ...env }, cwd, stdio: ["ignore", "pipe", "pipe"] });
    let out = "",
      err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.once("close", (code) => done({ code, out, err }));
  });

const withAddresses = (addresses, rest) => {
  const openrouterRoot = addresses.openrouter_url.replace(/\/api\/v1$/, "");
  const json = async (url, options) => (await fetch(url, options)).json();
  return {
    ...addresses,
    ...rest,
    ledger: () => json(`${openrouterRoot}/sandbox/ledger`),
    // Only what is asked for: live, name_prefix, fields.
    ledgerOf: (query) => json(`${openrouterRoot}/sandbox/ledger?${new URLSearchParams(query)}`),
    outage: (mode) => json(`${openrouterRoot}/sandbox/outage`, { method: "POST", body: JSON.stringify({ mode }) }),
    setClock: (skew_seconds) =>
      json(`${openrouterRoot}/sandbox/clock`, { method: "POST", body: JSON.stringify({ skew_seconds }) }),
    seedKeys: (wish) => json(`${openrouterRoot}/sandbox/seed`, { method: "POST", body: JSON.stringify(wish) }),
    spend: (hash, usd, rest = {}) =>
      json(`${openrouterRoot}/sandbox/spend`, { method: "POST", body: JSON.stringify({ hash, usd, ...rest }) }),
    githubLedger: () => json(`${addresses.github_url}/sandbox/ledger`),
    openrouterFault: (fault) =>
      json(`${openrouterRoot}/sandbox/faults`, { method: "POST", body: JSON.stringify(fault) }),
    githubFault: (fault) =>
      json(`${addresses.github_url}/sandbox/faults`, { method: "POST", body: JSON.stringify(fault) }),
    faultsWaiting: async () => (await json(`${openrouterRoot}/sandbox/faults`)).waiting,
    clearFaults: async () => {
      await json(`${openrouterRoot}/sandbox/faults`, { method: "DELETE" });
      await json(`${addresses.github_url}/sandbox/faults`, { method: "DELETE" });
    },
  };
};

// Every Set-Cookie of an answer. Debian 12's Node.js joins them with commas; a date has a comma,
// too, but no "name=" behind it.
export const setCookiesOf = (response) =>
  response.headers.getSetCookie?.() ??
  (response.headers.get("set-cookie") ?? "").split(/,\s*(?=[\w-]+=)/).filter(Boolean);
export const cookiesOf = (response) => setCookiesOf(response).map((cookie) => cookie.split(";")[0]);

// Signs in as a persona the way a browser does, without one. Gives the session cookie. Told that
// GitHub did not answer in time (a second, in some tests), it tries again, as a person would.
export const signIn = async (service, login, tries = 3) => {
  const begun = await fetch(`${service.url}/auth/login`, { redirect: "manual" });
  const authorize = `${begun.headers.get("location")}&login=${login}&sandbox_auto=1`;
  const decided = await fetch(authorize, { redirect: "manual" });
  const finished = await fetch(decided.headers.get("location"), {
    redirect: "manual",
    headers: { cookie: cookiesOf(begun).join("; ") },
  });
  const session = cookiesOf(finished).find((cookie) => cookie.startsWith("llmapikey_session="));
  if (!session && finished.status === 502 && tries > 1) {
    await new Promise((done) => setTimeout(done, 1000));
    return signIn(service, login, tries - 1);
  }
  if (!session) throw new Error(`sign-in failed with ${finished.status}: ${await finished.text()}`);
  return session;
};

// Presses the button as a program.
export const generate = (service, session, headers = {}) =>
  fetch(`${service.url}/dashboard/key`, {
    method: "POST",
    redirect: "manual",
    headers: { cookie: session, accept: "application/json", origin: service.url, ...headers },
  });

// Gives somebody a key that has spent so much today.
export const giveKey = async (service, login, usd = 0) => {
  const session = await signIn(service, login);
  const { key } = await (await generate(service, session)).json();
  const { keys } = await service.ledgerOf({ live: true, fields: "hash,hint" });
  if (usd > 0) await service.spend(keys.find(({ hint }) => hint === key.slice(-4)).hash, usd);
  return { session, key };
};

// Waits for a condition, with a limit. The pause is for whoever is to bring it about: a long one
// where asking is work, such as a page that is loaded anew.
export const until = async (what, condition, timeout = 20_000, pause = 10) => {
  const end = Date.now() + timeout;
  while (Date.now() < end) {
    const value = await condition();
    if (value) return value;
    await new Promise((r) => setTimeout(r, pause));
  }
  throw new Error(`did not come about in time: ${what}`);
};
