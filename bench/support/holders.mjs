// People with keys, made by the service itself against the look-alike, and their dashboards.
import { counter, forAll } from "./client.mjs";
import { pause, until } from "./processes.mjs";
import { sessionsFrom } from "./sessions.mjs";
import { mintsAtOnce } from "./settings.mjs";

export const firstHolder = 2_000_001;

export const makeHolders = async (service, count, first = firstHolder) => {
  const holders = sessionsFrom(first, count);
  await forAll(holders, mintsAtOnce, async (ask, { cookie }) => {
    const answer = await ask(`${service.url}/dashboard/key`, {
      method: "POST",
      headers: { cookie, origin: service.url, accept: "application/json", "content-length": "0" },
    });
    const { status } = JSON.parse(answer.body);
    if (status !== "created") throw new Error(`no key: ${answer.status} ${answer.body}`);
  });
  return holders;
};

// Looks at all dashboards once, and waits until what that asked of the look-alike has come: usage
// is fresh for 20 s then.
export const warmUp = async (service, holders) => {
  const pages = await forAll(holders, 8, (ask, { cookie }) => ask(`${service.url}/dashboard`, { headers: { cookie } }));
  const poor = pages.find((page) => page.status !== 200 || !page.body.includes("sk-or-v1-"));
  if (poor) throw new Error(`a dashboard without a key: ${poor.status}`);
  let before = -1;
  await until("usage is known", async () => {
    const now = await counter(service, "llmapikey_upstream_calls_total");
    const isCalm = now === before;
    before = now;
    if (!isCalm) await pause(100);
    return isCalm;
  });
  return pages[0];
};
