import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { oneAtATime } from "./once.mjs";
import { say } from "./say.mjs";

const shared = ["package.json", "package-lock.json", "tsconfig.json"];
const parts = [
  { name: "pages", config: "vite.config.ts", sources: ["ui"], made: "dist/ui/index.html", stamp: "dist/.pages-built" },
  {
    name: "programs",
    config: "vite.server.config.ts",
    sources: ["src", "sandbox", "demo", "bench"],
    made: "dist/main.js",
    stamp: "dist/.programs-built",
  },
];

/** Builds the pages and the programs whose sources differ from those of the last build. */
export function build({ always = false } = {}) {
  if (!always && parts.every(isFresh)) return;
  oneAtATime(".build-lock", () => {
    mkdirSync("dist", { recursive: true });
    for (const part of parts) if (always || !isFresh(part)) buildPart(part);
  });
}

function buildPart(part) {
  say(`Building the ${part.name} …`);
  const hash = hashOf(part);
  rmSync(part.stamp, { force: true });
  if (part.name === "programs") removeOldPrograms();
  const vite = join("node_modules", "vite", "bin", "vite.js");
  const { status } = spawnSync(process.execPath, [vite, "build", "--config", part.config, "--logLevel", "warn"], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) {
    say(`The ${part.name} could not be built; the messages above say why.`);
    process.exit(1);
  }
  if (part.name === "programs") makeTemplate();
  writeFileSync(part.stamp, hash);
}

/** An empty database beside the program: without it the first start just takes longer. */
function makeTemplate() {
  const { status } = spawnSync(process.execPath, ["dist/make-template.js", "dist/empty-database.tar.gz"], {
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) say("The empty database could not be made; first starts take a few seconds longer.");
}

function removeOldPrograms() {
  for (const name of readdirSync("dist")) if (name.endsWith(".js")) rmSync(join("dist", name));
}

function isFresh(part) {
  if (!existsSync(part.made) || !existsSync(part.stamp)) return false;
  return readFileSync(part.stamp, "utf8") === hashOf(part);
}

function hashOf(part) {
  const hash = createHash("sha256");
  for (const file of [...shared, part.config, ...part.sources.flatMap(filesIn)]) {
    if (file.endsWith(".test.ts") || file.endsWith(".md")) continue;
    hash.update(file).update("\0").update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex");
}

function filesIn(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}
