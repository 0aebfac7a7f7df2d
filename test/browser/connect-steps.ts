import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Stage } from "./stage.ts";

/** The fields that are marked as wrong, by name, each with what stands beneath it. */
async function marked(page: Page): Promise<Record<string, string | null>> {
  await page.locator("[aria-invalid='true']").first().waitFor();
  const found: Record<string, string | null> = {};
  for (const field of await page.locator("[aria-invalid='true']").all()) {
    const name = (await field.getAttribute("name")) ?? (await field.getAttribute("id")) ?? "";
    found[name] = await page.locator(`[id='${await field.getAttribute("id")}-error']`).textContent();
  }
  return found;
}

/** Sends the form, which must be refused. */
async function submit(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Check and connect" }).click();
  await page.getByRole("button", { name: "Check and connect" }).waitFor();
}

/** The address of the account comes with the link from the CRM's marketplace and cannot be mistyped. */
export async function addressIsFilledIn({ demo, operator: { page, open, look } }: Stage): Promise<void> {
  await open(`/connect?account=${encodeURIComponent(demo.retailcrm.url)}`);
  const address = page.getByLabel("CRM address");

  expect(await address.inputValue()).toBe(demo.retailcrm.url);
  expect(await address.isEditable()).toBe(false);
  await look("connect");
}

/** Both sides are tried at once, and every refusal stands at its field. */
export async function refusalsAtTheirFields({ demo, operator: { page, look } }: Stage): Promise<void> {
  await page.getByLabel("API key").fill("wrong-key");
  await page.getByLabel("Shop address").fill(demo.horoshop.url);
  await page.getByLabel("Login of the shop").fill(demo.horoshop.login);
  await page.getByLabel("Password").fill("wrong-password");
  await submit(page);
  const both = await marked(page);
  await look("connect-refused");

  await page.getByLabel("API key").fill("key-read");
  await page.getByLabel("Password").fill(demo.horoshop.password);
  await submit(page);
  const scopes = await marked(page);
  await look("connect-scopes");

  await page.getByLabel("API key").fill("key-demo");
  await page.getByLabel("Shop address").fill(`${demo.horoshop.url.replace(/\d+$/, "")}1`);
  await submit(page);
  const shop = await marked(page);

  expect(Object.keys(both)).toEqual(["crm.apiKey", "horoshop.login"]);
  expect(Object.keys(scopes)).toEqual(["crm.apiKey"]);
  for (const missing of ["order_write", "customer_read", "customer_write"])
    expect(scopes["crm.apiKey"]).toContain(missing);
  expect(Object.keys(shop)).toEqual(["horoshop.url"]);
}

/** A key that sees several shops of the CRM forces a choice; with it the connection is made. */
export async function siteMustBeChosen(stage: Stage): Promise<void> {
  const { demo, operator } = stage;
  const { page, look, told } = operator;
  await page.getByLabel("API key").fill("key-all");
  await page.getByLabel("Shop address").fill(demo.horoshop.url);
  await submit(page);
  const site = page.getByLabel("Shop of the CRM");
  await site.waitFor();
  expect(Object.keys(await marked(page))).toEqual(["crm.site"]);
  expect(await site.locator("option").allInnerTexts()).toEqual([
    "— choose —",
    "Затишна оселя (demo-site)",
    "Садиба (second-site)",
  ]);
  await look("connect-site");

  await site.selectOption("demo-site");
  await page.getByLabel("Name of this connection").fill("Затишна оселя");
  await page.getByRole("button", { name: "Check and connect" }).click();
  await told("The shop is connected. Now match the lists.");
  const place = /^\/connections\/(\w+)\/mapping$/.exec(new URL(page.url()).pathname);
  expect(place).not.toBeNull();
  stage.connectionId = place![1]!;
}
