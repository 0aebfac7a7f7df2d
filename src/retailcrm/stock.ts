/** Offers that the CRM knows, and stock in both directions. */
import { z } from "zod";
import { isObject, listOf, optionalText, requiredText, toDecimal, toList, toText } from "../http/lenient.ts";
import type { Ask } from "./ask.ts";
import { allPages, inParts, rowsIn } from "./pages.ts";
import { paginationOf } from "./read.ts";

const pageLimit = 100;
const uploadPart = 200;

export async function fetchOfferArticles(crm: Ask, externalIds: string[], site: string): Promise<string[]> {
  const asked = new Set(externalIds);
  const known = new Set<string>();
  for (const part of inParts(externalIds)) {
    const query = { "filter[externalIds]": part, "filter[sites]": [site], limit: pageLimit };
    for await (const rows of allPages(crm, "store/offers", query, "offers")) {
      for (const raw of rows) {
        const externalId = isObject(raw) ? toText(raw.externalId) : "";
        if (asked.has(externalId)) known.add(externalId);
      }
    }
  }
  return [...known];
}

const quantity = z.preprocess((value) => Number(toDecimal(value) ?? 0), z.number());
const inventory = z.object({
  externalId: optionalText,
  quantity,
  stores: listOf(z.object({ store: requiredText, quantity })),
});

export async function fetchInventories(crm: Ask, filter: { sites: string[] }, page: number) {
  const query = {
    "filter[sites]": filter.sites,
    "filter[details]": 1,
    limit: pageLimit,
    page: page === 1 ? undefined : page,
  };
  const body = await crm.get("store/inventories", query);
  const rows = rowsIn(body, "offers", "GET store/inventories");
  const offers = rows.flatMap((raw) => {
    const read = inventory.safeParse(raw);
    return read.success ? [read.data] : [];
  });
  return { offers, totalPages: paginationOf(body, rows.length, pageLimit).totalPages };
}

/** Unknown offers are no failure: they come back by name. */
export async function uploadInventories(
  crm: Ask,
  site: string,
  offers: { externalId: string; stores: { code: string; available: number }[] }[],
): Promise<{ notFound: string[] }> {
  const notFound: string[] = [];
  for (let from = 0; from < offers.length; from += uploadPart) {
    const form = { site, offers: offers.slice(from, from + uploadPart) };
    const body = await crm.post("store/inventories/upload", form);
    for (const raw of toList(body.notFoundOffers)) if (isObject(raw)) notFound.push(toText(raw.externalId));
  }
  return { notFound: notFound.filter(Boolean) };
}
