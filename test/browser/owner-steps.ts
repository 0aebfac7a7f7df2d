import { expect } from "vitest";
import { turnTo } from "./exchange-steps.ts";
import type { Stage } from "./stage.ts";

/** A setting is saved; one that the service refuses is marked, and nothing is lost. */
export async function settingsAreSaved({ operator: { page, look, told } }: Stage): Promise<void> {
  await turnTo(page, "Settings");
  const prefix = page.getByLabel("In front of the number");
  const zone = page.getByLabel("Time zone of the shop");
  await prefix.fill("A-");
  await zone.fill("Europe/Atlantis");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await page.getByText("Please check the marked fields.").waitFor();
  expect(await zone.getAttribute("aria-invalid")).toBe("true");
  expect(await page.locator("#field-settings-timeZone-error").textContent()).toContain("There is no such time zone.");
  await look("settings-refused");

  await zone.fill("Europe/Warsaw");
  await page.getByLabel("Alert when").fill("soon");
  await page.getByText("Enter a number.").waitFor();
  await page.getByLabel("Alert when").fill("30");
  await page.getByRole("button", { name: "Save", exact: true }).click();
  await told("Saved");

  await page.reload();
  await prefix.waitFor();
  expect([await prefix.inputValue(), await zone.inputValue()]).toEqual(["A-", "Europe/Warsaw"]);
  await look("settings");
}

export async function exchangeIsPausedAndResumed({ operator: { page, look } }: Stage): Promise<void> {
  await turnTo(page, "Overview");
  await page.getByRole("button", { name: "Pause" }).click();
  await page.locator("h1 .badge", { hasText: "Paused" }).waitFor();
  expect(await page.getByRole("button", { name: "Sync now" }).count()).toBe(0);
  await look("overview-paused");

  await page.getByRole("button", { name: "Continue" }).click();
  await page.locator("h1 .badge", { hasText: "Active" }).waitFor();
}

/** New access data are tried before they are kept. */
export async function accessIsTriedFirst({ demo, operator: { page, look, told } }: Stage): Promise<void> {
  await turnTo(page, "Access");
  const password = page.getByLabel("Password");
  await password.fill("wrong-password");
  await page.getByRole("button", { name: "Check and save" }).click();
  await page.locator("[aria-invalid='true']").waitFor();
  await look("access-refused");

  await password.fill(demo.horoshop.password);
  await page.getByRole("button", { name: "Check and save" }).click();
  await told("Access data checked and saved");
}

/** Deleting asks back: the name must be typed. */
export async function deletingAsksBack({ connectionId, operator: { page, open, look, told } }: Stage): Promise<void> {
  await open(`/connections/${connectionId}`);
  await page.getByRole("button", { name: "Delete connection" }).click();
  const dialog = page.getByRole("alertdialog");
  const confirm = dialog.getByRole("button", { name: "Delete connection" });
  expect(await confirm.getAttribute("aria-disabled")).toBe("true");
  await dialog.getByRole("textbox").fill("Затишна");
  await dialog.getByText("The name does not match.").waitFor();
  await look("delete");

  await dialog.getByRole("button", { name: "Cancel" }).click();
  await dialog.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Delete connection" }).click();
  await dialog.getByRole("textbox").fill("Затишна оселя");
  await confirm.click();
  await told("The connection has been deleted");
  await page.getByRole("heading", { name: "Connections" }).waitFor();
  expect(await page.getByText("Затишна оселя", { exact: true }).count()).toBe(0);
}
