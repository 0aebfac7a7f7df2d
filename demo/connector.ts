/** The service's JSON API, as far as the demo uses it. Shapes are written down here anew: the demo is a stranger. */
export type Connection = { id: string; state: string; stateReason: { message: string } | null };
export type Run = {
  id: string;
  kind: string;
  state: string;
  progress: { done: number; total: number | null };
  counts: Record<string, number>;
  error: { message: string } | null;
};
export type TimelineEntry = {
  at: string;
  direction: "shop-to-crm" | "crm-to-shop";
  action: string;
  result: "done" | "refused" | "failed" | "waiting";
  detail: Record<string, unknown> | null;
  request?: Record<string, unknown>;
};
export type Order = {
  shopOrderId: string;
  crmNumber: string | null;
  state: string;
  problem: { code: string; message: string } | null;
  timeline: TimelineEntry[];
};
export type Problem = { code: string; message: string };
export type Lists = {
  horoshop: { id: number; title: string; enabled: boolean }[];
  crm: { code: string; name: string }[];
  suggestions: { horoshop: number; crm: string }[];
};
export type References = {
  statuses: Lists;
  deliveryTypes: Lists;
  paymentTypes: Lists;
};
export type Catalog = { url: string; state: string; offers: number; products: number; bytes: number };
export type LiveEvent = { type: string; body: Record<string, unknown> };

export type Connector = {
  get<Answer>(path: string): Promise<Answer>;
  send<Answer>(method: "POST" | "PUT", path: string, body?: unknown): Promise<Answer>;
  /** Live events of a connection until `signal` aborts; a broken stream is opened again. */
  listen(connectionId: string, take: (event: LiveEvent) => void, signal: AbortSignal): Promise<void>;
};

const againMs = 500;

export function makeConnector(url: string, token: string, language: string): Connector {
  const headers = { authorization: `Bearer ${token}`, "accept-language": language };

  async function send<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { ...headers, ...(body === undefined ? {} : { "content-type": "application/json" }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(messageOf(text) ?? `${method} ${path}: HTTP ${answer.status}`);
    return JSON.parse(text) as Answer;
  }

  async function listenOnce(connectionId: string, take: (event: LiveEvent) => void, signal: AbortSignal) {
    const answer = await fetch(`${url}/api/v1/connections/${connectionId}/events`, { headers, signal });
    let rest = "";
    for await (const part of answer.body!.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + part).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = /^event: (.+)\ndata: (.*)$/s.exec(block);
        if (event) take({ type: event[1]!, body: JSON.parse(event[2]!) as Record<string, unknown> });
      }
    }
  }

  return {
    get: (path) => send("GET", path),
    send,
    async listen(connectionId, take, signal) {
      while (!signal.aborted) {
        await listenOnce(connectionId, take, signal).catch(() => undefined);
        if (!signal.aborted) await pause(againMs);
      }
    },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function messageOf(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { error?: { message?: string } }).error?.message;
  } catch {
    return undefined;
  }
}
