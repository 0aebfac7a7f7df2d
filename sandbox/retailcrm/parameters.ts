import type { SandboxRequest } from "../answer.ts";
import { refuse, texts } from "./refusal.ts";

/** Bracketed names as PHP reads them: `filter[ids][]=7` and `filter[ids][0]=7` are the same. */
export type Tree = string | { [name: string]: Tree };
export type Parameters = { [name: string]: Tree };

export function readQuery(url: URL): Parameters {
  return nest([...url.searchParams]);
}

/**
 * The fields of a POST: url-encoded or multipart (reference 1.3). A JSON body is refused, so that a client's mistake
 * shows; any other body has no fields.
 */
export function readForm(request: SandboxRequest): Parameters {
  const type = request.headers["content-type"] ?? "";
  const kind = type.split(";")[0]!.trim().toLowerCase();
  if (kind === "application/x-www-form-urlencoded") return nest([...new URLSearchParams(request.body)]);
  if (kind === "multipart/form-data") return nest(readMultipart(request.body, type));
  if (kind === "application/json") {
    refuse(400, texts.inputErrors, { body: "A form body is expected, application/json given" });
  }
  return {};
}

function readMultipart(body: string, type: string): [string, string][] {
  const boundary = /boundary="?([^";]+)"?/i.exec(type)?.[1];
  if (boundary === undefined) return [];
  const fields: [string, string][] = [];
  for (const part of body.split(`--${boundary}`).slice(1)) {
    const split = /\r?\n\r?\n/.exec(part);
    const name = /name="([^"]*)"/i.exec(part)?.[1];
    if (split === null || name === undefined) continue;
    fields.push([name, part.slice(split.index + split[0].length).replace(/\r?\n$/, "")]);
  }
  return fields;
}

function nest(pairs: [string, string][]): Parameters {
  const root: Parameters = {};
  for (const [name, value] of pairs) {
    const path = splitName(name);
    let place: Parameters = root;
    for (const [depth, step] of path.entries()) {
      const key = step === "" ? String(Object.keys(place).length) : step;
      if (depth === path.length - 1) {
        place[key] = value;
        break;
      }
      const below = place[key];
      const next: Parameters = typeof below === "object" ? below : {};
      place[key] = next;
      place = next;
    }
  }
  return root;
}

function splitName(name: string): string[] {
  const open = name.indexOf("[");
  if (open <= 0 || !name.endsWith("]")) return [name];
  return [name.slice(0, open), ...[...name.slice(open).matchAll(/\[([^\]]*)\]/g)].map((found) => found[1]!)];
}

export function asText(tree: Tree | undefined): string | undefined {
  return typeof tree === "string" ? tree : undefined;
}

/** A list parameter; undefined when it is a single value, which the service's forms refuse. */
export function asList(tree: Tree): string[] | undefined {
  if (typeof tree === "string") return undefined;
  const values = Object.values(tree);
  return values.every((value) => typeof value === "string") ? (values as string[]) : undefined;
}
