import { expect } from "vitest";
import { adminToken, type Stage } from "./stage.ts";

/** Whoever is not signed in sees how to sign in, wherever he wanted to go. */
export async function strangerIsAsked({ operator: { page, open, look } }: Stage): Promise<void> {
  await open("/connect?account=https://demo.retailcrm.pro");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();

  expect(await page.getByText("Shop owners").isVisible()).toBe(true);
  await look("sign-in");
}

/** The link of the start signs in once; the second time it says so. */
export async function signInByLink({ call, operator: { page, open, look, context } }: Stage): Promise<void> {
  const { url } = await call<{ url: string }>("POST", "/sign-in-links");

  await page.goto(url);
  await page.getByRole("heading", { name: "No shop is connected yet" }).waitFor();
  await look("list-empty");

  await context.clearCookies();
  await page.goto(url);
  await page.getByText("This sign-in link has already been used").waitFor();
  await look("sign-in-link-used");
  await open("/");
}

export async function signInByToken({ operator: { page, look } }: Stage): Promise<void> {
  const token = page.getByLabel("Admin token");
  await token.fill("not-the-token");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("This is not the admin token of this service.").waitFor();
  expect(await token.getAttribute("aria-invalid")).toBe("true");
  await look("sign-in-refused");

  await token.fill(adminToken);
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "No shop is connected yet" }).waitFor();

  await page.getByRole("button", { name: "Sign out" }).click();
  await token.fill(adminToken);
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Connect a shop" }).click();
  await page.getByRole("heading", { name: "Connect a shop" }).waitFor();
}
