// Run by docs/pictures/make: pictures of pages into this folder, icons and the preview picture into
// web/assets.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch } from "../../tests/e2e/support/browser.mjs";
import { signIn, startSandbox } from "../../tests/e2e/support/service.mjs";

const folder = dirname(fileURLToPath(import.meta.url));
const assets = resolve(folder, "../../web/assets");
const icon = readFileSync(join(assets, "favicon.svg"), "utf8");

const pages = [
  { name: "your-key", login: "grace-returning", path: "/dashboard", height: 1000 },
  { name: "overview", login: "linus-organizer", path: "/admin", height: 1000 },
  { name: "people", login: "linus-organizer", path: "/admin/people", height: 820 },
];

const photograph = async (browser, sandbox, { name, login, path, height }) => {
  const context = await browser.newContext({ viewport: { width: 1100, height }, locale: "en-US", bypassCSP: true });
  const [cookie, value] = (await signIn(sandbox, login)).split("=");
  await context.addCookies([{ name: cookie, value, url: sandbox.url }]);
  const page = await context.newPage();
  await page.goto(sandbox.url + path);
  await page.waitForFunction(() => !globalThis.document.querySelector("main[data-refresh-after]"));
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await context.close();
};

// `html` is the whole picture.
const draw = async (browser, file, [width, height], html) => {
  const context = await browser.newContext({ viewport: { width, height } });
  const page = await context.newPage();
  await page.setContent(`<style>* { margin: 0 } svg { display: block }</style>${html}`);
  await page.screenshot({ path: join(assets, file), omitBackground: true });
  await context.close();
};

const sized = (size) => icon.replace("<svg ", `<svg width="${size}" height="${size}" `);
// Where an icon is cut to another form: no corners of its own, and room around the sign.
const whole = (size) => sized(size).replace(' rx="7"', "");

const preview = `<div style="box-sizing: border-box; width: 1200px; height: 630px; padding: 90px 96px;
    background: #0b4f4a; color: #fff; font: 400 36px/1.4 system-ui, 'DejaVu Sans', sans-serif">
  <div style="display: flex; align-items: center; gap: 24px; font-size: 34px">${sized(84)}<b>llmapikey</b></div>
  <p style="margin-top: 56px; font-size: 74px; line-height: 1.15; font-weight: 700">Your LLM API key,<br>paid for,
    in one click</p>
  <p style="margin-top: 40px; color: #f3c969">One key per GitHub account, with a hard daily cap.</p>
</div>`;

const browser = await launch();
const sandbox = await startSandbox({}, { hasHistory: true });
try {
  for (const page of pages) await photograph(browser, sandbox, page);
  await draw(browser, "icon-32.png", [32, 32], sized(32));
  await draw(browser, "icon-180.png", [180, 180], whole(180));
  await draw(browser, "preview.png", [1200, 630], preview);
} finally {
  await browser.close();
  await sandbox.stop();
}
writeFileSync(1, `in ${folder} and ${assets}\n`);
