import { expect, test } from "vitest";
import { type Asked, openTestShop } from "./ask.ts";

type Row = Record<string, unknown> & { article: string; parent_article: string };

function rows(answer: Asked): Row[] {
  return answer.response.products as Row[];
}

test("more than 500 rows are lowered without a word, none are asked for by limit 0", async () => {
  const { signIn } = openTestShop({ products: 700 });
  const call = await signIn();

  expect(rows(await call("catalog/export", { limit: 523 })).length).toBe(500);
  expect(rows(await call("catalog/export")).length).toBe(500);
  expect((await call("catalog/export", { limit: 0 })).body).toEqual({ status: "OK", response: { products: [] } });
  expect(rows(await call("catalog/export", { offset: 500, limit: 500 })).length).toBe(200);
});

test("pages cover every row once, grouped or scattered", async () => {
  const { sandbox, signIn } = openTestShop({ products: 130 });
  const call = await signIn();
  for (const order of ["grouped", "scattered"] as const) {
    sandbox.switches.productOrder = order;

    const articles = new Set<string>();
    for (let offset = 0; offset < 130; offset += 50) {
      for (const row of rows(await call("catalog/export", { offset, limit: 50 }))) articles.add(row.article);
    }

    expect(articles.size).toBe(130);
  }
});

test("fields are chosen by name, the three fixed ones always come, exclusion wins", async () => {
  const { signIn } = openTestShop();
  const call = await signIn();

  const [row] = rows(
    await call("catalog/export", {
      limit: 1,
      includedParams: ["title", "price", "nonsense"],
      excludedParams: ["price"],
    }),
  );

  expect(Object.keys(row!).sort()).toEqual(["article", "parent", "parent_article", "title"]);
});

test("a section is found by all four spellings of the filter", async () => {
  const { signIn } = openTestShop({ products: 400 });
  const call = await signIn();
  const articles = async (expr: object) => rows(await call("catalog/export", { expr })).map((row) => row.article);

  const expected = await articles({ "parent.id": 33 });

  expect(expected.length).toBeGreaterThan(5);
  expect(await articles({ "parent.id": { id: [33] } })).toEqual(expected);
  expect(await articles({ parent: { id: [33] } })).toEqual(expected);
  expect(await articles({ parent: "Посуд \\ Термоси та термокружки \\ Термоси" })).toEqual(expected);
});

test("an article finds its row, whatever it looks like", async () => {
  const { signIn } = openTestShop({ products: 60 });
  const call = await signIn();
  const all = rows(await call("catalog/export", { includedParams: ["title"] }));

  for (const { article } of all) {
    const found = rows(await call("catalog/export", { expr: { article }, includedParams: ["title"] }));
    expect(found.map((row) => row.article)).toEqual([article]);
  }
  const mains = new Set(all.map((row) => row.article));
  expect(all.every((row) => mains.has(row.parent_article))).toBe(true);
  expect(all.some((row) => /^\d+$/.test(row.article)) && all.some((row) => row.article.length === 36)).toBe(true);
});

test("stock goes in by warehouse while accounting is on, presence by word while it is off", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  const codes = async (product: object) => {
    const answer = await call("catalog/import", { products: [{ article: "HB-00000", ...product }] });
    const log = answer.response.log as { info: { code: number }[] }[];
    return [answer.status, ...log[0]!.info.map((note) => note.code)];
  };

  expect(await codes({ residues: [{ warehouse: "office", quantity: 0 }] })).toEqual(["OK", 0, 15]);
  expect(sandbox.product("HB-00000")).toMatchObject({ presence: { id: 2 }, quantity: 0 });
  expect(await codes({ residues: [{ warehouse: "moon", quantity: 5 }] })).toEqual(["WARNING", 18]);
  sandbox.switches.stockAccounting = false;
  expect(await codes({ residues: [{ warehouse: "office", quantity: 5 }] })).toEqual(["WARNING", 16]);
  expect(await codes({ presence: "В наявності" })).toEqual(["OK", 0]);
  expect(sandbox.product("HB-00000")).toMatchObject({ presence: { id: 1 } });
});

test("an unknown article is a new product and needs a title", async () => {
  const { sandbox, signIn } = openTestShop();
  const call = await signIn();
  const residues = [{ warehouse: "office", quantity: 1 }];

  const bare = await call("catalog/import", { products: [{ article: "NEW", residues }] });
  const whole = await call("catalog/import", {
    products: [{ article: "NEW", title: "Нове", parent: { id: 33 }, price: 5 }],
  });

  expect(bare.response.log).toMatchObject([{ article: "NEW", info: [{ code: 6 }] }]);
  expect(whole.status).toBe("OK");
  expect(sandbox.product("NEW")).toMatchObject({ price: 5, display_in_showcase: 0 });
});

test("hidden and removed products leave filtered and unfiltered pages", async () => {
  const { sandbox, signIn } = openTestShop({ products: 60 });
  const call = await signIn();
  const count = async (expr: object = {}) => rows(await call("catalog/export", { expr })).length;
  const shown = await count({ display_in_showcase: 1 });

  sandbox.hideProduct("HB-00001-2");
  expect([await count(), await count({ display_in_showcase: 1 })]).toEqual([60, shown - 1]);

  expect(sandbox.removeProducts(10)).toBe(10);
  expect(await count()).toBe(50);
});

test("the outdated stock import names the warehouse that is not there", async () => {
  const { signIn } = openTestShop();
  const call = await signIn();

  const answer = await call("catalog/importResidues", {
    products: [
      { article: "HB-00000", warehouse: "office", quantity: 3 },
      { article: "HB-00000", warehouse: "moon", quantity: 3 },
    ],
  });

  expect(answer.status).toBe("WARNING");
  expect(answer.response.log).toMatchObject([{ message: "UPDATED" }, { message: "Warehouse moon is not defined" }]);
});
