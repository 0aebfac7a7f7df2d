import { fillCatalog } from "./catalog-load.ts";
import { timeWriter } from "./crm-time.ts";
import { fillDemo } from "./seed-demo.ts";
import { fillNorth, northCatalog } from "./seed-north.ts";
import { emptyState, type State } from "./state.ts";
import { defaultSwitches } from "./switches.ts";

/**
 * `demo`: a Ukrainian owner's account without orders. `north`: the invented account of reference 18.1 with a small
 * catalogue. `empty`: like `demo` with its first site only and one key.
 */
export function seedState(
  seed: "demo" | "north" | "empty",
  options: { zone: string | undefined; currency: string | undefined; now: Date },
): State {
  if (seed === "north") {
    const state = emptyState(options.zone ?? "Europe/Madrid", options.currency ?? "EUR", "EN");
    fillNorth(state);
    const crm = {
      state,
      switches: defaultSwitches(),
      now: () => options.now,
      time: timeWriter(
        () => options.now,
        () => state.zone,
      ),
      random: () => 0,
      baseUrl: "",
      fetchCatalog: () => Promise.reject(new Error("no file")),
      loads: new Set<Promise<void>>(),
    };
    fillCatalog(crm, "north-shop", northCatalog());
    return state;
  }
  const state = emptyState(options.zone ?? "Europe/Kyiv", options.currency ?? "UAH", "RU");
  fillDemo(state);
  if (seed === "empty") {
    delete state.books.sites!["second-site"];
    for (const key of ["key-second", "key-all", "key-read", "key-minimal"]) state.keys.delete(key);
  }
  return state;
}
