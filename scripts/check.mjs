import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { say } from "./say.mjs";

const checks = [
  {
    name: "format and lint (biome)",
    file: "node_modules/@biomejs/biome/bin/biome",
    args: ["ci", "--error-on-warnings", "--colors=off", "--max-diagnostics=20"],
  },
  { name: "types (tsc)", file: "node_modules/typescript/bin/tsc", args: ["-p", ".", "--noEmit", "--pretty", "false"] },
  {
    name: "types of the pages (vue-tsc)",
    file: "node_modules/vue-tsc/bin/vue-tsc.js",
    args: ["-p", "ui", "--noEmit", "--pretty", "false"],
    needs: "ui/tsconfig.json",
  },
  { name: "import rules", file: "scripts/import-rules.mjs", args: [] },
];

/** Runs all checks, a few at a time, and shows the words of those that fail. */
export async function check(node) {
  const waiting = checks.filter((one) => !one.needs || existsSync(one.needs));
  let passed = 0;
  let failed = 0;
  const work = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) {
      const { code, output } = await run(node, one);
      if (code === 0) passed += 1;
      else failed += 1;
      say(`${code === 0 ? "ok    " : "FAILED"} ${one.name}${code === 0 ? "" : `\n${output}`}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, work));
  return { passed, failed };
}

function run(node, { file, args }) {
  return new Promise((resolve) => {
    const child = spawn(node, [file, ...args], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    let output = "";
    child.stdout.on("data", (text) => {
      output += text;
    });
    child.stderr.on("data", (text) => {
      output += text;
    });
    child.on("error", (error) => resolve({ code: 1, output: error.message }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
