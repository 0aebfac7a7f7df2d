import type {
  Catalog,
  Check,
  Connection,
  ConnectionChanges,
  List,
  Mapping,
  MappingKind,
  Me,
  NewConnection,
  Order,
  OrderDetail,
  OrderState,
  Problem,
  References,
  Run,
  RunKind,
  RunRequest,
} from "./api-shapes.ts";

/** A refusal of the JSON API, or no usable answer at all (`network`, `unreadable`, status 0). */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  /** Path of a field of the request → what is wrong with it, in the reader's language. */
  readonly fields: Record<string, string>;
  readonly details: Record<string, unknown>;

  constructor(code: string, message: string, status: number, more: { fields?: unknown; details?: unknown } = {}) {
    super(message);
    this.name = "ApiError";
    this.code = code;
    this.status = status;
    this.fields = (more.fields ?? {}) as Record<string, string>;
    this.details = (more.details ?? {}) as Record<string, unknown>;
  }
}

/** What every call shares: the language of messages, and what happens when the sign-in has run out. */
export const callContext = { language: "en", onUnauthorized: (_failure: ApiError): void => undefined };

type Query = Record<string, string | number | undefined>;

async function call<Answer>(method: string, path: string, body?: unknown, query: Query = {}): Promise<Answer> {
  const headers: Record<string, string> = { accept: "application/json", "accept-language": callContext.language };
  if (body !== undefined) headers["content-type"] = "application/json";
  let status: number;
  let text: string;
  try {
    const init: RequestInit = { method, headers, credentials: "same-origin", cache: "no-store" };
    if (body !== undefined) init.body = JSON.stringify(body);
    const response = await fetch(`/api/v1${path}${queryText(query)}`, init);
    status = response.status;
    text = await response.text();
  } catch {
    throw new ApiError("network", "", 0);
  }
  const answer = readJson(text);
  if (status >= 200 && status < 300) return answer as Answer;
  const failure = failureOf(status, answer);
  if (status === 401) callContext.onUnauthorized(failure);
  throw failure;
}

function queryText(query: Query): string {
  const parts = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined && value !== "") parts.set(name, String(value));
  const text = parts.toString();
  return text === "" ? "" : `?${text}`;
}

function readJson(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Reads `{"error":{code,message,fields,details}}`; an answer in another shape is `unreadable`. */
export function failureOf(status: number, answer: unknown): ApiError {
  const error = (answer as { error?: Record<string, unknown> } | undefined)?.error;
  if (!error || typeof error.code !== "string")
    return new ApiError(status === 401 ? "unauthorized" : "unreadable", "", status);
  const message = typeof error.message === "string" ? error.message : "";
  return new ApiError(error.code, message, status, { fields: error.fields, details: error.details });
}

const at = (id: string): string => `/connections/${encodeURIComponent(id)}`;
const orderAt = (id: string, order: string): string => `${at(id)}/orders/${encodeURIComponent(order)}`;

export const fetchMe = (): Promise<Me> => call("GET", "/me");
export const signIn = (token: string): Promise<unknown> => call("POST", "/login", { token });
export const signOut = (): Promise<unknown> => call("POST", "/logout", {});

export const fetchConnections = (cursor?: string): Promise<List<Connection>> =>
  call("GET", "/connections", undefined, { cursor });
export const fetchConnection = (id: string): Promise<Connection> => call("GET", at(id));
export const createConnection = (body: NewConnection): Promise<Connection> => call("POST", "/connections", body);
export const changeConnection = (id: string, changes: ConnectionChanges): Promise<Connection> =>
  call("PATCH", at(id), changes);
export const deleteConnection = (id: string): Promise<unknown> => call("DELETE", at(id));
export const checkConnection = (id: string): Promise<Check> => call("POST", `${at(id)}/check`, {});

export const fetchReferences = (id: string): Promise<References> => call("GET", `${at(id)}/references`);
export const refreshReferences = (id: string): Promise<References> => call("POST", `${at(id)}/references/refresh`, {});
export const createReference = (id: string, kind: MappingKind, horoshop: number): Promise<Mapping> =>
  call("POST", `${at(id)}/references`, { kind, horoshop });
export const fetchMapping = (id: string): Promise<Mapping> => call("GET", `${at(id)}/mapping`);
export const saveMapping = (id: string, mapping: Mapping): Promise<Mapping> =>
  call("PUT", `${at(id)}/mapping`, mapping);

export const startRun = (id: string, request: RunRequest): Promise<Run> => call("POST", `${at(id)}/runs`, request);
export const fetchRuns = (id: string, kind?: RunKind, limit = 10): Promise<List<Run>> =>
  call("GET", `${at(id)}/runs`, undefined, { kind, limit });
export const fetchRun = (runId: string): Promise<Run> => call("GET", `/runs/${encodeURIComponent(runId)}`);
export const cancelRun = (runId: string): Promise<Run> => call("POST", `/runs/${encodeURIComponent(runId)}/cancel`, {});
export const pauseRun = (runId: string): Promise<Run> => call("POST", `/runs/${encodeURIComponent(runId)}/pause`, {});
export const resumeRun = (runId: string): Promise<Run> => call("POST", `/runs/${encodeURIComponent(runId)}/resume`, {});

/** `run`: only orders that this run had in hand, as they stand now. */
export type OrderFilter = {
  state?: OrderState | undefined;
  problem?: string | undefined;
  run?: string | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
};
export const fetchOrders = (id: string, filter: OrderFilter): Promise<List<Order>> =>
  call("GET", `${at(id)}/orders`, undefined, filter);
export const fetchOrder = (id: string, order: string): Promise<OrderDetail> => call("GET", orderAt(id, order));
export type OrderStep = "retry" | "confirm" | "dismiss";
export const decideOrder = (id: string, order: string, step: OrderStep): Promise<Order> =>
  call("POST", `${orderAt(id, order)}/${step}`, {});
/** Tries again, or confirms, every order with this problem. */
export const decideOrders = (id: string, step: "retry" | "confirm", problem: string): Promise<{ queued: number }> =>
  call("POST", `${at(id)}/orders/${step}`, { problem });

export const fetchProblems = (id: string, cursor?: string, limit?: number): Promise<List<Problem>> =>
  call("GET", `${at(id)}/problems`, undefined, { cursor, limit });
export const fetchCatalog = (id: string): Promise<Catalog> => call("GET", `${at(id)}/catalog`);
export const confirmCatalog = (id: string): Promise<unknown> => call("POST", `${at(id)}/catalog/confirm`, {});
export const restoreWebhooks = (id: string): Promise<unknown> => call("POST", `${at(id)}/webhooks/restore`, {});
export const installCatalog = (id: string): Promise<unknown> => call("POST", `${at(id)}/catalog/install`, {});

/** Server-sent events of a connection: `run`, `order`, `problem`, `state`. */
export const eventsAddress = (id: string): string => `/api/v1${at(id)}/events`;
