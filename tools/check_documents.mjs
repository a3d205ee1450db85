// Holds the documents to what is there: every path, link and command that a document names exists,
// and no line is too long. tools/check_documents [--only documents]: without it, comments and code
// are measured, too.
// Prints FILE:LINE, what is wrong and what to do, and exits with 1 if anything is.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { basename, dirname, extname, join, normalize } from "node:path";

const prose_max = 100;
const code_max = 120;
const table_row_max = 160;
// A word as long as this cannot be broken: an address, a hash, a path.
const long_word = 50;
// Published migrations are checked by their checksums: their text stays as it is.
const published_migration_max = 6;

const arguments_ = process.argv.slice(2);
const only_documents = arguments_.join(" ") === "--only documents";
if (arguments_.length > 0 && !only_documents) {
  console.error("usage: tools/check_documents [--only documents]");
  process.exit(2);
}

let failures = 0;
const complain = (file, line, text) => {
  console.log(`${file}:${line}: ${text}`);
  failures += 1;
};

// Tracked files, and new ones that are not ignored; outside of a repository all but what is built
// or installed.
const walk = (folder) =>
  readdirSync(folder || ".", { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (path === "build" || [".git", "node_modules"].includes(entry.name)) return [];
    return entry.isDirectory() ? walk(path) : [path];
  });
const list_files = () => {
  try {
    const listed = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    const output = execFileSync("git", listed, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
    const deleted = execFileSync("git", ["ls-files", "-z", "--deleted"], { encoding: "utf8" }).split("\0");
    return [...new Set(output.split("\0"))].filter((path) => path && !deleted.includes(path));
  } catch {
    return walk("");
  }
};
const files = list_files();
const folders = new Set();
for (const path of files) {
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) folders.add(folder);
}
const paths = [...files, ...folders];
const known = new Set(paths);
const text_of = (path) => readFileSync(path, "utf8");
const width = (line) => [...line].length;

// ---- Which paths exist ----

