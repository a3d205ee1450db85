// What is in the package and in the binary: files and rights, dependencies, size, units, hardening,
// bill of materials, image.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { before, test } from "node:test";
import {
  binary,
  buildPackage,
  entriesOf,
  fieldsOf,
  output,
  readUnit,
  root,
  unpack,
  workFolder,
} from "./support/package.mjs";

const mostKibibytes = (6 * 1000 * 1000) / 1024;
const require = createRequire(new URL("../e2e/package.json", import.meta.url));
let deb, fields, entries, folder;
before(() => {
  deb = buildPackage();
  fields = fieldsOf(deb);
  entries = entriesOf(deb);
  folder = unpack(deb);
});
const read = (path) => readFileSync(join(folder, path), "utf8");
const packagesOf = (relation) => relation.split(", ").map((each) => each.replace(/ .*/, ""));

test("everything is where Debian wants it, belongs to root, and only the configuration is not for everybody", () => {
  for (const path of [
    "/usr/bin/llmapikey",
    "/lib/systemd/system/llmapikey.service",
    "/lib/systemd/system/llmapikey.socket",
    "/etc/llmapikey/llmapikey.env",
    "/usr/share/man/man1/llmapikey.1.gz",
    "/usr/share/bash-completion/completions/llmapikey",
    "/usr/share/zsh/vendor-completions/_llmapikey",
    "/usr/share/fish/vendor_completions.d/llmapikey.fish",
    "/usr/share/doc/llmapikey/copyright",
    "/usr/share/doc/llmapikey/changelog.gz",
    "/usr/share/doc/llmapikey/SECURITY.md",
    "/usr/share/doc/llmapikey/package.md",
    "/usr/share/doc/llmapikey/llmapikey.cdx.json",
    "/usr/share/doc/llmapikey/examples/credentials.conf",
    "/usr/share/lintian/overrides/llmapikey",
  ]) {
    assert.ok(entries.has(path), path);
  }
  for (const [path, { mode, owner }] of entries) {
    assert.equal(owner, "root/root", path);
    const expected = path.endsWith("/")
      ? "drwxr-xr-x"
      : path === "/usr/bin/llmapikey"
        ? "-rwxr-xr-x"
        : path === "/etc/llmapikey/llmapikey.env"
          ? "-rw-r-----"
          : "-rw-r--r--";
    assert.equal(mode, expected, path);
  }
  assert.ok(
    ![...entries.keys()].some((path) => path.startsWith("/var")),
    "the state directory is made when it is installed",
  );
});

test("it is at most 6 MB, and names nobody", (t) => {
  t.diagnostic(`Installed-Size ${fields["Installed-Size"]} KiB`);
  assert.ok(Number(fields["Installed-Size"]) <= mostKibibytes);
  assert.equal(fields.Package, "llmapikey");
  assert.equal(fields.Version, output(binary, ["--version"]).trim().split(" ")[1]);
  assert.equal(fields.Maintainer, "llmapikey maintainers <maintainers@llmapikey.invalid>");
});

test("it depends on what it is linked with and on what it loads later", () => {
  const depends = packagesOf(fields.Depends);
  for (const name of [
    "libc6",
    "libstdc++6",
    "libsqlite3-0",
    "libsodium23",
    "libcurl4",
    "libpq5",
    "libmd4c0",
    "ca-certificates",
    "adduser",
  ])
    assert.ok(depends.includes(name), name);
  // Whatever else is loaded by name must be here, too.
  const late = output("grep", ["-rhoE", 'loaded\\("[^"]+", "[^"]+"\\)', join(root, "src")])
    .trim()
    .split("\n")
    .map((line) => line.split('"')[3]);
  assert.ok(late.length >= 2);
  for (const name of late) assert.ok(depends.includes(name), `${name} is loaded in src, and no dependency`);
});

