import { z } from "zod";
import type { AppContext } from "../context.ts";
import { cancelRun, pauseRun, resumeRun } from "../log/ask-runs.sql.ts";
import { actionOf } from "../log/problem.ts";
import { listProblems } from "../log/problems.sql.ts";
import { isPausable, noCounts, type Run, viewProgress } from "../log/run.ts";
import { listRuns, loadRun, queueRun } from "../log/runs.sql.ts";
import type { Api, WebRequest } from "../web/api.ts";
import { ApiFailure, malformed, notFound } from "../web/api-failure.ts";
import { listAnswer, listQuery, page, readCursor } from "../web/list.ts";
import { type Language, languageOf, say } from "../web/say.ts";
import { type Connection, connectionState } from "./connection.ts";
import { idParams, newRunBody, problemAnswer, runAnswer } from "./connection-schemas.ts";
import { ownConnection } from "./own-connection.flow.ts";
import type { PreviewView } from "./preview-schemas.ts";
import type { Settings } from "./settings.ts";
import { mayWork } from "./work-lane.flow.ts";

/** Runs, open problems and live events of a connection. */
export const runsApi: Api<AppContext> = (app, ctx) => {
  addStart(app, ctx);
  addLists(app, ctx);
  addOne(app, ctx);
  addPause(app, ctx);
  addProblems(app, ctx);
  addEvents(app, ctx);
};

const addStart: Api<AppContext> = (app, ctx) => {
  const schema = {
    summary: "Start a run; one of the same kind and equal parameters that waits or works is returned instead (200)",
    tags: ["runs"],
    params: idParams,
    body: newRunBody,
    response: { 200: runAnswer, 202: runAnswer },
  };
  app.post("/api/v1/connections/:id/runs", { schema }, async (request, reply) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    const { kind, ...params } = request.body;
    if (params.dryRun && kind !== "archive") throw malformed({ dryRun: "only an archive run can be tried" });
    if (params.dryRun === false) delete params.dryRun;
    if (params.customersOnly === false) delete params.customersOnly;
    if (params.customersOnly) refuseCustomersOnly(request.body, connection.settings.customers);
    refuseUnlessActive({ kind, params, trigger: "manual" }, connection);
    const { run, added } = await queueRun(ctx, connection.id, kind, "manual", params);
    if (added) await ctx.jobs.wake(run.lane, connection.id);
    return reply.code(added ? 202 : 200).send(viewRun(run, languageOfRequest(request)));
  });
};

/** A run that could do nothing is not begun. */
function refuseCustomersOnly(
  { kind, dryRun, since, until, orderIds }: z.infer<typeof newRunBody>,
  { registered, companies }: Settings["customers"],
): void {
  if (kind !== "archive") throw malformed({ customersOnly: "only an archive run can hand over customers" });
  if (dryRun || since || until || orderIds)
    throw malformed({ customersOnly: "not together with dryRun, since, until or orderIds" });
  if (!registered && !companies)
    throw malformed({ customersOnly: "switch settings.customers.registered or companies on first" });
}

const addLists: Api<AppContext> = (app, ctx) => {
  const querystring = z.object({
    ...listQuery,
    kind: z.enum(["sync", "archive", "catalog", "stock", "reconcile"]).optional(),
    state: z.enum(["queued", "running", "succeeded", "partial", "failed", "cancelled"]).optional(),
  });
  const schema = {
    summary: "Runs, newest first",
    tags: ["runs"],
    params: idParams,
    querystring,
    response: { 200: listAnswer(runAnswer) },
  };
  app.get("/api/v1/connections/:id/runs", { schema }, async (request) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    const { kind, state, limit, cursor } = request.query;
    const before = readCursor(cursor, z.string());
    const found = await listRuns(ctx, connection.id, {
      ...(kind && { kind }),
      ...(state && { state }),
      ...(before && { before }),
      limit: limit + 1,
    });
    const shown = found.slice(0, limit);
    const language = languageOfRequest(request);
    return page(
      shown.map((run) => viewRun(run, language)),
      found.length > limit ? shown.at(-1)!.id : undefined,
    );
  });
};

const addOne: Api<AppContext> = (app, ctx) => {
  const params = z.object({ runId: z.string().min(1).max(50) });
  app.get(
    "/api/v1/runs/:runId",
    { schema: { summary: "One run", tags: ["runs"], params, response: { 200: runAnswer } } },
    async (request) => {
      const run = await ownRun(ctx, request, request.params.runId);
      return viewRun(run, languageOfRequest(request));
    },
  );
  const schema = { summary: "Stop a run at its next safe place", tags: ["runs"], params, response: { 202: runAnswer } };
  app.post("/api/v1/runs/:runId/cancel", { schema }, async (request, reply) => {
    await ownRun(ctx, request, request.params.runId);
    await cancelRun(ctx, request.params.runId);
    return reply.code(202).send(viewRun(await ownRun(ctx, request, request.params.runId), languageOfRequest(request)));
  });
};

