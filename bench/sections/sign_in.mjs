// Callbacks of GitHub sign-ins: the code is exchanged, the profile read, the session begun.
import { counter, forAll } from "../support/client.mjs";
import { alternate, percent, whole, withSpread } from "../support/figures.mjs";
import { requestLine, wrk } from "../support/load.mjs";
import { processorTime } from "../support/processes.mjs";
import { startPinnedPostgres, startServer, startUpstreams } from "../support/servers.mjs";

const connections = 16; // threads that call GitHub
const logins = 100;
const firstGuess = 1500;

// Sign-ins that lack nothing but the callback.
const begin = (service, count) =>
  forAll(
    Array.from({ length: count }, (_, i) => i),
    8,
    async (ask, i) => {
      const begun = await ask(`${service.url}/auth/login`);
      const decided = await ask(`${begun.headers.location}&login=bench-${i % logins}&sandbox_auto=1`);
      const back = new URL(decided.headers.location);
      return requestLine({
        path: back.pathname + back.search,
        cookie: begun.headers["set-cookie"].map((each) => each.split(";")[0]).join("; "),
      });
    },
  );

const contender = (store, service) => {
  let known = firstGuess,
    before = 0;
  const signedIn = () => counter(service, "llmapikey_sign_ins_total", 'outcome="ok"');
  return {
    name: store,
    prepare: () => service.go(),
    finish: () => service.hold(),
    measure: async (seconds) => {
      for (let tries = 0; tries < 3; tries += 1) {
        const lines = await begin(service, Math.ceil(known * 1.4 * seconds));
        before = await signedIn();
        const time = processorTime(service.pid);
        const result = await wrk({ url: service.url, connections, seconds, lines, once: true });
        const spent = processorTime(service.pid) - time,
          done = (await signedIn()) - before;
        known = Math.max(known, done / result.took);
        if (done < lines.length * 0.95)
          return {
            ...result,
            perSecond: done / result.took,
            microseconds: (spent * 1e6) / done,
            share: spent / result.took,
          };
        known *= 2;
      }
      throw new Error("not enough sign-ins were begun");
    },
  };
};

export const measure = async () => {
  const upstreams = await startUpstreams();
  const postgres = await startPinnedPostgres();
  const services = {
    PostgreSQL: await startServer(upstreams, { POSTGRES_URL: postgres.database().url }),
    SQLite: await startServer(upstreams),
  };
  for (const service of Object.values(services)) service.hold();
  const result = await alternate(Object.entries(services).map(([store, service]) => contender(store, service)));
  await Promise.all(Object.values(services).map((each) => each.stop()));
  await postgres.stop();
  await upstreams.stop();
  return {
    about:
      `\`GET /auth/callback\`, ${connections} at a time, of sign-ins begun before; counted are those that ` +
      "succeeded. Each takes two calls to the simulated GitHub, which shares the load's core, and a third in the " +
      "background. Share: of the servers' core, by the service alone.",
    commands: [
      `wrk -t1 -c${connections} -d<seconds>s -s bench/wrk/requests.lua http://127.0.0.1:<port> -- CALLBACKS once`,
    ],
    tables: [
      {
        columns: [
          "database",
          "callbacks/s",
          "service's time each, µs",
          "service's share",
          "p99 ms",
          "server core busy",
          "load core busy",
        ],
        rows: Object.keys(services).map((store) => {
          const each = result(store);
          return [
            store,
            withSpread(each.rates, whole),
            whole(each.of((one) => one.microseconds)),
            percent(each.of((one) => one.share)),
            each.of((one) => one.p99).toFixed(1),
            percent(each.of((one) => one.busy[0])),
            percent(each.of((one) => one.busy[1])),
          ];
        }),
      },
    ],
  };
};
