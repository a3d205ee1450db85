// Debian's Chromium, driven by playwright-core.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const artifacts = resolve(fileURLToPath(import.meta.url), "../../../artifacts");
mkdirSync(artifacts, { recursive: true });

export const chromiumPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
export const chromiumSwitches = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launch = (more = []) =>
  chromium.launch({ executablePath: chromiumPath, args: [...chromiumSwitches, ...more] });

// A page that remembers what should not happen: errors, policy violations, requests to anybody
// else.
export const openPage = async (browser, service, options = {}) => {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") page.complaints.push(`console: ${message.text()}`);
  });
  page.on("request", (request) => {
    const isOurs =
      [service.url, service.github_url].some((origin) => request.url().startsWith(origin)) ||
      request.url().startsWith("data:");
    if (!isOurs) page.complaints.push(`request to ${request.url()}`);
  });
  return page;
};

export const screenshot = (page, name) => page.screenshot({ path: join(artifacts, `${name}.png`), fullPage: true });
