import { type Call, created, jsonObject, ok, type Reply, reachableSites } from "./call.ts";
import { customerOfLink } from "./customers.ts";
import { withoutEmpty } from "./fields.ts";
import { includesText, paged, readFilter, withinDates } from "./lists.ts";
import { notFound, refuse, texts } from "./refusal.ts";
import type { Fields } from "./state.ts";
import { nextId } from "./state.ts";

export function listNotes(call: Call): Reply {
  const filter = readFilter(call, {
    ids: "ids",
    customerIds: "ids",
    customerExternalIds: "list",
    managerIds: "ids",
    text: "text",
    createdAtFrom: "date",
    createdAtTo: "date",
  });
  const sites = reachableSites(call.crm, call.key);
  const among = (value: unknown, name: string): boolean => filter.list(name)?.includes(String(value)) ?? true;
  const notes = call.crm.state.notes.filter((note) => {
    const customer = note.customer as Fields;
    return (
      sites.includes(String(customer.site)) &&
      among(note.id, "ids") &&
      among(customer.id, "customerIds") &&
      among(customer.externalId, "customerExternalIds") &&
      among(note.managerId, "managerIds") &&
      includesText(note.text, filter.text("text")) &&
      withinDates(String(note.createdAt), filter.text("createdAtFrom"), filter.text("createdAtTo"))
    );
  });
  return paged(call, "notes", notes, (note) => note);
}

export function createNote(call: Call): Reply {
  const raw = jsonObject(call, "note");
  const customer = customerOfLink(call, raw.customer);
  if (typeof raw.text !== "string" || raw.text === "") {
    refuse(400, texts.entityErrors, { text: "This value should not be blank." });
  }
  const id = nextId(call.crm.state, "note", 5);
  const { site, externalId } = customer;
  const link = withoutEmpty({ site, id: customer.id, externalId, type: "customer" });
  call.crm.state.notes.push(
    withoutEmpty({ customer: link, managerId: raw.managerId, id, text: raw.text, createdAt: call.time }),
  );
  return created({ id });
}

export function deleteNote(call: Call): Reply {
  const { notes } = call.crm.state;
  const at = notes.findIndex((note) => String(note.id) === call.path.id);
  if (at < 0) notFound();
  notes.splice(at, 1);
  return ok();
}
