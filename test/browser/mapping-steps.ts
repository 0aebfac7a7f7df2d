import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Stage } from "./stage.ts";

const lists = ["Statuses", "Delivery types", "Payment types"];

const tab = (page: Page, name: string) => page.getByRole("tab", { name });
const row = (page: Page, title: string) => page.locator("li.pair", { has: page.getByText(title, { exact: true }) });

/** "Suggest" fills what has a like name on the other side, and says why at each row. */
export async function pairsAreSuggested({ operator: { page, look, told } }: Stage): Promise<void> {
  await page.getByText("not matched").first().waitFor();
  await look("mapping-empty");
  await page.getByRole("button", { name: "Suggest by name" }).click();
  await told("Filled by suggestion: 13");

  expect(await row(page, "Нове").locator("select").inputValue()).toBe("crm:new");
  expect(await row(page, "Нове").locator(".field-hint").textContent()).toContain("Suggested: same meaning");
  await look("mapping-suggested");
}

/**
 * One entry of the CRM belongs to one entry of the shop. The list offers a taken entry to nobody else; forced all the
 * same, the service refuses, and both rows name each other.
 */
export async function conflictIsNamedAtBothRows({ operator: { page, look } }: Stage): Promise<void> {
  const taken = row(page, "В роботі").locator("option[value='crm:new']");
  expect(await taken.isDisabled()).toBe(true);
  expect(await taken.textContent()).toContain("Новий (chosen for: Нове)");
  const chosen = await row(page, "В роботі").locator("select").inputValue();

  await taken.evaluate((option: { disabled: boolean }) => {
    option.disabled = false;
  });
  await row(page, "В роботі").locator("select").selectOption("crm:new");
  await page.getByRole("button", { name: "Save mapping" }).click();
  await page.getByText("An entry of the CRM may be chosen only once.").waitFor();

  expect(await row(page, "Нове").locator(".field-error").textContent()).toBe("“Новий” is also chosen for: В роботі.");
  expect(await row(page, "В роботі").locator(".field-error").textContent()).toBe("“Новий” is also chosen for: Нове.");
  await look("mapping-conflict");
  await row(page, "В роботі").locator("select").selectOption(chosen);
}

/** What is left is chosen by hand or set aside; saving the last pair starts the exchange by itself. */
export async function mappingIsCompleted({ operator: { page, look } }: Stage): Promise<void> {
  for (const name of lists) {
    await tab(page, name).click();
    const open = page.locator(".tab-panel[data-state='active'] li.pair.open");
    while ((await open.count()) > 0) await open.first().locator("select").selectOption("aside:exclude");
    await look(`mapping-${name.toLowerCase().replace(" ", "-")}`);
  }
  await tab(page, "all matched").nth(2).waitFor();
  await page.getByRole("button", { name: "Save mapping" }).click();
  await page.getByText("Everything is matched: the exchange has started").waitFor();

  expect(await page.locator("h1 .badge").textContent()).toBe("Active");
  await look("mapping-saved");
}
