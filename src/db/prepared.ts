import { type messages as answers, type PGlite, protocol } from "@electric-sql/pglite";
import type { RawResult } from "./slot-pool.ts";

const { serialize } = protocol;

/** Statements kept ready; lists of ids of every length make many texts. */
const keptMax = 300;

/** A change of tables may change what a prepared statement answers, which the engine then refuses. */
const changesTables = /\b(create|alter|drop|discard|deallocate)\b/i;

export type Prepared = {
  run(text: string, values: (string | null)[]): Promise<RawResult>;
  /** To be called with each text that is run elsewhere. */
  passBy(text: string): void;
};

/**
 * Statements with parameters, each in one call of the engine, and parsed once. The engine's own `query` takes six calls
 * and parses every time: three times as slow. Parameters are texts, as everything arrives by PostgreSQL's protocol.
 */
export function createPrepared(lite: PGlite): Prepared {
  /** By text, the longest unused first. */
  const kept = new Map<string, Kept>();
  let unused: string[] = [];
  let made = 0;

  function forget(text: string): void {
    unused.push(kept.get(text)!.name);
    kept.delete(text);
  }

  async function run(text: string, values: (string | null)[]): Promise<RawResult> {
    const known = kept.get(text);
    const name = known?.name ?? `kept_${made++}`;
    const parts = unused.map((one) => serialize.close({ type: "S", name: one }));
    unused = [];
    if (known) kept.delete(text);
    else parts.push(serialize.parse({ name, text }));
    parts.push(serialize.bind({ statement: name, values }));
    // What its columns are does not change as long as it is kept.
    if (!known) parts.push(serialize.describe({ type: "P" }));
    parts.push(serialize.execute({}), serialize.sync());
    try {
      const { messages } = await lite.runExclusive(() => lite.execProtocol(Buffer.concat(parts)));
      const fields = known?.fields ?? fieldsOf(messages);
      kept.set(text, { name, fields });
      if (kept.size > keptMax) forget(kept.keys().next().value!);
      return resultOf(lite, messages, fields);
    } catch (error) {
      unused.push(name);
      throw error;
    }
  }

  return {
    run,
    passBy(text) {
      if (changesTables.test(text)) for (const one of [...kept.keys()]) forget(one);
    },
  };
}

type Message = Awaited<ReturnType<PGlite["execProtocol"]>>["messages"][number];
type Field = { name: string; dataTypeID: number };
type Kept = { name: string; fields: Field[] };

/** A statement that gives no rows has no columns. */
function fieldsOf(messages: Message[]): Field[] {
  const description = messages.find((message) => message.name === "rowDescription");
  return description ? (description as answers.RowDescriptionMessage).fields : [];
}

function resultOf(lite: PGlite, messages: Message[], fields: Field[]): RawResult {
  const result: RawResult = { command: "", rowCount: 0, rows: [] };
  for (const message of messages) {
    if (message.name === "dataRow") {
      const texts = (message as answers.DataRowMessage).fields;
      result.rows.push(
        Object.fromEntries(fields.map((field, place) => [field.name, parseValue(lite, field, texts[place])])),
      );
    } else if (message.name === "commandComplete") {
      // "UPDATE 3", "INSERT 0 3", "SELECT 3"
      const words = (message as answers.CommandCompleteMessage).text.split(" ");
      result.command = words[0]!;
      result.rowCount = Number(words.at(-1)) || 0;
    }
  }
  return result;
}

function parseValue(lite: PGlite, { dataTypeID }: Field, text: string | null | undefined): unknown {
  if (text === null || text === undefined) return null;
  const parse = lite.parsers[dataTypeID];
  return parse ? parse(text, dataTypeID) : text;
}
