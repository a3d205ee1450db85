// Every page in every state: accessible in light and dark, from 320 px to 1280 px; described to
// those who find or share it; and fit for zooming, printing and people who want less motion or
// their own colors.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, openPage } from "./support/browser.mjs";
import { assertAccessible } from "./support/browser_checks.mjs";
import { startEveryPage, visit } from "./support/every_page.mjs";
import { startService } from "./support/service.mjs";

let stage, browser;
before(async () => {
  [stage, browser] = await Promise.all([startEveryPage(), launch()]);
});
after(async () => {
  await browser?.close();
  await stage?.stop();
});

const at = async (place, use, options = {}) => {
  const page = await openPage(browser, place.service, {
    viewport: { width: 1280, height: 800 },
    bypassCSP: true,
    ...options,
  });
  await visit(page, place);
  await use(page);
  await page.context().close();
};
const placeNamed = (name) => stage.places.find((place) => place.name === name);

// What each page says of itself, found on the one visit to it.
const described = new Map();
const describe = (page) =>
  page.evaluate(() => ({
    title: document.title,
    language: document.documentElement.lang,
    headings: document.querySelectorAll("h1").length,
    heading: document.querySelector("h1")?.textContent,
    description: document.querySelector("meta[name=description]")?.content,
    colors: document.querySelectorAll("meta[name=theme-color]").length,
  }));

// Recipients have phones of every kind.
const widthsOf = ({ name }) => (/^(dashboard|try)/.test(name) ? [320, 390, 1280] : [320, 1280]);

test("every page: no axe violation and no sideways scrolling, in light and dark, from 320 to 1280 px", async (t) => {
  // One window for all of them, whose cache stays warm: a new one for each takes longer than the
  // page does.
  const page = await openPage(browser, stage.open, { bypassCSP: true });
  for (const place of stage.places) {
    await page.context().clearCookies();
    await page.emulateMedia({ colorScheme: "light" });
    await page.setViewportSize({ width: 1280, height: 800 });
    await visit(page, place);
    described.set(place.name, await describe(page));
    for (const colorScheme of ["light", "dark"]) {
      await page.emulateMedia({ colorScheme });
      for (const width of widthsOf(place)) {
        await page.setViewportSize({ width, height: 800 });
        await assertAccessible(page, `${place.name}, ${colorScheme}, ${width} px`);
      }
    }
  }
  await page.context().close();
  t.diagnostic(`${stage.places.length} pages`);
});

test("every page has a title of its own, a description, a language and one heading that says what it is", () => {
  for (const place of stage.places.filter((each) => !each.isOfGithub)) {
    const found = described.get(place.name);
    assert.match(found.title, /^.+ · llmapikey$/, place.name);
    assert.deepEqual([found.language, found.headings, found.colors], ["en", 1, 2], place.name);
    assert.ok(found.description.length > 30 && found.description.length < 170, `${place.name}: ${found.description}`);
    if (place.name.startsWith("error-") || place.name.startsWith("sign-in-"))
      assert.ok(found.title.startsWith(found.heading), found.title);
  }
});

test("where the public address is known, pages that are shared name it, however they were reached", async (t) => {
  const own = await startService(stage.upstreams, stage.folder(), { PUBLIC_URL: "https://keys.example.org" });
  t.after(() => own.stop());
  for (const path of ["/", "/docs", "/dashboard"]) {
    const html = await (await fetch(`${own.url}${path}?from=somewhere`)).text();
    assert.match(html, new RegExp(`<link rel="canonical" href="https://keys\\.example\\.org${path}">`), path);
    assert.match(html, new RegExp(`<meta property="og:url" content="https://keys\\.example\\.org${path}">`), path);
    const [, title] = /<title>(.*)<\/title>/.exec(html);
    assert.ok(html.includes(`<meta property="og:title" content="${title}">`), path);
    assert.ok(!(await (await fetch(`${stage.open.url}${path}`)).text()).includes("canonical"), "not known, not said");
  }
  const robots = await (await fetch(`${own.url}/robots.txt`)).text();
  assert.match(robots, /^User-agent: \*\nDisallow: \/auth\/\n$/);
});

test("nothing moves on the pages of recipients once it is shown", async () => {
  for (const name of ["landing", "docs", "dashboard-no-key", "dashboard-created", "dashboard-key"]) {
    await at({ ...placeNamed(name), unfold: false }, async (page) => {
      const shift = await page.evaluate(
        () =>
          new Promise((done) => {
            let sum = 0;
            new PerformanceObserver((list) => {
              for (const entry of list.getEntries()) sum += entry.hadRecentInput ? 0 : entry.value;
            }).observe({ type: "layout-shift", buffered: true });
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(sum), 0)));
          }),
      );
      assert.ok(shift < 0.01, `${name} shifts by ${shift}`);
    });
  }
});

