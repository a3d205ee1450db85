// Five minutes without OpenRouter (it accepts calls and never answers), under load: dashboards of
// people with keys before, during and after, memory and threads, people who want a key meanwhile,
// and how soon one is made again.
// Run after ./run --build-only: node bench/outage.mjs [SECONDS]
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { generate, signIn, startService, startUpstreams, temporaryFolder } from "../tests/e2e/support/service.mjs";

const down = Number(process.argv[2] ?? 300) * 1000,
  calm = Math.max(10_000, down / 6);
const upstreams = await startUpstreams();
const folder = temporaryFolder();
const service = await startService(upstreams, folder, { LOG_LEVEL: "info" });
const { pid } = service.process.child;
const outage = (mode) =>
  fetch(upstreams.openrouter_url.replace("/api/v1", "/sandbox/outage"), {
    method: "POST",
    body: JSON.stringify({ mode }),
  });
const resident = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) / 1024;
const threads = () => readdirSync(`/proc/${pid}/task`).length;
const holders = [];
for (let i = 0; i < 16; i += 1) {
  const session = await signIn(service, `bench-${i}`);
  await generate(service, session);
  holders.push(session);
}
let newcomers = 0;

const look = async (session) => {
  const begun = performance.now();
  const answer = await fetch(`${service.url}/dashboard`, { headers: { cookie: session } });
  await answer.text();
  if (answer.status !== 200) throw new Error(`a dashboard answered ${answer.status}`);
  return performance.now() - begun;
};
const phase = async (name, ms) => {
  const end = performance.now() + ms,
    times = [],
    asked = {};
  const viewer = async (session) => {
    while (performance.now() < end) {
      times.push(await look(session));
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const asker = async () => {
    while (performance.now() < end) {
      const answer = await generate(service, await signIn(service, `bench-new-${(newcomers += 1)}`));
      asked[answer.status] = (asked[answer.status] ?? 0) + 1;
      await new Promise((done) => setTimeout(done, 500));
    }
  };
  await Promise.all([...holders.map(viewer), asker()]);
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.floor((times.length - 1) * share)].toFixed(1);
  console.log(
    `${name}: ${times.length} dashboards, median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms; asked ` +
      `for keys ${JSON.stringify(asked)}; resident ${resident().toFixed(1)} MB, ${threads()} threads`,
  );
  return Number(at(0.99));
};

const before = await phase("before", calm);
await outage("hang");
const during = await phase("down  ", down);
await outage("off");
const back = performance.now();
while ((await generate(service, await signIn(service, `bench-new-${(newcomers += 1)}`))).status !== 200) {
  if (performance.now() - back > 60_000) throw new Error("no key within a minute");
}
console.log(`a key was made ${((performance.now() - back) / 1000).toFixed(1)} s after its return`);
await phase("after ", calm);
console.log(`p99 while down against before: ${(during / before).toFixed(2)}`);
await service.stop();
await upstreams.stop();
rmSync(folder, { recursive: true, force: true });
