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

// Prose of at most 100 columns.
const wrapped = (text) =>
  text
    .split(" ")
    .reduce((lines, word) => {
      const line = lines.at(-1);
      if (line === undefined || line.length + 1 + word.length > 100) return [...lines, word];
      return [...lines.slice(0, -1), `${line} ${word}`];
    }, [])
    .join("\n");

const section = (name, result) =>
  [
    `## ${name}`,
    "",
    wrapped(result.about),
    "",
    ...result.tables.map(table),
    "Commands:",
    "",
    "```",
    ...result.commands,
    "```",
    "",
    wrapped(
      `${result.rounds} rounds of ${result.seconds} s each; PostgreSQL with fsync ${result.fsync}. ` +
        `${environmentOf(result.environment)}.`,
    ),
    "",
  ].join("\n");

const render = (results) =>
  [
    "# Measurements",
    "",
    wrapped(
      "`bench/run` makes this page; each section says what it was measured on. Servers, PostgreSQL among them, run " +
        "on core 0, load and look-alikes on core 1. Service and peer take turns, and whichever is not measured is " +
        "stopped. Rates are medians of the rounds. Ratios are those of the single rounds: median (least to most). " +
        "The jobs that compare and poll all keys are off.",
    ),
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