test("who wants less motion gets none", async () => {
  for (const [reducedMotion, animations] of [
    ["no-preference", 1],
    ["reduce", 0],
  ]) {
    await at(
      placeNamed("dashboard-sorting-out"),
      async (page) => assert.equal(await page.evaluate(() => document.getAnimations().length), animations),
      { reducedMotion },
    );
  }
});

test("with colors of one's own the chart and the buttons are still there", async () => {
  await at(
    placeNamed("dashboard-key"),
    async (page) => {
      const seen = await page.evaluate(() => {
        const style = (selector) => getComputedStyle(document.querySelector(selector));
        return {
          bar: style(".chart .bars").fill,
          text: style("body").color,
          border: style("#copy-key").borderTopWidth,
          edge: style("#copy-key").borderTopColor,
        };
      });
      assert.equal(seen.bar, seen.text);
      assert.deepEqual([seen.border, seen.edge === "rgba(0, 0, 0, 0)"], ["1px", false]);
    },
    { forcedColors: "active" },
  );
});

test("the focus can be seen wherever it goes", async () => {
  for (const name of ["landing", "dashboard-key", "admin-keys-found"]) {
    for (const colorScheme of ["light", "dark"]) {
      await at(
        placeNamed(name),
        async (page) => {
          const seen = new Set();
          for (let i = 0; i < 60; i += 1) {
            await page.keyboard.press("Tab");
            const focused = await page.evaluate(() => {
              const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
              // A day of a chart is framed by its own area.
              const frame = document.activeElement.matches(".days > g") && document.activeElement.querySelector("path");
              const { stroke, strokeWidth } = frame ? getComputedStyle(frame) : {};
              return {
                what: document.activeElement.outerHTML.slice(0, 100),
                isBody: document.activeElement === document.body,
                outline: frame
                  ? stroke !== "none" && parseFloat(strokeWidth)
                  : outlineStyle === "none"
                    ? 0
                    : parseFloat(outlineWidth),
              };
            });
            if (focused.isBody) break;
            assert.ok(focused.outline >= 2, `${name}: ${focused.what}`);
            seen.add(focused.what);
          }
          assert.ok(seen.size >= 6, `${name}: ${seen.size}`);
        },
        { colorScheme },
      );
    }
  }
});

test("fingers find their targets: buttons and the navigation are 44 px high, all else 24", async () => {
  for (const name of [
    "landing",
    "docs",
    "dashboard-key",
    "dashboard-no-key",
    "admin-keys",
    "admin-tokens",
    "admin-webhooks",
    "error-404",
  ]) {
    await at(
      placeNamed(name),
      async (page) => {
        const small = await page.evaluate(() =>
          [
            ...document.querySelectorAll("button, .button, header a, summary, input:not([type=hidden]), select"),
          ].flatMap((element) => {
            // A tab is a radio button that is not seen: its label is pressed.
            const target = element.matches(".unseen[type=radio]") ? element.closest("label") : element;
            const { height, width } = target.getBoundingClientRect();
            if (height === 0 || getComputedStyle(element).visibility === "hidden") return [];
            const least = element.type === "checkbox" ? 24 : 44;
            return height >= least - 0.5 && width >= 24
              ? []
              : [`${element.outerHTML.slice(0, 80)}: ${width} x ${height}`];
          }),
        );
        assert.deepEqual(small, [], name);
      },
      { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true },
    );
  }
});

test("printed, the docs are text without what only a screen needs, and nothing is cut off", async () => {
  await at(placeNamed("docs-masked"), async (page) => {
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await page.setViewportSize({ width: 600, height: 800 });
    for (const selector of [".top", ".bottom", ".button", ".copy"])
      assert.ok(!(await page.locator(selector).first().isVisible()), selector);
    assert.deepEqual(
      await page.evaluate(() =>
        [...document.querySelectorAll("main *")]
          .filter((each) => each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== "inline")
          .map((each) => each.outerHTML.slice(0, 80)),
      ),
      [],
    );
    assert.deepEqual(
      await page.evaluate(() => {
        const { color, backgroundColor } = getComputedStyle(document.body);
        return [color, backgroundColor];
      }),
      ["rgb(0, 0, 0)", "rgb(255, 255, 255)"],
    );
    assert.ok((await page.pdf()).length > 10_000);
  });
});