const addPause: Api<AppContext> = (app, ctx) => {
  const params = z.object({ runId: z.string().min(1).max(50) });
  const pauseSchema = {
    summary: "Let an archive run wait until it is resumed; a working one stops at its next safe place and keeps it",
    description:
      "The run stays `queued` with `pausedAt` (while it still works: `running` with `pauseAsked`). Neither the schedule nor a restart takes it up; it can be cancelled; runs behind it go on. 409 `run_not_pausable` for other kinds and for trials, 409 `run_finished` after its end. Pausing twice does no harm.",
    tags: ["runs"],
    params,
    response: { 202: runAnswer },
  };
  app.post("/api/v1/runs/:runId/pause", { schema: pauseSchema }, async (request, reply) => {
    const { runId } = request.params;
    const run = await ownRun(ctx, request, runId);
    if (!isPausable(run)) throw new ApiFailure(409, "run_not_pausable");
    if (!(await pauseRun(ctx, runId))) throw new ApiFailure(409, "run_finished");
    return reply.code(202).send(viewRun(await ownRun(ctx, request, runId), languageOfRequest(request)));
  });
  const resumeSchema = {
    summary: "Go on with a paused run where it stopped",
    description:
      "Resuming one that is not paused does no harm. 409 `connection_not_active` while the connection does not work (the run keeps waiting), 409 `run_finished` after its end.",
    tags: ["runs"],
    params,
    response: { 202: runAnswer },
  };
  app.post("/api/v1/runs/:runId/resume", { schema: resumeSchema }, async (request, reply) => {
    const { runId } = request.params;
    const run = await ownRun(ctx, request, runId);
    if (!isPausable(run)) throw new ApiFailure(409, "run_not_pausable");
    const { connection } = await ownConnection(ctx, request, run.connectionId);
    refuseUnlessActive(run, connection);
    if (!(await resumeRun(ctx, runId))) throw new ApiFailure(409, "run_finished");
    await ctx.jobs.wake(run.lane, run.connectionId);
    return reply.code(202).send(viewRun(await ownRun(ctx, request, runId), languageOfRequest(request)));
  });
};

function refuseUnlessActive(run: Pick<Run, "kind" | "params" | "trigger">, connection: Connection): void {
  if (mayWork(run, connection)) return;
  const state = connectionState(connection);
  throw new ApiFailure(409, "connection_not_active", { params: { state }, details: { state } });
}

async function ownRun(ctx: AppContext, request: WebRequest, runId: string): Promise<Run> {
  const run = await loadRun(ctx, runId);
  if (!run) throw notFound();
  await ownConnection(ctx, request, run.connectionId);
  return run;
}

export function viewRun(run: Run, language: Language) {
  return {
    id: run.id,
    connectionId: run.connectionId,
    kind: run.kind,
    trigger: run.trigger,
    state: run.state,
    createdAt: run.createdAt.toISOString(),
    startedAt: run.startedAt?.toISOString() ?? null,
    finishedAt: run.finishedAt?.toISOString() ?? null,
    params: run.params,
    pausedAt: run.state === "queued" ? (run.pausedAt?.toISOString() ?? null) : null,
    pauseAsked: run.state === "running" && run.pauseAsked,
    progress: viewProgress(run),
    counts: { ...noCounts(), ...run.counts },
    ...(run.preview ? { preview: run.preview as PreviewView } : {}),
    notes: run.notes.map((note) => ({ ...note, message: say(language, note.code, note.params) })),
    error: run.error && { code: run.error.code, message: say(language, run.error.code, run.error.params) },
  };
}

const addProblems: Api<AppContext> = (app, ctx) => {
  const schema = {
    summary: "Open conditions that a person must mend",
    tags: ["problems"],
    params: idParams,
    querystring: z.object(listQuery),
    response: { 200: listAnswer(problemAnswer) },
  };
  app.get("/api/v1/connections/:id/problems", { schema }, async (request) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    const { limit, cursor } = request.query;
    const from = readCursor(cursor, z.number().int().min(0)) ?? 0;
    const language = languageOfRequest(request);
    const problems = await listProblems(ctx, connection.id);
    const shown = problems.slice(from, from + limit).map((problem) => ({
      code: problem.code,
      severity: problem.severity,
      message: say(language, problem.code, { ...problem.params, count: problem.count }),
      action: actionOf(problem.code, connection.crmUrl),
      params: problem.params,
      count: problem.count,
      since: problem.since.toISOString(),
    }));
    return page(shown, problems.length > from + limit ? from + limit : undefined);
  });
};

const heartbeatMs = 15_000;

const addEvents: Api<AppContext> = (app, ctx) => {
  const schema = {
    summary: "Server-sent events: run, order, problem, state",
    tags: ["problems"],
    params: idParams,
    response: { 200: z.string().describe("text/event-stream: `event` is the kind, `data` a JSON object") },
  };
  app.get("/api/v1/connections/:id/events", { schema }, async (request, reply) => {
    const { connection } = await ownConnection(ctx, request, request.params.id);
    reply.hijack();
    const { raw } = reply;
    raw.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    raw.write(": connected\n\n");
    const stop = ctx.events.listen(
      connection.id,
      ({ type, body }) => void raw.write(`event: ${type}\ndata: ${JSON.stringify(body)}\n\n`),
    );
    const beat = setInterval(() => void raw.write(": still here\n\n"), heartbeatMs);
    raw.on("close", () => {
      clearInterval(beat);
      stop();
    });
  });
};

function languageOfRequest(request: WebRequest): Language {
  return languageOf(request.headers["accept-language"]);
}
