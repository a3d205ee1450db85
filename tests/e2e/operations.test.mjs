// What operators are given: metrics as Prometheus asks for them, alerts that fire when they should,
// a dashboard, and a runbook for each alert; all of it about what the running program really says.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import {
  generate,
  run,
  serviceEnvironment,
  signIn,
  startService,
  startUpstreams,
  temporaryFolder,
  until,
} from "./support/service.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path) => readFileSync(`${root}/${path}`, "utf8");
const promtool = execFileSync(`${root}/tools/promtool`).toString().trim();
const check = (args, input) => {
  const done = spawnSync(promtool, args, { input, cwd: root });
  assert.equal(done.status, 0, `promtool ${args.join(" ")}: ${done.stdout}${done.stderr}`);
  return `${done.stdout}${done.stderr}`;
};

// name -> { type, help, labels: set of names, samples: [{ labels, value }] }; the series of a
// histogram belong to it.
const parse = (text) => {
  const metrics = new Map();
  for (const line of text.split("\n")) {
    const head = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line);
    if (head) {
      const metric = metrics.get(head[2]) ?? { labels: new Set(), samples: [] };
      metrics.set(head[2], Object.assign(metric, { [head[1].toLowerCase()]: head[3] }));
      continue;
    }
    const sample = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line);
    if (!sample) continue;
    const name = metrics.has(sample[1]) ? sample[1] : sample[1].replace(/_(bucket|sum|count)$/, "");
    const labels = Object.fromEntries(
      [...(sample[2] ?? "").matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map((match) => [match[1], match[2]]),
    );
    const metric = metrics.get(name);
    assert.ok(metric, `${name} has neither HELP nor TYPE`);
    metric.samples.push({ series: sample[1], labels, value: Number(sample[3]) });
    for (const label of Object.keys(labels)) if (label !== "le") metric.labels.add(label);
  }
  return metrics;
};

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let upstreams, service, listener, folder, text, metrics;
const value = (name, labels = {}) =>
  metrics
    .get(name)
    ?.samples.find((sample) => Object.entries(labels).every(([key, wanted]) => sample.labels[key] === wanted))?.value;
const scrape = async () => {
  text = await (await fetch(`${service.url}/metrics`)).text();
  metrics = parse(text);
  return metrics;
};

// A service that has done some of everything: keys, a message to a webhook, one refusal, figures
// and a comparison.
before(async () => {
  folder = temporaryFolder();
  upstreams = await startUpstreams();
  listener = createServer((request, response) => {
    request.resume();
    request.on("end", () => response.end());
  });
  await new Promise((done) => listener.listen(0, "127.0.0.1", done));
  // Two messages were given up and one waits: rows from before the start.
  const migrated = await run(["migrate", "up"], serviceEnvironment(upstreams, folder), folder);
  assert.equal(migrated.code, 0, migrated.err);
  const later = Math.floor(Date.now() / 1000) + 86_400;
  execFileSync("sqlite3", ["-bail", `${folder}/llmapikey.db`], {
    input:
      "INSERT INTO webhook_endpoints (id, url, sealed_secret, events, is_enabled, created_at) VALUES " +
      "('nobody', 'https://hooks.example.org', '', 'spend.alarm', 1, 0);" +
      ["dead", "dead", "waiting"]
        .map(
          (state, i) =>
            "INSERT INTO webhook_deliveries " +
            "(id, event_id, endpoint_id, state, attempts, next_at, updated_at, problem) " +
            `VALUES ('kept-${i}', 'event-${i}', 'nobody', '${state}', 1, ${later}, ${later}, '');`,
        )
        .join("\n"),
  });
  service = await startService(upstreams, folder, {
    ADMIN_GITHUB_USER_IDS: "1003",
    RECONCILE_SECONDS: "5",
    UPSTREAM_TIMEOUT_SECONDS: "3",
    SPENDING_POLL_SECONDS: "1",
    KEY_ENCRYPTION_SECRET_ALSO_ACCEPTED: "another-sealing-secret-of-the-tests-012345",
  });
  const session = await signIn(service, "linus-organizer");
  const added = await fetch(`${service.url}/api/v1/webhooks`, {
    method: "POST",
    headers: { cookie: session, origin: service.url, "content-type": "application/json" },
    body: JSON.stringify({ url: `http://127.0.0.1:${listener.address().port}/`, events: [] }),
  });
  assert.equal(added.status, 201, await added.text());
  assert.equal((await generate(service, await signIn(service, "counted-one"))).status, 200);
  assert.equal((await generate(service, session, { origin: "https://elsewhere.example" })).status, 403);
  // The key whose answer is lost is in doubt until it is settled.
  await upstreams.openrouterFault({ method: "POST", path: "/keys", drop: "after", times: 1 });
  await generate(service, await signIn(service, "counted-two"));
  await upstreams.clearFaults();
  await until(
    "everything has been done once",
    async () => {
      await pause(300);
      await scrape();
      return (
        value("llmapikey_last_reconciliation_timestamp_seconds") > 0 &&
        value("llmapikey_upstream_credits_dollars") !== undefined &&
        value("llmapikey_exposure_per_day_dollars") !== undefined &&
        value("llmapikey_webhook_attempts_total", { outcome: "delivered" }) > 0 &&
        value("llmapikey_reseal_remaining") !== undefined &&
        value("llmapikey_task_last_success_timestamp_seconds", { task: "recovery" }) > 0 &&
        value("llmapikey_webhook_deliveries_waiting") === 1 &&
        ["ambiguous", "waiting", "pending"].every((status) => !value("llmapikey_keys", { status }))
      );
    },
    120_000,
  ).catch((error) => {
    throw new Error(`${error.message}: ${text}\n${service.process.output}`);
  });
});
after(async () => {
  await service?.stop();
  await upstreams?.stop();
  listener?.close();
  rmSync(folder, { recursive: true, force: true });
});

