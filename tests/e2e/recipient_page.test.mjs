// The page of a recipient in a real browser: how to use the key, what is left today, the chart,
// trying the key, and the reader's own time.
import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { launch, openPage } from "./support/browser.mjs";
import { generate, signIn, startService, startUpstreams, temporaryFolder, until } from "./support/service.mjs";

const exec = promisify(execFile);

let upstreams, folder, service, browser;
before(async () => {
  [upstreams, browser] = await Promise.all([startUpstreams(), launch()]);
  folder = temporaryFolder();
  service = await startService(upstreams, folder, { SPENDING_POLL_SECONDS: "0", MAX_TOTAL_KEYS: "0" });
});
after(async () => {
  await browser?.close();
  await service?.stop();
  await upstreams?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const sql = (text) =>
  execFileSync("sqlite3", ["-cmd", ".timeout 5000", `${folder}/llmapikey.db`, text])
    .toString()
    .trim();

let people = 0;
const holder = async () => {
  const session = await signIn(service, `reader-${process.pid}-${(people += 1)}`);
  const { key } = await (await generate(service, session)).json();
  const { hash } = (await upstreams.ledger()).keys.find((each) => !each.deleted_at && key.endsWith(each.hint));
  return { session, key, hash };
};

const open = async ({ session }, options = {}, path = "/dashboard") => {
  const page = await openPage(browser, service, options);
  const [name, value] = session.split("=");
  await page.context().addCookies([{ name, value, url: service.url }]);
  await page.goto(service.url + path);
  return page;
};
const withClipboard = { permissions: ["clipboard-read", "clipboard-write"] };
const uses = ["try", "terminal", "python", "javascript", "apps"];
const use = (page, name) => page.click(`label:has(#use-${name})`);
const copied = async (page, button) => {
  await button.click();
  await button.filter({ hasText: "Copied" }).waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
};

// Asks a model with the key, as a program of the person would: each call costs one dollar.
const callDearly = async (key, times = 1) => {
  for (let i = 0; i < times; i += 1) {
    const answer = await fetch(`${upstreams.openrouter_url}/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({ model: "sandbox/expensive", messages: [{ role: "user", content: "x" }] }),
    });
    assert.equal(answer.status, 200);
  }
};
// After a try the service asks what was spent.
const askForFigures = ({ session }) =>
  fetch(`${service.url}/dashboard/try`, {
    method: "POST",
    headers: { cookie: session, origin: service.url, accept: "text/html" },
    body: new URLSearchParams({ message: "x" }),
  });
const textOfPage = async ({ session }) =>
  (await fetch(`${service.url}/dashboard`, { headers: { cookie: session } })).text();
const showFigures = async (person, words) => {
  await askForFigures(person);
  return until(words, async () => (await textOfPage(person)).includes(words));
};

// What a shell of somebody's has: nothing of ours.
const cleanEnvironment = { PATH: process.env.PATH, HOME: process.env.HOME };

test("30 seconds to a working call in a terminal, by one copy", async () => {
  const begun = Date.now();
  const person = await holder();
  const page = await open(person, withClipboard);
  await use(page, "terminal");
  const command = await copied(page, page.locator("#pane-terminal > .snippet .copy"));
  assert.equal(command.split("\n")[0], `export OPENROUTER_API_KEY=${person.key}`);
  const { stdout } = await exec("bash", ["-c", command], { env: cleanEnvironment });
  assert.match(JSON.parse(stdout).choices[0].message.content, /You said: Say hello\./);
  assert.ok(Date.now() - begun < 30_000);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("each copy works as it is: lines for PowerShell and .env, programs, fields of editors", async (t) => {
  const person = await holder();
  const page = await open(person, withClipboard);
  const copies = [];
  const copyOf = async (selector) => {
    copies.push(await copied(page, page.locator(selector)));
    return copies.at(-1);
  };
  const place = temporaryFolder();
  t.after(() => rmSync(place, { recursive: true, force: true }));
  const environment = { ...cleanEnvironment, OPENROUTER_API_KEY: person.key };

  await use(page, "terminal");
  await page.click("#pane-terminal summary");
  const lines = "#pane-terminal details .snippet";
  const powershell = await copyOf(`${lines} >> nth=0 >> .copy`);
  assert.ok(powershell.startsWith(`$env:OPENROUTER_API_KEY = "${person.key}"\n`), powershell);
  assert.match(powershell, /Invoke-RestMethod http\S+\/chat\/completions -Method Post/);
  assert.equal(await copyOf(`${lines} >> nth=1 >> .copy`), `OPENROUTER_API_KEY=${person.key}`);

  await use(page, "python");
  const prepared = "#pane-python .snippet >> nth=0 >> .copy";
  assert.equal((await copyOf(prepared)).split("\n")[0], `export OPENROUTER_API_KEY=${person.key}`);
  assert.match(copies.at(-1), /^pip install openai$/m);
  const python = await copyOf("#pane-python .snippet >> nth=1 >> .copy");
  assert.match(python, /os\.environ\["OPENROUTER_API_KEY"\]/);
  // In the place of the package `openai`: it makes the same call.
  writeFileSync(
    join(place, "openai.py"),
    `import json, urllib.request
from types import SimpleNamespace

class OpenAI:
    def __init__(self, base_url, api_key):
        def create(**fields):
            headers = {"Authorization": "Bearer " + api_key, "Content-Type": "application/json"}
            question = urllib.request.Request(base_url + "/chat/completions", json.dumps(fields).encode(), headers)
            text = urllib.request.urlopen(question).read()
            return json.loads(text, object_hook=lambda each: SimpleNamespace(**each))
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=create))
`,
  );
  const run = { env: { ...environment, PYTHONPATH: place } };
  assert.match((await exec("python3", ["-c", python], run)).stdout, /You said: Say hello\./);

  await use(page, "javascript");
  const line = await copyOf("#pane-javascript .snippet >> nth=0 >> .copy");
  const program = join(place, "hello.mjs");
  writeFileSync(program, await copyOf("#pane-javascript .snippet >> nth=1 >> .copy"));
  const together = `${line}\n${process.execPath} ${program}`;
  assert.match((await exec("bash", ["-c", together], { env: cleanEnvironment })).stdout, /You said: Say hello\./);
  const wrong = { ...environment, OPENROUTER_API_KEY: "sk-or-v1-nobody" };
  assert.match((await exec(process.execPath, [program], { env: wrong })).stdout, /User not found/);

  await use(page, "apps");
  assert.equal(await copyOf("#pane-apps [data-copy=app-url]"), upstreams.openrouter_url);
  assert.equal(await copyOf("#pane-apps [data-copy=key]"), person.key);
  assert.equal(await copyOf("#pane-apps [data-copy=app-model]"), "openai/gpt-4o-mini");
  for (const text of copies) assert.ok(!text.includes("…"), `a masked key in ${text}`);
  assert.ok(!(await page.locator("main").innerText()).includes(person.key), "the whole key is not shown");
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("where the clipboard is refused, the whole command is selected, with the key", async () => {
  const person = await holder();
  const page = await open(person);
  await page.evaluate(() => {
    navigator.clipboard.writeText = () => Promise.reject(new Error("refused"));
  });
  await use(page, "terminal");
  await page.click("#pane-terminal > .snippet .copy");
  await page.locator(".copy", { hasText: "Selected" }).waitFor();
  const selected = await page.evaluate(() => getSelection().toString());
  assert.ok(selected.startsWith(`export OPENROUTER_API_KEY=${person.key}\ncurl `), selected);
  assert.ok(selected.endsWith("'"), selected);
  await page.context().close();
});

test("the chosen way to use the key is remembered; the first one is to try it", async () => {
  const page = await open(await holder());
  assert.ok(await page.isVisible("#pane-try"));
  await use(page, "javascript");
  await page.reload();
  assert.ok(await page.isChecked("#use-javascript"));
  assert.ok((await page.isVisible("#pane-javascript")) && (await page.isHidden("#pane-try")));
  // By keyboard, as radio buttons are.
  await page.focus("#use-javascript");
  await page.keyboard.press("ArrowRight");
  assert.ok(await page.isVisible("#pane-apps"));
  await page.reload();
  assert.ok(await page.isVisible("#pane-apps"));
  await page.evaluate(() => localStorage.setItem("llmapikey-use", "no-such-way"));
  await page.reload();
  assert.ok(await page.isVisible("#pane-try"));
  await page.context().close();
});

test("without JavaScript: every pane is there, the key is shown, replaced and given back", async () => {
  const person = await holder();
  await callDearly(person.key, 8);
  await showFigures(person, "$8.00 spent");
  const page = await open(person, { javaScriptEnabled: false });
  for (const each of uses) {
    await use(page, each);
    for (const other of uses) assert.equal(await page.isVisible(`#pane-${other}`), other === each, other);
  }
  assert.match(await page.locator(".use noscript").innerText(), /Replace .*…\w{4} with the whole key/);
  assert.equal(await page.locator(".copy, button[data-copy]:visible").count(), 0, "no button that does nothing");
  assert.ok(await page.isHidden("#key"));
  await page.click(".reveal summary");
  assert.equal(await page.locator("#key").innerText(), person.key);

  await page.click("#replace summary");
  await page.click("#replace summary:has-text('Cancel')");
  assert.ok(await page.isHidden("#rotate"));
  await page.click("#replace summary");
  await page.click("#rotate");
  await page.locator("[role=status]", { hasText: "ready" }).waitFor();
  await page.click(".reveal summary");
  const next = await page.locator("#key").innerText();
  assert.match(next, /^sk-or-v1-[0-9a-f]{64}$/);
  assert.notEqual(next, person.key);
  await page.goto(`${service.url}/dashboard`);
  assert.match(await page.textContent("#today"), /\$8\.00 spent, including \$8\.00 with your earlier key\./);
  assert.equal(await page.textContent("#today .big"), "$2.00 left of $10.00");

  await page.click("#return summary");
  await page.click("#give-back");
  await page.locator("[role=status]", { hasText: "Thank you" }).waitFor();
  assert.match(await page.textContent("main"), /You gave your key back\./);
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("a browser that does not know :has() shows every pane", async () => {
  const page = await open(await holder());
  await page.route("**/*.css", async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll(":has(", ":not-known(") });
  });
  await page.reload();
  for (const each of uses) assert.ok(await page.isVisible(`#pane-${each}`), each);
  await page.context().close();
});

