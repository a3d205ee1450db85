// How much memory the reconciler takes for very many keys upstream: 1,000 and then 100,000 in the
// simulated OpenRouter, one service, its resident memory before and after it has compared them all.
// Run after ./run --build-only: node bench/reconcile.mjs [KEYS]
import { readFileSync, rmSync } from "node:fs";
import { startService, startUpstreams, temporaryFolder, until } from "../tests/e2e/support/service.mjs";

const many = Number(process.argv[2] ?? 100_000);
const upstreams = await startUpstreams();
const folder = temporaryFolder();
const service = await startService(upstreams, folder, {
  RECONCILE_SECONDS: "5",
  SPENDING_POLL_SECONDS: "0",
  LOG_LEVEL: "info",
});
const status = (name) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${service.process.child.pid}/status`, "utf8"))[1]) /
  1024;
const runs = async () =>
  Number(
    /llmapikey_reconciliations_total\{outcome="ok"\} (\d+)/.exec(
      await (await fetch(`${service.url}/metrics`)).text(),
    )?.[1] ?? 0,
  );
const seed = (count) =>
  fetch(upstreams.openrouter_url.replace("/api/v1", "/sandbox/seed"), {
    method: "POST",
    body: JSON.stringify({ count, name: "somebody's {}", created_seconds_ago: 86_400 }),
  });
const compared = async () => {
  const before = await runs();
  await until("two more comparisons", async () => (await runs()) >= before + 2, 300_000);
};

await seed(1000);
await compared();
const small = { resident: status("VmRSS"), peak: status("VmHWM") };
const begun = performance.now();
await seed(many - 1000);
await compared();
const large = { resident: status("VmRSS"), peak: status("VmHWM") };
console.log(`1,000 keys: resident ${small.resident.toFixed(1)} MB, peak ${small.peak.toFixed(1)} MB`);
console.log(
  `${many.toLocaleString("en")} keys: resident ${large.resident.toFixed(1)} MB, peak ${large.peak.toFixed(1)} ` +
    `MB; two comparisons within ${((performance.now() - begun) / 1000).toFixed(1)} s`,
);
console.log(`growth of the peak: ${(large.peak - small.peak).toFixed(1)} MB`);
await service.stop();
await upstreams.stop();
rmSync(folder, { recursive: true, force: true });
