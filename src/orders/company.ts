import type { Settings } from "../connections/settings.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import type { CrmCorporateCustomer, CrmCorporateDraft, CrmOrderDraft } from "../retailcrm/schema.ts";
import { userExternalId } from "./customer-to-crm.ts";
import { changeZone } from "./shop-time.ts";

/**
 * Under which company an order was placed: the one its registered buyer belongs to, else the one named in the order's
 * B2B block. A block without any name makes no company: none is invented.
 */
export function companyOf(order: HoroshopOrder, registered: string | undefined): string | undefined {
  const name = (registered || order.company || "").trim().slice(0, 255);
  return name === "" ? undefined : name;
}

/** A company → corporate customer to create, with its legal person and, if known, the buyer as its contact. */
export function companyToCrm(
  company: { name: string; userId: number | undefined; person: number | undefined },
  order: HoroshopOrder,
  settings: Settings,
  shortId: string,
  crmTimeZone: string | null,
): CrmCorporateDraft {
  const { name, userId, person } = company;
  return {
    ...(userId === undefined ? {} : { externalId: userExternalId(shortId, userId) }),
    nickName: name,
    createdAt: changeZone(order.stat_created, settings.timeZone, crmTimeZone),
    companies: [{ name, isMain: true, contragent: { contragentType: "legal-entity", legalName: name } }],
    ...(person === undefined ? {} : { customerContacts: [{ isMain: true, customer: { id: person } }] }),
  };
}

/** Of what a search brought, the companies that are really called so, those of our site before others. */
export function matchCompany(found: CrmCorporateCustomer[], name: string, site: string): CrmCorporateCustomer[] {
  const plain = (text: string) => text.trim().replace(/\s+/g, " ").toLowerCase();
  const same = found.filter((one) => plain(one.nickName) === plain(name));
  const ours = same.filter((one) => one.site === site);
  return ours.length > 0 ? ours : same;
}

/** What a corporate order carries in place of the bare person (retailcrm-api.md, 7.2 and 13). */
export function companyPart(
  company: { id: number; legalId: number | undefined; name: string },
  person: number | undefined,
): Pick<CrmOrderDraft, "customer" | "contact" | "company" | "contragent"> {
  return {
    customer: { id: company.id, type: "customer_corporate" },
    ...(person === undefined ? {} : { contact: { id: person } }),
    ...(company.legalId === undefined ? {} : { company: { id: company.legalId } }),
    contragent: { contragentType: "legal-entity", legalName: company.name },
  };
}