test("metrics are named and typed as Prometheus asks", () => {
  const said = check(["check", "metrics"], text);
  assert.equal(said.trim(), "");
  for (const [name, metric] of metrics) {
    assert.ok(metric.help?.length > 0 && /^(counter|gauge|histogram)$/.test(metric.type), `${name} has HELP and TYPE`);
    assert.match(name, /^(llmapikey|process)_/);
    assert.ok(
      !["job", "instance"].some((label) => metric.labels.has(label)),
      `${name} has a label that the scrape sets`,
    );
    const sets = metric.samples.map(({ series, labels }) => `${series} ${JSON.stringify(labels)}`);
    assert.equal(new Set(sets).size, sets.length, `${name} has the same labels twice`);
  }
});

test("metrics say what has happened", async () => {
  assert.equal(value("llmapikey_key_requests_total", { status: "created" }), 1);
  assert.equal(
    value("llmapikey_key_requests_total", { status: "full" }),
    0,
    "what has not happened yet is 0, and not missing",
  );
  assert.equal(value("llmapikey_http_refusals_total", { reason: "foreign_origin" }), 1);
  assert.equal(value("llmapikey_live_keys_limit"), 500);
  assert.equal(value("llmapikey_database_up"), 1);
  assert.equal(value("llmapikey_provisioning_enabled"), 1);
  assert.equal(value("llmapikey_build_info", { database: "sqlite" }), 1);
  const statuses = metrics.get("llmapikey_keys").samples.reduce((sum, sample) => sum + sample.value, 0);
  assert.equal(statuses, value("llmapikey_live_keys"));
  assert.ok(value("llmapikey_queue_jobs_total", { queue: "database" }) > 0);
  assert.ok(
    value("llmapikey_connections") >= 1 && value("llmapikey_connections") < value("llmapikey_connections_limit"),
  );
  for (const reason of ["total_limit", "client_limit"])
    assert.equal(value("llmapikey_connections_refused_total", { reason }), 0);
  assert.equal(value("llmapikey_connections_displaced_total"), 0);
  assert.equal(value("llmapikey_webhook_deliveries_waiting"), 1);
  assert.equal(value("llmapikey_webhook_deliveries_dead"), 2);
  assert.ok(
    value("process_resident_memory_bytes") > 1e6 &&
      value("process_open_fds") > 5 &&
      value("process_max_fds") > value("process_open_fds"),
  );
  const now = Date.now() / 1000;
  assert.ok(value("process_start_time_seconds") <= now + 2 && value("process_start_time_seconds") > now - 3600);
  assert.ok(Math.abs(value("llmapikey_task_last_success_timestamp_seconds", { task: "recovery" }) - now) < 300);
});

