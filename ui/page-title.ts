import { watchEffect } from "vue";
import { text } from "./text/language.ts";

/** Title of the browser's tab: the narrowest first. Empty parts are left out. */
export function usePageTitle(parts: () => (string | undefined)[]): void {
  watchEffect(() => {
    document.title = [...parts(), text.global.t("app.name")].filter((part) => part).join(" · ");
  });
}
