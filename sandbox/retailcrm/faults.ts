import { type HttpAnswer, htmlAnswer, jsonAnswer, type SandboxAnswer } from "../answer.ts";
import { texts } from "./refusal.ts";

export type FaultKind =
  | "503"
  | "429"
  | "500"
  | "500-html"
  | "402"
  | "403"
  | "401"
  | "404-account"
  | "400"
  | "460"
  | "html-200"
  | "html-405"
  | "cut-json"
  | "slow"
  /** the connection breaks before anything is done */
  | "lost-before"
  /** done, but the answer never arrives */
  | "lost-after";

export type Fault = {
  match: { method?: string; path?: string | RegExp };
  /** how often; absent: until it is taken away */
  times?: number;
  /** matching calls that pass before the first one is hit */
  after?: number;
  kind: FaultKind;
  /** with "slow"; default 5000 */
  delayMs?: number;
  /** with "503" and "429": seconds */
  retryAfter?: number;
  /** with "400" and the like: the body's own sentence and errors */
  errorMsg?: string;
  errors?: unknown;
};

/** Takes the first fault that fits this call, counting it down. */
export function takeFault(faults: Fault[], method: string, path: string): Fault | undefined {
  for (const [at, fault] of faults.entries()) {
    if (!fits(fault, method, path)) continue;
    if (fault.after !== undefined && fault.after > 0) {
      fault.after -= 1;
      continue;
    }
    if (fault.times !== undefined) {
      fault.times -= 1;
      if (fault.times <= 0) faults.splice(at, 1);
    }
    return fault;
  }
  return undefined;
}

function fits(fault: Fault, method: string, path: string): boolean {
  if (fault.match.method !== undefined && fault.match.method.toUpperCase() !== method) return false;
  const wanted = fault.match.path;
  if (wanted === undefined) return true;
  return (typeof wanted === "string" ? new RegExp(wanted) : wanted).test(path);
}

/** The answer of a fault that keeps the work from being done; undefined when it is done first. */
export function answerBefore(fault: Fault): SandboxAnswer | undefined {
  const headers: Record<string, string> =
    fault.retryAfter === undefined ? {} : { "retry-after": String(fault.retryAfter) };
  const refused = (status: number, errorMsg: string): HttpAnswer =>
    jsonAnswer(
      status,
      {
        success: false,
        errorMsg: fault.errorMsg ?? errorMsg,
        ...(fault.errors === undefined ? {} : { errors: fault.errors }),
      },
      headers,
    );
  switch (fault.kind) {
    case "503":
      return refused(503, texts.rateLimit);
    case "429":
      return refused(429, texts.rateLimit);
    case "500":
      return refused(500, "Internal Server Error");
    case "500-html":
      return htmlAnswer(500, page("500 Internal Server Error"));
    case "402":
      return refused(402, "Failed to activate module");
    case "403":
      return refused(403, texts.accessDenied);
    case "401":
      return refused(401, "Unauthorized");
    case "404-account":
      return refused(404, texts.accountMissing);
    case "400":
      return refused(400, texts.entityErrors);
    case "460":
      return refused(460, "Orders are loaded with errors");
    case "html-200":
      return htmlAnswer(200, page("We will be back soon"));
    case "html-405":
      return htmlAnswer(405, page("405 Not Allowed"));
    case "lost-before":
      return { lost: true, done: false };
    default:
      return undefined;
  }
}

/** What becomes of the finished answer. */
export function spoil(fault: Fault, answer: HttpAnswer): SandboxAnswer {
  if (fault.kind === "lost-after") return { lost: true, done: true };
  if (fault.kind === "cut-json") return { ...answer, body: answer.body.slice(0, Math.floor(answer.body.length / 2)) };
  return answer;
}

export function page(title: string): string {
  return `<html>\n<head><title>${title}</title></head>\n<body>\n<center><h1>${title}</h1></center>\n<hr>\n</body>\n</html>\n`;
}