test("the operator's configuration is dpkg's to keep, and the scripts are sound", () => {
  assert.equal(read("DEBIAN/conffiles"), "/etc/llmapikey/llmapikey.env\n");
  for (const script of ["postinst", "prerm", "postrm"]) execFileSync("sh", ["-n", join(folder, "DEBIAN", script)]);
  const known = new Set(
    output(binary, ["help", "environment"])
      .match(/^ {2}[A-Z_]+$/gm)
      .map((name) => name.trim()),
  );
  const named = [...read("etc/llmapikey/llmapikey.env").matchAll(/^(?:# )?([A-Z_]+)=/gm)].map(([, name]) => name);
  assert.ok(named.length >= 10);
  for (const name of named) assert.ok(known.has(name), `${name} is no variable of the program`);
  const credentials = [
    ...read("usr/share/doc/llmapikey/examples/credentials.conf").matchAll(/LoadCredential=([A-Z_]+):/g),
  ].map(([, name]) => name);
  assert.ok(credentials.length >= 4);
  for (const name of credentials) assert.ok(known.has(name), name);
  const control = output("bash", ["-c", `zcat "${join(folder, "usr/share/man/man1/llmapikey.1.gz")}"`]);
  assert.match(control, /^\.TH LLMAPIKEY 1/);
});

test("lintian has nothing to say", () => {
  const said = (...more) => output("lintian", ["--allow-root", "--fail-on", "none", ...more, deb]);
  assert.equal(said(), "");
  assert.match(said("--no-override"), /^W: llmapikey: non-standard-file-perm /m, "this check can fail");
});

test("systemd finds no fault in the units", () => {
  // The command is looked for on this machine, where it need not be installed.
  const scene = join(workFolder, "units");
  execFileSync("mkdir", ["-p", scene]);
  for (const name of ["llmapikey.service", "llmapikey.socket"])
    writeFileSync(join(scene, name), read(`lib/systemd/system/${name}`).replaceAll("/usr/bin/llmapikey", binary));
  const verify = (...units) => {
    const { status, stdout, stderr } = spawnSync("systemd-analyze", ["verify", "--man=no", ...units], {
      encoding: "utf8",
      env: { ...process.env, SYSTEMD_UNIT_PATH: `${scene}:/lib/systemd/system` },
    });
    return { status, said: stdout + stderr };
  };
  assert.deepEqual(verify(join(scene, "llmapikey.service"), join(scene, "llmapikey.socket")), { status: 0, said: "" });
  writeFileSync(
    join(scene, "llmapikey.service"),
    `${readFileSync(join(scene, "llmapikey.service"), "utf8")}\n[Service]\nNoSuchThing=yes\n`,
  );
  assert.match(verify(join(scene, "llmapikey.service")).said, /NoSuchThing/, "this check can fail");
});

test("the service is exposed by at most 2.0, and can write its state directory only", (t) => {
  const path = join(folder, "lib/systemd/system/llmapikey.service");
  const { status, stdout, stderr } = spawnSync(
    "systemd-analyze",
    ["security", "--offline=yes", "--threshold=20", "--no-pager", path],
    { encoding: "utf8" },
  );
  t.diagnostic(stdout.trim().split("\n").pop());
  assert.equal(status, 0, stdout + stderr);
  assert.ok(Number(/Overall exposure level for llmapikey\.service: ([0-9.]+)/.exec(stdout)[1]) <= 2);
  const unit = readUnit(readFileSync(path, "utf8"));
  assert.deepEqual(
    [
      "ProtectSystem",
      "ProtectHome",
      "StateDirectory",
      "TemporaryFileSystem",
      "InaccessiblePaths",
      "LimitCORE",
      "NoNewPrivileges",
    ].map((name) => unit.get(name)),
    [
      ["strict"],
      ["yes"],
      ["llmapikey"],
      ["/tmp:ro /var/tmp:ro"],
      ["-/dev/shm -/dev/mqueue -/run/lock"],
      ["0"],
      ["yes"],
    ],
  );
  for (const name of [
    "ReadWritePaths",
    "BindPaths",
    "PrivateTmp",
    "RuntimeDirectory",
    "CacheDirectory",
    "LogsDirectory",
    "ConfigurationDirectory",
  ])
    assert.equal(unit.get(name), undefined, name);
  assert.ok(unit.get("Environment").join(" ").includes("DATA_DIR=/var/lib/llmapikey"));
});

test("the binary has Debian's hardening", () => {
  const headers = output("readelf", ["--wide", "--file-header", "--program-headers", "--dynamic", "--notes", binary]);
  assert.match(headers, /Type: +DYN \(Position-Independent Executable file\)/);
  assert.match(headers, /GNU_RELRO/);
  assert.match(headers, /\(FLAGS(?:_1)?\).*NOW/);
  assert.match(headers, /GNU_STACK +\S+ \S+ \S+ \S+ \S+ RW +0x/);
  // Debian's own start-up code has no CET yet, so that the linker does not mark the whole; the
  // program's functions begin as it asks.
  const endbr64 = Buffer.from("f30f1efa", "hex"),
    bytes = readFileSync(binary);
  let landings = 0;
  for (let at = bytes.indexOf(endbr64); at >= 0; at = bytes.indexOf(endbr64, at + 4)) landings += 1;
  assert.ok(landings > 2000, `${landings} places for indirect calls to land at`);
  assert.doesNotMatch(headers, /RPATH|RUNPATH|TEXTREL/);
  const symbols = output("readelf", ["--wide", "--dyn-syms", binary]);
  assert.match(symbols, /__stack_chk_fail/);
  assert.match(symbols, /__(?:memcpy|printf|fprintf|snprintf|read)_chk/);
  const sections = output("readelf", ["--wide", "--section-headers", binary]);
  assert.doesNotMatch(sections, /\.symtab|\.debug_/, "it is stripped");
});

test("the binary tells nothing of where it was built", () => {
  const text = readFileSync(binary, "latin1");
  for (const path of [root, dirname(binary)]) assert.ok(!text.includes(path), path);
  assert.ok(!/\/home\/|\/tmp\/w|\/root\//.test(text));
});

test("the bill of materials is valid, names what is linked and loaded, and the same binary", () => {
  const bill = JSON.parse(read("usr/share/doc/llmapikey/llmapikey.cdx.json"));
  const { default: Ajv } = require("ajv"),
    { default: addFormats } = require("ajv-formats");
  const schemas = join(root, "tests/e2e/node_modules/@cyclonedx/cyclonedx-library/res/schema");
  const schema = (name) => JSON.parse(readFileSync(join(schemas, name), "utf8"));
  const ajv = new Ajv({ strict: false, validateFormats: true });
  addFormats(ajv);
  ajv.addFormat("idn-email", true).addFormat("iri-reference", true);
  for (const name of ["spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json"])
    ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}`);
  const validate = ajv.compile(schema("bom-1.5.SNAPSHOT.schema.json"));
  assert.ok(validate(bill), JSON.stringify(validate.errors));
  assert.ok(!validate({ ...bill, components: [{ name: "no type" }] }), "this check can fail");

  assert.equal(bill.specVersion, "1.5");
  assert.equal(bill.metadata.component.version, fields.Version);
  assert.equal(
    bill.metadata.component.hashes[0].content,
    createHash("sha256")
      .update(readFileSync(join(folder, "usr/bin/llmapikey")))
      .digest("hex"),
  );
  const uses = new Map(
    bill.components.map(({ name, properties }) => [
      name,
      properties.find((each) => each.name === "llmapikey:use").value.split(" "),
    ]),
  );
  for (const name of packagesOf(fields.Depends).filter((each) => each.startsWith("lib"))) {
    assert.ok(
      uses.get(name)?.some((use) => ["linked", "loaded"].includes(use)),
      `${name} is a dependency and not in the bill`,
    );
  }
  assert.ok(uses.get("libpq5").includes("loaded"));
  assert.ok(uses.get("libboost-json1.81-dev").includes("static"));
  for (const name of ["libboost1.81-dev", "libexpected-dev", "libcli11-dev", "libspdlog-dev"])
    assert.ok(uses.get(name).includes("headers"), name);
  for (const { name, version, purl } of bill.components)
    assert.ok(purl.startsWith(`pkg:deb/debian/${name.replaceAll("+", "%2B")}@`) && version, purl);
});

test("the image is made of the same packages as the build and the .deb, and runs as nobody special", () => {
  const dockerfile = readFileSync(join(root, "Dockerfile"), "utf8"),
    packages = readFileSync(join(root, "tools/packages"), "utf8");
  const stages = dockerfile.split(/^FROM /m).slice(1);
  assert.equal(stages.length, 2);
  const groups = Object.fromEntries(
    [...packages.matchAll(/^group\[(\w+)\]="([^"]+)"/gm)].map(([, name, list]) => [name, list.trim().split(/\s+/)]),
  );
  const installed = (stage) =>
    /apt-get install[^\n]*--no-install-recommends((?:\s*\\\n|\s+[a-z0-9.+-]+)+)/
      .exec(stage)[1]
      .replaceAll("\\", " ")
      .trim()
      .split(/\s+/);
  assert.deepEqual(new Set(installed(stages[0])), new Set([...groups.build, ...groups.package]));
  for (const stage of stages) assert.match(stage, /^debian:12-slim/);
  assert.match(
    stages[1],
    /^COPY --from=build .*\.deb/m,
    "what the last stage installs is the package, with its own dependencies",
  );
  const image = stages[1];
  for (const line of [
    /^USER llmapikey$/m,
    /^EXPOSE 3000$/m,
    /^VOLUME \["\/var\/lib\/llmapikey"\]$/m,
    /^HEALTHCHECK .*\["\/usr\/bin\/llmapikey", "health"\]$/m,
    /^ENTRYPOINT \["\/usr\/bin\/llmapikey"\]$/m,
    /^CMD \["serve"\]$/m,
  ])
    assert.match(image, line);
  assert.ok(existsSync(join(root, ".dockerignore")));
});
