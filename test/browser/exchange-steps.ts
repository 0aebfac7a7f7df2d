import type { Page } from "playwright-core";
import { expect } from "vitest";
import type { Stage } from "./stage.ts";

/** Follows a link of the row of pages above a connection. */
export const turnTo = (page: Page, name: string): Promise<void> =>
  page.getByRole("navigation", { name: "Connection" }).getByRole("link", { name }).click();

/** The number on a tile of the overview. */
const count = (page: Page, label: string) => page.locator(".counts li", { hasText: label }).locator("strong");

/** The overview moves by itself: the archive is loaded, the counts fill. */
export async function overviewFollowsTheArchive({ operator: { page, look } }: Stage): Promise<void> {
  await page.getByRole("link", { name: "See it at work" }).click();
  await page.getByRole("heading", { name: "Exchange" }).waitFor();
  await page.getByText("created 12").first().waitFor();
  await count(page, "In step").filter({ hasText: "12" }).waitFor();
  await look("overview");

  await page.getByRole("button", { name: "Check the connection" }).click();
  await page.getByText("Result of the check").waitFor();
  expect(await page.getByText("answers, access is accepted").count()).toBe(2);
  await look("overview-check");
}

/** The catalogue's address can be copied and set in the CRM; the file can be made anew. */
export async function catalogueIsServed({ demo, connectionId, call, operator }: Stage): Promise<void> {
  const { page, look, told } = operator;
  const { catalog } = await call<{ catalog: { url: string } }>("GET", `/connections/${connectionId}`);
  await turnTo(page, "Catalogue");
  await page.locator("h3 .badge", { hasText: "Fresh" }).waitFor();
  expect(await page.getByLabel("Address of the file").inputValue()).toBe(catalog.url);
  await look("catalogue");

  await page.getByRole("button", { name: "Copy" }).click();
  await told("Copied");
  expect(await page.evaluate("navigator.clipboard.readText()")).toBe(catalog.url);

  demo.crm.state.books.sites!["demo-site"]!.ymlUrl = "https://elsewhere.example/feed.xml";
  await page.getByRole("button", { name: "Set in the CRM" }).click();
  await told("The address was written into the CRM");
  expect(demo.crm.state.books.sites!["demo-site"]!.ymlUrl).toBe(catalog.url);

  const made = page.locator(".facts div", { hasText: "Made" }).locator("time");
  const before = await made.getAttribute("datetime");
  await page.getByRole("button", { name: "Generate now" }).click();
  await told("The file is being made");
  await page.locator(`.facts time:not([datetime='${before}'])`).first().waitFor();
  expect((await fetch(catalog.url)).status).toBe(200);
}

/** A buyer orders in the shop; the order stands in the list and on the CRM's own page. */
export async function orderReachesTheCrm({ demo, operator: { page, context, look } }: Stage): Promise<void> {
  await turnTo(page, "Orders");
  await page.getByRole("cell", { name: "In step" }).first().waitFor();
  const placed = await fetch(`${demo.control.horoshop}/place-order`, {
    method: "POST",
    body: JSON.stringify({ delivery_name: "Бондар Олена", delivery_phone: "+380671234567" }),
  });
  const number = String(((await placed.json()) as { order_id: number }).order_id);
  await page.locator("tr", { hasText: number }).getByText("In step").waitFor();
  await look("orders");

  const desk = await context.newPage();
  await desk.goto(demo.retailcrm.desk);
  expect(await desk.locator("tr", { hasText: number }).textContent()).toContain("Бондар Олена");
  await desk.close();
}

/** What a manager does in the CRM: the newest orders first. */
async function setCrmStatus({ demo, operator }: Stage, numbers: string[], status: string): Promise<void> {
  const desk = await operator.context.newPage();
  await desk.goto(demo.retailcrm.desk);
  for (const number of numbers) {
    const choice = desk.getByLabel(`Статус / Status ${number}`, { exact: true });
    await choice.selectOption(status);
    await choice.locator("xpath=../button").click();
    await desk.waitForLoadState();
  }
  await desk.close();
}

