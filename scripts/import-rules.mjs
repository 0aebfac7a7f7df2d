// Checks the import rules (.dependency-cruiser.cjs) of the folder it is run in; `json` prints the breaches as JSON.
// By the library, since its own program refuses Node 20.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { cruise } from "dependency-cruiser";
import extractOptions from "dependency-cruiser/config-utl/extract-depcruise-options";
import extractTsConfig from "dependency-cruiser/config-utl/extract-ts-config";

const options = await extractOptions(join(process.cwd(), ".dependency-cruiser.cjs"));
const folders = ["src", "sandbox", "demo", "ui", "bench", "test"].filter((folder) => existsSync(folder));
const outputType = process.argv[2] ?? "err";
const tsConfig = extractTsConfig(join(process.cwd(), "tsconfig.json"));
const { output, exitCode } = await cruise(folders, { ...options, validate: true, outputType }, undefined, { tsConfig });
console.log(output);
process.exitCode = exitCode > 0 ? 1 : 0;
