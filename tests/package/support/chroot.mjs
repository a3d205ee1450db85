// A clean Debian 12 in a folder, made by debootstrap from the machine's own mirror, with what the
// package depends on downloaded. Kept as an archive in build/, so that the next run needs no
// network.
import { createHash } from "node:crypto";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fieldsOf, output, workFolder } from "./package.mjs";

const suite = "bookworm";

// Lines for sources.list, of Debian's own archives among those that this machine uses.
const sources = () => {
  const lines = output("apt-get", [
    "indextargets",
    "--format",
    "$(ORIGIN)|$(REPO_URI)|$(CODENAME)|$(COMPONENT)",
    "Created-By: Packages",
  ])
    .trim()
    .split("\n");
  const ours = lines
    .map((line) => line.split("|"))
    .filter(
      ([origin, , codename]) => /^Debian/.test(origin) && (codename === suite || codename.startsWith(`${suite}-`)),
    );
  if (!ours.some(([, , codename]) => codename === suite))
    throw new Error(`no archive of Debian ${suite} among this machine's sources; run apt-get update`);
  return ours.map(([, uri, codename, component]) => ({ uri, codename, line: `deb ${uri} ${codename} ${component}` }));
};

const inChroot = (folder, args, options = {}) =>
  execFileSync("chroot", [folder, ...args], {
    encoding: "utf8",
    maxBuffer: 1 << 26,
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DEBIAN_FRONTEND: "noninteractive", LC_ALL: "C.UTF-8", HOME: "/root" },
    ...options,
  });

const explain = (what, error) =>
  new Error(
    `${what}\n${error.stdout ?? ""}${error.stderr ?? error.message}\n` +
      "This test needs root, and a system that lets it make devices, mount and change the root folder: a " +
      "container may need more privileges.",
  );

const makeBase = (deb, archive) => {
  const folder = mkdtempSync(join(workFolder, "making-"));
  try {
    const all = sources();
    try {
      output("debootstrap", ["--variant=minbase", suite, folder, all.find(({ codename }) => codename === suite).uri]);
    } catch (error) {
      throw explain("debootstrap failed:", error);
    }
    writeFileSync(join(folder, "etc/apt/sources.list"), `${all.map(({ line }) => line).join("\n")}\n`);
    // No service is started here: there is no systemd.
    writeFileSync(join(folder, "usr/sbin/policy-rc.d"), "#!/bin/sh\nexit 101\n");
    chmodSync(join(folder, "usr/sbin/policy-rc.d"), 0o755);
    writeFileSync(
      join(folder, "etc/apt/apt.conf.d/90test"),
      'APT::Install-Recommends "false";\nAPT::Sandbox::User "root";\n' +
        'Binary::apt-get::APT::Keep-Downloaded-Packages "true";\n',
    );
    copyFileSync(deb, join(folder, "tmp/llmapikey.deb"));
    try {
      inChroot(folder, ["apt-get", "update", "-q"]);
      inChroot(folder, ["apt-get", "install", "-q", "-y", "--download-only", "/tmp/llmapikey.deb"]);
    } catch (error) {
      throw explain("preparing a clean system failed:", error);
    }
    rmSync(join(folder, "tmp/llmapikey.deb"));
    execFileSync("tar", [
      "--create",
      "--one-file-system",
      "--numeric-owner",
      "--file",
      archive,
      "--directory",
      folder,
      ".",
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

// What takes long to make is kept in build/. It is made again where the package depends on
// something else, or the files that make it have changed.
export const kept = (name, deb, makers, make) => {
  const hash = createHash("sha256").update(fieldsOf(deb).Depends);
  for (const maker of makers) hash.update(readFileSync(new URL(maker)));
  const mine = `${name}-${hash.digest("hex").slice(0, 12)}`,
    path = join(workFolder, mine);
  for (const each of readdirSync(workFolder))
    if (each.startsWith(`${name}-`) && each !== mine) rmSync(join(workFolder, each), { recursive: true, force: true });
  if (!existsSync(path)) {
    make(`${path}.part`);
    renameSync(`${path}.part`, path);
  }
  return path;
};

export class CleanSystem {
  constructor(deb) {
    const archive = kept("base", deb, [import.meta.url], (path) => makeBase(deb, path));
    this.folder = mkdtempSync(join(workFolder, "system-"));
    execFileSync("tar", [
      "--extract",
      "--numeric-owner",
      "--same-permissions",
      "--file",
      archive,
      "--directory",
      this.folder,
    ]);
    if (!statSync(join(this.folder, "dev/null")).isCharacterDevice())
      throw new Error("there are no devices in the clean system: this test must be allowed to make them (mknod)");
    chmodSync(this.folder, 0o755);
  }
  path(inside) {
    return join(this.folder, inside);
  }
  run(...args) {
    return inChroot(this.folder, args);
  }
  // Both output streams, since apt and maintainer scripts use either.
  apt(...args) {
    try {
      return inChroot(this.folder, [
        "sh",
        "-c",
        'exec apt-get -q -y -o Dpkg::Options::=--force-confold "$@" 2>&1',
        "sh",
        ...args,
      ]);
    } catch (error) {
      throw new Error(`apt-get ${args.join(" ")} failed:\n${error.stdout}`);
    }
  }
  install(deb) {
    copyFileSync(deb, this.path("tmp/llmapikey.deb"));
    try {
      return this.apt("install", "/tmp/llmapikey.deb");
    } finally {
      rmSync(this.path("tmp/llmapikey.deb"));
    }
  }
  // "llmapikey:llmapikey 640"
  owner(inside) {
    return this.run("stat", "-c", "%U:%G %a", inside).trim();
  }
  // The chroot command becomes the program: signals reach it.
  spawn(user, command, env) {
    return spawn("/usr/sbin/chroot", [`--userspec=${user}:${user}`, this.folder, ...command], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
  }
  remove() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
