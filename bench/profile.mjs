// Started by bench/profile. LLMAPIKEY_BINARY: a program with symbols names its own functions too.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { forAll } from "./support/client.mjs";
import { makeHolders, warmUp } from "./support/holders.mjs";
import { startServer, startUpstreams } from "./support/servers.mjs";

const [page = "landing", text = "1000"] = process.argv.slice(2);
const count = Number(text);
if (!["landing", "dashboard"].includes(page) || !(count > 0))
  throw new Error("bench/profile [landing|dashboard] [REQUESTS]");

const upstreams = await startUpstreams();
const launcher = [
  "valgrind",
  "-q",
  "--tool=callgrind",
  "--instr-atstart=no",
  "--callgrind-out-file=callgrind.out",
  "--compress-strings=no",
  "--compress-pos=no",
];
const server = await startServer(upstreams, {}, { core: null, launcher });
const control = (...args) => execFileSync("callgrind_control", [...args, String(server.pid)], { stdio: "ignore" });
const holders = page === "dashboard" ? await makeHolders(server, 8) : [{ cookie: "" }];
const path = page === "dashboard" ? "/dashboard" : "/";
if (page === "dashboard") await warmUp(server, holders);
const askAll = (times) =>
  forAll(
    Array.from({ length: times }, (_, i) => holders[i % holders.length]),
    1,
    (ask, { cookie }) => ask(server.url + path, { headers: cookie ? { cookie } : {} }),
  );

await askAll(20);
control("-i", "on");
await askAll(count);
control("-i", "off");
control("-d");
const file = join(
  server.folder,
  readdirSync(server.folder)
    .filter((name) => name.startsWith("callgrind.out"))
    .sort()
    .at(-1),
);
const annotate = (...args) =>
  execFileSync("callgrind_annotate", [...args, file], { encoding: "utf8", maxBuffer: 1 << 28 });
const total = Number(/([\d,]+)[^\n]*PROGRAM TOTALS/.exec(annotate("--threshold=0"))[1].replaceAll(",", ""));
// Calls of the allocators, by their callers: "calls=N" follows "cfn=(name)". What one of them calls
// itself is the same allocation.
let allocations = 0,
  callee = "",
  caller = "";
const allocators = /^cfn=.*\b(malloc|calloc|realloc|posix_memalign|aligned_alloc|memalign)(@.*|'\d+)?$/;
for (const line of readFileSync(file, "utf8").split("\n")) {
  if (line.startsWith("cfn=")) callee = line;
  else if (line.startsWith("fn=")) caller = line;
  else if (line.startsWith("calls=") && allocators.test(callee) && !caller.includes("_mid_memalign"))
    allocations += Number(/^calls=(\d+)/.exec(line)[1]);
}
console.log(
  `${page}: ${Math.round(total / count)} instructions in user space and ${(allocations / count).toFixed(2)} ` +
    `allocations a request, over ${count} requests one after another\n`,
);
for (const inclusive of ["no", "yes"]) {
  console.log(inclusive === "yes" ? "inclusive:" : "exclusive:");
  const lines = annotate(`--inclusive=${inclusive}`, "--threshold=100")
    .split("\n")
    .filter((line) => /^\s*[\d,]+ \(/.test(line) && !line.includes("PROGRAM TOTALS"));
  for (const line of lines.slice(0, Number(process.env.BENCH_LINES ?? 30))) {
    const [, cost, name] = /^\s*([\d,]+) \([^)]*\)\s+(.*)$/.exec(line);
    console.log(
      `${String(Math.round(Number(cost.replaceAll(",", "")) / count)).padStart(9)}  ` +
        name.replace(/^\?\?\?:/, "").slice(0, 160),
    );
  }
}
await server.stop();
await upstreams.stop();
