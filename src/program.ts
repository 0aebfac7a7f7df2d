import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { version } from "../package.json";

export { version };

/** The folder of the built pages, from the bundle (dist/) and from the sources (src/) alike; undefined when not built. */
export function findPages(): string | undefined {
  const here = fileURLToPath(new URL(".", import.meta.url));
  const places = [join(here, "ui"), join(here, "..", "dist", "ui")];
  return places.find((folder) => existsSync(join(folder, "index.html")));
}

/** The empty database that the build makes, for a first start; undefined when there is none beside the program. */
export async function readTemplate(): Promise<Blob | undefined> {
  const file = fileURLToPath(new URL("empty-database.tar.gz", import.meta.url));
  return existsSync(file) ? new Blob([await readFile(file)]) : undefined;
}
