// A PostgreSQL and a PgBouncer of our own, on loopback, in a temporary folder, as a user who is not
// root. Stopped by process id.
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const user = "llmapikey";
const patience = 30_000;

// Debian keeps the server's programs out of PATH.
const programs = () => {
  const root = "/usr/lib/postgresql";
  const newest = readdirSync(root)
    .filter((version) => existsSync(join(root, version, "bin/postgres")))
    .sort((a, b) => b - a)[0];
  return join(root, newest, "bin");
};

// Neither server runs as root; Debian's package brings a user for them.
const identity = () => {
  if (process.getuid() !== 0) return {};
  const id = (flag) => Number(execFileSync("id", [flag, "postgres"]).toString());
  return { uid: id("-u"), gid: id("-g") };
};

export const freePort = () =>
  new Promise((done) => {
    const server = createServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => done(port));
    });
  });

const pause = (ms) => new Promise((r) => setTimeout(r, ms));

class Daemon {
  constructor(command, args, cwd) {
    Object.assign(this, { command, args, cwd, output: "" });
  }
  start() {
    this.child = spawn(this.command, this.args, {
      ...identity(),
      cwd: this.cwd,
      env: { PATH: process.env.PATH, LC_ALL: "C.UTF-8" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.child.stdout.on("data", (chunk) => {
      this.output += chunk;
    });
    this.child.stderr.on("data", (chunk) => {
      this.output += chunk;
    });
    this.exited = new Promise((done) => this.child.once("exit", done));
    this.child.once("error", (error) => {
      this.output += error;
    });
  }
  async stop(signal) {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill(signal);
    await this.exited;
  }
}

class Server {
  constructor(folder, port) {
    Object.assign(this, { folder, port, host: "127.0.0.1" });
  }
  get url() {
    return `postgresql://${user}@127.0.0.1:${this.port}`;
  }
  async start(settings = {}) {
    this.settings = settings;
    const all = {
      listen_addresses: "127.0.0.1",
      unix_socket_directories: "",
      port: this.port,
      fsync: "off",
      shared_buffers: "32MB",
      max_connections: 200,
      max_wal_senders: 4,
      ...settings,
    };
    this.daemon = new Daemon(
      join(programs(), "postgres"),
      ["-D", this.folder, ...Object.entries(all).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
      this.folder,
    );
    this.daemon.start();
    await this.untilReady();
  }
  async untilReady() {
    for (const end = Date.now() + patience; Date.now() < end; await pause(30)) {
      try {
        execFileSync(join(programs(), "pg_isready"), ["-q", "-h", "127.0.0.1", "-p", String(this.port)]);
        return;
      } catch {
        /* not yet */
      }
      if (this.daemon.child.exitCode !== null) break;
    }
    throw new Error(`PostgreSQL did not start: ${this.daemon.output}`);
  }
  // Sessions are ended at once, cleanly.
  stop() {
    return this.daemon.stop("SIGINT");
  }
  // To all its processes: each server process leads a group of its own, so they are signaled one by
  // one.
  signal(name) {
    const { pid } = this.daemon.child;
    const children = execFileSync("ps", ["-o", "pid=", "--ppid", String(pid)])
      .toString()
      .trim()
      .split(/\s+/)
      .map(Number);
    process.kill(pid, name);
    for (const child of children)
      try {
        process.kill(child, name);
      } catch {
        /* gone already */
      }
  }
  // With all its processes, as if the machine had gone.
  async vanish() {
    this.signal("SIGSTOP");
    this.signal("SIGKILL");
    await this.daemon.exited;
  }
  async restart() {
    await this.stop();
    await this.start(this.settings);
  }
  // Runs SQL, gives its rows as text: columns separated by |.
  sql(text, database = "postgres", role = user) {
    return execFileSync(
      join(programs(), "psql"),
      ["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", `postgresql://${role}@127.0.0.1:${this.port}/${database}`],
      { input: text, maxBuffer: 1 << 28, stdio: ["pipe", "pipe", "pipe"] },
    )
      .toString()
      .trim();
  }
}

const makeFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), "llmapikey-postgres-"));
  const { uid, gid } = identity();
  if (uid !== undefined) chownSync(folder, uid, gid);
  chmodSync(folder, 0o700);
  return folder;
};

const run = (program, args) =>
  execFileSync(join(programs(), program), args, { ...identity(), cwd: "/", stdio: "pipe" });

const startPooler = async (folder, databases) => {
  const port = await freePort();
  mkdirSync(join(folder, "pooler"));
  writeFileSync(join(folder, "pooler/users"), `"${user}" ""\n"anon" ""\n`);
  writeFileSync(
    join(folder, "pooler/pgbouncer.ini"),
    `[databases]
* = ${databases}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, "pooler/users")}
pool_mode = transaction
default_pool_size = 20
max_client_conn = 1000
server_login_retry = 0.2
server_idle_timeout = 3
`,
  );
  chmodSync(join(folder, "pooler"), 0o755);
  const daemon = new Daemon("pgbouncer", [join(folder, "pooler/pgbouncer.ini")], "/");
  daemon.start();
  for (const end = Date.now() + patience; !/process up/.test(daemon.output); await pause(20)) {
    if (Date.now() > end || daemon.child.exitCode !== null)
      throw new Error(`PgBouncer did not start: ${daemon.output}`);
  }
  return { port, daemon };
};

// The server reads them as its own user, and wants the key to be readable by nobody else.
const keep = (tls, folder) => {
  const { uid, gid } = identity();
  const copy = (from, name) => {
    const to = join(folder, name);
    copyFileSync(from, to);
    if (uid !== undefined) chownSync(to, uid, gid);
    chmodSync(to, 0o600);
    return to;
  };
  return { ssl: "on", ssl_cert_file: copy(tls.certificate, "tls.crt"), ssl_key_file: copy(tls.key, "tls.key") };
};

// A server with a PgBouncer in transaction mode before it. `database()` makes an empty database and
// gives its addresses. `tls`: paths of its certificate and key.
export const startPostgres = async (settings = {}, tls = null) => {
  const folder = makeFolder();
  run("initdb", [
    "-D",
    join(folder, "primary"),
    "-U",
    user,
    "-A",
    "trust",
    "--no-sync",
    "-E",
    "UTF8",
    "--locale=C.UTF-8",
  ]);
  const server = new Server(join(folder, "primary"), await freePort());
  await server.start(tls ? { ...settings, ...keep(tls, folder) } : settings);
  const pooler = await startPooler(folder, `host=127.0.0.1 port=${server.port}`);
  const standbys = [];
  let databases = 0;
  return {
    folder,
    server,
    database: () => {
      const name = `test_${(databases += 1)}`;
      server.sql(`CREATE DATABASE ${name} STRATEGY file_copy`);
      return {
        name,
        url: `${server.url}/${name}`,
        pooled: `postgresql://${user}@127.0.0.1:${pooler.port}/${name}`,
        sql: (text, role) => server.sql(text, name, role),
      };
    },
    // A streaming copy of the server, on a port of its own.
    standby: async (name = "standby") => {
      run("pg_basebackup", [
        "-D",
        join(folder, name),
        "-R",
        "--no-sync",
        "-c",
        "fast",
        "-d",
        `${server.url}/postgres?application_name=${name}`,
      ]);
      const copy = new Server(join(folder, name), await freePort());
      await copy.start();
      standbys.push(copy);
      return copy;
    },
    stop: async () => {
      await pooler.daemon.stop("SIGTERM");
      for (const each of [...standbys, server]) await each.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
