import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

/** docs/failures.md against the tests: each of the 115 cases has a proof that exists, or a reason why it cannot occur. */

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const casesMax = 115;
const numbers = Array.from({ length: casesMax }, (_, index) => `F${String(index + 1).padStart(2, "0")}`);

type Row = { number: string; happens: string; proof: string };

const rows: Row[] = readFileSync(join(repository, "docs/failures.md"), "utf8")
  .split("\n")
  .flatMap((line) => {
    const cells = line.match(/^\| (F\d+) \| (.*) \| (.*) \|$/);
    return cells ? [{ number: cells[1]!, happens: cells[2]!.trim(), proof: cells[3]!.trim() }] : [];
  });

test("every case stands on the page once, in order", () => {
  expect(rows.map((row) => row.number)).toEqual(numbers);
});

describe.each(rows)("$number $happens", ({ number, happens, proof }) => {
  test("says what happens, and names a test or a reason", () => {
    expect(happens.length).toBeGreaterThan(10);

    if (!proof.startsWith("Cannot occur:")) expect(proofsOf(proof).length).toBeGreaterThan(0);
    else expect(proof.length).toBeGreaterThan(40);
  });

  test("every test named for it exists, carries the number and runs the product", () => {
    const proofs = proofsOf(proof);

    const missing = proofs.filter(({ file, title }) => !carries(file, title, number));
    expect(missing).toEqual([]);
    // A sandbox that behaves says nothing about the product.
    expect(proofs.length === 0 || proofs.some(({ file }) => !file.startsWith("sandbox/"))).toBe(true);
  });
});

test("every number in a test's title is a case of the page that names this test's file", () => {
  const files = ["src", "test", "ui", "demo"].flatMap((folder) =>
    readdirSync(join(repository, folder), { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".test.ts"))
      .map((path) => `${folder}/${path}`),
  );

  const unnamed = files.flatMap((file) =>
    [...numbersIn(file)]
      .filter((number) => !rows.find((row) => row.number === number)?.proof.includes(`\`${file}\``))
      .map((number) => `${number} in ${file}`),
  );

  expect(unnamed).toEqual([]);
});

/** `file`: title<br>`file`: title */
function proofsOf(proof: string): { file: string; title: string }[] {
  return proof.split("<br>").flatMap((one) => {
    const parts = one.trim().match(/^`([^`]+\.test\.ts)`: (.+)$/);
    return parts ? [{ file: parts[1]!, title: parts[2]! }] : [];
  });
}

function carries(file: string, title: string, number: string): boolean {
  return (
    existsSync(join(repository, file)) && linesOf(file).some((line) => line.includes(title) && line.includes(number))
  );
}

function numbersIn(file: string): Set<string> {
  const titles = linesOf(file).filter((line) => /["'`].*\bF\d{2,3}\b.*["'`]/.test(line));
  return new Set(titles.flatMap((line) => line.match(/\bF\d{2,3}\b/g) ?? []));
}

function linesOf(file: string): string[] {
  return readFileSync(join(repository, file), "utf8").split("\n");
}
