// nginx, Caddy, HAProxy and Apache as ordinary processes on loopback, with everything that they
// write in a temporary folder.
import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { writeCertificate } from "./certificate.mjs";
import { freePort } from "./postgres.mjs";
import { temporaryFolder, until } from "./service.mjs";

const documents = resolve(fileURLToPath(import.meta.url), "../../../../docs/deploy");
const documented = (name) => readFileSync(join(documents, name), "utf8");
// What each document has is taken as it stands, but for addresses and paths; and each of these must
// be there.
const replace = (text, ...changes) =>
  changes.reduce((now, [from, to]) => {
    if (!now.includes(from)) throw new Error(`the document has no ${from}`);
    return now.replaceAll(from, to);
  }, text);
// One replica in place of three.
const ownReplicas = (text, service) =>
  replace(text.replace(/\n(?!#)(?!.*3001).*300[23].*/g, "").replace(/ 127.0.0.1:300[23]/g, ""), [
    "127.0.0.1:3001",
    service,
  ]);

const apacheModules = [
  "mpm_event",
  "authz_core",
  "alias",
  "headers",
  "ssl",
  "proxy",
  "proxy_http",
  "proxy_balancer",
  "slotmem_shm",
  "lbmethod_bybusyness",
];

// `where`: port and service are addresses, folder is a path. `bare`: only where to send requests,
// as in each proxy's own first example.
const proxies = {
  nginx: {
    command: ({ folder }) => ["/usr/sbin/nginx", ["-p", folder, "-c", join(folder, "nginx.conf"), "-g", "daemon off;"]],
    configure: (where, site) => ({
      "nginx.conf":
        `pid ${where.folder}/nginx.pid;\nerror_log stderr;\nworker_processes 1;\nevents {}\nhttp {\naccess_log off;\n` +
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
          .map((name) => `${name}_temp_path ${where.folder}/${name};`)
          .join("\n") +
        `\n${site}\n}\n`,
    }),
    documented: ({ port, service, folder }) =>
      replace(
        ownReplicas(documented("nginx.conf"), service),
        ["listen 443 ", `listen 127.0.0.1:${port} `],
        ["/etc/ssl/keys.example.org.", `${folder}/site.`],
        ["keys.example.org", "localhost"],
      ),
    bare: ({ port, service, folder }) =>
      `server {\nlisten 127.0.0.1:${port} ssl;\nssl_certificate ${folder}/site.crt;\n` +
      `ssl_certificate_key ${folder}/site.key;\nlocation / { proxy_pass http://${service}; }\n}`,
  },
  Caddy: {
    command: ({ folder }) => [
      "/usr/bin/caddy",
      ["run", "--config", join(folder, "Caddyfile"), "--adapter", "caddyfile"],
    ],
    configure: (where, site) => ({
      Caddyfile:
        "{\nadmin off\nauto_https disable_redirects\nskip_install_trust\n" +
        `storage file_system ${where.folder}/caddy\n}\n${site}\n`,
    }),
    documented: ({ port, service, folder }) =>
      replace(ownReplicas(documented("Caddyfile"), service), [
        "keys.example.org {",
        `https://localhost:${port} {\n\tbind 127.0.0.1\n\ttls ${folder}/site.crt ${folder}/site.key`,
      ]),
    bare: ({ port, service, folder }) =>
      `https://localhost:${port} {\nbind 127.0.0.1\ntls ${folder}/site.crt ${folder}/site.key\n` +
      `reverse_proxy ${service} {\nheader_up Host {upstream_hostport}\n}\n}`,
  },
  HAProxy: {
    command: ({ folder }) => ["/usr/sbin/haproxy", ["-db", "-f", join(folder, "haproxy.cfg")]],
    configure: (where, site) => ({ "haproxy.cfg": site }),
    documented: ({ port, service, folder }) =>
      replace(
        ownReplicas(documented("haproxy.cfg"), service),
        ["bind :443 ", `bind 127.0.0.1:${port} `],
        ["/etc/ssl/private/keys.example.org.pem", `${folder}/site.pem`],
      ),
    bare: ({ port, service, folder }) =>
      "defaults\nmode http\ntimeout connect 2s\ntimeout client 60s\ntimeout server 60s\nfrontend all\n" +
      `bind 127.0.0.1:${port} ssl crt ${folder}/site.pem\ndefault_backend one\nbackend one\n` +
      `server one ${service}\n`,
  },
  Apache: {
    command: ({ folder }) => ["/usr/sbin/apache2", ["-d", folder, "-f", join(folder, "apache.conf"), "-DFOREGROUND"]],
    configure: (where, site) => ({
      "apache.conf":
        `ServerRoot ${where.folder}\nDefaultRuntimeDir ${where.folder}\nMutex file:${where.folder} default\n` +
        `PidFile ${where.folder}/apache.pid\nErrorLog ${where.folder}/error.log\nServerName localhost\n` +
        `Listen 127.0.0.1:${where.port}\n${process.getuid() === 0 ? "User www-data\nGroup www-data\n" : ""}` +
        apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join("\n") +
        `\n${site}\n`,
    }),
    documented: ({ port, service, folder }) =>
      replace(
        ownReplicas(documented("apache.conf"), service),
        ["*:443", `127.0.0.1:${port}`],
        ["/etc/ssl/keys.example.org.", `${folder}/site.`],
        ["keys.example.org", "localhost"],
      ),
    bare: ({ port, service, folder }) =>
      `<VirtualHost 127.0.0.1:${port}>\nSSLEngine on\nSSLCertificateFile ${folder}/site.crt\n` +
      `SSLCertificateKeyFile ${folder}/site.key\nProxyPass / http://${service}/\n</VirtualHost>`,
  },
};
export const proxyNames = Object.keys(proxies);

const makeCertificate = (folder) => {
  writeCertificate("DNS:localhost", { key: join(folder, "site.key"), certificate: join(folder, "site.crt") });
  writeFileSync(
    join(folder, "site.pem"),
    readFileSync(join(folder, "site.crt")) + readFileSync(join(folder, "site.key")),
  );
};

const answers = (port) =>
  new Promise((done) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      done(true);
    });
    socket.on("error", () => done(false));
  });

// A port for a proxy that is started later, when it is known where the service listens.
export const reserve = async () => ({ port: await freePort() });

// `kind`: "documented" (docs/deploy) or "bare". `service`: the address behind it, as host:port.
export const startProxy = async (name, kind, port, service) => {
  const folder = temporaryFolder();
  chmodSync(folder, 0o755); // what runs as another user than root reads it, too
  makeCertificate(folder);
  for (const each of ["caddy", "logs"]) mkdirSync(join(folder, each));
  const where = { port, service, folder };
  const proxy = proxies[name];
  for (const [file, text] of Object.entries(proxy.configure(where, proxy[kind](where))))
    writeFileSync(join(folder, file), text);
  const [command, args] = proxy.command(where);
  const child = spawn(command, args, {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout.on("data", (chunk) => {
    output += chunk;
  });
  child.stderr.on("data", (chunk) => {
    output += chunk;
  });
  const exited = new Promise((done) => child.once("exit", done));
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
    rmSync(folder, { recursive: true, force: true });
  };
  const log = () => {
    try {
      return output + readFileSync(join(folder, "error.log"), "utf8");
    } catch {
      return output;
    }
  };
  try {
    await until(`${name} listens`, async () => {
      if (child.exitCode !== null) throw new Error(`${name} ended: ${log()}`);
      return answers(port);
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `https://localhost:${port}`, log, stop };
};
