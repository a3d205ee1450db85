// Runs the sections that are asked for, one after another; started by bench/run.
import { environment } from "./support/environment.mjs";
import { endChildrenAtExit } from "./support/processes.mjs";
import { keep, sectionNames } from "./support/report.mjs";

const modules = { "sign-in": "sign_in" };
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !sectionNames.includes(name));
if (unknown.length > 0) {
  console.error(`no such section: ${unknown.join(", ")}; there are: ${sectionNames.join(", ")}`);
  process.exit(2);
}
endChildrenAtExit();
for (const name of sectionNames.filter((each) => wanted.length === 0 || wanted.includes(each))) {
  const { measure } = await import(`./sections/${modules[name] ?? name}.mjs`);
  console.error(`${name}:`);
  keep(name, { environment: environment(), ...(await measure()) });
}