// `src/{a,b}/*.cpp`, `tests/<noun>`, `migrations/NNNN_name.up.sql`: what stands for something else
// is a star.
const alternatives = (pattern) => {
  const braces = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (!braces) return [pattern];
  return braces[2].split(",").flatMap((each) => alternatives(`${braces[1]}${each}${braces[3]}`));
};
const escaped = (text) => text.replace(/[.+?^$()|[\]\\{}]/g, "\\$&");
const matches_some = (pattern, candidates) => {
  const starred = pattern.replace(/<[^>]*>|\.\.\.|…|[A-Z]{2,}|\b[A-Z]\b/g, "*");
  if (!starred.includes("*")) return false;
  const wanted = new RegExp(`^${starred.split("*").map(escaped).join("[^/]*")}$`);
  return candidates.some((path) => wanted.test(path));
};
const exists = (path) => known.has(path) || matches_some(path, paths);
const ends_like = (name) =>
  paths.some((path) => path === name || path.endsWith(`/${name}`)) ||
  matches_some(
    name,
    name.includes("/") ? paths.map((path) => path.replace(/^src\//, "")) : paths.map((p) => basename(p)),
  );

const top_folders = "src|tests|docs|tools|bench|packaging|cmake|migrations|web|ops";
const rooted_path = new RegExp(
  `(?<![\\w/.:@-])(?:${top_folders})/[^\\s\`()\\[\\]{"'|;,]*(?:\\{[^}]*\\}[^\\s\`()\\[\\]"'|;,]*)?`,
  "g",
);

// Pages for recipients: the service serves them at /docs, and they link to routes of the service.
const pages_folder = "web/documents/";
const page_routes = new Set(
  [...(known.has("docs/routes.md") ? text_of("docs/routes.md") : "").matchAll(/^\| `GET ([^`]+)`/gm)].map(
    (match) => match[1],
  ),
);
const placeholders = [
  "api_base_url",
  "example_model",
  "key_variable",
  "provider",
  "key_prefix",
  "unknown_key_says",
  "daily_limit_usd",
  "key_lifetime",
  "models_url",
];

// ---- Which commands exist ----

// Names of the tests as tests/CMakeLists.txt gives them, or as ctest lists them where the tree is
// configured.
const names_from_ctest = () => {
  try {
    const output = execFileSync("ctest", ["--test-dir", "build/asan", "-N"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return [...output.matchAll(/^ *Test +#\d+: (.*)$/gm)].map((match) => match[1]);
  } catch {
    return [];
  }
};
const names_from_lists = () => {
  if (!known.has("tests/CMakeLists.txt")) return [];
  const names = [];
  const globs = new Map();
  const loops = [];
  let is_function = false;
  // Every combination of the values of the loops that are open.
  const expanded = (template) =>
    loops.reduce(
      (texts, { variable, values }) =>
        texts.flatMap((text) =>
          text.includes(`\${${variable}}`) ? values.map((value) => text.replaceAll(`\${${variable}}`, value)) : [text],
        ),
      [template],
    );
  for (const line of text_of("tests/CMakeLists.txt").split("\n")) {
    if (/^function\(/.test(line)) is_function = true;
    if (/^endfunction\(/.test(line)) is_function = false;
    if (is_function) continue;
    const glob = /^file\(GLOB(?:_RECURSE)? (\w+) (?:CONFIGURE_DEPENDS )?(.*)\)$/.exec(line.trim());
    if (glob) {
      const patterns = glob[2].split(" ").map((each) => `tests/${each.replace("${CMAKE_CURRENT_SOURCE_DIR}/", "")}`);
      globs.set(
        glob[1],
        files.filter((path) => patterns.some((pattern) => matches_some(pattern, [path]))),
      );
    }
    const loop = /^foreach\((\w+) (.*)\)$/.exec(line.trim());
    if (loop) {
      const list = /^\$\{(\w+)\}$/.exec(loop[2]);
      const values = list
        ? (globs.get(list[1]) ?? []).map((path) =>
            basename(path)
              .replace(/\..*$/, "")
              .replace(/^fuzz_/, ""),
          )
        : loop[2].split(" ");
      // A path's loop names its tests after the file.
      loops.push({ variable: list ? "name" : loop[1], values });
    }
    if (/^endforeach\(/.test(line.trim())) loops.pop();
    const test = /add_(?:test\(NAME|shards\() *(\S+)/.exec(line);
    if (test) names.push(...expanded(test[1]));
    const suites = /gtest_discover_tests\(.*TEST_PREFIX "?([\w.]+)/.exec(line);
    if (suites) names.push(suites[1]);
  }
  return names;
};
const test_names = [...new Set([...names_from_ctest(), ...names_from_lists()])];
const matches_test = (name) => {
  const wanted = new RegExp(["unit", "contract"].includes(name) ? `^${name}` : name);
  return test_names.some((each) => wanted.test(each));
};

// The commands of the program: which words may follow which. Taken from where they are declared.
const commands = new Map([["app", new Set()]]);
for (const path of files.filter((each) => each.startsWith("src/cli/") && each.endsWith(".cpp"))) {
  for (const [, parent, name] of text_of(path).matchAll(/(\w+)(?:\.|->)add_subcommand\(\s*"([a-z]+)"/g)) {
    if (!commands.has(parent)) commands.set(parent, new Set());
    commands.get(parent).add(name);
  }
}
const parts_of_bench = [
  ...(
    /sectionNames = \[([^\]]*)\]/.exec(
      known.has("bench/support/report.mjs") ? text_of("bench/support/report.mjs") : "",
    )?.[1] ?? ""
  ).matchAll(/"([^"]+)"/g),
].map((match) => match[1]);
const parts_of_nightly = (
  /^all=\(([^)]*)\)/m.exec(known.has("tests/nightly/run") ? text_of("tests/nightly/run") : "")?.[1] ?? ""
).split(" ");
const parts_of_profile = ["landing", "dashboard"];

// Words behind a command, up to what is an option, a comment, a placeholder or the end of it.
const words_behind = (text, at) => {
  const words = [];
  for (const word of text
    .slice(at)
    .split(/\n|[;&|<>()]|\s#/)[0]
    .trim()
    .split(/\s+/)) {
    if (!/^[a-z][\w.-]*[,.:]?$/.test(word)) break;
    words.push(word.replace(/[,.:]$/, ""));
  }
  return words;
};

const check_commands = (file, line_of, code, offset) => {
  const at = (index) => line_of(offset + index);
  const parts = (pattern, list, what) => {
    for (const match of code.matchAll(pattern)) {
      for (const word of words_behind(code, match.index + match[0].length)) {
        if (!list(word)) complain(file, at(match.index), what(word));
      }
    }
  };
  parts(
    /(?<![\w/])\.\/test(?= )/g,
    matches_test,
    (word) => `no test has a name like ${word}; \`ctest --test-dir build/asan -N\` lists them`,
  );
  parts(
    /(?<![\w/])bench\/run(?= )/g,
    (word) => parts_of_bench.includes(word),
    (word) => `bench/run has no section ${word}; there are: ${parts_of_bench.join(", ")}`,
  );
  parts(
    /(?<![\w/])tests\/nightly\/run(?= )/g,
    (word) => parts_of_nightly.includes(word),
    (word) => `tests/nightly/run has no part ${word}; there are: ${parts_of_nightly.join(", ")}`,
  );
  parts(
    /(?<![\w/])bench\/profile(?= )/g,
    (word) => parts_of_profile.includes(word),
    (word) => `bench/profile has no part ${word}; there are: ${parts_of_profile.join(", ")}`,
  );
  // `llmapikey keys list|show`, `keys revoke`, `./run -- doctor`.
  for (const match of code.matchAll(/(?<![\w/.@~"=-])(?:llmapikey|\.\/run --)[ \t]+(?=[a-z])/g)) {
    if (/(?:systemctl|apt|journalctl|rmdir)[^\n]*$/.test(code.slice(0, match.index))) continue;
    const [first, second] = code
      .slice(match.index + match[0].length)
      .split(/\n|\s#/)[0]
      .trim()
      .split(/\s+/);
    check_command(file, at(match.index), first, second);
  }
  const group = /^(keys|migrate|audit) ([a-z]+(?:\|[a-z]+)*)/.exec(code);
  if (group) check_command(file, at(0), group[1], group[2]);
};
const check_command = (file, line, first, second) => {
  const word = first.replace(/[,.:;)]+$/, "");
  if (!/^[a-z]+$/.test(word)) return;
  const all = commands.get("app");
  if (!all.has(word))
    return complain(file, line, `llmapikey has no command ${word}; there are: ${[...all].join(", ")}`);
  const below = commands.get(word);
  if (!below || !second || !/^[a-z]+(\|[a-z]+)*[,.]?$/.test(second)) return;
  for (const each of second.replace(/[,.]$/, "").split("|")) {
    if (!below.has(each))
      complain(file, line, `llmapikey ${word} has no command ${each}; there are: ${[...below].join(", ")}`);
  }
};

// ---- Documents ----

// As GitHub names headings.
const anchors_of = new Map();
const anchors = (path) => {
  if (!anchors_of.has(path)) {
    const seen = new Map();
    const found = new Set();
    for (const [, heading] of text_of(path)
      .replace(/^```[\s\S]*?^```$/gm, "")
      .matchAll(/^#{1,6} (.*)$/gm)) {
      const plain = heading.replace(/`|\*/g, "").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
      const slug = plain
        .trim()
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, "")
        .replace(/ /g, "-");
      const times = seen.get(slug) ?? 0;
      seen.set(slug, times + 1);
      found.add(times === 0 ? slug : `${slug}-${times}`);
    }
    anchors_of.set(path, found);
  }
  return anchors_of.get(path);
};

const check_document = (file) => {
  const text = text_of(file);
  const lines = text.split("\n");
  const starts = [];
  let start = 0;
  for (const line of lines) {
    starts.push(start);
    start += line.length + 1;
  }
  const line_of = (offset) => starts.findLastIndex((each) => each <= offset) + 1;

  // Which lines are code: between fences, or indented by four behind a blank line.
  let fence = null;
  let is_indented = false;
  const kinds = lines.map((line, index) => {
    const mark = /^\s*(```+)(\w*)/.exec(line);
    if (fence !== null) {
      if (mark && mark[1].length >= fence.length && mark[2] === "") fence = null;
      return "code";
    }
    if (mark) {
      fence = mark[1];
      return "code";
    }
    if (line.trim() === "") return "blank";
    is_indented = /^ {4,}/.test(line) && (is_indented || index === 0 || lines[index - 1].trim() === "");
    if (is_indented) return "code";
    return /^\s*\|/.test(line) ? "table" : "prose";
  });

  lines.forEach((line, index) => {
    const length = width(line);
    // What docs/configuration.md says of a variable is what the program says of it.
    const is_of_program = file === "docs/configuration.md" && /^\| `[A-Z_]+` \|/.test(line);
    if (kinds[index] === "table" && length > table_row_max && !is_of_program) {
      complain(
        file,
        index + 1,
        `this row of a table has ${length} columns: shorten it to ${table_row_max}, or make a list of the table`,
      );
    }
    if (kinds[index] !== "prose" || length <= prose_max) return;
    const words = line
      .trim()
      .replace(/^(?:[-*>#]+|\d+\.)\s+/, "")
      .split(/\s+/);
    if (words.length > 1) complain(file, index + 1, `this line has ${length} columns: wrap prose at ${prose_max}`);
  });

  for (const match of text.matchAll(rooted_path)) {
    const path = match[0]
      .replace(/[.,:;!?*…]+$/, (end) => (end.includes("*") ? "*" : ""))
      .replace(/\/$/, "")
      .replace(/#.*$/, "");
    if (!exists(path) && !alternatives(path).every(exists)) {
      complain(file, line_of(match.index), `${path} does not exist: name what is there`);
    }
  }
  for (const match of text.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z][a-z0-9+.-]*:/i.test(match[1])) continue;
    if (file.startsWith(pages_folder) && match[1].startsWith("/")) {
      if (!page_routes.has(match[1])) complain(file, line_of(match.index), `docs/routes.md has no GET ${match[1]}`);
      continue;
    }
    const [path, anchor] = match[1].split("#");
    const target = path === "" ? file : normalize(join(dirname(file), path)).replace(/\/$/, "");
    if (!known.has(target)) complain(file, line_of(match.index), `the link to ${match[1]} leads nowhere: mend it`);
    else if (anchor && !anchors(target).has(anchor))
      complain(file, line_of(match.index), `${target} has no heading #${anchor}: mend the link`);
  }

  // What stands between backticks, and blocks of code.
  const outside = lines.map((line, index) => (kinds[index] === "code" ? " ".repeat(line.length) : line)).join("\n");
  for (const match of outside.matchAll(/`([^`\n]+(?:\n[^`\n]+)?)`/g)) {
    const span = match[1].replace(/\n\s*/, (gap) => gap.replace(/\s/g, " "));
    check_commands(file, line_of, span, match.index + 1);
    const is_file = /^[\w*<>{},./-]+\.(?:cpp|hpp|mjs|pml|lua)$/.test(span);
    if (is_file && !new RegExp(`^(?:${top_folders})/`).test(span) && !alternatives(span).every(ends_like)) {
      complain(file, line_of(match.index), `there is no file ${span}: name one that is there`);
    }
  }
  lines.forEach((line, index) => {
    if (kinds[index] === "code") check_commands(file, line_of, line, starts[index]);
  });
  check_file_list(file, lines);
};

// ---- The documents that the service serves to recipients ----

// The service fills in these placeholders, refuses raw HTML, and shows the pages in the order of
// contents.txt; so a page that breaks a rule would be missing or wrong only when somebody reads it.
const check_pages = () => {
  const contents = `${pages_folder}contents.txt`;
  const pages = files.filter((path) => path.startsWith(pages_folder) && path.endsWith(".md"));
  if (pages.length === 0 && !known.has(contents)) return;
  const titles = new Map();
  let group = "";
  text_of(contents)
    .split("\n")
    .forEach((line, index) => {
      const entry = /^([a-z][a-z-]*) (.+)$/.exec(line);
      if (line.startsWith("# ")) group = line.slice(2);
      else if (entry) titles.set(`${pages_folder}${entry[1]}.md`, { title: entry[2], group, line: index + 1 });
      else if (line !== "") complain(contents, index + 1, "write `# Group` or `name Title`");
    });
  for (const [path, { line }] of titles) if (!known.has(path)) complain(contents, line, `${path} does not exist`);
  for (const path of pages) check_page(path, titles.get(path), contents);
};
const check_page = (path, entry, contents) => {
  const lines = text_of(path).trimEnd().split("\n");
  if (!entry) return complain(path, 1, `${contents} does not list this page`);
  if (lines[0] !== `# ${entry.title}`) complain(path, 1, `${contents} calls this page "${entry.title}"`);
  const last = lines.slice(lines.findLastIndex((line) => line === "") + 1).join(" ");
  if (entry.group === "Programs" && !/^(?:Tried|Not tried): .*\(\d{1,2} [A-Z][a-z]+ \d{4}\)\.$/.test(last))
    complain(path, lines.length, "end with `Tried: …` or `Not tried: …` and a date in brackets");
  let is_code = false;
  lines.forEach((line, index) => {
    if (/^\s*```/.test(line)) is_code = !is_code;
    for (const [, name] of line.matchAll(/\{\{([^}]*)\}\}/g))
      if (!placeholders.includes(name)) complain(path, index + 1, `the service does not fill in {{${name}}}`);
    if (!is_code && /<\/?[a-z!]/i.test(line.replace(/`[^`]*`/g, "")))
      complain(path, index + 1, "raw HTML is refused: write it in CommonMark");
  });
};

// The list below `Files:` in src/NOUN/README.md names files of its folder, without their endings.
const check_file_list = (file, lines) => {
  if (!/^src\/\w+\/README\.md$/.test(file)) return;
  const begin = lines.findIndex((line) => line.startsWith("Files:"));
  if (begin < 0) return;
  const end = lines.findIndex((line, index) => index > begin && line.startsWith("## "));
  const list = lines.slice(begin, end < 0 ? lines.length : end);
  let is_name = false;
  list.forEach((line, index) => {
    if (line.startsWith("- ")) is_name = true;
    // Names stand in front of a colon, what they are for behind it; then the next names may follow.
    for (const match of line.matchAll(/`([^`]+)`|(: )|([.;] )|:$/g)) {
      if (match[2] || match[0] === ":") is_name = false;
      else if (match[3]) is_name = true;
      else if (
        is_name &&
        /^[a-z][\w/]*(?:\.[ch]pp)?$/.test(match[1]) &&
        /^`[^`]*`(?:,|:| and|$)/.test(line.slice(match.index))
      ) {
        const path = join(dirname(file), match[1]);
        const found = [path, `${path}.cpp`, `${path}.hpp`].some((each) => known.has(each));
        if (!found && line.slice(match.index).includes(":"))
          complain(file, begin + index + 1, `there is no file ${path}: name one of this folder`);
      }
    }
  });
};

// ---- Comments and code ----

const language_of = (path) => {
  if (path.startsWith("tests/upgrade/") && path.endsWith(".sql")) return null; // dumps
  if ([".cpp", ".hpp", ".mjs", ".js"].includes(extname(path))) return "//";
  if ([".cmake", ".sh"].includes(extname(path)) || basename(path) === "CMakeLists.txt") return "#";
  if (extname(path) === ".sql") {
    const number = Number(/^migrations\/\w+\/(\d+)_/.exec(path)?.[1] ?? Infinity);
    return number > published_migration_max ? "--" : null;
  }
  if (extname(path) !== "" || path.startsWith(".") || path.endsWith("LICENSE")) return null;
  const first = text_of(path).slice(0, 40);
  if (!first.startsWith("#!")) return null;
  return first.includes("node") ? "//" : "#";
};
const check_code = (file) => {
  const mark = language_of(file);
  if (mark === null) return;
  text_of(file)
    .split("\n")
    .forEach((line, index) => {
      const is_comment = line.trimStart().startsWith(mark);
      const limit = is_comment ? prose_max : code_max;
      if (width(line) <= limit) return;
      const rest = line
        .split(/\s+/)
        .filter((word) => width(word) < long_word)
        .join(" ");
      if (width(rest) < width(line) - long_word + 2 && width(rest) <= limit) return;
      complain(
        file,
        index + 1,
        `${is_comment ? "this comment" : "this line of code"} has ${width(line)} columns: wrap it at ${limit}`,
      );
    });
};

for (const file of files.filter((path) => path.endsWith(".md"))) check_document(file);
check_pages();
if (!only_documents) files.forEach(check_code);
process.exit(failures > 0 ? 1 : 0);
