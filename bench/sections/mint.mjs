// Many people who claim their key at once, against pgbench with the statements that a mint takes;
// and on SQLite.
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { run, serviceEnvironment } from "../../tests/e2e/support/service.mjs";
import { alternate, median, percent, ratioOf, whole } from "../support/figures.mjs";
import { makeHolders } from "../support/holders.mjs";
import { pgbench, requestLine, wrk } from "../support/load.mjs";
import { startPinnedPostgres, startServer, startUpstreams, temporaryFolder } from "../support/servers.mjs";
import { sessionsFrom } from "../support/sessions.mjs";
import { mintsAtOnce, poolSize } from "../support/settings.mjs";
import { filledIn, literal, statementsDuring } from "../support/statements.mjs";

const modes = ["extended", "prepared"];
// All reservations pass through one row: more connections wait for each other there, so the peer is
// shown with fewer, too.
const peerConnections = [mintsAtOnce, poolSize, 1];
const example = 2_000_001;
// More than can be made; who comes too late in a round gets no key.
const mostPerSecond = 6000;
let nextPerson = 10_000_000;

// What a key's own values become: different ones for each transaction, as random as the service's.
const scriptOf = (statements, row) => {
  const [id, nonce, handle, account, login] = row.split("|");
  const expressions = new Map([
    [id, "md5(:n::text)"],
    [nonce, "left(md5(:n::text), 22)"],
    [handle, "(md5(:n::text) || md5(:n::text))"],
    [account, ":n::text"],
    [login, "('bench-' || :n::text)"],
  ]);
  const lines = statements.map((each) => filledIn(each, (value) => expressions.get(value) ?? literal(value)));
  return [
    "\\set i :i + 1",
    "\\set n 100000000000 + :offset + :client_id * 1000000 + :i",
    ...lines.map((sql) => `${sql};`),
  ].join("\n");
};

const contender = (store, service, count) => {
  let before = 0,
    people = [];
  return {
    name: store,
    prepare: () => {
      service.go();
      before = count();
    },
    finish: () => service.hold(),
    measure: async (seconds) => {
      people = sessionsFrom(nextPerson, mostPerSecond * seconds);
      nextPerson += people.length;
      const lines = people.map(({ cookie }) =>
        requestLine({ method: "POST", path: "/dashboard/key", cookie, origin: service.url }),
      );
      const result = await wrk({ url: service.url, connections: mintsAtOnce, seconds, lines, once: true });
      const made = count() - before;
      if (made >= people.length) throw new Error("more keys could have been made than people came");
      return { ...result, perSecond: made / result.took };
    },
  };
};

export const measure = async () => {
  const upstreams = await startUpstreams();
  const postgres = await startPinnedPostgres();
  const database = postgres.database(),
    bare = postgres.database();
  const folder = temporaryFolder();
  await run(["migrate", "up"], serviceEnvironment(upstreams, folder, { POSTGRES_URL: bare.url }));
  const services = {
    PostgreSQL: await startServer(upstreams, { POSTGRES_URL: database.url }),
    SQLite: await startServer(upstreams, {}, { folder }),
  };
  const statements = await statementsDuring(
    postgres,
    () => makeHolders(services.PostgreSQL, 1, example),
    ({ values }) => values.includes(String(example)),
  );
  const row = database.sql(
    "SELECT id, nonce, openrouter_delete_hash, github_user_id, github_username FROM llmapikey.api_keys WHERE " +
      `github_user_id = '${example}'`,
  );
  const script = scriptOf(statements, row);
  const active = "SELECT count(*) FROM llmapikey.api_keys WHERE status = 'active'";
  const counts = {
    PostgreSQL: () => Number(database.sql(active)),
    SQLite: () =>
      Number(execFileSync("sqlite3", [join(folder, "llmapikey.db"), active.replace("llmapikey.", "")]).toString()),
  };
  for (const service of Object.values(services)) service.hold();
  let offset = 0;
  const contenders = Object.keys(services).map((store) => contender(store, services[store], counts[store]));
  for (const connections of peerConnections) {
    for (const mode of modes) {
      contenders.push({
        name: `pgbench ${mode} ${connections}`,
        measure: async (seconds) => {
          offset += 100_000_000;
          const before = Number(bare.sql(active));
          const result = await pgbench({
            url: bare.url,
            sql: script,
            connections,
            seconds,
            mode,
            variables: { i: 0, offset },
          });
          if (Number(bare.sql(active)) - before < result.perSecond * seconds * 0.5)
            throw new Error("pgbench's statements make no keys");
          return result;
        },
      });
    }
  }
  const result = await alternate(contenders);
  await Promise.all(Object.values(services).map((each) => each.stop()));
  await postgres.stop();
  await upstreams.stop();

  const ours = result("PostgreSQL"),
    embedded = result("SQLite"),
    peer = (mode, connections) => result(`pgbench ${mode} ${connections}`);
  const busy = (each) => [
    each.of((one) => one.p99).toFixed(1),
    percent(each.of((one) => one.busy[0])),
    percent(each.of((one) => one.busy[1])),
  ];
  return {
    about:
      `\`POST /dashboard/key\` by ${mintsAtOnce} people at a time, each once; counted are the keys that are ` +
      "active in the database afterwards. The simulated OpenRouter shares the load's core and answers at once. " +
      `pgbench: the ${statements.length} statements of a mint with values of their own, on a database of its own ` +
      `beside it. The service has ${poolSize} connections.`,
    commands: [
      `wrk -t1 -c${mintsAtOnce} -d<seconds>s -s bench/wrk/requests.lua http://127.0.0.1:<port> -- COOKIES once`,
      ...modes.map(
        (mode) => `pgbench -n -M ${mode} -c <connections> -j 1 -T <seconds> -D i=0 -D offset=<round> -f SCRIPT`,
      ),
      ...script.split("\n").map((line) => `  ${line}`),
    ],
    tables: [
      {
        columns: ["database", "mints/s", "p99 ms", "server core busy", "load core busy"],
        rows: [
          ["PostgreSQL", whole(median(ours.rates)), ...busy(ours)],
          ["SQLite", whole(median(embedded.rates)), ...busy(embedded)],
        ],
      },
      {
        title: "pgbench on PostgreSQL",
        columns: ["connections", ...modes.flatMap((mode) => [`${mode}, 1/s`, `service/${mode}`])],
        rows: peerConnections.map((connections) => [
          connections,
          ...modes.flatMap((mode) => [
            whole(median(peer(mode, connections).rates)),
            ratioOf(ours.rates, peer(mode, connections).rates),
          ]),
        ]),
      },
    ],
  };
};
