import { isRecordTrouble } from "../connections/trouble.flow.ts";
import type { ConnectionContext } from "../context.ts";
import type { HoroshopOrder } from "../horoshop/schema.ts";
import { ApiError } from "../http/api-error.ts";
import type { Problem } from "../log/problem.ts";
import type { CrmOrderDraft } from "../retailcrm/schema.ts";
import type { Batch } from "./batch.ts";
import { doubtBuyerCompany } from "./buyer-companies.sql.ts";
import { companyPart } from "./company.ts";
import { type FoundCompany, findCompanies } from "./find-companies.flow.ts";
import { findCustomers } from "./find-customers.flow.ts";
import type { FoundCustomer } from "./find-persons.flow.ts";
import { followCustomers } from "./follow-customers.flow.ts";
import type { OrderLink } from "./order-links.sql.ts";
import { rememberTrouble } from "./remember.flow.ts";
import { countOutcome } from "./tally.ts";

/** An order on its way into the CRM. */
export type CreateCase = {
  order: HoroshopOrder;
  link: OrderLink | undefined;
  draft: CrmOrderDraft;
  remarks: Problem[];
  /** the card of the person who ordered, also where the order goes to a company */
  person?: number;
  /** the company that the order goes to */
  company?: string;
};

/** Tries of an order that wait for a readable answer about its customer; after them it goes without the link. */
const customerTriesMax = 6;

/** Finds or creates the customers, and the companies where the settings ask for it; returns the orders that may be sent now. */
export async function linkCustomers(ctx: ConnectionContext, cases: CreateCase[], batch: Batch): Promise<CreateCase[]> {
  try {
    const customers = await findCustomers(
      ctx,
      cases.map((one) => one.order),
      batch.customersIndexed,
    );
    for (const one of cases) linkCustomer(one, customers.get(one.order.order_id));
    const companies = await findCompanies(
      ctx,
      cases.map(({ order, person }) => ({ order, person })),
    );
    for (const one of cases) linkCompany(one, companies.get(one.order.order_id));
    return cases;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const isOver = !isRecordTrouble(error);
    // A search that the CRM refuses costs the link to a customer card, not the order. After an answer that could not
    // be read the customer may exist: sent without the link, the CRM would make the same person a second time.
    const waits = (one: CreateCase) =>
      isOver || (error.kind === "unreadable" && (one.link?.attempts ?? 0) < customerTriesMax);
    const waiting = cases.filter(waits);
    for (const one of waiting) await rememberTrouble(ctx, one.order, one.link, error, one.link?.createPending ?? false);
    if (isOver) throw error;
    for (const one of waiting) countOutcome(batch, one.order.order_id, "failed");
    return cases.filter((one) => !waiting.includes(one));
  }
}

function linkCustomer(one: CreateCase, found: FoundCustomer | undefined): void {
  if (found?.is === "one") {
    one.person = found.id;
    one.draft.customer = { id: found.id };
  }
  if (found?.is === "ambiguous") one.remarks.push({ code: "customer_ambiguous", params: { customers: found.names } });
}

function linkCompany(one: CreateCase, found: FoundCompany | undefined): void {
  if (found?.is === "company") {
    Object.assign(one.draft, companyPart(found, one.person));
    one.company = found.name;
  }
  if (found?.is === "refused") one.remarks.push(companyNotSent(found.name, found.reason));
}

function companyNotSent(company: string, reason: string): Problem {
  return { code: "company_not_sent", params: { company, reason } };
}

/** The CRM does not take the order of a company: it goes with the person, and says so. */
export async function leaveCompany(ctx: ConnectionContext, one: CreateCase, refusal: string): Promise<void> {
  const { draft } = one;
  if (draft.customer && "id" in draft.customer) await doubtBuyerCompany(ctx, draft.customer.id);
  delete draft.customer;
  delete draft.contact;
  delete draft.company;
  delete draft.contragent;
  if (one.person !== undefined) draft.customer = { id: one.person };
  one.remarks.push(companyNotSent(one.company ?? "", refusal.slice(0, 500)));
  delete one.company;
}

/** The CRM does not know the customer: merged ones are followed, for deleted ones somebody is found or made anew. */
export async function replaceCustomer(ctx: ConnectionContext, one: CreateCase): Promise<void> {
  const refused = one.person;
  delete one.draft.customer;
  delete one.person;
  if (refused !== undefined) await followCustomers(ctx, [refused]);
  const found = (await findCustomers(ctx, [one.order], false)).get(one.order.order_id);
  // The card is there, and yet it was refused: then the order goes with its contact fields alone.
  if (found?.is !== "one" || found.id !== refused) linkCustomer(one, found);
}
