/** The order number in a webhook's body, whatever form it was read in; undefined when there is none. */
export function orderIdOf(body: unknown): number | undefined {
  const value = typeof body === "string" ? parse(body) : Buffer.isBuffer(body) ? parse(body.toString("utf8")) : body;
  if (typeof value !== "object" || value === null) return undefined;
  const id = (value as Record<string, unknown>).order_id;
  const number = typeof id === "string" && /^\d{1,15}$/.test(id) ? Number(id) : id;
  return typeof number === "number" && Number.isSafeInteger(number) && number > 0 ? number : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
