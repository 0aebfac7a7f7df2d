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
  /** Names by text, the longest unused first. */
  const names = new Map<string, string>();
  let unused: string[] = [];
  let made = 0;

  function forget(text: string): void {
    unused.push(names.get(text)!);
    names.delete(text);
  }

  async function run(text: string, values: (string | null)[]): Promise<RawResult> {
    const known = names.get(text);
    const name = known ?? `kept_${made++}`;
    const parts = unused.map((one) => serialize.close({ type: "S", name: one }));
    unused = [];
    if (known) names.delete(text);
    else parts.push(serialize.parse({ name, text }));
    parts.push(
      serialize.bind({ statement: name, values }),
      serialize.describe({ type: "P" }),
      serialize.execute({}),
      serialize.sync(),
    );
    try {
      const { messages } = await lite.runExclusive(() => lite.execProtocol(Buffer.concat(parts)));
      names.set(text, name);
      if (names.size > keptMax) forget(names.keys().next().value!);
      return resultOf(lite, messages);
    } catch (error) {
      unused.push(name);
      throw error;
    }
  }

  return {
    run,
    passBy(text) {
      if (changesTables.test(text)) for (const one of [...names.keys()]) forget(one);
    },
  };
}

type Message = Awaited<ReturnType<PGlite["execProtocol"]>>["messages"][number];
type Field = { name: string; dataTypeID: number };

function resultOf(lite: PGlite, messages: Message[]): RawResult {
  const result: RawResult = { command: "", rowCount: 0, rows: [] };
  let fields: Field[] = [];
  for (const message of messages) {
    if (message.name === "rowDescription") fields = (message as answers.RowDescriptionMessage).fields;
    else if (message.name === "dataRow") {
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
