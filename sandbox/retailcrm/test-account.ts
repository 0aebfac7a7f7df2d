import { isLost } from "../answer.ts";
import { createRetailcrmSandbox, type RetailcrmSandbox, type RetailcrmSeed } from "./sandbox.ts";
import type { Fields } from "./state.ts";

export type Asked = { status: number; body: Fields; headers: Record<string, string> };

export type TestAccount = {
  crm: RetailcrmSandbox;
  /** the clock goes on by 200 ms with each call, so that the rate limit is not met by chance */
  get(path: string, key?: string): Promise<Asked>;
  /** objects and lists become JSON text, as the API wants it */
  post(path: string, fields: Fields, key?: string): Promise<Asked>;
  wait(ms: number): void;
};

/** An account of the `north` seed (key-north: one site, key-all: both) on a clock that the test turns. */
export function makeAccount(seed: RetailcrmSeed = "north", catalog?: (url: string) => Promise<string>): TestAccount {
  let now = Date.UTC(2026, 0, 5, 10, 0, 0);
  const crm = createRetailcrmSandbox({
    now: () => new Date(now),
    random: () => 0.3,
    seed,
    ...(catalog === undefined ? {} : { fetchCatalog: catalog }),
  });
  const ask = async (method: string, url: string, key: string, body?: string): Promise<Asked> => {
    now += 200;
    const headers: Record<string, string> = { "x-api-key": key };
    if (body !== undefined) headers["content-type"] = "application/x-www-form-urlencoded";
    const answer = await crm.handle({ method, url, headers, body: body ?? "" });
    if (isLost(answer)) throw new Error("the answer was lost");
    return { status: answer.status, headers: answer.headers, body: JSON.parse(answer.body) as Fields };
  };
  const usual = seed === "north" ? "key-north" : "key-demo";
  return {
    crm,
    get: (path, key = usual) => ask("GET", path, key),
    post: (path, fields, key = usual) => ask("POST", path, key, formBody(fields)),
    wait: (ms) => {
      now += ms;
    },
  };
}

export function formBody(fields: Fields): string {
  const texts = Object.entries(fields).map(([name, value]): [string, string] => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  return new URLSearchParams(texts).toString();
}

export const order: Fields = {
  externalId: "A-7",
  number: "A-7",
  createdAt: "2025-03-09 14:05:00",
  status: "new",
  firstName: "Nora",
  lastName: "Vidal",
  phone: "+34600000001",
  items: [{ offer: { externalId: "501" }, productName: "Blue kettle", initialPrice: 40, quantity: 2 }],
  delivery: { code: "courier", cost: 6, address: { city: "Madrid", text: "Calle Mayor 5" } },
};
