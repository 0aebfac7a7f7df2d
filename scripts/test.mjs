import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { build } from "./build.mjs";
import { check } from "./check.mjs";
import { say } from "./say.mjs";

const report = ".test-output/vitest.json";

/**
 * All checks and all tests; arguments go to the test runner. Closes with a line `N passed, N failed`.
 * @returns the exit code
 */
export async function test(node, args) {
  const checks = await check(node);
  build();
  const chromium = findChromium() ?? installChromium();
  const tests = await runTests(node, args, chromium);

  const passed = checks.passed + tests.passed;
  const failed = checks.failed + tests.failed;
  if (tests.skipped > 0) console.log(`${tests.skipped} skipped (each says why above or in its name)`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed > 0 ? 1 : 0;
}

function findChromium() {
  const places = [
    process.env.CHROMIUM_PATH,
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
  ];
  return places.find((path) => path && existsSync(path));
}

/** Debian's Chromium, where this user may install it. */
function installChromium() {
  const how = "Install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH to it.";
  const isDebian = existsSync("/usr/bin/apt-get") && process.getuid?.() === 0;
  if (!isDebian) {
    say(`No Chromium was found: the browser tests are skipped. ${how}`);
    return undefined;
  }
  say("Installing Chromium for the browser tests …");
  const options = { stdio: ["ignore", 2, 2], env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  spawnSync("apt-get", ["update"], options);
  spawnSync("apt-get", ["install", "--yes", "--no-install-recommends", "chromium"], options);
  const found = findChromium();
  if (!found) say(`Chromium could not be installed: the browser tests are skipped. ${how}`);
  return found;
}

async function runTests(node, args, chromium) {
  mkdirSync(".test-output", { recursive: true });
  rmSync(report, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  const child = spawn(node, ["node_modules/vitest/vitest.mjs", "run", ...reporters, ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...(chromium && { CHROMIUM_PATH: chromium }) },
  });
  for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
  const code = await new Promise((resolve) => {
    child.on("error", () => resolve(1));
    child.on("close", (exitCode) => resolve(exitCode ?? 1));
  });
  return count(code);
}

/** A file that could not be loaded, or a runner that failed without a failed test, counts as one failure. */
function count(code) {
  if (!existsSync(report)) return { passed: 0, failed: 1, skipped: 0 };
  const result = JSON.parse(readFileSync(report, "utf8"));
  const unloaded = result.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((one) => one.status === "failed"),
  );
  const failed = result.numFailedTests + unloaded.length;
  return {
    passed: result.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: (result.numPendingTests ?? 0) + (result.numTodoTests ?? 0),
  };
}
