// Run by docs/build.
// Makes pages of README.md and docs/*.md: docs/build [FOLDER], by default build/docs. They open
// from the files, and ask nobody else for anything. Needs the npm packages of the tests:
// npm ci --prefix tests/e2e --ignore-scripts
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const folder = resolve(process.argv[2] ?? join(root, "build/docs"));
const require = createRequire(join(root, "tests/e2e/package.json"));
const { Marked } = require("marked");

// In the order of the navigation.
const chapters = [
  ["Start", ["README.md", "docs/running.md", "docs/configuration.md", "docs/admin.md"]],
  [
    "Operate",
    [
      "docs/operations.md",
      "docs/metrics.md",
      "docs/runbooks.md",
      "docs/backup.md",
      "docs/upgrading.md",
      "docs/rotation.md",
      "docs/postgres.md",
    ],
  ],
  [
    "Understand",
    [
      "docs/promises.md",
      "docs/guarantees.md",
      "docs/routes.md",
      "SECURITY.md",
      "docs/architecture.md",
      "docs/glossary.md",
      "docs/dependencies.md",
      "bench/results.md",
    ],
  ],
  ["Change", ["docs/first-change.md", "CONTRIBUTING.md", "CHANGELOG.md"]],
];
const listed = chapters.flatMap(([, paths]) => paths);
const others = [...readdirSync(root), ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)]
  .filter((path) => path.endsWith(".md") && !listed.includes(path))
  .sort();
if (others.length > 0) chapters.push(["More", others]);
const sources = [...listed, ...others];

const pageOf = (path) =>
  path === "README.md" ? "index.html" : `${path.split("/").at(-1).replace(/\.md$/, "").toLowerCase()}.html`;
const escaped = (text) =>
  text.replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);
const plain = (html) =>
  html
    .replace(/<[^>]*>/g, "")
    .replace(/&lt;/g, "<")
    .replace(/&gt;/g, ">")
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, "&");

// As GitHub names headings, so that the same links work in both places.
const slugger = () => {
  const seen = new Map();
  return (text) => {
    const slug = text
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
      .replace(/ /g, "-");
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  };
};

const copied = new Set();
const addressFrom = (source, href) => {
  if (/^[a-z][a-z0-9+.-]*:/i.test(href) || href.startsWith("#")) return href;
  const [path, anchor] = href.split("#");
  const target = normalize(join(dirname(source), path)).replace(/\/$/, "");
  if (!existsSync(join(root, target))) throw new Error(`${source}: ${href} does not exist`);
  if (sources.includes(target)) return pageOf(target) + (anchor ? `#${anchor}` : "");
  if (statSync(join(root, target)).isDirectory()) throw new Error(`${source}: ${href} is a folder`);
  copied.add(target);
  return `files/${target}`;
};

const render = (source) => {
  const slug = slugger();
  const headings = [];
  let tables = 0;
  const marked = new Marked({ gfm: true });
  marked.use({
    renderer: {
      heading({ tokens, depth }) {
        const html = this.parser.parseInline(tokens);
        const id = slug(plain(html));
        headings.push({ id, depth, text: plain(html) });
        return `<h${depth} id="${escaped(id)}">${html}</h${depth}>\n`;
      },
      link({ href, title, tokens }) {
        const to = addressFrom(source, href);
        const hint = title ? ` title="${escaped(title)}"` : "";
        return `<a href="${escaped(to)}"${hint}>${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }) {
        return `<img src="${escaped(addressFrom(source, href))}" alt="${escaped(text)}">`;
      },
      code({ text, lang }) {
        const pre = `<pre tabindex="0"><code>${escaped(text)}</code></pre>`;
        return lang === "mermaid"
          ? `<figure>${pre}<figcaption>A diagram, in Mermaid's notation.</figcaption></figure>\n`
          : `${pre}\n`;
      },
      table(token) {
        // A heading without a word heads nothing.
        const cell = (tag, { tokens }) => {
          const name = tokens.length === 0 ? "td" : tag;
          return `<${name}>${this.parser.parseInline(tokens)}</${name}>`;
        };
        const row = (tag, cells) => `<tr>${cells.map((each) => cell(tag, each)).join("")}</tr>`;
        return (
          `<div class="wide" tabindex="0" role="region" aria-label="Table ${(tables += 1)}">` +
          `<table><thead>${row("th", token.header)}</thead><tbody>` +
          `${token.rows.map((cells) => row("td", cells)).join("\n")}</tbody></table></div>\n`
        );
      },
      html({ text }) {
        return escaped(text);
      },
    },
  });
  const body = marked.parse(readFileSync(join(root, source), "utf8"));
  return { source, body, headings, title: headings.find(({ depth }) => depth === 1)?.text ?? source };
};

const pages = sources.map(render);
const titles = new Map(pages.map((page) => [page.source, page.title]));
const navigation = (current) => {
  const entry = (path) => {
    const mark = path === current ? ' aria-current="page"' : "";
    return `<li><a href="${pageOf(path)}"${mark}>${escaped(titles.get(path))}</a></li>`;
  };
  return chapters.map(([name, paths]) => `<h2>${name}</h2><ul>${paths.map(entry).join("")}</ul>`).join("\n");
};
const contents = ({ headings }) => {
  const parts = headings.filter(({ depth }) => depth === 2);
  if (parts.length < 3) return "";
  const entries = parts.map(({ id, text }) => `<li><a href="#${escaped(id)}">${escaped(text)}</a></li>`);
  return `<nav class="contents" aria-label="On this page"><ul>${entries.join("")}</ul></nav>`;
};

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const page of pages) {
  writeFileSync(
    join(folder, pageOf(page.source)),
    `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(page.title)} - llmapikey</title>
<link rel="stylesheet" href="site.css">
</head>
<body>
<a class="skip" href="#content">Skip to the text</a>
<nav class="site" aria-label="All pages">
${navigation(page.source)}
</nav>
<main id="content" tabindex="-1">
${page.body.replace("</h1>", `</h1>\n${contents(page)}`)}
</main>
</body>
</html>
`,
  );
}
copyFileSync(join(root, "docs/site/site.css"), join(folder, "site.css"));
for (const path of copied) {
  mkdirSync(dirname(join(folder, "files", path)), { recursive: true });
  copyFileSync(join(root, path), join(folder, "files", path));
}
console.log(`${join(folder, "index.html")}: ${pages.length} pages`);
