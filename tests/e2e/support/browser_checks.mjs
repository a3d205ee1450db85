// What every page is asked in the browser.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

// By default axe leaves out the size of targets, which WCAG 2.2 AA asks for, and what it calls
// experimental.
const rules = {
  "target-size": { enabled: true },
  "label-content-name-mismatch": { enabled: true },
  "css-orientation-lock": { enabled: true },
  "table-fake-caption": { enabled: true },
  "td-has-header": { enabled: true },
};

// The page needs a context with bypassCSP.
export const assertAccessible = async (page, name) => {
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `${name} is ${overflow} px too wide`);
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  // What passed is summed up in the page: all of it would be a megabyte on its way here.
  const { violations, tags } = await page.evaluate(
    async (wish) => {
      // What sticks to the window lies over a part of some row, and over none where it belongs.
      const sticky = [...document.querySelectorAll("thead th, .bulk")];
      for (const each of sticky) each.style.position = "static";
      const found = await globalThis.axe.run(wish);
      for (const each of sticky) each.style.position = "";
      return {
        violations: found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.target).join(" ")}`),
        tags: [...new Set(found.passes.flatMap((each) => each.tags))],
      };
    },
    { rules },
  );
  assert.deepEqual(
    violations.map((each) => `${name}: ${each}`),
    [],
  );
  for (const tag of ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"])
    assert.ok(tags.includes(tag), `${name}: no rule of ${tag} was checked`);
};

export const tabTo = async (page, selector, most = 80) => {
  for (let i = 0; i < most; i += 1) {
    await page.keyboard.press("Tab");
    if (await page.evaluate((wanted) => document.activeElement.matches(wanted), selector)) return;
  }
  assert.fail(`no way to ${selector} by keyboard`);
};
