// Holds the catalogs of web/languages against the words that templates and sources mark: each
// catalog has each of them once and no others, with the same places and tags, and plurals where a
// word is counted. --list prints what is marked, as JSON.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const formsOf = { vi: 1, es: 2, de: 2, fr: 2, pt: 2, ja: 1, zh: 1 };
const filesIn = (folder, extension) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile() && each.name.endsWith(extension))
    .map((each) => join(each.parentPath ?? each.path, each.name));

const literal = String.raw`"(?:[^"\\\n]|\\.)*"`;
const literals = String.raw`${literal}(?:\s*${literal})*`;
const unescaped = (text) => JSON.parse(text.replaceAll("\\'", "'"));
const textOf = (source) => [...source.matchAll(new RegExp(literal, "g"))].map(([each]) => unescaped(each)).join("");

const marked = new Map(); // text -> where it is
const mark = (text, file) => {
  if (!marked.has(text)) marked.set(text, file);
};

for (const file of filesIn("web/templates", ".html"))
  for (const [, text] of readFileSync(file, "utf8").matchAll(/\{\{#t\}\}(.*?)\{\{\/t\}\}/gs)) mark(text, file);
const counted = new Map(); // text of a plural -> where it is
const problems = [];
for (const file of [...filesIn("src", ".cpp"), ...filesIn("src", ".hpp")]) {
  if (file === "src/languages/catalog.hpp") continue;
  const source = readFileSync(file, "utf8");
  if (!source.includes('#include "languages/catalog.hpp"') && !file.startsWith("src/languages/")) continue;
  for (const [call] of source.matchAll(/\bin_catalog\(\s*[^"\s][^)]*\)/g))
    problems.push(`${file}: only a text in quotes can be marked, not ${call}`);
  const argument = String.raw`[\w.>()-]+,\s*`;
  for (const [, text] of source.matchAll(new RegExp(String.raw`\bin_catalog\(\s*(${literals})`, "g")))
    mark(textOf(text), file);
  for (const [, text] of source.matchAll(new RegExp(String.raw`\btranslated\(\s*${argument}(${literals})`, "g")))
    mark(textOf(text), file);
  for (const [, text] of source.matchAll(new RegExp(String.raw`[^:]\bcounted\(\s*${argument}[^;"]*?(${literal})`, "g")))
    counted.set(`{count} ${textOf(text)}`, file);
}

for (const [text, file] of counted) mark(text, file);

// Names are used as often as the sentence needs them; sections are opened and closed as in English.
const placesOf = (text) => [...text.matchAll(/\{\{>?\w+\}\}|(?<!\{)\{\w+\}(?!\})/g)].map(([each]) => each);
const tagsOf = (text) => [...text.matchAll(/<\/?\w+|[\w-]+="[^"]*"|\{\{[#^/]\w+\}\}|["<>]/g)].map(([each]) => each);
const sorted = (list) => [...new Set(list)].sort().join(" ");

const checkForm = (code, english, form) => {
  if (typeof form !== "string" || form.trim() === "") return problems.push(`${code}: no text for '${english}'`);
  if (sorted(placesOf(english)) !== sorted(placesOf(form))) problems.push(`${code}: other places in '${form}'`);
  const [wanted, found] = [english, form].map((text) => tagsOf(text).sort().join(" "));
  if (wanted !== found) problems.push(`${code}: other tags in '${form}'`);
};
const checkCatalog = (code, source) => {
  const catalog = JSON.parse(source);
  const names = [...source.matchAll(/^ {2}("(?:[^"\\]|\\.)*"):/gm)].map(([, name]) => JSON.parse(name));
  if (names.length !== Object.keys(catalog).length) problems.push(`${code}: a text stands there twice`);
  for (const [english, file] of marked)
    if (!(english in catalog)) problems.push(`${code}: lacks '${english}' (${file})`);
  for (const [english, value] of Object.entries(catalog)) {
    if (!marked.has(english)) problems.push(`${code}: nobody needs '${english}'`);
    const forms = Array.isArray(value) ? value : [value];
    const wanted = counted.has(english) ? formsOf[code] : 1;
    if (counted.has(english) !== Array.isArray(value)) problems.push(`${code}: '${english}' is a plural or it is not`);
    if (forms.length !== wanted) problems.push(`${code}: ${forms.length} forms of '${english}' instead of ${wanted}`);
    for (const form of forms) checkForm(code, english, form);
  }
};

if (process.argv.includes("--list")) {
  process.stdout.write(JSON.stringify(Object.fromEntries([...marked].sort()), null, 2) + "\n");
  process.exit();
}
if (marked.size < 200) problems.push(`only ${marked.size} texts are marked: where are the others?`);
const found = readdirSync("web/languages").sort().join(" ");
const wanted = Object.keys(formsOf)
  .map((code) => `${code}.json`)
  .sort()
  .join(" ");
if (found !== wanted) problems.push(`web/languages has ${found} instead of ${wanted}`);
else for (const code of Object.keys(formsOf)) checkCatalog(code, readFileSync(`web/languages/${code}.json`, "utf8"));
for (const problem of problems) process.stdout.write(`${problem}\n`);
process.exit(problems.length === 0 ? 0 : 1);
