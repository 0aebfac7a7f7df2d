/** One HTTP request as both sandboxes see it, whether it came over a socket or straight from a test. */
export type SandboxRequest = {
  method: string;
  /** path and query, e.g. `/api/v5/orders?limit=20` */
  url: string;
  /** names in lower case */
  headers: Record<string, string>;
  /** the body's bytes read as UTF-8; empty when there is none */
  body: string;
};

export type HttpAnswer = { status: number; headers: Record<string, string>; body: string };

/** The connection is cut without an answer; `done` says whether the work was carried out all the same. */
export type LostAnswer = { lost: true; done: boolean };

export type SandboxAnswer = HttpAnswer | LostAnswer;

/** Whatever can be asked: one sandbox, or several behind one address. */
export type Answering = { handle(request: SandboxRequest): Promise<SandboxAnswer> };

export function jsonAnswer(status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer {
  return {
    status,
    headers: { "content-type": "application/json; charset=utf-8", ...headers },
    body: JSON.stringify(body),
  };
}

export function htmlAnswer(status: number, body: string, headers: Record<string, string> = {}): HttpAnswer {
  return { status, headers: { "content-type": "text/html; charset=utf-8", ...headers }, body };
}

/** After a form was sent: the browser goes back to a page, so that reloading sends nothing twice. */
export function seeOther(location: string): HttpAnswer {
  return { status: 303, headers: { location }, body: "" };
}

export function isLost(answer: SandboxAnswer): answer is LostAnswer {
  return "lost" in answer;
}
