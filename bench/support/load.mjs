// wrk and pgbench on the load's core.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { capture, watchCores } from "./processes.mjs";
import { benchFolder } from "./settings.mjs";

const script = join(benchFolder, "wrk/requests.lua");

const withFile = async (text, work) => {
  const folder = mkdtempSync(join(tmpdir(), "llmapikey-bench-"));
  const file = join(folder, "input");
  writeFileSync(file, text);
  try {
    return await work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const milliseconds = (text) => {
  const [, number, unit] = /^([\d.]+)(us|ms|s|m)$/.exec(text);
  return Number(number) * { us: 0.001, ms: 1, s: 1000, m: 60_000 }[unit];
};

// One thread of wrk for `seconds`. `headers`: the same with each request. `lines`: see
// requests.lua; `once`: each only once. An answer that is no success ends it all: its rate would
// mean something else.
export const wrk = ({ url, connections, seconds, headers = {}, lines = null, once = false }) => {
  const run = async (extra, last) => {
    const args = [
      "-t1",
      `-c${connections}`,
      `-d${seconds}s`,
      "--latency",
      ...Object.entries(headers).flatMap(([name, value]) => ["-H", `${name}: ${value}`]),
      ...extra,
      url,
      ...last,
    ];
    const out = await capture("wrk", args);
    const trouble = /(Non-2xx or 3xx responses: \d+|Socket errors: (?!connect 0, read 0, write 0, timeout 0).*)/.exec(
      out,
    )?.[1];
    if (trouble) throw new Error(`wrk ${url}: ${trouble}`);
    const [, took] = /requests in ([\d.]+\w+),/.exec(out);
    return {
      perSecond: Number(/Requests\/sec:\s+([\d.]+)/.exec(out)[1]),
      median: milliseconds(/^\s+50%\s+(\S+)/m.exec(out)[1]),
      p99: milliseconds(/^\s+99%\s+(\S+)/m.exec(out)[1]),
      took: milliseconds(took) / 1000,
    };
  };
  return watchCores(() =>
    lines === null
      ? run([], [])
      : withFile(`${lines.join("\n")}\n`, (file) => run(["-s", script], ["--", file, once ? "once" : "cycle"])),
  );
};

export const requestLine = ({ method = "GET", path, cookie = "", origin = "" }) =>
  [method, path, cookie, origin].join("\t");

export const pgbench = ({ url, sql, connections, seconds, mode, variables = {} }) =>
  watchCores(() =>
    withFile(sql, async (file) => {
      const out = await capture("pgbench", [
        "-n",
        "-M",
        mode,
        "-c",
        String(connections),
        "-j",
        "1",
        "-T",
        String(seconds),
        ...Object.entries(variables).flatMap(([name, value]) => ["-D", `${name}=${value}`]),
        "-f",
        file,
        url,
      ]);
      if (!/number of failed transactions: 0 /.test(out)) throw new Error(`pgbench: ${out}`);
      return {
        perSecond: Number(/tps = ([\d.]+)/.exec(out)[1]),
        median: Number(/latency average = ([\d.]+) ms/.exec(out)[1]),
      };
    }),
  );
