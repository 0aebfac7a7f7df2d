import { htmlAnswer, isLost, jsonAnswer, type SandboxAnswer, type SandboxRequest } from "../answer.ts";
import { type FunctionAnswer, worded } from "./envelope.ts";
import { answerUnderFault, type Faults } from "./faults.ts";
import { callFunction } from "./functions.ts";
import { readParameters } from "./parameters.ts";
import type { Shop } from "./shop.ts";

/** One API call: when, which function, with which status word (or what happened to the answer). */
export type LoggedRequest = { at: Date; function: string; word: string; http: number };

export type Front = {
  shop: Shop;
  faults: Faults;
  requests: LoggedRequest[];
  sleep: (ms: number) => Promise<void>;
};

const requestsKept = 20_000;

/** One call under `/api/`, with the faults that are waiting for it, and its entry in the log. */
export async function answerApi(front: Front, request: SandboxRequest, path: string): Promise<SandboxAnswer> {
  const { shop, requests } = front;
  const name = path.slice("/api/".length).replace(/\/$/, "");
  const entry: LoggedRequest = { at: shop.now(), function: name, word: "under way", http: 0 };
  requests.push(entry);
  if (requests.length > requestsKept) requests.splice(0, requests.length - requestsKept);
  if (shop.switches.latencyMs > 0) await front.sleep(shop.switches.latencyMs);
  const answer = await answerLogged(front, name, request, entry);
  entry.http = isLost(answer) ? 0 : answer.status;
  return answer;
}

async function answerLogged(
  front: Front,
  name: string,
  request: SandboxRequest,
  entry: LoggedRequest,
): Promise<SandboxAnswer> {
  const { bodyBytesMax, apiOff } = front.shop.switches;
  if (bodyBytesMax !== null && Buffer.byteLength(request.body) > bodyBytesMax) {
    entry.word = "body too large";
    return { lost: true, done: false };
  }
  if (apiOff) {
    entry.word = "API off";
    return htmlAnswer(404, "<html><body><h1>404</h1></body></html>");
  }
  const work = () => httpAnswer(callOrRefuse(front.shop, name, request), entry);
  const fault = front.faults.take(name);
  if (!fault) return work();
  const answer = await answerUnderFault(fault, work, front.sleep);
  entry.word = entry.word === "under way" ? fault.kind : `${entry.word}, then ${fault.kind}`;
  return answer;
}

function callOrRefuse(shop: Shop, name: string, request: SandboxRequest): FunctionAnswer {
  const query = request.url.includes("?") ? request.url.slice(request.url.indexOf("?") + 1) : "";
  const parameters = readParameters(query, request.headers["content-type"] ?? "", request.body);
  if (!parameters) return worded("HTTP_ERROR", { code: 400, message: "Payload is not JSON" });
  return callFunction(shop, name, parameters);
}

function httpAnswer(answer: FunctionAnswer, entry: LoggedRequest): SandboxAnswer {
  entry.word = answer.word;
  return jsonAnswer(answer.http, answer.body);
}
