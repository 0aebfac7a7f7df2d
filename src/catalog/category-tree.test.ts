import { expect, test } from "vitest";
import { categoriesFromPaths, categoryTree } from "./category-tree.ts";

const title = (ua: string) => ({ ua });

test("F87 only sections with products and their ancestors; content pages vanish", () => {
  const sections = [
    { id: 31, parent: 0, title: title("Посуд") },
    { id: 8, parent: 0, title: title("Контакти") },
    { id: 33, parent: 31, title: title("Порожня") },
    { id: 32, parent: 31, title: title("Термоси & термокружки") },
  ];

  const categories = categoryTree(sections, new Set([32, 999]), "ua");

  expect(categories).toEqual([
    { id: 31, parentId: undefined, name: "Посуд" },
    { id: 32, parentId: 31, name: "Термоси & термокружки" },
  ]);
});

test("parents stand before children, whatever the order of the list", () => {
  const sections = [
    { id: 3, parent: 2, title: title("в") },
    { id: 2, parent: 1, title: title("б") },
    { id: 1, parent: 0, title: title("а") },
  ];

  expect(categoryTree(sections, new Set([3]), "ua").map((category) => category.id)).toEqual([1, 2, 3]);
});

test("a section whose parent is missing hangs under the root", () => {
  const categories = categoryTree([{ id: 5, parent: 77, title: title("Сирота") }], new Set([5]), "ua");

  expect(categories).toEqual([{ id: 5, parentId: undefined, name: "Сирота" }]);
});

test("a circle of sections ends, and every parent exists", () => {
  const sections = [
    { id: 1, parent: 2, title: title("а") },
    { id: 2, parent: 1, title: title("б") },
    { id: 4, parent: 4, title: title("сам собі") },
  ];

  const categories = categoryTree(sections, new Set([1, 2, 4]), "ua");

  const ids = categories.map((category) => category.id);
  expect([...ids].sort()).toEqual([1, 2, 4]);
  categories.forEach((category, place) => {
    if (category.parentId !== undefined) expect(ids.slice(0, place)).toContain(category.parentId);
  });
});

test("a section without a name is called by its number", () => {
  expect(categoryTree([{ id: 5, parent: 0, title: { ua: "" } }], new Set([5]), "ua")[0]!.name).toBe("#5");
});

test("a shop too old to list sections gives their names from the paths of its products", () => {
  const paths = new Map([
    [32, "Посуд / Термоси"],
    [31, "Посуд \\ Чашки"],
    [7, ""],
  ]);

  expect(categoriesFromPaths(paths).map(({ id, name }) => [id, name])).toEqual([
    [7, "#7"],
    [31, "Чашки"],
    [32, "Термоси"],
  ]);
});
