// Judges pages by the rules of Mozilla's HTTP Observatory: reads {"https": port, "http": port,
// "pages": [{"name", "path", "headers"}]} from its input, and writes a line of JSON for each. A
// process of its own, since Node.js reads the certificates that it trusts besides
// (NODE_EXTRA_CA_CERTS) at its start only.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createRequire } from "node:module";
import { text } from "node:stream/consumers";
import { ALL_TESTS } from "@mdn/mdn-http-observatory/src/constants.js";
import { MINIMUM_SCORE_FOR_EXTRA_CREDIT } from "@mdn/mdn-http-observatory/src/grader/charts.js";
import { getGradeForScore, getScoreModifier } from "@mdn/mdn-http-observatory/src/grader/grader.js";
import { retrieve } from "@mdn/mdn-http-observatory/src/retriever/retriever.js";

// The list of hosts that browsers know to be HTTPS only is fetched by the package's installation
// script, which is not run. The hosts of a test are not on it.
const list = join(
  dirname(createRequire(import.meta.url).resolve("@mdn/mdn-http-observatory/package.json")),
  "conf",
  "hsts-preload.json",
);
mkdirSync(dirname(list), { recursive: true });
if (!existsSync(list)) writeFileSync(list, "{}");

// As the package's own scan(), which takes neither a port nor a path, and refuses to judge error
// pages.
const judge = async ({ name, path, headers }, { https, http }) => {
  const requests = await retrieve("localhost", { path, headers, httpsPort: https, httpPort: http });
  if (!requests.responses.https?.verified) throw new Error(`${name} cannot be had`);
  const results = ALL_TESTS.map((rule) => rule(requests));
  const points = results.map(({ result }) => getScoreModifier(result));
  const lost = 100 + points.filter((each) => each < 0).reduce((sum, each) => sum + each, 0);
  const score = lost >= MINIMUM_SCORE_FOR_EXTRA_CREDIT ? 100 + points.reduce((sum, each) => sum + each, 0) : lost;
  const failures = results.filter(({ pass }) => !pass).map(({ result }) => result);
  return { name, status: requests.responses.https.status, score, grade: getGradeForScore(score).grade, failures };
};

const wish = JSON.parse(await text(process.stdin));
for (const page of wish.pages) console.log(JSON.stringify(await judge(page, wish)));
