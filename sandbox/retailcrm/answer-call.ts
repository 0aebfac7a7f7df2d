import { type HttpAnswer, htmlAnswer, jsonAnswer, type SandboxAnswer, type SandboxRequest } from "../answer.ts";
import type { Call, Crm, Reply } from "./call.ts";
import { plain } from "./call.ts";
import { answerBefore, type Fault, page, spoil, takeFault } from "./faults.ts";
import { asText, readForm, readQuery } from "./parameters.ts";
import { type Buckets, takeToken } from "./rate.ts";
import { Refusal, refuse, texts } from "./refusal.ts";
import { matchRoute } from "./routes.ts";
import type { ApiKey } from "./state.ts";

export type LoggedRequest = {
  at: Date;
  method: string;
  path: string;
  query: string;
  key: string | undefined;
  site: string | undefined;
  /** 0 when the connection was cut */
  status: number;
};

export type Front = {
  crm: Crm;
  faults: Fault[];
  buckets: Buckets;
  requests: LoggedRequest[];
  sleep: (ms: number) => Promise<void>;
};

const loggedMost = 100_000;

/** One call, through all checks in the order of reference 2.5. */
export async function answerCall(front: Front, request: SandboxRequest): Promise<SandboxAnswer> {
  const method = request.method.toUpperCase();
  const url = new URL(request.url, "http://crm.invalid");
  const entry: LoggedRequest = {
    at: front.crm.now(),
    method,
    path: url.pathname,
    query: withoutKey(url),
    key: undefined,
    site: undefined,
    status: 0,
  };
  front.requests.push(entry);
  if (front.requests.length > loggedMost) front.requests.shift();

  const fault = takeFault(front.faults, method, url.pathname);
  if (fault?.kind === "slow") await front.sleep(fault.delayMs ?? 5000);
  const early = fault === undefined ? undefined : answerBefore(fault);
  if (early !== undefined) {
    entry.key = request.headers["x-api-key"] ?? url.searchParams.get("apiKey") ?? undefined;
    if ("status" in early) entry.status = early.status;
    return early;
  }
  const answer = answerPlainly(front, request, method, url, entry);
  const final = fault === undefined ? answer : spoil(fault, answer);
  entry.status = "status" in final ? final.status : 0;
  return final;
}

function withoutKey(url: URL): string {
  const query = new URLSearchParams(url.search);
  query.delete("apiKey");
  return query.toString();
}

function answerPlainly(
  front: Front,
  request: SandboxRequest,
  method: string,
  url: URL,
  entry: LoggedRequest,
): HttpAnswer {
  try {
    if (front.crm.switches.accountMissing && method !== "GET") return htmlAnswer(405, page("405 Not Allowed"));
    return write(carryOut(front, request, method, url, entry));
  } catch (error) {
    if (error instanceof Refusal) return writeRefusal(front, error);
    throw error;
  }
}

function carryOut(front: Front, request: SandboxRequest, method: string, url: URL, entry: LoggedRequest): Reply {
  const { crm } = front;
  if (crm.switches.accountMissing) refuse(404, texts.accountMissing);
  const query = readQuery(url);
  const sentKey = request.headers["x-api-key"] || asText(query.apiKey) || keyInBody(request);
  entry.key = sentKey;
  if (!takeToken(front.buckets, sentKey ?? "", crm.switches.rateLimit, crm.now().getTime())) {
    refuse(503, texts.rateLimit);
  }
  const matched = matchRoute(method, url.pathname.replace(/\/$/, ""));
  const isCorporate = url.pathname.startsWith("/api/v5/customers-corporate");
  if (matched === undefined || (isCorporate && !crm.switches.corporateCustomers)) refuse(404, texts.methodUnknown);
  if (matched === "wrong-verb") refuse(405, texts.methodNotAllowed);
  const form = method === "POST" ? readForm(request) : {};
  const key = knownKey(crm, sentKey);
  entry.key = key.key;
  if (matched.route.scope !== undefined && !key.scopes.includes(matched.route.scope)) refuse(403, texts.accessDenied);
  const call: Call = {
    crm,
    path: matched.path,
    query,
    form,
    rawBody: request.body,
    key,
    actor: { source: "api", key: key.key },
    time: crm.time(),
  };
  entry.site = plain(call, "site");
  return matched.route.run(call);
}

/** A url-encoded or multipart POST may carry the key as a field. */
function keyInBody(request: SandboxRequest): string | undefined {
  const type = request.headers["content-type"] ?? "";
  if (request.method.toUpperCase() !== "POST" || type.startsWith("application/json")) return undefined;
  return asText(readForm(request).apiKey);
}

function knownKey(crm: Crm, sent: string | undefined): ApiKey {
  if (sent === undefined || sent === "") refuse(400, texts.apiKeyMissing);
  return crm.state.keys.get(sent) ?? refuse(403, texts.apiKeyWrong);
}

function write(reply: Reply): HttpAnswer {
  if ("text" in reply) return { status: reply.status, headers: { "content-type": "text/plain" }, body: reply.text };
  return jsonAnswer(reply.status, reply.body);
}

function writeRefusal(front: Front, refusal: Refusal): HttpAnswer {
  const { retryAfter } = front.crm.switches;
  const headers: Record<string, string> =
    refusal.status === 503 && retryAfter !== undefined ? { "retry-after": String(retryAfter) } : {};
  const body = {
    success: false,
    ...refusal.extra,
    errorMsg: refusal.message,
    ...(refusal.errors === undefined ? {} : { errors: refusal.errors }),
  };
  return jsonAnswer(refusal.status, body, headers);
}
