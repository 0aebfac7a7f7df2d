import { expect, test } from "vitest";
import { type HttpRequest, type HttpResponse, TransportError } from "./call.ts";
import { retried, retryAfterMs } from "./retry.ts";

const start = new Date("2026-03-01T10:00:00Z");

/** A transport that gives the outcomes in turn, and what it and the pauses saw. */
function scripted(outcomes: (HttpResponse | TransportError)[]) {
  const pauses: number[] = [];
  let asked = 0;
  const transport = retried(
    async () => {
      const outcome = outcomes[Math.min(asked, outcomes.length - 1)]!;
      asked += 1;
      if (outcome instanceof TransportError) throw outcome;
      return outcome;
    },
    {
      now: () => start,
      random: () => 0.5,
      firstPauseMs: 100,
      sleep: async (ms) => {
        pauses.push(ms);
      },
    },
  );
  return { transport, pauses, asked: () => asked };
}

const answer = (status: number, headers: Record<string, string> = {}): HttpResponse => ({ status, headers, body: "" });
const lost = (mayHaveLeft: boolean) => new TransportError("broken", mayHaveLeft, "lost");
const read: HttpRequest = { method: "GET", url: "https://crm.example", headers: {}, timeoutMs: 1, bytesMax: 1 };
const write: HttpRequest = { ...read, method: "POST" };

test.each([
  ["a read after a lost answer", read, lost(true), 2],
  ["a read after 502", read, answer(502), 2],
  ["a read after 524", read, answer(524), 2],
  ["a POST that only reads, after a lost answer", { ...write, repeatable: true }, lost(true), 2],
  ["a write that never left", write, lost(false), 2],
  ["a write after 503", write, answer(503), 2],
  ["a write after 429", write, answer(429), 2],
  ["a write after 502: not", write, answer(502), 1],
  ["a refusal: not", read, answer(404), 1],
])("repeats %s", async (_name, request, first, attempts) => {
  const script = scripted([first, answer(200)]);

  const response = await script.transport(request);

  expect(response.status).toBe(attempts === 2 ? 200 : (first as HttpResponse).status);
  expect(script.asked()).toBe(attempts);
});

test("F16: a write whose answer was lost is never repeated", async () => {
  const script = scripted([lost(true), answer(200)]);

  await expect(script.transport(write)).rejects.toMatchObject({ mayHaveLeft: true });
  expect(script.asked()).toBe(1);
});

test("F100: pauses grow, and the last answer is given back after four attempts", async () => {
  const script = scripted([answer(503)]);

  expect((await script.transport(read)).status).toBe(503);
  expect(script.pauses).toEqual([100, 200, 400]);
});

test("what lasted long, a time-out above all, is not waited for again", async () => {
  let now = start.getTime();
  let asked = 0;
  const hanging = retried(
    async () => {
      asked += 1;
      now += 90_000;
      throw new TransportError("timeout", true, "no answer");
    },
    { now: () => new Date(now), random: () => 0, sleep: async () => {} },
  );

  await expect(hanging(read)).rejects.toMatchObject({ reason: "timeout" });
  expect(asked).toBe(1);
});

test("Retry-After is honoured when it is bearable and left to the caller when it is not", async () => {
  const soon = scripted([answer(429, { "retry-after": "7" }), answer(200)]);
  const late = scripted([answer(429, { "retry-after": "3600" }), answer(200)]);

  expect((await soon.transport(read)).status).toBe(200);
  expect(soon.pauses).toEqual([7_000]);
  expect((await late.transport(read)).status).toBe(429);
  expect(late.pauses).toEqual([]);
});

test.each([
  ["12", 12_000],
  ["Sun, 01 Mar 2026 10:00:30 GMT", 30_000],
  ["Sun, 01 Mar 2026 09:00:00 GMT", 0],
  ["soon", undefined],
])("Retry-After: %s", (written, ms) => {
  expect(retryAfterMs({ "retry-after": written }, start)).toBe(ms);
});

test("an abort while pausing ends it", async () => {
  const transport = retried(async () => answer(503), {
    now: () => start,
    random: () => 0,
    sleep: () => Promise.reject(new Error("stopped")),
  });

  await expect(transport(read)).rejects.toMatchObject({ reason: "aborted", mayHaveLeft: false });
});
