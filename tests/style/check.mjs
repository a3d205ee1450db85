// See tools/check_javascript.
import { closeSync, openSync, readFileSync, readSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import { format } from "prettier";

const isFixing = process.argv.includes("--fix");
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const options = JSON.parse(readFileSync(here("../../.prettierrc.json"), "utf8"));
const eslint = new ESLint({ overrideConfigFile: here("eslint.config.mjs"), fix: isFixing });

const isNodeScript = (path) => {
  const file = openSync(path);
  const start = Buffer.alloc(64);
  const length = readSync(file, start);
  closeSync(file);
  return /^#!.*\bnode\b/.test(start.toString("latin1", 0, length));
};

// What git ignores is left out: builds, packages of npm, data.
const ignored = new Set([".git", "build", "data", "node_modules", "artifacts"]);
const scriptsIn = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ignored.has(entry.name) ? [] : scriptsIn(path);
    if (!entry.isFile()) return []; // a link, perhaps to a folder
    const isScript = /\.[cm]?js$/.test(entry.name) || (!entry.name.includes(".") && isNodeScript(path));
    return isScript ? [path] : [];
  });

let problems = 0;
const complain = (path, line, text) => {
  problems += 1;
  console.log(`${path}:${line}: ${text}`);
};

const check = async (path) => {
  // A name that says which language it is.
  const filePath = /\.[cm]?js$/.test(path) ? path : `${path}.mjs`;
  const text = readFileSync(path, "utf8");
  const [{ messages, output = text }] = await eslint.lintText(text, { filePath });
  for (const { line, message, ruleId } of messages) complain(path, line ?? 1, `${message} (${ruleId ?? "eslint"})`);
  const formatted = await format(output, { ...options, filepath: filePath }).catch(() => output);
  if (formatted === text) return;
  if (isFixing) return writeFileSync(path, formatted);
  const lines = formatted.split("\n");
  const line = text.split("\n").findIndex((each, index) => each !== lines[index]) + 1;
  complain(path, line, "not as prettier writes it: tools/check_javascript --fix");
};

const scripts = scriptsIn(".").sort();
for (const path of scripts) await check(path);
if (problems > 0) console.log(`${problems} to put right, in ${scripts.length} files of JavaScript`);
process.exitCode = problems > 0 ? 1 : 0;
