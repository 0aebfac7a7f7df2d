import { z } from "zod";
import { idParams } from "../connections/connection-schemas.ts";
import { askForRecheck, beginLanes, loadOrFail } from "../connections/manage.flow.ts";
import { ownConnection } from "../connections/own-connection.flow.ts";
import { remoteFailure } from "../connections/refuse.flow.ts";
import { reportTrouble } from "../connections/trouble.flow.ts";
import { type AppContext, type ConnectionContext, makeConnectionContext } from "../context.ts";
import { ApiError } from "../http/api-error.ts";
import { setLaneDue } from "../jobs/schedule.ts";
import type { Api } from "../web/api.ts";
import { ApiFailure, malformed } from "../web/api-failure.ts";
import { findConflicts, findUnknown } from "./check-mapping.ts";
import { createEntry } from "./create-entry.flow.ts";
import { loadMapping, loadReferenceLists, saveMapping } from "./mapping.sql.ts";
import { isComplete, type Mapping, type mappingKinds, paymentStatusesOf, type ReferenceLists } from "./mapping.ts";
import { mappingAnswer, mappingBody, referencesAnswer } from "./mapping-schemas.ts";
import { refreshReferenceLists, reportGaps } from "./reference-lists.flow.ts";
import { suggestMapping } from "./suggest-mapping.ts";

/** The lists of both sides, the pairs between them, and entries made in the CRM. */
export const mappingApi: Api<AppContext> = (app, ctx) => {
  addReferences(app, ctx);
  addMapping(app, ctx);
};

/** Two pages that open at once read them once. */
const keptMs = 1000;

const addReferences: Api<AppContext> = (app, ctx) => {
  const schema = {
    summary: "Statuses, delivery and payment types of both sides, with suggestions",
    tags: ["mapping"],
    params: idParams,
    response: { 200: referencesAnswer },
  };
  app.get("/api/v1/connections/:id/references", { schema }, async (request) => {
    const own = await ownConnection(ctx, request, request.params.id);
    let lists = await loadReferenceLists(ctx, own.connection.id);
    const isOld = !lists.fetchedAt || ctx.now().getTime() - lists.fetchedAt.getTime() > keptMs;
    // A page that shows them opens: read them again; when a side does not answer the last ones are shown.
    if (isOld && !own.connection.loginRefused) {
      lists = await refreshReferenceLists(own).catch((error: unknown) => {
        if (error instanceof ApiError) return lists;
        throw error;
      });
    }
    return viewReferences(own, lists);
  });

  const refreshSchema = { ...schema, summary: "Read the lists of both sides again" };
  app.post("/api/v1/connections/:id/references/refresh", { schema: refreshSchema }, async (request) => {
    const own = await ownConnection(ctx, request, request.params.id);
    return viewReferences(own, await refreshOrFail(own));
  });

  const body = z.strictObject({ kind: z.enum(["deliveryTypes", "paymentTypes"]), horoshop: z.number().int() });
  const createSchema = {
    summary: "Make the missing entry in the CRM under the shop's title and map it",
    tags: ["mapping"],
    params: idParams,
    body,
    response: { 201: mappingAnswer },
  };
  app.post("/api/v1/connections/:id/references", { schema: createSchema }, async (request, reply) => {
    const own = await ownConnection(ctx, request, request.params.id);
    if (own.connection.crmScopes && !own.connection.crmScopes.includes("reference_write")) {
      throw new ApiFailure(422, "crm_scopes_missing", { details: { missing: ["reference_write"] } });
    }
    const mapping = await orFailure(own, () => createEntry(own, request.body.kind, request.body.horoshop));
    if (!mapping)
      throw new ApiFailure(422, "mapping_unknown_element", {
        details: { elements: [{ kind: request.body.kind, side: "horoshop", id: request.body.horoshop }] },
      });
    const lists = await loadReferenceLists(ctx, own.connection.id);
    await store(own, mapping, lists);
    return reply.code(201).send(viewMapping(await loadMapping(ctx, own.connection.id), lists));
  });
};

