// The disk of the machine that boots: a clean system, Debian's kernel, systemd, and the agent that
// the test speaks with. Made once.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { CleanSystem, kept } from "./chroot.mjs";
import { fieldsOf } from "./package.mjs";

const agent = new URL("agent", import.meta.url);
const agentUnit = `[Service]
ExecStart=/usr/local/sbin/agent
[Unit]
BindsTo=dev-virtio\\x2dports-agent.device
After=dev-virtio\\x2dports-agent.device
[Install]
WantedBy=multi-user.target
`;

const makeDisk = (deb, folder) => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const system = new CleanSystem(deb);
  try {
    // The kernel's first steps need these only; all that there is would take minutes to pack and to
    // load.
    mkdirSync(system.path("etc/initramfs-tools/conf.d"), { recursive: true });
    writeFileSync(system.path("etc/initramfs-tools/conf.d/machine"), "MODULES=list\n");
    writeFileSync(system.path("etc/initramfs-tools/modules"), "virtio_pci\nvirtio_blk\next4\n");
    system.apt("install", "systemd-sysv", "dbus", "udev", "linux-image-cloud-amd64", "curl");
    // That they come with the package, install.test.mjs shows; in the machine it would take
    // minutes.
    system.apt("satisfy", fieldsOf(deb).Depends);
    rmSync(system.path("usr/sbin/policy-rc.d"));
    writeFileSync(system.path("etc/hostname"), "machine\n");
    copyFileSync(fileURLToPath(agent), system.path("usr/local/sbin/agent"));
    writeFileSync(system.path("etc/systemd/system/agent.service"), agentUnit);
    system.run("systemctl", "enable", "agent.service");
    for (const [name, pattern] of [
      ["vmlinuz", /^vmlinuz-/],
      ["initrd", /^initrd\.img-/],
    ])
      copyFileSync(
        system.path(
          join(
            "boot",
            readdirSync(system.path("boot")).find((each) => pattern.test(each)),
          ),
        ),
        join(folder, name),
      );
    execFileSync("mke2fs", ["-q", "-t", "ext4", "-d", system.folder, join(folder, "disk"), "3G"], { stdio: "pipe" });
  } finally {
    system.remove();
  }
};

// A folder with vmlinuz, initrd and disk.
export const diskFor = (deb) =>
  kept("machine", deb, [import.meta.url, new URL("chroot.mjs", import.meta.url), agent], (folder) =>
    makeDisk(deb, folder),
  );
