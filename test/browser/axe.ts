import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

export type Violation = { rule: string; impact: string; help: string; nodes: string[] };

type AxeAnswer = {
  violations: {
    id: string;
    impact: string | null;
    help: string;
    nodes: { target: unknown[]; failureSummary?: string }[];
  }[];
};

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
let source: Promise<string> | undefined;

/**
 * Examines the page as it is shown now by axe-core. The script goes in through the debugger, so that the page's content
 * security policy stays as strict as it is.
 * @returns every violation; `seriousOnes` keeps those that must not be there
 */
export async function examine(page: Page): Promise<Violation[]> {
  source ??= readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(await source);
  const answer = await page.evaluate<AxeAnswer, string[]>(
    // biome-ignore lint/suspicious/noExplicitAny: `axe` is put on the page's window by the script above
    (tags) => (globalThis as any).axe.run({ runOnly: { type: "tag", values: tags } }),
    rules,
  );
  return answer.violations.map(({ id, impact, help, nodes }) => ({
    rule: id,
    impact: impact ?? "unknown",
    help,
    nodes: nodes.map((node) => `${node.target.join(" ")}: ${node.failureSummary ?? ""}`),
  }));
}

export function seriousOnes(violations: Violation[]): Violation[] {
  return violations.filter(({ impact }) => impact === "serious" || impact === "critical");
}

/** Elements that stick out of the page to the right: nothing may, down to 360 px. */
export async function findOverflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { document } = globalThis as unknown as {
      document: { documentElement: { clientWidth: number }; querySelectorAll(all: string): Iterable<Box> };
    };
    type Box = {
      tagName: string;
      className: unknown;
      closest(selector: string): unknown;
      getBoundingClientRect(): { right: number; width: number };
    };
    const widthPx = document.documentElement.clientWidth;
    return [...document.querySelectorAll("body *")]
      .filter((box) => !box.closest("pre") && !box.closest("option"))
      .filter((box) => box.getBoundingClientRect().width > 1 && box.getBoundingClientRect().right > widthPx + 1)
      .map((box) => `${box.tagName.toLowerCase()}.${String(box.className)}`);
  });
}
