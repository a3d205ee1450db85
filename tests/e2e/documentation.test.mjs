// The documentation as a site (docs/build): every link leads somewhere; the pages ask nobody else
// for anything, fit 320 px, and have no fault that axe finds. That documents name what exists is a
// gate of its own, tools/check_documents.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { launch } from "./support/browser.mjs";
import { temporaryFolder } from "./support/service.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = temporaryFolder();
let pages;
before(() => {
  execFileSync(join(root, "docs/build"), [folder]);
  pages = new Map(
    readdirSync(folder)
      .filter((name) => name.endsWith(".html"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
});
after(() => {
  rmSync(folder, { recursive: true, force: true });
});

const unescaped = (text) => text.replace(/&quot;/g, '"').replace(/&amp;/g, "&");
const valuesOf = (html, name) =>
  [...html.matchAll(new RegExp(`\\s${name}="([^"]*)"`, "g"))].map((match) => unescaped(match[1]));

test("every document is a page, and every page is in the navigation of every other", () => {
  const documents = [...readdirSync(join(root, "docs")), "README.md"].filter((name) => name.endsWith(".md"));
  assert.ok(pages.size >= documents.length);
  for (const html of pages.values()) {
    const linked = new Set(valuesOf(html.slice(html.indexOf('<nav class="site"'), html.indexOf("</nav>")), "href"));
    assert.deepEqual([...linked].sort(), [...pages.keys()].sort());
    assert.equal(html.match(/aria-current="page"/g)?.length, 1);
    assert.equal(html.match(/<h1[ >]/g)?.length, 1);
  }
});

test("every link leads to a file, and every anchor to a place in it", () => {
  let checked = 0;
  for (const [name, html] of pages) {
    const ids = valuesOf(html, "id");
    assert.equal(new Set(ids).size, ids.length, `${name} has an id twice`);
    for (const href of [...valuesOf(html, "href"), ...valuesOf(html, "src")]) {
      if (/^https?:/.test(href)) continue;
      const [path, anchor] = href.split("#");
      assert.ok(path === "" || existsSync(join(folder, path)), `${name}: ${href}`);
      if (anchor)
        assert.ok(
          valuesOf(pages.get(path || name) ?? "", "id").includes(decodeURIComponent(anchor)),
          `${name}: ${href} has no such place`,
        );
      checked += 1;
    }
  }
  assert.ok(checked > 300, `only ${checked} links were found`);
});

test("pages load nothing from elsewhere, fit 320 px, and have no fault that axe finds", async () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  const browser = await launch();
  try {
    const context = await browser.newContext({ viewport: { width: 320, height: 640 } });
    const page = await context.newPage();
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    for (const name of pages.keys()) {
      await page.emulateMedia({ colorScheme: "light" });
      await page.goto(pathToFileURL(join(folder, name)).href);
      await page.evaluate(axe);
      for (const colorScheme of ["light", "dark"]) {
        await page.emulateMedia({ colorScheme });
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.ok(width <= 320, `${name} is ${width} px wide`);
        const found = await page.evaluate(async () =>
          (await globalThis.axe.run(document, { resultTypes: ["violations"] })).violations.map(
            ({ id, nodes }) => `${id}: ${nodes[0].html}`,
          ),
        );
        assert.deepEqual(found, [], `${name}, ${colorScheme}`);
      }
    }
    assert.deepEqual(
      asked.filter((url) => !url.startsWith(pathToFileURL(folder).href)),
      [],
    );
    await context.close();
  } finally {
    await browser.close();
  }
});
