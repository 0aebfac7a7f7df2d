import { htmlAnswer, isLost, jsonAnswer, type SandboxAnswer } from "../answer.ts";

export const faultKinds = [
  "502-html",
  "524",
  "html-200",
  "cut-json",
  "slow",
  "lost-before",
  "lost-after",
  "exception",
  "unauthorized",
  "404",
  "connection-refused-like",
] as const;
export type FaultKind = (typeof faultKinds)[number];

export type FaultWish = {
  kind: FaultKind;
  /** function name, a name ending in `*`, or a test; none = every function */
  match?: string | ((name: string) => boolean);
  /** how many calls are hit; 1 unless told, `Infinity` = until cleared */
  times?: number;
  /** this many matching calls pass first */
  after?: number;
  /** `slow`: how long, 5 s unless told */
  delayMs?: number;
  /** `502-html`, `524`, `html-200`: the work is carried out although the answer is a page */
  done?: boolean;
};

export type Fault = FaultWish & { times: number; after: number };

export type Faults = {
  add(wish: FaultWish): void;
  clear(): void;
  /** the fault that hits this call, used up by it */
  take(name: string): Fault | undefined;
  pending(): { kind: FaultKind; match: string; times: number }[];
};

export function makeFaults(): Faults {
  let faults: Fault[] = [];
  return {
    add: (wish) => void faults.push({ ...wish, times: wish.times ?? 1, after: wish.after ?? 0 }),
    clear: () => {
      faults = [];
    },
    take(name) {
      for (const fault of faults) {
        if (!matches(fault.match, name)) continue;
        if (fault.after > 0) {
          fault.after -= 1;
          continue;
        }
        fault.times -= 1;
        if (fault.times <= 0) faults = faults.filter((one) => one !== fault);
        return fault;
      }
      return undefined;
    },
    pending: () =>
      faults.map(({ kind, match, times }) => ({ kind, match: typeof match === "string" ? match : "*", times })),
  };
}

function matches(match: FaultWish["match"], name: string): boolean {
  if (match === undefined || match === "" || match === "*") return true;
  if (typeof match === "function") return match(name);
  return match.endsWith("*") ? name.startsWith(match.slice(0, -1)) : match === name;
}

/** Answers a call under a fault; `work` carries it out. */
export async function answerUnderFault(
  fault: Fault,
  work: () => SandboxAnswer,
  sleep: (ms: number) => Promise<void>,
): Promise<SandboxAnswer> {
  switch (fault.kind) {
    case "slow":
      await sleep(fault.delayMs ?? 5_000);
      return work();
    case "lost-before":
    case "connection-refused-like":
      return { lost: true, done: false };
    case "lost-after":
      work();
      return { lost: true, done: true };
    case "cut-json": {
      const answer = work();
      return isLost(answer) ? answer : { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) };
    }
    case "exception":
      return jsonAnswer(200, { status: "EXCEPTION", response: { message: "Internal error" } });
    case "unauthorized":
      return jsonAnswer(200, { status: "UNAUTHORIZED", response: { message: "Token is wrong or expired" } });
    case "404":
      return htmlAnswer(404, page("404 Not Found", "nginx"));
    default:
      if (fault.done) work();
      return pageInstead(fault.kind);
  }
}

function pageInstead(kind: "502-html" | "524" | "html-200"): SandboxAnswer {
  if (kind === "502-html") return htmlAnswer(502, page("502 Bad Gateway", "nginx"));
  if (kind === "524") return htmlAnswer(524, page("524: A timeout occurred", "cloudflare"));
  return htmlAnswer(200, page("Just a moment...", "<noscript>Enable JavaScript and cookies to continue</noscript>"));
}

function page(title: string, text: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>${text}</center>\r\n</body>\r\n</html>\r\n`;
}
