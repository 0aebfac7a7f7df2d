// Every `npm run …` of this package: installs and builds what is missing, then runs the program in the foreground.
// Plain Node without dependencies, since it runs before anything is installed. Install and build write to standard
// error: standard output belongs to the program.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { check } from "./check.mjs";
import { install } from "./install.mjs";
import { runProgram } from "./program.mjs";
import { test } from "./test.mjs";

const [task, ...rest] = process.argv.slice(2);
process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const programs = { start: "dist/main.js", demo: "dist/demo.js", sandbox: "dist/sandbox.js", bench: "dist/bench.js" };

if (task in programs) {
  install();
  build();
  if (!existsSync(programs[task])) fail(`This package has no ${task} yet.`);
  await runProgram(nodePath(), programs[task], rest);
} else if (task === "build") {
  install();
  build({ always: rest.includes("--force") });
} else if (task === "check") {
  install();
  const { failed } = await check(nodePath());
  process.exitCode = failed > 0 ? 1 : 0;
} else if (task === "test") {
  install();
  process.exitCode = await test(nodePath(), rest);
} else {
  fail(`Usage: node scripts/run.mjs ${[...Object.keys(programs), "build", "check", "test"].join("|")}`);
}

/** Node 24 out of the packages where it runs (Linux x64), else the Node that runs this. */
function nodePath() {
  const own = "node_modules/.bin/node";
  if (existsSync(own) && spawnSync(own, ["--version"]).status === 0) return own;
  return process.execPath;
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