export const newestOrders = ({ demo }: Stage, many: number): string[] =>
  demo.shop.latestOrders(many).map(({ order_id }) => String(order_id));

/** A manager changes the status in the CRM; the order's page tells it, and the shop has it. */
export async function statusReachesTheShop(stage: Stage): Promise<void> {
  const { demo, operator } = stage;
  const { page, context, look } = operator;
  const [number] = newestOrders(stage, 1);
  await turnTo(page, "Orders");
  await page.getByRole("link", { name: number! }).click();
  await page.getByRole("heading", { name: `Order ${number}` }).waitFor();

  await setCrmStatus(stage, [number!], "delivering");
  await page.locator(".timeline li", { hasText: "CRM → shop" }).getByText("Status set").waitFor();
  await look("order");

  const shop = await context.newPage();
  await shop.goto(demo.horoshop.desk);
  const shown = shop.getByLabel(`Статус / Status ${number}`, { exact: true }).locator("option:checked");
  expect(await shown.textContent()).toBe("Надіслане");
  await shop.close();
}

/** A final status locks the order in the shop: it waits for a person, and the pages say so. */
export async function finalStatusesWait(stage: Stage): Promise<void> {
  const { page, look } = stage.operator;
  const { demo } = stage;
  demo.shop.placeOrder({});
  await turnTo(page, "Orders");
  const numbers = newestOrders(stage, 2);
  await page.locator("tr", { hasText: numbers[0]! }).getByText("In step").waitFor();

  await setCrmStatus(stage, numbers, "cancel-other");
  for (const number of numbers) await page.locator("tr", { hasText: number }).getByText("Waiting for you").waitFor();
  await page.locator(".tab-count", { hasText: "1" }).waitFor();
  await turnTo(page, "Problems");
  await page.getByText("2 orders").waitFor();
  expect(await page.locator(".problem").textContent()).toContain("The CRM wants a status “Не доставлено”");
  await page.getByText("Which orders").click();
  await page.locator(".problem-orders li").nth(1).waitFor();
  expect((await page.locator(".problem-orders li").allInnerTexts()).sort()).toEqual([...numbers].sort());
  await look("problems");

  await page.getByRole("button", { name: "Carry out all" }).click();
  await page.getByRole("alertdialog").getByText("A final status locks the order").waitFor();
  await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
}

/** One waiting order is tried again and then carried out, the other one keeps the shop's status. */
export async function waitingOrdersAreDecided(stage: Stage): Promise<void> {
  const { demo } = stage;
  const { page, look, told } = stage.operator;
  const [kept, confirmed] = newestOrders(stage, 2);
  const row = (number: string) => page.locator("tr", { hasText: number });
  await page.getByRole("link", { name: "Show the orders" }).click();
  await page
    .getByLabel("Problem")
    .locator("option:checked", { hasText: "Final status waits" })
    .waitFor({ state: "attached" });

  await row(confirmed!).getByRole("button", { name: "Try again" }).click();
  await told("The order is tried again");
  await row(confirmed!).getByRole("button", { name: "Carry out" }).click();
  await page.getByRole("alertdialog").getByText("A final status locks the order").waitFor();
  await look("order-confirm");
  await page.getByRole("alertdialog").getByRole("button", { name: "Carry out" }).click();
  await told("It is carried out");
  await page.getByRole("link", { name: confirmed! }).waitFor({ state: "detached" });

  await row(kept!).getByRole("button", { name: "Leave as it is in the shop" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Leave as it is" }).click();
  await told("The shop keeps its status");
  await page.getByText("No orders in this state or with this problem.").waitFor();
  expect(demo.shop.order(Number(confirmed))!.stat_status).toBe(4);
  expect(demo.shop.order(Number(kept))!.stat_status).toBe(1);
  await look("orders-empty");

  await turnTo(page, "Problems");
  await page.getByText("No open problems. Everything is in step.").waitFor();
  await look("problems-none");
}
