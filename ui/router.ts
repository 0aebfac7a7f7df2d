import { nextTick, onBeforeUnmount, shallowRef } from "vue";
import { type Route, readRoute } from "./routes.ts";

const here = (): Route => readRoute(window.location.pathname, window.location.search);

/** Where the reader is. */
export const route = shallowRef<Route>(here());

/** Asked before leaving a page with unsaved changes; false keeps the reader there. */
let mayLeave: (() => boolean) | undefined;
let shownAddress = window.location.href;

window.addEventListener("popstate", () => {
  if (mayLeave && !mayLeave()) {
    window.history.pushState(null, "", shownAddress);
    return;
  }
  show();
});

window.addEventListener("beforeunload", (event) => {
  if (unsaved?.()) event.preventDefault();
});

let unsaved: (() => boolean) | undefined;

export function go(address: string, options: { replace?: boolean } = {}): void {
  const samePage = new URL(address, window.location.href).pathname === window.location.pathname;
  if (!samePage && mayLeave && !mayLeave()) return;
  if (options.replace) window.history.replaceState(null, "", address);
  else window.history.pushState(null, "", address);
  show();
}

function show(): void {
  const before = route.value.path;
  shownAddress = window.location.href;
  route.value = here();
  if (route.value.path === before) return;
  window.scrollTo(0, 0);
  // Readers with a screen reader or keyboard start at the new page, not at the link that has gone.
  void nextTick().then(() => document.getElementById("page")?.focus({ preventScroll: true }));
}

/** Follows a link inside the page; new tabs, downloads and other buttons stay with the browser. */
export function follow(event: MouseEvent, address: string): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey)
    return;
  event.preventDefault();
  go(address);
}

/** Asks before the page is left while `changed()` is true. */
export function guardLeaving(changed: () => boolean, question: () => string): void {
  unsaved = changed;
  mayLeave = () => !changed() || window.confirm(question());
  onBeforeUnmount(() => {
    unsaved = undefined;
    mayLeave = undefined;
  });
}
