// The package as packaging/build makes it, and ways to look into it.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(fileURLToPath(import.meta.url), "../../../..");
export const binary = join(root, "build/release/llmapikey");
export const workFolder = join(root, "build/package-test");
mkdirSync(workFolder, { recursive: true });

export const output = (command, args, options = {}) =>
  execFileSync(command, args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"], ...options });

// LLMAPIKEY_PACKAGE: that one instead.
export const buildPackage = () => process.env.LLMAPIKEY_PACKAGE ?? output(join(root, "packaging/build"), []).trim();

export const fieldsOf = (deb) => {
  const fields = {};
  for (const line of output("dpkg-deb", ["--field", deb]).split("\n")) {
    const match = /^([A-Za-z-]+): (.*)$/.exec(line);
    if (match) fields[match[1]] = match[2];
  }
  return fields;
};

// Path -> { mode, owner, target }.
export const entriesOf = (deb) =>
  new Map(
    output("dpkg-deb", ["--contents", deb])
      .trim()
      .split("\n")
      .map((line) => {
        const [, mode, owner, path, target] = /^(\S+) (\S+) +\d+ \S+ \S+ \.(\/\S*)(?: -> (.*))?$/.exec(line);
        return [path, { mode, owner, target }];
      }),
  );

export const unpack = (deb) => {
  const folder = join(workFolder, "unpacked");
  rmSync(folder, { recursive: true, force: true });
  execFileSync("dpkg-deb", ["--raw-extract", deb, folder]);
  return folder;
};

// The same package as a later version, whose example configuration has another comment.
export const laterVersionOf = (deb, version) => {
  const folder = unpack(deb),
    control = join(folder, "DEBIAN/control"),
    env = join(folder, "etc/llmapikey/llmapikey.env");
  writeFileSync(control, readFileSync(control, "utf8").replace(/^Version: .*$/m, `Version: ${version}`));
  writeFileSync(env, `# Of a later version.\n${readFileSync(env, "utf8")}`);
  const later = join(workFolder, `llmapikey_${version}.deb`);
  execFileSync("dpkg-deb", ["--root-owner-group", "--build", folder, later], { stdio: "pipe" });
  rmSync(folder, { recursive: true });
  return later;
};

// Directive -> all its values, in order; later sections count like earlier ones.
export const readUnit = (text) => {
  const directives = new Map();
  for (const line of text.split("\n")) {
    const match = /^([A-Za-z]+)=(.*)$/.exec(line);
    if (match) directives.set(match[1], [...(directives.get(match[1]) ?? []), match[2]]);
  }
  return directives;
};
