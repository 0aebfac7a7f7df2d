import { isLost } from "../answer.ts";
import { createHoroshopSandbox, type HoroshopSandbox, type HoroshopSandboxOptions } from "./sandbox.ts";

/** What a caller of the API sees; `body` is undefined when it is not JSON, everything is when the answer is lost. */
export type Asked = { http: number | undefined; status: unknown; response: Record<string, unknown>; body: unknown };

/** A shop on a clock that is turned by hand and with dice that always fall alike; for tests. */
export function openTestShop(options: Partial<HoroshopSandboxOptions> = {}) {
  let nowMs = Date.parse("2024-06-15T09:00:00Z");
  let state = 1;
  const sandbox = createHoroshopSandbox({
    now: () => new Date(nowMs),
    random: () => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    },
    seed: "empty",
    sleep: async () => {},
    ...options,
  });
  return {
    sandbox,
    turnClock: (ms: number) => {
      nowMs += ms;
    },
    /** signs in and returns a caller that adds the token */
    signIn: async () => {
      const token = (await ask(sandbox, "auth", credentials)).response.token as string;
      const call = (name: string, parameters: object = {}) => ask(sandbox, name, { token, ...parameters });
      return Object.assign(call, { token });
    },
  };
}

export const credentials = { login: "integration", password: "demo-password" };

export async function ask(sandbox: HoroshopSandbox, name: string, parameters: object): Promise<Asked> {
  return askRaw(sandbox, `/api/${name}/`, JSON.stringify(parameters));
}

export async function askRaw(
  sandbox: HoroshopSandbox,
  url: string,
  body: string,
  contentType = "application/json",
  method = "POST",
): Promise<Asked> {
  const answer = await sandbox.handle({ method, url, headers: { "content-type": contentType }, body });
  if (isLost(answer)) return { http: undefined, status: undefined, response: {}, body: undefined };
  const parsed = parse(answer.body);
  return { http: answer.status, status: parsed?.status, response: (parsed?.response ?? {}) as never, body: parsed };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