const addMapping: Api<AppContext> = (app, ctx) => {
  const schema = { summary: "The mapping", tags: ["mapping"], params: idParams, response: { 200: mappingAnswer } };
  app.get("/api/v1/connections/:id/mapping", { schema }, async (request) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    return viewMapping(await loadMapping(ctx, connection.id), await loadReferenceLists(ctx, connection.id));
  });

  const putSchema = {
    summary: "Replace the whole mapping, one to one; waiting orders are released by it",
    tags: ["mapping"],
    params: idParams,
    body: mappingBody,
    response: { 200: mappingAnswer },
  };
  app.put("/api/v1/connections/:id/mapping", { schema: putSchema }, async (request) => {
    const own = await ownConnection(ctx, request, request.params.id);
    const mapping = readMapping(request.body);
    let lists = await loadReferenceLists(ctx, own.connection.id);
    if (!lists.fetchedAt || findUnknown(mapping, lists).length > 0) lists = await refreshOrFail(own);
    const unknown = findUnknown(mapping, lists);
    if (unknown.length > 0) throw new ApiFailure(422, "mapping_unknown_element", { details: { elements: unknown } });
    const conflicts = findConflicts(mapping, lists);
    if (conflicts.length > 0) throw new ApiFailure(422, "mapping_not_one_to_one", { details: { conflicts } });
    await store(own, mapping, lists);
    return viewMapping(mapping, lists);
  });
};

/** Saved in one go; what waited for it goes on at once, and the gate opens when nothing is left to map. */
async function store(own: ConnectionContext, mapping: Mapping, lists: ReferenceLists): Promise<void> {
  const wasMapped = own.connection.mappedAt !== null;
  await saveMapping(own, mapping, isComplete(mapping, lists));
  const connection = await loadOrFail(own, own.connection.id);
  const fresh = makeConnectionContext(own, connection);
  if (!wasMapped && connection.mappedAt) {
    await beginLanes(own, connection);
    await setLaneDue(own.db, connection.id, "archive", own.now());
  }
  await reportGaps(fresh);
  await askForRecheck(fresh, true);
}

async function refreshOrFail(own: ConnectionContext): Promise<ReferenceLists> {
  return orFailure(own, () => refreshReferenceLists(own));
}

async function orFailure<Result>(own: ConnectionContext, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.kind === "unauthorized") await reportTrouble(own, error);
    throw remoteFailure(error);
  }
}

function readMapping(body: z.output<typeof mappingBody>): Mapping {
  const fields: Record<string, string> = {};
  const pairs = (kind: (typeof mappingKinds)[number]) =>
    body[kind].map((pair, place) => {
      if (pair.crm !== null) return { horoshop: pair.horoshop, crm: pair.crm };
      const aside = pair.then ?? "exclude";
      if (kind === "statuses" && aside !== "exclude")
        fields[`statuses.${place}.then`] = "statuses can only be excluded";
      return { horoshop: pair.horoshop, crm: null, aside };
    });
  const mapping: Mapping = {
    statuses: pairs("statuses"),
    deliveryTypes: pairs("deliveryTypes"),
    paymentTypes: pairs("paymentTypes"),
    paymentStatuses: { paid: body.paymentStatuses?.paid ?? null, notPaid: body.paymentStatuses?.notPaid ?? null },
  };
  if (Object.keys(fields).length > 0) throw malformed(fields);
  return mapping;
}

function viewMapping(mapping: Mapping, lists: ReferenceLists) {
  const pairs = (kind: (typeof mappingKinds)[number]) =>
    mapping[kind].map((pair) =>
      pair.crm === null
        ? { horoshop: pair.horoshop, crm: null, ["then" as const]: pair.aside }
        : { horoshop: pair.horoshop, crm: pair.crm },
    );
  const statuses = paymentStatusesOf(mapping, lists);
  return {
    statuses: pairs("statuses"),
    deliveryTypes: pairs("deliveryTypes"),
    paymentTypes: pairs("paymentTypes"),
    paymentStatuses: { paid: statuses.paid ?? null, notPaid: statuses.notPaid ?? null },
    complete: isComplete(mapping, lists),
  };
}

async function viewReferences(own: ConnectionContext, lists: ReferenceLists) {
  const suggestions = suggestMapping(lists, await loadMapping(own, own.connection.id));
  const crmElements = (elements: ReferenceLists["paymentStatuses"]["crm"]) =>
    elements.map(({ code, name, group, groupName, active, missing }) => ({
      code,
      name,
      ...(group && { group, groupName: groupName ?? group }),
      active,
      missing,
    }));
  const listOf = (kind: (typeof mappingKinds)[number]) => ({
    horoshop: lists[kind].horoshop.map(({ id, title, enabled, missing }) => ({ id, title, enabled, missing })),
    crm: crmElements(lists[kind].crm),
    suggestions: suggestions[kind],
  });
  return {
    statuses: listOf("statuses"),
    deliveryTypes: listOf("deliveryTypes"),
    paymentTypes: listOf("paymentTypes"),
    paymentStatuses: { crm: crmElements(lists.paymentStatuses.crm) },
    fetchedAt: lists.fetchedAt?.toISOString() ?? null,
  };
}
