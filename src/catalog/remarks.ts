/** What a person should know about a catalogue, counted, with a few examples each. */
export type CatalogWarning = { code: string; params: { count: number; examples: string[] } };
export type Remarks = { add(code: string, example: string): void; list(): CatalogWarning[] };

const examplesMax = 5;

export function createRemarks(): Remarks {
  const found = new Map<string, CatalogWarning>();
  return {
    add(code, example) {
      const warning = found.get(code) ?? { code, params: { count: 0, examples: [] } };
      found.set(code, warning);
      warning.params.count += 1;
      if (warning.params.examples.length < examplesMax) warning.params.examples.push(example);
    },
    list: () => [...found.values()].sort((one, other) => (one.code < other.code ? -1 : 1)),
  };
}
