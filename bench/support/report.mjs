// Keeps the last results of each section in results.json, and renders all of them as results.md.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fsync, resultsFolder, rounds, seconds } from "./settings.mjs";

export const sectionNames = ["landing", "dashboard", "mint", "sign-in", "console", "memory"];
const file = join(resultsFolder, "results.json");

const table = ({ title, columns, rows }) =>
  [
    ...(title ? [`**${title}**`, ""] : []),
    `| ${columns.join(" | ")} |`,
    `|${columns.map((_, i) => (i === 0 ? " --- |" : " ---: |")).join("")}`,
    ...rows.map((row) => `| ${row.join(" | ")} |`),
    "",
  ].join("\n");

// Rows as lines of text, their columns below each other.
export const aligned = (columns, rows) => {
  const lines = [columns, ...rows].map((line) => line.map(String));
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i].length)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join("  "))
    .join("\n");
};

const environmentOf = (environment) =>
  Object.entries(environment)
    .map(([name, value]) => `${name} ${value}`)
    .join("; ");

const section = (name, result) =>
  [
    `## ${name}`,
    "",
    result.about,
    "",
    ...result.tables.map(table),
    "Commands:",
    "",
    "```",
    ...result.commands,
    "```",
    "",
    `${result.rounds} rounds of ${result.seconds} s each; PostgreSQL with fsync ${result.fsync}. ` +
      `${environmentOf(result.environment)}.`,
    "",
  ].join("\n");

const render = (results) =>
  [
    "# Measurements",
    "",
    "Made by `bench/run`; each section says what it was measured on. " +
      "Servers, PostgreSQL among them, run on core 0, load and look-alikes on core 1;",
    "service and peer take turns, and who is not measured is stopped. Rates are medians of the rounds; ratios " +
      "are those of the single rounds:",
    "median (least to most). The jobs that compare and poll all keys are off.",
    "",
    ...sectionNames.filter((name) => results[name]).map((name) => section(name, results[name])),
  ].join("\n");

export const keep = (name, result) => {
  mkdirSync(resultsFolder, { recursive: true });
  const results = existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : {};
  results[name] = { ...result, rounds, seconds, fsync };
  writeFileSync(file, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(join(resultsFolder, "results.md"), render(results));
  for (const { title, columns, rows } of result.tables)
    console.log(`\n${title ? `${title}\n` : ""}${aligned(columns, rows)}`);
  console.log("");
};
