// Whether settling and reconciling come to an end while keys are made all the time: KEYS keys of
// others in the simulated OpenRouter, each page of whose list takes as long as over the Internet,
// and so many new keys a second through the service. Meanwhile two create calls are in doubt, a key
// disappears upstream, and one of an attempt that was given up appears late. Fails unless each is
// found and everybody holds exactly one key.
// Run after ./run --build-only: node bench/churn.mjs [KEYS [MINTS_PER_SECOND]]
// CHURN_PAGE_MS=150   how long the look-alike takes for a page of its list
import { rmSync } from "node:fs";
import { startService, startUpstreams, temporaryFolder, until } from "../tests/e2e/support/service.mjs";
import { orderly, seconds } from "./crowd.mjs";
import { counter, makeClient } from "./support/client.mjs";
import { pause } from "./support/processes.mjs";
import { sessionsFrom } from "./support/sessions.mjs";

const many = Number(process.argv[2] ?? 3000),
  rate = Number(process.argv[3] ?? 5),
  pageTakes = Number(process.env.CHURN_PAGE_MS ?? 150);
if (!(Number.isInteger(many) && many >= 0 && rate > 0 && pageTakes >= 0))
  throw new Error("node bench/churn.mjs [KEYS [MINTS_PER_SECOND]]");
const patience = 25 * 60_000,
  healing = 60_000;
const env = {
  MAX_TOTAL_KEYS: "0",
  RECONCILE_SECONDS: "5",
  SPENDING_POLL_SECONDS: "0",
  UPSTREAM_TIMEOUT_SECONDS: "5",
  LOG_LEVEL: "info",
};

await orderly(async (atEnd) => {
  const upstreams = await startUpstreams(),
    folder = temporaryFolder();
  atEnd(async () => {
    await upstreams.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const service = await startService(upstreams, folder, env);
  atEnd(service.stop);
  const client = makeClient({ sockets: 16 });
  atEnd(client.end);

  const crowd = sessionsFrom(30_000_000, 100_000);
  let came = 0;
  const press = ({ cookie }) =>
    client.ask(`${service.url}/dashboard/key`, {
      method: "POST",
      headers: { cookie, accept: "application/json", origin: service.url },
    });
  const next = async () => {
    const person = crowd[came++];
    await press(person);
    return person;
  };
  const keysOf = async ({ id }, isLive) =>
    (
      await upstreams.ledgerOf({
        ...(isLive ? { live: "true" } : {}),
        name_prefix: `llmapikey/gh-${id}/`,
        fields: "hash,name",
      })
    ).keys;
  const pagesRead = async () =>
    (await upstreams.ledgerOf({ live: "true", name_prefix: "nobody's" })).calls["GET /keys"] ?? 0;
  const compared = () => counter(service, "llmapikey_reconciliations_total", 'outcome="ok"');
  const failed = () => counter(service, "llmapikey_reconciliations_total", 'outcome="failed"');
  const found = (kind) => counter(service, "llmapikey_reconcile_findings_total", `kind="${kind}"`);
  const measure = async (what, condition) => {
    const begun = performance.now(),
      before = await pagesRead();
    await until(what, condition, patience);
    console.log(`${what}: ${seconds(performance.now() - begun)} s, ${(await pagesRead()) - before} pages`);
  };

  // All younger than the attempts, within what two clocks may differ by: nothing ends a search
  // before the list does.
  await upstreams.seedKeys({ count: many, name: "somebody's {}" });
  const gone = await next();
  await upstreams.openrouterFault({ method: "POST", path: "/keys", drop: "after" });
  const answerLost = await next();
  await upstreams.openrouterFault({ method: "POST", path: "/keys", drop: "before" });
  const callLost = await next();
  await upstreams.openrouterFault({ method: "GET", path: "/keys", delay_ms: pageTakes, times: 1_000_000_000 });

  let isOver = false;
  const churn = (async () => {
    const begun = performance.now(),
      first = came,
      waiting = new Set();
    for (let i = 1; !isOver; i += 1) {
      const one = next().finally(() => waiting.delete(one));
      waiting.add(one);
      await pause(Math.max(0, begun + (i * 1000) / rate - performance.now()));
    }
    await Promise.all(waiting);
    return (came - first) / ((performance.now() - begun) / 1000);
  })();

  await measure(
    "settled what was made in doubt",
    async () => (await keysOf(answerLost, true)).length === 1 && (await keysOf(answerLost)).length === 2,
  );
  await measure("settled what was never made", async () => (await keysOf(callLost, true)).length === 1);

  const [{ hash }] = await keysOf(gone, true);
  await fetch(`${upstreams.openrouter_url}/keys/${hash}`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${upstreams.management_key}` },
  });
  const live = (await keysOf(answerLost, true))[0].name,
    late = (await keysOf(answerLost)).find(({ name }) => name !== live).name;
  await upstreams.seedKeys({ names: [late] });
  await measure(
    "ended what appeared late, and missed what disappeared",
    async () => (await keysOf(answerLost, true)).length === 1 && (await found("missing")) >= 1,
  );
  // The service pauses four times as long as it compares.
  console.log(`${await compared()} comparisons came to their end, ${await failed()} did not`);
  if ((await failed()) > 0) throw new Error("a comparison did not come to its end");

  isOver = true;
  console.log(`${(await churn).toFixed(1)} mints a second`);
  const perPerson = async () => {
    const counts = new Map(crowd.slice(0, came).map(({ id }) => [String(id), 0]));
    for (const { name } of (await upstreams.ledgerOf({ live: "true", name_prefix: "llmapikey/gh-", fields: "name" }))
      .keys) {
      const account = name.split(/[-/]/)[2];
      counts.set(account, (counts.get(account) ?? 0) + 1);
    }
    counts.delete(String(gone.id));
    return [...counts.values()];
  };
  await until("everybody has a key", async () => (await perPerson()).every((count) => count >= 1), healing);
  if (!(await perPerson()).every((count) => count === 1)) throw new Error("somebody holds two keys");
  console.log(
    `${(came - 1).toLocaleString("en")} people hold exactly one key each, among ${many.toLocaleString("en")} of others`,
  );
});
