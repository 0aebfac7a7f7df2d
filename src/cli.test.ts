import { expect, test } from "vitest";
import { type Command, readCommand, usage } from "./cli.ts";

test.each<[string, Command]>([
  ["", { name: "serve" }],
  ["serve", { name: "serve" }],
  ["migrate", { name: "migrate" }],
  ["doctor", { name: "doctor" }],
  ["rotate-key", { name: "rotate-key" }],
  ["backup all.gz", { name: "backup", file: "all.gz" }],
  ["restore all.gz", { name: "restore", file: "all.gz" }],
  ["move --to postgres://u:p@h/d", { name: "move", to: "postgres://u:p@h/d" }],
  ["move --to=postgresql://h/d", { name: "move", to: "postgresql://h/d" }],
  ["--help", { name: "help" }],
  ["--version", { name: "version" }],
])("%j is read", (words, command) => {
  expect(readCommand(words.split(" ").filter(Boolean))).toEqual(command);
});

test.each([
  "start",
  "serve now",
  "backup",
  "backup a b",
  "restore --force",
  "move",
  "move --to",
  "move --to mysql://h/d",
  "move postgres://h/d",
])("%j is refused", (words) => {
  expect(readCommand(words.split(" ")).name).toBe("wrong");
});

test("the usage names every command", () => {
  for (const name of ["serve", "migrate", "doctor", "rotate-key", "backup", "restore", "move --to"])
    expect(usage).toContain(name);
});