// The color of the drawn bar, a little from its left end.
const colorOf = async (bar) => {
  const picture = (await bar.screenshot()).toString("base64");
  const page = await browser.newPage();
  const color = await page.evaluate(async (data) => {
    const image = document.createElement("img");
    image.src = `data:image/png;base64,${data}`;
    await image.decode();
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.drawImage(image, 0, 0);
    const [red, green, blue] = canvas.getImageData(20, Math.floor(image.height / 2), 1, 1).data;
    return `rgb(${red}, ${green}, ${blue})`;
  }, picture);
  await page.close();
  return color;
};

test("today: what is left as text and as a bar, which turns amber from 75 % and red at 100 %", async () => {
  const person = await holder();
  const steps = [
    [7, 0, "$3.00 left of $10.00", "70", "bar", "Active", "rgb(11, 90, 83)"],
    [0, 0.5, "$2.50 left of $10.00", "75", "bar near", "Near cap", "rgb(138, 90, 0)"],
    [2, 0, "$0.50 left of $10.00", "95", "bar near", "Near cap", "rgb(138, 90, 0)"],
    [0, 0.5, "$0.00 left of $10.00", "100", "bar full", "At cap", "rgb(161, 38, 38)"],
  ];
  for (const [calls, usd, left, percent, className, badge, color] of steps) {
    await callDearly(person.key, calls);
    if (usd) await upstreams.spend(person.hash, usd);
    await showFigures(person, left.replace(" of", " <small>of"));
    const page = await open(person, { colorScheme: "light" });
    const bar = page.locator("#today progress");
    assert.equal(await page.textContent("#today .big"), left);
    assert.deepEqual(
      [await bar.getAttribute("value"), await bar.getAttribute("class")].map((each) => each.trim()),
      [percent, className],
    );
    assert.equal(await bar.textContent(), `${percent} %`);
    assert.equal(await page.textContent("#state .badge"), badge);
    assert.equal(await colorOf(bar), color);
    if (percent === "100") assert.match(await page.textContent("#today"), /You have used today's \$10\.00\. Resets at/);
    await page.context().close();
  }
});

// What was spent on earlier days, the latest first: into the books of the service.
const spendEarlier = ({ hash }, micros) =>
  sql(
    "INSERT INTO spending_days (github_user_id, day, openrouter_delete_hash, spent_micro_usd) " +
      micros
        .map(
          (micro, i) =>
            `SELECT github_user_id, date('now', '-${i + 1} days'), '${hash}', ${micro} FROM api_keys ` +
            `WHERE openrouter_delete_hash = '${hash}'`,
        )
        .join(" UNION ALL "),
  );

// The drawing as it is shown: each bar, each day with its value, and whether all of it lies inside.
const readChart = (page, selector) =>
  page.evaluate((wanted) => {
    const svg = document.querySelector(wanted);
    const [width, height] = svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
    const grid = [...svg.querySelectorAll("line.grid")].map((line) => Number(line.getAttribute("y1")));
    const labels = [...svg.querySelectorAll("text.end")].map((each) => each.textContent);
    const bars = [
      ...svg
        .querySelector(".bars")
        .getAttribute("d")
        .matchAll(/M(\d+) (\d+)v-(\d+)h(\d+)v\d+z/g),
    ].map(([, x, bottom, tall, wide]) => ({
      x: Number(x),
      bottom: Number(bottom),
      height: Number(tall),
      width: Number(wide),
    }));
    const tips = [...svg.querySelectorAll(".days :is(rect, text)")];
    for (const tip of tips) tip.style.display = "block";
    const frame = svg.getBoundingClientRect();
    const outside = [...svg.querySelectorAll("rect, text, line, path")].flatMap((each) => {
      const box = each.getBoundingClientRect();
      const isInside =
        box.left >= frame.left - 0.5 &&
        box.right <= frame.right + 0.5 &&
        box.top >= frame.top - 0.5 &&
        box.bottom <= frame.bottom + 0.5;
      return isInside ? [] : [`${each.tagName} ${each.textContent}`];
    });
    // A value is no wider than the dark box that it stands on.
    const tooWide = [...svg.querySelectorAll(".days > g")].flatMap((day) => {
      const [box, text] = ["rect", "text"].map((name) => day.querySelector(name).getBoundingClientRect());
      const fits = text.left >= box.left && text.right <= box.right;
      return fits && text.top >= box.top && text.bottom <= box.bottom ? [] : [day.textContent];
    });
    for (const tip of tips) tip.style.display = "";
    const days = [...svg.querySelectorAll(".days > g")].map((day) => day.textContent);
    const letters = Math.min(
      ...[...svg.querySelectorAll("svg > text")].map((each) => each.getBoundingClientRect().height),
    );
    const rows = [...document.querySelectorAll("#today tbody tr")].map((row) =>
      [...row.children].map((cell) => cell.textContent),
    );
    return { width, height, grid, labels, bars, outside, tooWide, days, letters, rows };
  }, selector);

const shortDay = (day) =>
  new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" })
    .format(new Date(day))
    .replace("Sept", "Sep");
const dollars = (text) => Number(text.replace(/[$,]|less than /g, ""));

test("the chart: the table has what the bars show, for 7, 30 and 90 days, and nothing leaves the drawing", async () => {
  const person = await holder();
  // Nothing, next to nothing, the cap, and more than the cap: it may have been higher then.
  const micros = Array.from({ length: 95 }, (_, i) => [0, 40, 2_300_000, 10_000_000, 7_770_000, 12_345_678][i % 6]);
  spendEarlier(person, micros);
  await upstreams.spend(person.hash, 2.3);
  await showFigures(person, "$2.30 spent");
  const page = await open(person, { viewport: { width: 1280, height: 900 } });
  for (const days of [7, 30, 90]) {
    await page.click(`#today a:text("${days} days")`);
    await page.locator("#today h2", { hasText: `Last ${days} days:` }).waitFor();
    assert.equal(await page.textContent("#today .chips [aria-current=true]"), `${days} days`);
    assert.match(page.url(), new RegExp(`days=${days}#today$`));
    for (const [selector, width] of [
      [".chart.wide", 1280],
      [".chart.narrow", 390],
    ]) {
      await page.setViewportSize({ width, height: 900 });
      const what = `${days} days, ${selector}`;
      assert.ok(await page.isVisible(selector), what);
      const chart = await readChart(page, selector);
      assert.deepEqual([chart.outside, chart.tooWide], [[], []], what);
      assert.ok(chart.letters >= 10, `${what}: letters of ${chart.letters} px`);
      assert.equal(chart.rows.length, days, what);
      // Three lines: nothing, half, all.
      assert.deepEqual(chart.labels.slice(0, 3), ["$0", "$10", "$20"], what);
      const [bottom, , top] = chart.grid;
      const values = chart.rows.map(([, value]) => dollars(value));
      assert.deepEqual(values.at(-1), 2.3);
      const drawn = values.filter((value) => value > 0);
      assert.equal(chart.bars.length, drawn.length, `${what}: a bar for each day with something`);
      for (const [i, bar] of chart.bars.entries()) {
        const expected = Math.max((drawn[i] / 20) * (bottom - top), 2);
        assert.ok(Math.abs(bar.height - expected) <= 1, `${what}: ${bar.height} for ${drawn[i]}`);
        assert.equal(bar.bottom, bottom, what);
        if (i > 0) assert.ok(bar.x >= chart.bars[i - 1].x + chart.bars[i - 1].width, `${what}: bars do not touch`);
      }
      if (selector === ".chart.wide")
        assert.deepEqual(
          chart.days,
          chart.rows.map(([day, value]) => `${shortDay(day)}: ${value}`),
        );
      const sum = values.reduce((all, value) => all + value, 0);
      const said = dollars(/: (.*)$/.exec(await page.textContent("#today .between:not(:first-child) h2"))[1]);
      assert.ok(Math.abs(sum - said) < days * 0.005, `${what}: ${sum}, ${said}`);
    }
    await page.setViewportSize({ width: 1280, height: 900 });
  }
  assert.deepEqual(page.complaints, []);
  await page.context().close();
});

test("the chart by keyboard and by pointer: arrow keys lead from day to day and show the value", async () => {
  const person = await holder();
  spendEarlier(person, [1_000_000, 2_000_000, 3_000_000]);
  await showFigures(person, "Last 30 days: $6.00");
  const page = await open(person, { viewport: { width: 1280, height: 900 } });
  const focused = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  const shown = () =>
    page.evaluate(() =>
      [...document.querySelectorAll(".chart.wide .days > g")]
        .filter((each) => getComputedStyle(each.querySelector("text")).display !== "none")
        .map((each) => each.textContent),
    );
  assert.deepEqual(await shown(), []);
  await page.locator("#today .chips a").last().focus();
  await page.keyboard.press("Tab");
  const day = (ago) => shortDay(Date.now() - ago * 86_400_000);
  const path = [
    ["", 0, /\$0\.00|less than/],
    ["ArrowLeft", 1, /\$1\.00$/],
    ["ArrowLeft", 2, /\$2\.00$/],
    ["ArrowLeft", 3, /\$3\.00$/],
    ["ArrowRight", 2, /\$2\.00$/],
  ];
  for (const [key, ago, value] of path) {
    if (key) await page.keyboard.press(key);
    const label = await focused();
    assert.ok(label.startsWith(`${day(ago)}: `), label);
    assert.match(label, value);
    assert.deepEqual(await shown(), [label]);
  }
  assert.equal(await page.locator(".chart .days [tabindex]").count(), 1, "one stop for the tabulator");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Show as a table");
  await page.keyboard.press("Shift+Tab");
  assert.match(await focused(), /\$2\.00$/, "and back to the day that was left");
  for (let i = 0; i < 5; i += 1) await page.keyboard.press("ArrowRight");
  assert.ok((await focused()).startsWith(`${day(0)}: `), "at the end it stays");
  await page.evaluate(() => document.activeElement.blur());
  // The whole height of a day shows its value, not its bar alone.
  const { x, y, width } = await page.locator(".chart.wide .days path").nth(26).boundingBox();
  await page.mouse.move(x + width / 2, y + 3);
  assert.deepEqual(await shown(), [`${day(3)}: $3.00`]);
  await page.context().close();
});

test("try it: answers stay above each other, each with its cost and what is left", async () => {
  const person = await holder();
  await showFigures(person, "$10.00 left");
  const page = await open(person);
  const ask = async (message, count) => {
    await page.fill("#try-message", message);
    await page.click("#try-send");
    await page
      .locator("#try-turns .turn .cost")
      .nth(count - 1)
      .waitFor();
  };
  const prices = await page.locator("#try-model option").allTextContents();
  assert.ok(
    prices.length >= 4 &&
      prices.slice(0, -1).every((each) => /\((very cheap|cheap|mid-priced|expensive)\)$/.test(each)),
  );
  await ask("The first question", 1);
  assert.ok(await page.isHidden("#try-other"), "a field for another model only where it is wanted");
  await page.selectOption("#try-model", "other");
  await page.fill("#try-other", "sandbox/expensive");
  await ask("The second question", 2);
  const turns = await page.locator("#try-turns .turn").allInnerTexts();
  assert.match(
    turns[0],
    /^The first question\s+[^]*You said: The first question\s+Cost less than \$0\.0001\. \$10\.00 left today\.$/,
  );
  assert.match(
    turns[1],
    /^The second question\s+[^]*You said: The second question\s+Cost \$1\.00\. \$9\.00 left today\.$/,
  );
  await page.locator("#today .big", { hasText: "$9.00 left" }).waitFor();

  await page.fill("#try-other", "no-such/model");
  await page.fill("#try-message", "The third question");
  await page.click("#try-send");
  await page
    .locator("#try-problem", {
      hasText: "OpenRouter has no model “no-such/model”. A model's name begins with its maker",
    })
    .waitFor();
  assert.equal(await page.inputValue("#try-message"), "The third question", "what was typed stays");
  assert.equal(await page.inputValue("#try-other"), "no-such/model");
  assert.equal(await page.locator("#try-turns .turn").count(), 2, "no empty answer");
  await page.fill("#try-other", "not a model");
  await page.click("#try-send");
  await page.locator("#try-problem", { hasText: "This is not the name of a model." }).waitFor();
  // What was typed for another model does not count once one of the list is chosen.
  await page.selectOption("#try-model", { index: 0 });
  await page.fill("#try-message", "The fourth question");
  await page.press("#try-message", "Control+Enter");
  await page.locator("#try-turns .turn .cost").nth(2).waitFor();
  assert.match(await page.locator("#try-turns .turn").last().innerText(), /You said: The fourth question/);
  assert.ok(await page.isHidden("#try-problem"));
  assert.deepEqual(
    page.complaints.filter((each) => !each.includes("400 (Bad Request)")),
    [],
  );
  await page.context().close();
});

test("try it without JavaScript: the page of the answer has the cost, and says why there is none", async () => {
  const person = await holder();
  await showFigures(person, "$10.00 left");
  const page = await open(person, { javaScriptEnabled: false });
  await page.selectOption("#try-model", "other");
  await page.fill("#try-other", "sandbox/expensive");
  await page.click("#try-send");
  assert.match(
    await page.textContent("main"),
    /You said: Explain what an API key is[^]*Cost \$1\.00\. \$9\.00 left today\./,
  );
  await page.click("text=Back to your key");
  await page.selectOption("#try-model", "other");
  await page.fill("#try-other", "no-such/model");
  await page.click("#try-send");
  assert.match(
    await page.textContent("main"),
    /OpenRouter has no model “no-such\/model”\.\s+A model.s name begins with its maker/,
  );
  await page.context().close();
});

test("a try moves the badge and the bar, and old figures stay until the new ones are there", async () => {
  const person = await holder();
  await upstreams.spend(person.hash, 7.2);
  await showFigures(person, "$2.80 left");
  const page = await open(person);
  assert.equal(await page.textContent("#state .badge"), "Active");
  await page.click("#today summary");
  await page.evaluate(() => {
    window.seen = new Set();
    new window.MutationObserver(() =>
      window.seen.add(document.getElementById("today").innerText.includes("not known")),
    ).observe(document.querySelector("main"), { childList: true, subtree: true });
  });
  await upstreams.openrouterFault({ method: "GET", path: "/keys", delay_ms: 1500, times: 1 });
  await page.selectOption("#try-model", "other");
  await page.fill("#try-other", "sandbox/expensive");
  await page.click("#try-send");
  await page.locator("#today .big", { hasText: "$1.80 left" }).waitFor();
  await page.locator("#state .badge", { hasText: "Near cap" }).waitFor();
  assert.deepEqual(await page.evaluate(() => [...window.seen]), [false]);
  assert.match(await page.locator("#today tbody tr").last().innerText(), /\$8\.20$/, "the table is still open");
  await upstreams.clearFaults();
  await page.context().close();
});

// A new process does not know what was spent.
const forgetFigures = async () => {
  await service.stop();
  await upstreams.openrouterFault({ method: "GET", path: "/keys", delay_ms: 3000, times: 3 });
  service = await startService(upstreams, folder, { SPENDING_POLL_SECONDS: "0", MAX_TOTAL_KEYS: "0" });
};

test("what is below the figures hardly moves when they come: their place is kept", async () => {
  const person = await holder();
  spendEarlier(person, [1_000_000]);
  for (const width of [1280, 390]) {
    await forgetFigures();
    const page = await open(person, { viewport: { width, height: 800 } });
    assert.match(await page.textContent("#today"), /not known yet/);
    const manage = page.locator("h2", { hasText: "Manage" });
    const before_ = (await manage.boundingBox()).y;
    await page.locator("#today .big").waitFor();
    const moved = (await manage.boundingBox()).y - before_;
    assert.ok(Math.abs(moved) <= 32, `moved by ${moved} px at ${width} px`);
    await upstreams.clearFaults();
    await page.context().close();
  }
});

test("a page that shows newer figures leaves open what somebody has opened, and the key covered", async () => {
  const person = await holder();
  await forgetFigures();
  const page = await open(person);
  assert.ok(await page.getAttribute("main", "data-refresh-after"), "what was spent is not known yet");
  await page.click("#replace summary");
  await page.locator("#today .big").waitFor();
  assert.ok(await page.isVisible("#rotate"), "the confirmation is still open");
  assert.ok(await page.isHidden("#key"), "the key is not uncovered");
  await upstreams.clearFaults();
  await page.context().close();
});

for (const [timezoneId, offset] of [
  ["Asia/Tokyo", 9],
  ["Pacific/Honolulu", -10],
]) {
  test(`times are the reader's own, and the title keeps UTC (${timezoneId})`, async () => {
    const person = await holder();
    await showFigures(person, "$10.00 left");
    sql(
      "UPDATE api_keys SET revealed_at = unixepoch('2026-11-20 22:05:00'), reveal_reason = 'a check' WHERE " +
        `openrouter_delete_hash = '${person.hash}'`,
    );
    const page = await open(person, { timezoneId });
    const timeIn = (selector) =>
      page.locator(selector).evaluate(({ textContent, title, dateTime }) => ({ textContent, title, dateTime }));
    const reset = await timeIn("#today time[title*='00:00 UTC']");
    assert.equal(reset.textContent, `${String((24 + offset) % 24).padStart(2, "0")}:00 your time`);
    assert.match(reset.title, /^20\d\d-\d\d-\d\d 00:00 UTC$/);
    assert.match(reset.dateTime, /^20\d\d-\d\d-\d\dT00:00:00Z$/);
    const looked = await timeIn("#revealed time");
    assert.equal(looked.title, "2026-11-20 22:05 UTC");
    assert.equal(looked.textContent, offset > 0 ? "21 November 2026 at 07:05" : "20 November 2026 at 12:05");
    const end = await timeIn("h1 + p time");
    const local = new Date(Date.parse(end.dateTime) + offset * 3_600_000);
    assert.equal(
      end.textContent,
      new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(local),
    );
    // Also after the figures were shown anew.
    await page.click("#try-send");
    await page.locator("#try-turns .cost").waitFor();
    await page.locator("#today", { hasText: "Updated" }).waitFor();
    assert.match(await page.textContent("#today"), new RegExp(`Resets at ${reset.textContent},`));
    await page.context().close();
    const plain = await open(person, { timezoneId, javaScriptEnabled: false });
    assert.match(await plain.textContent("#today"), /Resets at 00:00 UTC, in /);
    await plain.context().close();
  });
}

test("a notice goes out of the address at once, and does not come back", async () => {
  const session = await signIn(service, `reader-${process.pid}-notice`);
  const page = await open({ session });
  await page.click("#generate");
  await page.locator("[role=status]", { hasText: "Your key is ready." }).waitFor();
  await until("the address without it", () => page.url() === `${service.url}/dashboard`);
  await page.reload();
  await page.waitForSelector("#copy-key");
  assert.equal(await page.locator("[role=status]").count(), 0);
  await page.goto(`${service.url}/dashboard?result=created&days=7#today`);
  await until("only the notice is gone", () => page.url() === `${service.url}/dashboard?days=7#today`);
  await page.context().close();
});

test("the page weighs at most 40 kB with all that it loads, with a chart of 90 days", async () => {
  const person = await holder();
  spendEarlier(
    person,
    Array.from({ length: 90 }, (_, i) => 1_234_567 + i * 10_007),
  );
  await showFigures(person, "Last 30 days:");
  const page = await openPage(browser, service);
  const [name, value] = person.session.split("=");
  await page.context().addCookies([{ name, value, url: service.url }]);
  const sizes = [];
  page.on("requestfinished", (request) => sizes.push(request.sizes()));
  await page.goto(`${service.url}/dashboard?days=90`, { waitUntil: "networkidle" });
  assert.equal(await page.locator(".chart.wide .days > g").count(), 90);
  const bytes = (await Promise.all(sizes)).map((size) => size.responseBodySize + size.responseHeadersSize);
  const total = bytes.reduce((sum, each) => sum + each, 0);
  assert.ok(bytes.length >= 3 && total > 10_000 && total <= 40_000, `${total} bytes: ${bytes.join(", ")}`);
  await page.context().close();
});
