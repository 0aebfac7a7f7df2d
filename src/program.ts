import { existsSync } from "node:fs";
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
