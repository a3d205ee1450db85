// Memory, start-up and sizes, on SQLite.
import { execFileSync, spawn } from "node:child_process";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, serviceEnvironment } from "../../tests/e2e/support/service.mjs";
import { askOnce } from "../support/client.mjs";
import { median, megabytes, whole } from "../support/figures.mjs";
import { makeHolders, warmUp } from "../support/holders.mjs";
import { requestLine, wrk } from "../support/load.mjs";
import { capture, memoryOf, pause, until } from "../support/processes.mjs";
import { freePort, startServer, startUpstreams, temporaryFolder } from "../support/servers.mjs";
import { benchFolder, rounds, seconds } from "../support/settings.mjs";

const idleConnections = 10_000;
const starts = 20;
const people = 1000;

const resetPeak = (pid) => writeFileSync(`/proc/${pid}/clear_refs`, "5");
const row = (name, { resident, peak, proportional }, showsPeak = false) => [
  name,
  megabytes(resident),
  megabytes(proportional),
  showsPeak ? megabytes(peak) : "",
];

// By a process of its own, as its sockets need descriptors, too; a service of its own, as memory is
// seldom given back.
const withConnections = async (upstreams) => {
  const service = await startServer(upstreams);
  await askOnce(`${service.url}/`);
  await pause(500);
  const before = memoryOf(service.pid);
  const client = spawn(
    "sh",
    [
      "-c",
      'ulimit -n "$(ulimit -Hn)"; exec "$0" "$@"',
      process.execPath,
      join(benchFolder, "clients/idle_connections.mjs"),
      new URL(service.url).port,
      String(idleConnections),
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  let out = "";
  client.stdout.on("data", (chunk) => {
    out += chunk;
  });
  await until("all connections are open", () => {
    if (client.exitCode !== null) throw new Error("the client of many connections has ended");
    return out.includes("open ");
  });
  if (!out.includes(`open ${idleConnections}`)) throw new Error(`not all connections stay: ${out}`);
  const after = memoryOf(service.pid);
  const ended = new Promise((done) => client.once("exit", done));
  client.stdin.end();
  await ended;
  await service.stop();
  return { before, after, bytes: ((after.resident - before.resident) * 1024) / idleConnections };
};

const underLoad = async (upstreams, prepare) => {
  const service = await startServer(upstreams);
  const lines = await prepare(service);
  resetPeak(service.pid);
  await wrk({ url: `${service.url}/`, connections: 64, seconds: rounds * seconds, lines });
  const memory = memoryOf(service.pid);
  await service.stop();
  return memory;
};

// On both cores, as nobody pins a service in production; nothing else runs.
const startUp = async (upstreams, isNew) => {
  const folder = temporaryFolder(),
    times = [];
  for (let i = 0; i < starts + 1; i += 1) {
    if (isNew) rmSync(join(folder, "data"), { recursive: true, force: true });
    const port = await freePort();
    const env = {
      PATH: process.env.PATH,
      ...serviceEnvironment(upstreams, join(folder, "data"), { LISTEN: `127.0.0.1:${port}`, LOG_LEVEL: "warn" }),
    };
    const out = execFileSync(
      "taskset",
      ["-c", "0,1", process.execPath, join(benchFolder, "clients/start_up.mjs"), String(port), binary, "serve"],
      { env, cwd: folder },
    );
    if (i > 0) times.push(Number(out));
  }
  rmSync(folder, { recursive: true, force: true });
  return [
    isNew ? "new database" : "existing database",
    median(times).toFixed(1),
    Math.min(...times).toFixed(1),
    Math.max(...times).toFixed(1),
  ];
};

const sizesOf = async (upstreams) => {
  const service = await startServer(upstreams);
  const [holder] = await makeHolders(service, 1);
  const rows = [];
  for (const path of ["/", "/docs", "/dashboard"]) {
    const cookie = path === "/dashboard" ? holder.cookie : "";
    const answers = await Promise.all(
      ["identity", "gzip", "br"].map((coding) =>
        askOnce(service.url + path, { headers: { "accept-encoding": coding, cookie } }),
      ),
    );
    rows.push([
      path,
      ...answers.map((answer, i) =>
        i > 0 && !answer.headers["content-encoding"] ? "not compressed" : whole(answer.body.length),
      ),
    ]);
  }
  await service.stop();
  return rows;
};

export const measure = async () => {
  const upstreams = await startUpstreams();
  const idle = await startServer(upstreams);
  await pause(2000);
  const alone = memoryOf(idle.pid);
  await idle.stop();
  const many = await withConnections(upstreams);
  const landing = await underLoad(upstreams, () => null);
  const dashboard = await underLoad(upstreams, async (service) => {
    const holders = await makeHolders(service, people);
    await warmUp(service, holders);
    return holders.map(({ cookie }) => requestLine({ path: "/dashboard", cookie }));
  });
  const times = [await startUp(upstreams, true), await startUp(upstreams, false)];
  const sizes = await sizesOf(upstreams);
  await upstreams.stop();
  const libraries = (await capture("ldd", [binary])).trim().split("\n").length;
  return {
    about:
      "On SQLite. Resident: VmRSS; proportional: Pss, in which pages of libraries that other processes map, too, " +
      "count in part. Each idle connection has had one answer; what the kernel holds for sockets is not in it. " +
      `Start-up: from exec to the first answer of \`GET /healthz\`, ${starts} times.`,
    commands: [
      `node bench/clients/idle_connections.mjs <port> ${idleConnections}`,
      `wrk -t1 -c64 -d${rounds * seconds}s ...   # VmHWM since its beginning`,
      "node bench/clients/start_up.mjs <port> build/release/llmapikey serve",
    ],
    tables: [
      {
        title: `Memory, MB; an idle connection takes ${whole(many.bytes)} bytes`,
        columns: ["", "resident", "proportional", "peak"],
        rows: [
          row("idle", alone),
          row("after one request", many.before),
          row(`${whole(idleConnections)} idle connections`, many.after),
          row("after load on the landing page", landing, true),
          row("after load on dashboards", dashboard, true),
        ],
      },
      { title: "Start-up, ms", columns: ["", "median", "least", "most"], rows: times },
      { title: "Sizes of pages, bytes", columns: ["page", "identity", "gzip", "br"], rows: sizes },
      {
        title: "The program",
        columns: ["", "bytes"],
        rows: [
          ["file, stripped as built", whole(statSync(binary).size)],
          ["shared libraries it loads (number)", libraries],
        ],
      },
    ],
  };
};