test("labels do not grow with what is asked for", async () => {
  await fetch(`${service.url}/no/such/${"x".repeat(30)}`);
  await fetch(`${service.url}/dashboard?who=${"y".repeat(30)}`);
  await fetch(`${service.url}/healthz`, { method: "PATCH" });
  await scrape();
  assert.ok(!/xxxx|yyyy|PATCH/.test(text));
  assert.ok(value("llmapikey_http_requests_total", { route: "other", status: "404" }) >= 1);
});

test("what is documented is exported, and the other way round", () => {
  const rows = [...read("docs/metrics.md").matchAll(/^\| `(\w+)` \| (\w+) \|([^|]*)\|/gm)];
  const documented = new Map(
    rows.map(([, name, type, labels]) => [
      name,
      `${type} ${[...labels.matchAll(/`(\w+)`/g)].map((match) => match[1]).sort()}`,
    ]),
  );
  const exported = new Map([...metrics].map(([name, metric]) => [name, `${metric.type} ${[...metric.labels].sort()}`]));
  assert.deepEqual(Object.fromEntries([...documented].sort()), Object.fromEntries([...exported].sort()));
});

const ownName = /\b((?:llmapikey|process)_[a-z0-9_]+)(?:\{([^}]*)\})?/g;
// Of an expression: each of our series with the labels that it selects.
const selectorsOf = (expression) =>
  [...expression.matchAll(ownName)].map(([, series, labels = ""]) => ({
    series,
    labels: [...labels.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map((match) => match.slice(1)),
  }));
const isExported = (expression, where) => {
  for (const { series, labels } of selectorsOf(expression)) {
    const name = metrics.has(series) ? series : series.replace(/_(bucket|sum|count)$/, "");
    const metric = metrics.get(name);
    assert.ok(metric && (metric.type === "histogram") === (name !== series), `${where}: ${series} is not exported`);
    for (const [label, operator, wanted] of labels) {
      if (["job", "instance"].includes(label)) continue;
      assert.ok(metric.labels.has(label), `${where}: ${series} has no label ${label}`);
      if (operator.startsWith("!")) continue;
      for (const each of wanted.split("|"))
        if (!["route", "status"].includes(label))
          assert.ok(
            metric.samples.some((sample) => sample.labels[label] === each),
            `${where}: ${series} never has ${label}="${each}"`,
          );
    }
  }
};
const groupedBy = (expression) =>
  [...expression.matchAll(/\bby \(([^)]*)\)/g)].flatMap((match) => match[1].split(",").map((name) => name.trim()));

// One rule: from its "- alert:" to the next.
const alerts = read("ops/alerts.yml")
  .split(/^ *- alert: /m)
  .slice(1)
  .map((rule) => {
    const [, folded] = /expr: >-\n((?: {10}.*\n)+)/.exec(rule) ?? [];
    return {
      name: rule.split("\n")[0],
      expression: folded ?? /expr: (.*)/.exec(rule)[1],
      runbook: /runbook: (\S+)/.exec(rule)?.[1],
      severity: /severity: (\w+)/.exec(rule)?.[1],
      summary: /summary: "(.*)"/.exec(rule)?.[1],
    };
  });

test("alert rules are valid, and each fires when it should and not when it should not", () => {
  assert.match(check(["check", "rules", "ops/alerts.yml"]), new RegExp(`${alerts.length} rules found`));
  assert.match(check(["test", "rules", "ops/alerts_test.yml"]), /SUCCESS/);
  const tests = read("ops/alerts_test.yml");
  for (const { name } of alerts) assert.ok(tests.includes(`alertname="${name}"`), `no test shows that ${name} fires`);
});

