import type { Page } from "playwright-core";
import { expect } from "vitest";
import { newestOrders } from "./exchange-steps.ts";
import type { Stage } from "./stage.ts";
import type { Visitor } from "./visitor.ts";

const phone = { screen: "phone", language: "uk-UA" } as const;

/** The names of the connections that somebody's start page shows. */
async function connectionsOf({ page, open }: Visitor): Promise<string[]> {
  await open("/");
  await page.locator(".cards li").first().waitFor();
  return page.locator(".cards h2").allInnerTexts();
}

/** What the CRM's page does when a merchant opens the module: a form is sent, from another site, in the same window. */
async function openModule({ demo }: Stage, page: Page): Promise<void> {
  const [code] = demo.crm.state.modules.keys();
  const { url, fields } = demo.crm.openAccount(code!);
  await page.route("http://crm.example/**", (route) =>
    route.fulfill({
      contentType: "text/html",
      body: `<form method="post" action="${url}"><input name="clientId" value="${fields.clientId}"><button>Open</button></form>`,
    }),
  );
  await page.goto("http://crm.example/admin/integration");
  await page.getByRole("button").click();
}

/** A merchant comes from his CRM with a telephone, sees his connection and no other, and every page fits. */
export async function merchantWalksAround(stage: Stage): Promise<void> {
  const merchant = await stage.visitor(phone);
  const { page, open, look } = merchant;
  await openModule(stage, page);
  await page.getByRole("heading", { name: "Затишна оселя" }).waitFor();
  expect(new URL(page.url()).pathname).toBe(`/connections/${stage.connectionId}`);
  await page.getByText("Останні запуски").waitFor();
  await look("overview");

  const [number] = newestOrders(stage, 1);
  for (const [name, path, heading] of [
    ["mapping", "/mapping", "Зіставлення"],
    ["catalogue", "/catalog", "Каталог"],
    ["orders", "/orders", "Замовлення"],
    ["order", `/orders/${number}`, `Замовлення ${number}`],
    ["archive", "/archive", "Архів"],
    ["comparison", "/comparison", "Звірка обох сторін"],
    ["problems", "/problems", "Проблеми"],
    ["settings", "/settings", "Налаштування"],
    ["access", "/access", "Доступи"],
  ] as const) {
    await open(`/connections/${stage.connectionId}${path}`);
    await page.getByRole("heading", { name: heading, level: 2 }).waitFor();
    await look(name);
    if (name === "order") await page.getByRole("cell", { name: "Скасовано" }).waitFor();
  }
}

/** Where the operator allows it, a guest connects a shop by himself and is signed in for his account alone. */
export async function guestConnects(stage: Stage): Promise<void> {
  await stage.restart({ OPEN_CONNECT: "true" });
  const guest = await stage.visitor(phone);
  const { page, open, look, context } = guest;
  const { retailcrm, horoshop } = stage.guest;
  await open(`/connect?account=${encodeURIComponent(retailcrm.url)}`);
  await page.getByLabel("API-ключ").fill("wrong-key");
  await page.getByLabel("Адреса магазину").fill(horoshop.url);
  await page.getByLabel("Логін").fill(horoshop.login);
  await page.getByLabel("Пароль").fill("wrong-password");
  await page.getByRole("button", { name: "Перевірити й підключити" }).click();
  await page.locator("[aria-invalid='true']").nth(1).waitFor();
  expect(await context.cookies()).toEqual([]);
  await look("connect-refused");

  await page.getByLabel("API-ключ").fill(retailcrm.apiKey);
  await page.getByLabel("Пароль").fill(horoshop.password);
  await page.getByLabel("Назва").fill("Гість");
  await page.getByRole("button", { name: "Перевірити й підключити" }).click();
  await page.getByRole("heading", { name: "Зіставлення" }).waitFor();
  await page.getByRole("button", { name: "Підібрати за назвою" }).click();
  await page.getByText("Підказка:").first().waitFor();
  await look("mapping");
  expect(await context.cookies()).toMatchObject([{ name: "login", httpOnly: true, sameSite: "Lax" }]);

  await page.getByRole("button", { name: "Відкинути зміни" }).click();
  expect(await connectionsOf(guest)).toEqual(["Гість"]);
  await look("list");
  await open(`/connections/${stage.connectionId}`);
  await page.getByRole("heading", { name: "Сторінку не знайдено" }).waitFor();
  await look("missing");
}

/** The operator sees both; the merchant of the first account, whose sign-in outlived the restart, still only his. */
export async function everybodySeesHisOwn({ operator, visitors }: Stage): Promise<void> {
  const [, merchant] = visitors;

  expect(await connectionsOf(merchant!)).toEqual(["Затишна оселя"]);
  expect(await connectionsOf(operator)).toEqual(expect.arrayContaining(["Затишна оселя", "Гість"]));
  await operator.look("list");
}
