import type { Page } from "playwright-core";
import { expect } from "vitest";
import { newestOrders, turnTo } from "./exchange-steps.ts";
import type { Stage } from "./stage.ts";

/** Follows a link of the row of pages beneath that of the orders. */
async function turnToPart(page: Page, name: string): Promise<void> {
  await turnTo(page, "Orders");
  await page.getByRole("navigation", { name: "Orders" }).getByRole("link", { name }).click();
}

/** A figure by the words above it. */
const fact = (page: Page, label: string) => page.locator(".facts div", { hasText: label }).locator("dd");

/** Before anything is written one sees what it would be; a slip in the numbers is named at its field. */
export async function archiveIsLookedAtFirst({ operator: { page, look } }: Stage): Promise<void> {
  await turnToPart(page, "Archive");
  await page.getByRole("button", { name: "Look first" }).click();
  await page.getByText("What would be loaded").waitFor();
  await fact(page, "Already in the CRM").filter({ hasText: "12" }).waitFor();
  expect(await fact(page, "Total").textContent()).toMatch(/[\d,]+\.\d\d UAH/);
  await look("archive-preview");

  await page.getByLabel("Certain orders").check();
  await page.getByLabel("Order numbers of the shop").fill("101, A-7");
  await page.getByRole("button", { name: "Look first" }).click();
  await page.getByText("This is no order number: A-7").waitFor();
  await look("archive-refused");
}

/** A load is paused and goes on where it stopped. The shop is slow meanwhile, so that there is something to pause. */
export async function archiveIsPausedAndResumed({ demo, operator: { page, look, told } }: Stage): Promise<void> {
  demo.shop.faults.add({ kind: "slow", match: "orders/get*", delayMs: 1_500, times: Number.POSITIVE_INFINITY });
  await page.getByLabel("Everything that is not in the CRM yet").check();
  await page.getByRole("button", { name: "Load at once" }).click();
  await told("The loading of the archive has been started");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByText("Paused since").waitFor();
  await look("archive-paused");

  demo.shop.faults.clear();
  await page.getByRole("button", { name: "Continue" }).click();
  await told("The loading goes on");
  await page.getByText("All orders of this run are settled.").waitFor();
  await page.locator("section", { hasText: "Result of" }).getByText("a person").waitFor();
  await page.getByRole("progressbar").waitFor({ state: "detached" });
  await look("archive");
}

/** As after a restored backup: it is gone from the CRM, and no history tells of it. */
function wipeFromCrm({ demo: { crm } }: Stage, number: string): void {
  const entries = crm.state.orderHistory.length;
  crm.asManager.deleteOrder(number);
  crm.state.orderHistory.length = entries;
}

/** What the CRM lost is found by comparing, is back at once, and the next comparison says so. */
export async function sidesAreCompared(stage: Stage): Promise<void> {
  const { page, look } = stage.operator;
  const [number] = newestOrders(stage, 1);
  await turnToPart(page, "Comparison");
  await page.getByText("Nothing has been compared yet.").waitFor();
  await look("comparison-none");

  wipeFromCrm(stage, number!);
  await page.getByRole("button", { name: "Compare now" }).click();
  const row = page.getByRole("row", { name: number! });
  await row.getByText("in step again").waitFor();
  await page
    .getByText(/1 order and [\d,.]+ less in the CRM/)
    .first()
    .waitFor();
  expect(await fact(page, "Mended").textContent()).toBe("1");
  expect(stage.demo.crm.order(number!)).toBeDefined();
  await look("comparison");

  await page.getByRole("button", { name: "Compare now" }).click();
  await page.getByText("Both sides agree.").waitFor();
  await page.getByRole("row", { name: "missing 1" }).getByRole("link", { name: "Show" }).click();
  await row.getByRole("link", { name: number! }).click();
  await page.getByRole("heading", { name: `Order ${number}` }).waitFor();
}
