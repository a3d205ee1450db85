// A Debian 12 with its own kernel and systemd, in QEMU (with KVM where there is one, much slower
// without). Nothing that is written to its disk stays. There is no network: the test speaks with an
// agent in the machine, over a port of its own.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { until } from "../../e2e/support/service.mjs";
import { diskFor } from "./disk.mjs";
import { workFolder } from "./package.mjs";

export class Machine {
  #next;
  #came;
  // The packages are in /root.
  constructor(...debs) {
    this.folder = mkdtempSync(join(workFolder, "running-"));
    const disk = diskFor(debs[0]);
    const packages = join(this.folder, "packages");
    execFileSync("tar", [
      "--create",
      "--file",
      packages,
      ...debs.flatMap((deb) => ["--directory", join(deb, ".."), deb.slice(deb.lastIndexOf("/") + 1)]),
    ]);
    const socket = join(this.folder, "agent");
    // setpriv: it does not outlive this process.
    // no_timer_check: a machine that gets little of the processor fails that check and panics.
    this.child = spawn(
      "setpriv",
      [
        "--pdeathsig",
        "KILL",
        "qemu-system-x86_64",
        "-accel",
        "kvm",
        "-accel",
        "tcg",
        "-cpu",
        "max",
        "-m",
        "1024",
        "-smp",
        "2",
        "-nodefaults",
        "-no-user-config",
        "-display",
        "none",
        "-kernel",
        join(disk, "vmlinuz"),
        "-initrd",
        join(disk, "initrd"),
        "-append",
        "root=/dev/vda rw console=ttyS0 quiet no_timer_check panic=1",
        "-drive",
        `file=${join(disk, "disk")},format=raw,if=virtio,snapshot=on`,
        "-drive",
        `file=${packages},format=raw,if=virtio,readonly=on`,
        "-chardev",
        `socket,id=agent,path=${socket},server=on,wait=off`,
        "-device",
        "virtio-serial-pci",
        "-device",
        "virtserialport,chardev=agent,name=agent",
        "-device",
        "virtio-rng-pci",
        "-serial",
        `file:${join(this.folder, "console")}`,
      ],
      { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, TMPDIR: this.folder } },
    );
    this.complaint = "";
    this.child.stderr.on("data", (chunk) => {
      this.complaint += chunk;
    });
    this.child.once("error", (error) => {
      this.complaint += error.message;
      this.isOver = true;
    });
    this.exited = new Promise((done) =>
      this.child.once("close", () => {
        this.isOver = true;
        done();
      }),
    );
    this.socket = socket;
    this.lines = [];
    this.#expect();
  }

  // The next line of the agent's. Waited for without asking again and again: the machine needs the
  // processor.
  async #line(timeout) {
    let timer;
    const late = new Promise((done) => {
      timer = setTimeout(done, timeout);
    });
    while (
      this.lines.length === 0 &&
      !this.isOver &&
      (await Promise.race([this.#next.then(() => true), this.exited.then(() => true), late]))
    );
    clearTimeout(timer);
    if (this.lines.length > 0) return this.lines.shift();
    const what = this.isOver ? "the machine is gone" : "the machine did not answer in time";
    this.child.kill("SIGKILL"); // an answer that comes later would be taken for the next one
    throw new Error(`${what}: ${this.#says()}`);
  }
  #expect() {
    this.#next = new Promise((done) => {
      this.#came = done;
    });
  }
  #says() {
    const console_ = join(this.folder, "console");
    return `${this.complaint}\n${existsSync(console_) ? readFileSync(console_, "utf8").slice(-3000) : ""}`;
  }

  async ready(timeout = 600_000) {
    if (!this.port) {
      await until("QEMU listens", () => existsSync(this.socket) || this.isOver);
      this.port = connect(this.socket);
      let rest = "";
      this.port.on("data", (chunk) => {
        const parts = (rest + chunk).split("\n");
        rest = parts.pop();
        this.lines.push(...parts);
        this.#came();
        this.#expect();
      });
      this.port.on("error", () => {});
    }
    if ((await this.#line(timeout)) !== "ready") throw new Error("the agent says something else than that it is ready");
  }

  // As root, in bash. A status of zero is expected.
  async run(script, timeout = 300_000) {
    const { status, said } = await this.attempt(script, timeout);
    if (status !== 0) throw new Error(`${status} from: ${script}\n${said}`);
    return said;
  }
  async attempt(script, timeout = 300_000) {
    this.port.write(`${Buffer.from(script).toString("base64")}\n`);
    const [, status, said] = /^(\d+) (.*)$/.exec(await this.#line(timeout));
    return { status: Number(status), said: Buffer.from(said, "base64").toString() };
  }
  // Whether the agent still answers that is not sure.
  async reboot() {
    this.port.write(`${Buffer.from("systemctl --no-block reboot").toString("base64")}\n`);
    while ((await this.#line(900_000)) !== "ready");
  }

  async stop() {
    this.child.kill("SIGKILL");
    await this.exited;
    this.port?.destroy();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
