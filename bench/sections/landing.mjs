// The landing page against nginx with the same bytes and headers in a file.
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { askOnce } from "../support/client.mjs";
import { alternate, median, percent, ratioOf, whole } from "../support/figures.mjs";
import { wrk } from "../support/load.mjs";
import { freePort, startNginx, startServer, startUpstreams, temporaryFolder } from "../support/servers.mjs";

const connections = 64;
const codings = ["identity", "gzip"];
// What nginx makes itself, or what differs from request to request.
const ownHeaders = [
  "date",
  "content-length",
  "content-type",
  "content-encoding",
  "connection",
  "server",
  "x-request-id",
];

const pairs = (raw) => Array.from({ length: raw.length / 2 }, (_, i) => [raw[2 * i], raw[2 * i + 1]]);

const quoted = (value) => `"${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;

const location = (coding, answer) => `
    location = /${coding}.html {
      gzip_static ${coding === "gzip" ? "on" : "off"};
${pairs(answer.raw)
  .filter(([name]) => !ownHeaders.includes(name.toLowerCase()))
  .map(([name, value]) => `      add_header ${name} ${quoted(value)} always;`)
  .join("\n")}
      add_header X-Request-Id $request_id always;
      add_header Last-Modified "";
    }`;

const temporaryPaths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];

// One worker; files are kept open, nothing is asked of the disk. The page is asked for by its
// file's name: no rewriting.
const configuration = (folder, ports, answers) => `
daemon off;
worker_processes 1;
${process.getuid() === 0 ? "user root;" : ""}
pid ${folder}/pid;
error_log ${folder}/error.log;
events { worker_connections 4096; }
http {
  ${temporaryPaths.map((name) => `${name}_temp_path ${folder}/temporary;`).join(" ")}
  sendfile on;
  tcp_nopush off;
  keepalive_requests 1000000000;
  keepalive_timeout 60s;
  open_file_cache max=100 inactive=60m;
  open_file_cache_valid 60m;
  server_tokens off;
  etag off;
  max_ranges 0;
  types { }
  default_type ${quoted(answers.identity.headers["content-type"])};
  root ${folder}/pages;
${["off", `${folder}/access.log`]
  .map(
    (log, i) => `  server {
    listen 127.0.0.1:${ports[i]};
    access_log ${log};${codings.map((coding) => location(coding, answers[coding])).join("")}
  }`,
  )
  .join("\n")}
}
`;

const preparePeer = async (answers) => {
  const folder = temporaryFolder(),
    ports = [await freePort(), await freePort()];
  mkdirSync(join(folder, "pages"));
  for (const [name, bytes] of [
    ["identity.html", answers.identity.body],
    ["gzip.html", answers.identity.body],
    ["gzip.html.gz", answers.gzip.body],
  ]) {
    writeFileSync(join(folder, "pages", name), bytes);
    chmodSync(join(folder, "pages", name), 0o644);
  }
  writeFileSync(join(folder, "nginx.conf"), configuration(folder, ports, answers));
  const nginx = await startNginx(folder, join(folder, "nginx.conf"), `http://127.0.0.1:${ports[0]}`, "/identity.html");
  return { nginx, urls: ports.map((port) => `http://127.0.0.1:${port}`) };
};

const fetchAs = (url, coding) => askOnce(url, { headers: { "accept-encoding": coding } });

// The peer is to send the same: body, and headers but for its own.
const compare = async (url, coding, answer) => {
  const theirs = await fetchAs(url, coding);
  if (!theirs.body.equals(answer.body)) throw new Error(`nginx sends another ${coding} body`);
  for (const [name, value] of pairs(answer.raw)) {
    const header = name.toLowerCase();
    if (!["date", "x-request-id", "connection"].includes(header) && theirs.headers[header] !== value)
      throw new Error(`nginx sends another ${name}: ${theirs.headers[header]}`);
  }
  return theirs.raw.join("").length + theirs.body.length;
};

export const measure = async () => {
  const upstreams = await startUpstreams();
  // Lines of the access log are JSON where standard error is no terminal.
  const services = [await startServer(upstreams), await startServer(upstreams, { LOG_LEVEL: "info" })];
  const answers = Object.fromEntries(
    await Promise.all(codings.map(async (coding) => [coding, await fetchAs(`${services[0].url}/`, coding)])),
  );
  if (!gunzipSync(answers.gzip.body).equals(answers.identity.body)) throw new Error("the codings differ");
  const { nginx, urls } = await preparePeer(answers);
  for (const service of services) service.hold();
  nginx.hold();
  const contenders = [],
    rows = [];
  const sizes = [];
  for (const [i, log] of ["", ", access log to a file"].entries()) {
    for (const coding of codings) {
      const headers = coding === "identity" ? {} : { "Accept-Encoding": coding };
      const add = (who, server, url) =>
        contenders.push({
          name: `${who} ${coding}${log}`,
          prepare: () => server.go(),
          finish: () => server.hold(),
          measure: (seconds) => wrk({ url, connections, seconds, headers }),
        });
      add("service", services[i], `${services[i].url}/`);
      add("nginx", nginx, `${urls[i]}/${coding}.html`);
      rows.push(`${coding}${log}`);
    }
  }
  nginx.go();
  for (const coding of codings)
    sizes.push(
      `${coding} ${answers[coding].raw.join("").length + answers[coding].body.length} against ` +
        `${await compare(`${urls[0]}/${coding}.html`, coding, answers[coding])}`,
    );
  nginx.hold();
  const result = await alternate(contenders);
  await Promise.all([...services, nginx].map((each) => each.stop()));
  await upstreams.stop();
  return {
    about:
      `\`GET /\` by nobody in particular, ${connections} connections, against nginx (one worker, sendfile, files ` +
      "kept open, headers as the service's). Bytes of headers and body, service against nginx: " +
      `${sizes.join(", ")}; nginx's request id is longer, and it names itself.`,
    commands: [
      `wrk -t1 -c${connections} -d<seconds>s --latency [-H "Accept-Encoding: gzip"] http://127.0.0.1:<port>/`,
      "LOG_LEVEL=warn llmapikey serve   # access log: LOG_LEVEL=info, standard error to a file",
      "nginx: access_log off   # access log: combined format, to a file",
    ],
    tables: [
      {
        columns: [
          "answer",
          "service, 1/s",
          "nginx, 1/s",
          "service/nginx",
          "p99 ms, service",
          "nginx",
          "server core busy",
          "load core busy",
        ],
        rows: rows.map((name) => {
          const ours = result(`service ${name}`),
            theirs = result(`nginx ${name}`);
          return [
            name,
            whole(median(ours.rates)),
            whole(median(theirs.rates)),
            ratioOf(ours.rates, theirs.rates),
            ours.of((each) => each.p99).toFixed(2),
            theirs.of((each) => each.p99).toFixed(2),
            percent(ours.of((each) => each.busy[0])),
            percent(ours.of((each) => each.busy[1])),
          ];
        }),
      },
    ],
  };
};
