import { type Call, type Reply, reachableSites } from "./call.ts";
import { customFieldsMatch } from "./custom-fields.ts";
import { customerSums, customerView } from "./customer-view.ts";
import { type Filter, type FilterKind, includesText, paged, readFilter, withinDates, withinNumbers } from "./lists.ts";
import type { Customer } from "./state.ts";
import { siteKey } from "./state.ts";

const text = (names: string): [string, FilterKind][] => names.split(" ").map((name) => [name, "text"]);
const list = (names: string): [string, FilterKind][] => names.split(" ").map((name) => [name, "list"]);
const whole = (names: string): [string, FilterKind][] => names.split(" ").map((name) => [name, "integer"]);

/** Every filter of reference 12.3; those without a counterpart in the sandbox's customers are taken and ignored. */
const kinds: Record<string, FilterKind> = {
  ids: "ids",
  managers: "ids",
  ...Object.fromEntries([
    ...list("externalIds countries sites managerGroups contragentTypes tags attachedTags mgChannels"),
    ...text("name email city region notes commentary discountCardNumber classSegment segment contragentName sex"),
    ...text("sourceName mediumName campaignName keywordName adContentName browserId mgCustomerId abandonedCart"),
    ...text("emailMarketingUnsubscribed"),
    ...whole("attachments tasksCounts contragentInn contragentKpp contragentBik contragentCorrAccount"),
    ...whole("contragentBankAccount minOrdersCount maxOrdersCount minAverageSumm maxAverageSumm minTotalSumm"),
    ...whole("maxTotalSumm minCostSumm maxCostSumm"),
    ...["vip", "bad", "online", "isContact"].map((name): [string, FilterKind] => [name, "flag"]),
    ...["date", "firstOrder", "lastOrder", "firstWebVisit", "lastWebVisit"].flatMap((name): [string, FilterKind][] => [
      [`${name}From`, "date"],
      [`${name}To`, "date"],
    ]),
  ]),
  subscriptions: "any",
  customFields: "any",
};

export function listCustomers(call: Call): Reply {
  const filter = readFilter(call, kinds);
  const sites = reachableSites(call.crm, call.key);
  const customers = candidates(call, filter, sites)
    .filter((customer) => sites.includes(customer.site) && matches(call, customer, filter))
    .sort((one, other) => other.id - one.id);
  return paged(call, "customers", customers, (customer) => customerView(call.crm, customer));
}

function candidates(call: Call, filter: Filter, sites: string[]): Customer[] {
  const { state } = call.crm;
  const ids = filter.list("ids")?.map(Number);
  const externalIds = filter.list("externalIds");
  const wanted =
    ids ??
    (externalIds === undefined
      ? undefined
      : sites.flatMap((site) => externalIds.map((id) => state.customerByExternalId.get(siteKey(site, id)))));
  if (wanted === undefined) return [...state.customers.values()];
  const found = [...new Set(wanted)].map((id) => (id === undefined ? undefined : state.customers.get(id)));
  return found.filter((customer) => customer !== undefined);
}

function matches(call: Call, customer: Customer, filter: Filter): boolean {
  const among = (value: unknown, name: string): boolean => filter.list(name)?.includes(String(value)) ?? true;
  const { plain, address } = customer;
  return (
    among(customer.externalId, "externalIds") &&
    among(customer.site, "sites") &&
    among(plain.managerId, "managers") &&
    among(address?.countryIso, "countries") &&
    nameMatches(customer, filter.text("name")) &&
    includesText(plain.email, filter.text("email")) &&
    includesText(address?.city, filter.text("city")) &&
    includesText(address?.region, filter.text("region")) &&
    includesText(plain.discountCardNumber, filter.text("discountCardNumber")) &&
    (filter.text("sex") === undefined || String(plain.sex) === filter.text("sex")) &&
    ["vip", "bad"].every((name) => filter.flag(name) === undefined || (plain[name] ?? false) === filter.flag(name)) &&
    (filter.flag("isContact") === undefined || customer.isContact === filter.flag("isContact")) &&
    (filter.list("tags")?.some((tag) => customer.tags.includes(tag)) ?? true) &&
    withinDates(customer.createdAt, filter.text("dateFrom"), filter.text("dateTo")) &&
    sumsMatch(call, customer, filter) &&
    customFieldsMatch(filter.tree("customFields"), customer.customFields)
  );
}

/** One filter for name or phone: a phone finds whoever has these digits, and a namesake as well (failure F30). */
function nameMatches(customer: Customer, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const { lastName, firstName, patronymic } = customer.plain;
  const names = [lastName, firstName, patronymic].filter((part) => part !== undefined).join(" ");
  if (includesText(names, wanted)) return true;
  const digits = wanted.replace(/\D/g, "");
  return digits.length >= 4 && customer.phones.some((phone) => phone.replace(/\D/g, "").includes(digits));
}

function sumsMatch(call: Call, customer: Customer, filter: Filter): boolean {
  const names = {
    OrdersCount: "ordersCount",
    AverageSumm: "averageSumm",
    TotalSumm: "totalSumm",
    CostSumm: "costSumm",
  };
  const asked = Object.keys(names).some((name) => filter.text(`min${name}`) ?? filter.text(`max${name}`));
  if (!asked) return true;
  const sums = customerSums(call.crm, customer.id);
  return Object.entries(names).every(([name, field]) =>
    withinNumbers(Number(sums[field]), filter.number(`min${name}`), filter.number(`max${name}`)),
  );
}
