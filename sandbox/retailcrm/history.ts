import { type Call, type Crm, ok, type Reply, reachableSites } from "./call.ts";
import { type Filter, pagination, readFilter, readPage } from "./lists.ts";
import { refuseInput } from "./refusal.ts";
import { type Actor, type Fields, type HistoryRecord, nextId } from "./state.ts";

export type HistoryName = "orderHistory" | "customerHistory" | "corporateHistory";

type NewRecord = Omit<HistoryRecord, "id" | "createdAt" | "source"> & { source?: HistoryRecord["source"] };

/** Adds one record; `createdAt` is the present time of the account, ids rise over all entities of a history. */
export function addRecord(crm: Crm, history: HistoryName, actor: Actor, record: NewRecord): void {
  const whole: HistoryRecord = {
    id: nextId(crm.state, history, 9001),
    createdAt: crm.time(),
    ...record,
    source: record.source ?? actor.source,
  };
  if (actor.source === "user") whole.userId = actor.userId;
  if (actor.source === "api") whole.key = actor.key;
  crm.state[history].push(whole);
}

export type HistoryNames = { id: string; externalId: string };

/**
 * A history method (reference 10.1, 12.6): records with ids after `sinceId` in rising order, of the sites that the key
 * reaches; `view` adds what is told of the present.
 */
export function answerHistory(
  call: Call,
  history: HistoryName,
  names: HistoryNames,
  externalIdOf: (about: number) => string | undefined,
  view: (record: HistoryRecord) => Fields,
): Reply {
  const filter = readFilter(call, {
    sinceId: "integer",
    [names.id]: "integer",
    [names.externalId]: "text",
    startDate: "dateTime",
    endDate: "dateTime",
    ...(history === "corporateHistory" ? { contactIds: "ids" as const } : {}),
  });
  const { limit, page } = readPage(call, [20, 50, 100], 100);
  const sinceId = filter.number("sinceId");
  if (sinceId !== undefined && call.query.page !== undefined && call.crm.switches.pageWithSinceId === "refuse") {
    refuseInput("page", "The parameter page cannot be used together with sinceId.");
  }
  const records = matching(call, history, filter, names, externalIdOf);
  const part = records.slice((page - 1) * limit, page * limit);
  return ok({
    generatedAt: call.time,
    history: part.map((record) => ({ ...recordHead(record, call.key.key), ...view(record) })),
    pagination: pagination(limit, page, records.length),
  });
}

function matching(
  call: Call,
  history: HistoryName,
  filter: Filter,
  names: HistoryNames,
  externalIdOf: (about: number) => string | undefined,
): HistoryRecord[] {
  const all = call.crm.state[history];
  const sites = new Set(reachableSites(call.crm, call.key));
  const about = filter.number(names.id);
  const externalId = filter.text(names.externalId);
  const from = filter.text("startDate");
  const to = filter.text("endDate");
  return all
    .slice(firstAfter(all, filter.number("sinceId")))
    .filter(
      (record) =>
        sites.has(record.site) &&
        (about === undefined || record.about === about) &&
        (externalId === undefined || externalIdOf(record.about) === externalId) &&
        (from === undefined || record.createdAt >= from) &&
        (to === undefined || record.createdAt <= (to.length === 10 ? `${to} 23:59:59` : to)),
    );
}

/** Place of the first record whose id is greater; ids rise, so half of the rest is left out each time. */
function firstAfter(records: HistoryRecord[], sinceId: number | undefined): number {
  if (sinceId === undefined) return 0;
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (records[middle]!.id > sinceId) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** `apiKey.current` is meant from the side of the key that asks. */
function recordHead(record: HistoryRecord, askingKey: string): Fields {
  return {
    id: record.id,
    createdAt: record.createdAt,
    ...(record.created ? { created: true } : {}),
    ...(record.deleted ? { deleted: true } : {}),
    source: record.source,
    ...(record.userId !== undefined ? { user: { id: record.userId } } : {}),
    ...(record.key !== undefined ? { apiKey: { current: record.key === askingKey } } : {}),
    field: record.field,
    oldValue: record.oldValue ?? null,
    newValue: record.newValue ?? null,
    ...(record.combinedTo !== undefined ? { combinedTo: record.combinedTo } : {}),
    ...record.extra,
  };
}

/** `firstName` → `first_name`, `INN` → `i_n_n`, as the service names fields in its histories. */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter, at: number) => (at === 0 ? "" : "_") + letter.toLowerCase());
}

export function sameValue(one: unknown, other: unknown): boolean {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}