test("alerts ask for what is exported, and each has a runbook", () => {
  assert.ok(alerts.length >= 20);
  const runbooks = read("docs/runbooks.md");
  const sections = new Map(
    runbooks
      .split(/^## /m)
      .slice(1)
      .map((section) => [section.split("\n")[0], section]),
  );
  for (const { name, expression, runbook, severity, summary } of alerts) {
    isExported(expression, name);
    assert.ok(["page", "warning"].includes(severity) && summary, name);
    assert.equal(runbook, `docs/runbooks.md#${name.toLowerCase()}`);
    for (const part of ["**For people**", "**Look**", "**Do**", "**Over when**"])
      assert.ok(sections.get(name)?.includes(part), `the runbook of ${name} has ${part}`);
  }
  assert.deepEqual(
    [...sections.keys()].sort(),
    alerts.map(({ name }) => name).sort(),
    "and no runbook is of an alert that is not there",
  );
  isExported([...runbooks.matchAll(/`([^`]*llmapikey_[^`]*)`/g)].map((match) => match[1]).join("\n"), "runbooks");
});

test("the SQL of the runbooks runs", () => {
  const statements = [...read("docs/runbooks.md").matchAll(/`(SELECT [^`]*llmapikey\.[^`]*)`/g)].map(
    (match) => match[1],
  );
  assert.ok(statements.length >= 5);
  for (const sql of statements)
    execFileSync("sqlite3", ["-bail", "-readonly", `${folder}/llmapikey.db`, sql.replaceAll("llmapikey.", "")]);
});

test("the dashboard is one that Grafana imports, and asks for what is exported", () => {
  const dashboard = JSON.parse(read("ops/dashboard.json"));
  assert.ok(dashboard.title && dashboard.uid && dashboard.schemaVersion >= 36 && dashboard.time.from);
  const variables = new Map(dashboard.templating.list.map((variable) => [variable.name, variable]));
  assert.equal(variables.get("datasource").type, "datasource");
  assert.equal(variables.get("datasource").query, "prometheus");
  const panels = dashboard.panels;
  assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length);
  const taken = new Set();
  const expressions = [];
  for (const panel of panels) {
    const { x, y, w, h } = panel.gridPos;
    assert.ok(x >= 0 && x + w <= 24 && h > 0, panel.title);
    for (let column = x; column < x + w; column += 1)
      for (let line = y; line < y + h; line += 1) {
        assert.ok(!taken.has(`${column} ${line}`), `${panel.title} lies over another panel`);
        taken.add(`${column} ${line}`);
      }
    if (panel.type === "row") continue;
    assert.ok(
      ["stat", "timeseries"].includes(panel.type) && panel.targets.length > 0 && panel.fieldConfig.defaults.unit,
      panel.title,
    );
    for (const target of panel.targets) {
      assert.equal(target.datasource.uid, "${datasource}");
      assert.ok(
        target.refId && target.expr.includes('job="$job"') && target.expr.includes('instance=~"$instance"'),
        panel.title,
      );
      isExported(target.expr, panel.title);
      for (const label of groupedBy(target.expr))
        assert.ok(
          label === "le" ||
            selectorsOf(target.expr).some(({ series }) =>
              metrics.get(metrics.has(series) ? series : series.replace(/_bucket$/, ""))?.labels.has(label),
            ),
          `${panel.title}: by ${label}`,
        );
      expressions.push(
        target.expr.replaceAll("$__rate_interval", "5m").replaceAll("$job", "llmapikey").replaceAll("$instance", ".*"),
      );
    }
  }
  // As rules they are parsed by Prometheus itself.
  const rules = {
    groups: [{ name: "dashboard", rules: expressions.map((expr, i) => ({ record: `panel_${i}`, expr })) }],
  };
  const file = `${folder}/dashboard_rules.yml`;
  writeFileSync(file, JSON.stringify(rules));
  assert.match(check(["check", "rules", file]), new RegExp(`${expressions.length} rules found`));
  const shown = new Set(expressions.flatMap((expr) => selectorsOf(expr).map(({ series }) => series)));
  const notShown = [
    "llmapikey_build_info",
    "llmapikey_provisioning_enabled",
    "process_virtual_memory_bytes",
    "process_start_time_seconds",
  ];
  for (const name of metrics.keys())
    assert.ok(
      [...shown].some((series) => series.startsWith(name)) || notShown.includes(name),
      `${name} is shown nowhere`,
    );
});

test("while the database does not answer, nothing stale is shown", async () => {
  // A table that is not there is as good as a database that is not.
  const sql = (text) => execFileSync("sqlite3", ["-bail", "-cmd", ".timeout 5000", `${folder}/llmapikey.db`, text]);
  sql("ALTER TABLE totals RENAME TO set_aside");
  try {
    await scrape();
    assert.equal(value("llmapikey_database_up"), 0);
    assert.ok(!metrics.has("llmapikey_live_keys") && !metrics.has("llmapikey_keys"));
    assert.ok(metrics.get("llmapikey_database_errors_total").samples.some((sample) => sample.value > 0));
  } finally {
    sql("ALTER TABLE set_aside RENAME TO totals");
  }
  await scrape();
  assert.equal(value("llmapikey_database_up"), 1);
});
