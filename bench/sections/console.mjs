// What the console's list, search and deep pages cost with many keys against a thousand: all sizes
// served side by side, asked in turn through the JSON API. Also the peak memory of exporting all
// keys, and the plans of the statements.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { binary, run, serviceEnvironment, signIn } from "../../tests/e2e/support/service.mjs";
import { withClient } from "../support/client.mjs";
import { median, ratioOf, whole } from "../support/figures.mjs";
import { writePlans } from "../support/plans.mjs";
import { seedPostgres, seedSqlite } from "../support/seeds.mjs";
import { startPinnedPostgres, startServer, startUpstreams, temporaryFolder } from "../support/servers.mjs";
import { rounds, rows } from "../support/settings.mjs";

const sizes = [1_000, Math.max(1_000, Math.round(rows / 10)), rows];
const requestsPerRound = 30;

const casesOf = (deep, hints) => [
  ["first page", "/api/v1/keys?limit=50"],
  ["deep page", (service) => `/api/v1/keys?limit=50&cursor=${deep.get(service)}`],
  ["expires soonest", "/api/v1/keys?limit=50&sort=expiry"],
  ["spent most", "/api/v1/keys?limit=50&sort=spent"],
  ["never used", "/api/v1/keys?limit=50&unused=1"],
  ["account id", (service, i) => `/api/v1/keys?limit=50&q=${5000000 + i}`],
  ["hint (as many more fit)", (service) => `/api/v1/keys?limit=50&q=${hints.get(service)}`],
  ["login, rare part", (service, i) => `/api/v1/keys?limit=50&q=${(i * 7919) % 1000003}`.replace(/q=0$/, "q=-0")],
  ["login, common part", "/api/v1/keys?limit=50&q=margaret-"],
  ["login, absent part", "/api/v1/keys?limit=50&q=nobody-here"],
  ["overview", "/api/v1/overview"],
  ["console page", "/admin"],
];

const pathFor = (path, service, i) => (typeof path === "function" ? path(service, i) : path);

// Medians of each round, for each size.
const timesOf = (services, cookie, path) =>
  withClient(1, async (ask) => {
    const perRound = services.map(() => []);
    for (let round = -1; round < rounds; round += 1) {
      const times = services.map(() => []);
      for (let i = 0; i < requestsPerRound; i += 1) {
        for (const [k, service] of services.entries()) {
          const begin = performance.now();
          const answer = await ask(service.url + pathFor(path, service, Math.max(round, 0) * requestsPerRound + i), {
            headers: { cookie },
          });
          times[k].push(performance.now() - begin);
          if (answer.status !== 200) throw new Error(`${pathFor(path, service, i)}: ${answer.status}`);
        }
      }
      if (round >= 0) for (const [k, each] of times.entries()) perRound[k].push(median(each));
    }
    return perRound;
  });

const exportAll = (env) =>
  new Promise((done) => {
    const child = spawn(binary, ["keys", "export"], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ["ignore", "pipe", "inherit"],
    });
    let bytes = 0,
      peak = 0;
    const look = () => {
      try {
        peak = Math.max(
          peak,
          Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, "utf8"))?.[1] ?? 0),
        );
      } catch {
        /* it has ended */
      }
    };
    child.stdout.on("data", (chunk) => {
      bytes += chunk.length;
      look();
    });
    child.once("close", (code) => done({ code, kilobytes: peak, bytes }));
  });

const measureStore = async (store, upstreams, postgres) => {
  const servers = [];
  for (const size of sizes) {
    const folder = temporaryFolder(),
      database = store === "PostgreSQL" ? postgres.database() : null;
    const env = { ADMIN_GITHUB_USER_IDS: "1003", ...(database ? { POSTGRES_URL: database.url } : {}) };
    await run(["migrate", "up"], serviceEnvironment(upstreams, folder, env));
    if (database) seedPostgres(database, size);
    else seedSqlite(join(folder, "llmapikey.db"), size);
    servers.push({ service: await startServer(upstreams, env, { folder }), folder, database, env });
    console.error(`  ${store}: ${whole(size)} keys are there`);
  }
  const services = servers.map(({ service }) => service);
  const cookie = await signIn({ ...upstreams, url: services[0].url }, "linus-organizer");
  const deep = new Map(),
    hints = new Map();
  for (const service of services) {
    const json = async (path) => (await fetch(service.url + path, { headers: { cookie } })).json();
    // Half way down, by a date there and one page on.
    hints.set(service, (await json("/api/v1/keys?limit=50")).keys[7].hint);
    let cursor = (await json("/api/v1/keys?limit=500")).next_cursor;
    const [, micros] = /^n(\d+)/.exec(cursor);
    if (service !== services[0])
      cursor = cursor.replace(micros, String(Math.floor((Number(micros) + 1790000000e6) / 2)));
    deep.set(service, cursor);
  }
  const cases = casesOf(deep, hints),
    table = [];
  for (const [name, path] of cases) {
    const times = await timesOf(services, cookie, path);
    table.push([
      name,
      ...times.map((each) => median(each).toFixed(2)),
      ...times.slice(1).map((each) => ratioOf(each, times[0])),
    ]);
  }
  const largest = servers.at(-1);
  await writePlans(store, largest, postgres, async () => {
    for (const [name, path] of cases.slice(0, 10)) {
      const answer = await fetch(largest.service.url + pathFor(path, largest.service, 1), { headers: { cookie } });
      if (answer.status !== 200) throw new Error(`${name}: ${answer.status}`);
      await answer.arrayBuffer();
    }
  });
  const exported = await exportAll(serviceEnvironment(upstreams, largest.folder, largest.env));
  if (exported.code !== 0) throw new Error(`keys export ended with ${exported.code}`);
  await Promise.all(services.map((each) => each.stop()));
  return {
    table: {
      title: store,
      columns: [
        "ms",
        ...sizes.map(whole),
        ...sizes.slice(1).map((size) => `${whole(size)} against ${whole(sizes[0])}`),
      ],
      rows: table,
    },
    exported: [store, (exported.bytes / 1e6).toFixed(0), (exported.kilobytes / 1024).toFixed(1)],
  };
};

export const measure = async () => {
  const upstreams = await startUpstreams();
  const postgres = await startPinnedPostgres();
  const results = [];
  for (const store of ["SQLite", "PostgreSQL"]) results.push(await measureStore(store, upstreams, postgres));
  await postgres.stop();
  await upstreams.stop();
  return {
    about:
      `Pages of the console's JSON API, one request at a time; medians of ${requestsPerRound} requests in each ` +
      "round. The plans of the statements are in plans.md.",
    commands: [`BENCH_ROWS=${rows} bench/run console`],
    tables: [
      ...results.map(({ table }) => table),
      {
        title: `Export of ${whole(rows)} keys`,
        columns: ["database", "MB written", "MB resident at most"],
        rows: results.map(({ exported }) => exported),
      },
    ],
  };
};
