// Dashboards of people who hold a key, against pgbench with the one select that each takes; and on
// SQLite.
import { alternate, median, percent, ratioOf, whole } from "../support/figures.mjs";
import { askOnce } from "../support/client.mjs";
import { firstHolder, makeHolders, warmUp } from "../support/holders.mjs";
import { pgbench, requestLine, wrk } from "../support/load.mjs";
import { startPinnedPostgres, startServer, startUpstreams } from "../support/servers.mjs";
import { poolSize } from "../support/settings.mjs";
import { filledIn, statementsDuring } from "../support/statements.mjs";

const people = 1000;
const more = 64;
const modes = ["simple", "prepared"];

export const measure = async () => {
  const upstreams = await startUpstreams();
  const postgres = await startPinnedPostgres();
  const database = postgres.database();
  const services = {
    PostgreSQL: await startServer(upstreams, { POSTGRES_URL: database.url }),
    SQLite: await startServer(upstreams),
  };
  const holders = {};
  for (const [store, service] of Object.entries(services)) {
    // Accounts of their own for each store: the look-alike knows them all.
    holders[store] = await makeHolders(service, people, firstHolder + (store === "SQLite" ? people : 0));
    await warmUp(service, holders[store]);
  }
  const first = holders.PostgreSQL[0];
  const isHis = ({ values }) => values.includes(String(first.id));
  const statements = await statementsDuring(
    postgres,
    () => askOnce(`${services.PostgreSQL.url}/dashboard`, { headers: { cookie: first.cookie } }),
    isHis,
  );
  database.sql("VACUUM ANALYZE");
  const script = [
    `\\set id random(${firstHolder}, ${firstHolder + people - 1})`,
    ...statements.map((each) => `${filledIn(each, () => ":id::text")};`),
  ].join("\n");
  const contenders = [];
  for (const [store, service] of Object.entries(services)) {
    service.hold();
    const lines = holders[store].map(({ cookie }) => requestLine({ path: "/dashboard", cookie }));
    for (const connections of [poolSize, more]) {
      contenders.push({
        name: `${store} ${connections}`,
        prepare: async () => {
          service.go();
          await warmUp(service, holders[store]);
        },
        finish: () => service.hold(),
        measure: (seconds) => wrk({ url: `${service.url}/dashboard`, connections, seconds, lines }),
      });
    }
  }
  for (const mode of modes)
    contenders.push({
      name: `pgbench ${mode}`,
      measure: (seconds) => pgbench({ url: database.url, sql: script, connections: poolSize, seconds, mode }),
    });
  const result = await alternate(contenders);
  await Promise.all(Object.values(services).map((each) => each.stop()));
  await postgres.stop();
  await upstreams.stop();

  const peers = modes.map((mode) => result(`pgbench ${mode}`));
  const row = (connections) => {
    const ours = result(`PostgreSQL ${connections}`);
    return [
      connections,
      whole(median(ours.rates)),
      ...peers.map((each) => whole(median(each.rates))),
      ...peers.map((each) => ratioOf(ours.rates, each.rates)),
      ours.of((each) => each.p99).toFixed(2),
      percent(ours.of((each) => each.busy[0])),
      percent(ours.of((each) => each.busy[1])),
    ];
  };
  const embedded = (connections) => {
    const ours = result(`SQLite ${connections}`),
      other = result(`PostgreSQL ${connections}`);
    return [
      connections,
      whole(median(ours.rates)),
      whole(median(other.rates)),
      ratioOf(ours.rates, other.rates),
      ours.of((each) => each.p99).toFixed(2),
      percent(ours.of((each) => each.busy[0])),
      percent(ours.of((each) => each.busy[1])),
    ];
  };
  return {
    about:
      `\`GET /dashboard\` of ${whole(people)} people in turn who each see their key and what it has spent (known ` +
      "already, so nothing is asked of OpenRouter). pgbench: the same " +
      `${statements.length === 1 ? "select" : `${statements.length} statements`} on the same rows, ${poolSize} ` +
      "connections, as many as the service has.",
    commands: [
      "wrk -t1 -c<connections> -d<seconds>s -s bench/wrk/requests.lua http://127.0.0.1:<port>/dashboard -- " +
        "COOKIES cycle",
      ...modes.map((mode) => `pgbench -n -M ${mode} -c ${poolSize} -j 1 -T <seconds> -f SCRIPT`),
      ...script.split("\n").map((line) => `  ${line}`),
    ],
    tables: [
      {
        title: "On PostgreSQL",
        columns: [
          "connections",
          "service, 1/s",
          ...modes.map((mode) => `pgbench ${mode}, 1/s`),
          ...modes.map((mode) => `service/${mode}`),
          "p99 ms",
          "server core busy",
          "load core busy",
        ],
        rows: [row(poolSize), row(more)],
      },
      {
        title: "On SQLite",
        columns: [
          "connections",
          "SQLite, 1/s",
          "PostgreSQL, 1/s",
          "SQLite/PostgreSQL",
          "p99 ms",
          "server core busy",
          "load core busy",
        ],
        rows: [embedded(poolSize), embedded(more)],
      },
    ],
  };
};
