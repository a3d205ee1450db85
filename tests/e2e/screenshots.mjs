// Screenshots of every page in every state, in light and dark, at 390 and 1280 px, into
// build/screenshots, to be looked at. `node tests/e2e/screenshots.mjs [part of a name]`;
// LLMAPIKEY_BINARY names another binary.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, openPage } from "./support/browser.mjs";
import { startEveryPage, visit } from "./support/every_page.mjs";

const folder = resolve(fileURLToPath(import.meta.url), "../../../build/screenshots");
mkdirSync(folder, { recursive: true });
const part = process.argv[2] ?? "";
const stage = await startEveryPage();
const browser = await launch();
try {
  for (const place of stage.places.filter(({ name }) => name.includes(part))) {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [390, 1280]) {
        const page = await openPage(browser, place.service, { colorScheme, viewport: { width, height: 800 } });
        await visit(page, place);
        await page.screenshot({ path: join(folder, `${place.name}-${colorScheme}-${width}.png`), fullPage: true });
        await page.context().close();
      }
    }
  }
} finally {
  await browser.close();
  await stage.stop();
}
console.log(`in ${folder}`);
