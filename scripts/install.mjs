import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { oneAtATime } from "./once.mjs";
import { say } from "./say.mjs";

/** Installs the packages when they are missing or others than package-lock.json says. */
export function install() {
  if (isInstalled()) return;
  oneAtATime(".install-lock", () => {
    if (isInstalled()) return;
    say("Installing packages (npm ci), a minute or two …");
    // npm empties node_modules: it must not run on the Node that lies in there.
    const path = (process.env.PATH ?? "").split(delimiter).filter((folder) => !folder.includes("node_modules"));
    // Warnings are about Node 20, which the pinned packages are tested with, and only worry whoever comes new.
    const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
      stdio: ["ignore", 2, 2],
      env: { ...process.env, PATH: path.join(delimiter) },
      shell: process.platform === "win32",
    });
    if (status !== 0) {
      say("The packages could not be installed. Check the network and the messages above, then try again.");
      process.exit(1);
    }
  });
}

function isInstalled() {
  const wanted = readPackages("package-lock.json");
  const present = readPackages(join("node_modules", ".package-lock.json"));
  if (!wanted || !present) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    if (path === "" || entry.optional || entry.devOptional || entry.link) return true;
    return present[path]?.version === entry.version;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return undefined;
  }
}
