import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect } from "vitest";
import { examine, findOverflow, seriousOnes } from "./axe.ts";

/** A person with a browser of his own: cookies, language and screen belong to nobody else. */
export type Visitor = {
  page: Page;
  context: BrowserContext;
  /** opens an address of the service */
  open(path: string): Promise<void>;
  /** waits for a message that fades */
  told(text: string): Promise<void>;
  /** examines the page as it stands: nothing serious for axe, nothing sticks out; pictures go to SCREENSHOTS */
  look(name: string): Promise<void>;
  /** what the browser complained about: thrown errors, refused scripts and styles */
  complaints: string[];
};

const screens = { desk: { width: 1280, height: 900 }, phone: { width: 360, height: 740 } };
/** Generous: the machine may be busy with other tests. Nothing waits that long in a passing run. */
const patienceMs = 20_000;
/** Set to a folder, every page that is looked at leaves a picture there. */
const pictures = process.env.SCREENSHOTS;

export async function invite(
  browser: Browser,
  options: { url: string; screen: keyof typeof screens; language: "uk-UA" | "en-US" },
): Promise<Visitor> {
  const context = await browser.newContext({
    baseURL: options.url,
    locale: options.language,
    timezoneId: "Europe/Kyiv",
    viewport: screens[options.screen],
    reducedMotion: "reduce",
  });
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: options.url });
  context.setDefaultTimeout(patienceMs);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`thrown: ${error.message}`));
  page.on("console", (message) => {
    // A refused request is an answer of the service, not a fault of the page.
    const isAnswer = message.text().startsWith("Failed to load resource: the server responded");
    if (message.type() === "error" && !isAnswer) complaints.push(message.text());
  });
  let seen = 0;
  return {
    page,
    context,
    complaints,
    open: async (path) => void (await page.goto(path)),
    told: (text) => page.locator(".toast-text", { hasText: text }).first().waitFor(),
    look: async (name) => {
      await page.locator("main:not(:has(.loading))").waitFor();
      if (pictures) {
        seen += 1;
        const file = `${options.screen}-${String(seen).padStart(2, "0")}-${name}.png`;
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: join(pictures, file), fullPage: true });
      }
      expect(await findOverflow(page), `${name}: sticks out`).toEqual([]);
      expect(seriousOnes(await examine(page)), `${name}: hard to use`).toEqual([]);
    },
  };
}
