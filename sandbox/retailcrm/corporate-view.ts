import type { Crm } from "./call.ts";
import { customFieldValues } from "./custom-fields.ts";
import { customerSums } from "./customer-view.ts";
import { phpMap, withoutEmpty } from "./fields.ts";
import type { CorporateCustomer, Fields } from "./state.ts";

/** A corporate customer as answers give it (reference 13.2). */
export function corporateView(crm: Crm, corporate: CorporateCustomer): Fields {
  const main = (list: Fields[]): Fields | undefined => list.find((entry) => entry.isMain === true) ?? list[0];
  const address = main(corporate.addresses);
  const company = main(corporate.companies);
  const contact = corporate.contacts.find((entry) => entry.isMain) ?? corporate.contacts[0];
  return withoutEmpty({
    type: "customer_corporate",
    id: corporate.id,
    externalId: corporate.externalId,
    createdAt: corporate.createdAt,
    vip: false,
    bad: false,
    site: corporate.site,
    tags: [],
    ...corporate.plain,
    ...customerSums(crm, corporate.id),
    customFields: phpMap(customFieldValues(crm, "customer_corporate", corporate.customFields)),
    personalDiscount: corporate.plain.personalDiscount ?? 0,
    mainAddress: address && withoutEmpty({ id: address.id, externalId: address.externalId, name: address.name }),
    mainCompany: company && withoutEmpty({ id: company.id, externalId: company.externalId, name: company.name }),
    mainCustomerContact: contact && withoutEmptyContact(crm, corporate, contact),
  });
}

type Contact = CorporateCustomer["contacts"][number];

export function contactView(crm: Crm, corporate: CorporateCustomer, contact: Contact): Fields {
  const customer = crm.state.customers.get(contact.customerId);
  return {
    isMain: contact.isMain,
    id: contact.id,
    customer: withoutEmpty({ id: contact.customerId, externalId: customer?.externalId, site: customer?.site }),
    companies: contact.companies.map((id) => {
      const company = corporate.companies.find((entry) => entry.id === id);
      return { id, company: withoutEmpty({ id, name: company?.name }) };
    }),
  };
}

function withoutEmptyContact(crm: Crm, corporate: CorporateCustomer, contact: Contact): Fields {
  const { isMain: _, ...view } = contactView(crm, corporate, contact);
  return view;
}
