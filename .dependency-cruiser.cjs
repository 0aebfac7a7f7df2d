/** Who may import whom. Each rule is one line of the architecture; tests may look into everything they test. */
const product = "^src/(connections|mapping|orders|stock|catalog|log)/";
const ends = "^src/(horoshop|retailcrm)/";
/** Tests, and what several tests of a folder share (`test-….ts`). */
const test = "(\\.test|/test-[^/]+)\\.ts$";
const suffixed = "\\.(job|api|flow|sql)\\.ts$";
/** Packages and Node's own modules. */
const outside = "^(node_modules/|node:)";

const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    forbid(
      "1-plain-files-only-compute",
      "A product file without suffix imports only its like, the schemas of the two ends and zod.",
      { path: product, pathNot: [test, suffixed] },
      {
        pathNot: [
          `${product}[^.]+\\.ts$`,
          "^src/(horoshop|retailcrm)/schema\\.ts$",
          "^node_modules/zod/",
          "^node_modules/libphonenumber-js/",
          "^(node:)?(crypto|events)$",
        ],
      },
    ),
    forbid(
      "2-ends-know-only-http",
      "The two ends import only themselves and http.",
      { path: ends, pathNot: test },
      { path: "^(src|sandbox|ui|bench|test)/", pathNot: [ends, "^src/http/"] },
    ),
    forbid(
      "2-ends-never-meet",
      "The two ends never meet.",
      { path: "^src/(horoshop|retailcrm)/" },
      { path: ends, pathNot: "^src/$1/" },
    ),
    forbid(
      "3-machinery-knows-no-product",
      "http, jobs, db and web know no product and no end.",
      { path: "^src/(http|jobs|db|web)/", pathNot: test },
      {
        path: [
          "^src/(connections|mapping|orders|stock|catalog|log|horoshop|retailcrm)/",
          "^src/(context|all-apis|all-jobs|serve)\\.ts$",
        ],
      },
    ),
    forbid(
      "3-http-and-db-know-nobody",
      "http and db import nothing of ours but themselves.",
      { path: "^src/(http|db)/", pathNot: test },
      { path: "^(src|sandbox|ui|bench|test)/", pathNot: "^src/$1/" },
    ),
    forbid(
      "3-jobs-and-web-use-db-alone",
      "jobs and web import themselves, db and the configuration.",
      { path: "^src/(jobs|web)/", pathNot: test },
      { path: "^(src|sandbox|ui|bench|test)/", pathNot: ["^src/$1/", "^src/db/", "^src/config\\.ts$"] },
    ),
    forbid(
      "4-clients-are-made-in-context",
      "Clients are made in context.ts; everyone else is given them and may name their types.",
      { path: "^src/", pathNot: [test, "^src/context\\.ts$", ends] },
      { path: "^src/(horoshop|retailcrm)/client\\.ts$", dependencyTypesNot: ["type-only"] },
    ),
    forbid(
      "5-log-is-lowest",
      "log knows no other part of the product.",
      { path: "^src/log/", pathNot: test },
      { path: product, pathNot: "^src/log/" },
    ),
    forbid(
      "5-connections-know-log",
      "connections import log only.",
      { path: "^src/connections/", pathNot: test },
      { path: product, pathNot: "^src/(connections|log)/" },
    ),
    forbid(
      "5-mapping-knows-connections",
      "mapping imports connections and log.",
      { path: "^src/mapping/", pathNot: test },
      { path: product, pathNot: "^src/(mapping|connections|log)/" },
    ),
    forbid(
      "5-orders-stock-catalog-never-meet",
      "orders, stock and catalog do not meet.",
      { path: "^src/(orders|stock|catalog)/", pathNot: test },
      { path: "^src/(orders|stock|catalog)/", pathNot: "^src/$1/" },
    ),
    forbid(
      "6-jobs-and-apis-are-entries",
      ".job and .api files are imported by all-jobs.ts and all-apis.ts only.",
      { pathNot: ["^src/all-(jobs|apis)\\.ts$", "^test/", test] },
      { path: "^src/.*\\.(job|api)\\.ts$" },
    ),
    forbid(
      "7-sandbox-shares-nothing",
      "The sandbox never imports the product.",
      { path: "^sandbox/", pathNot: test },
      { path: "^(src|demo|ui|test)/" },
    ),
    forbid(
      "7-product-shares-nothing",
      "The product never imports sandbox, pages, bench or tests.",
      { path: "^src/", pathNot: test },
      { path: "^(sandbox|demo|ui|bench|test|scripts)/" },
    ),
    forbid(
      "7-demo-is-a-stranger",
      "The demo starts the built programs and speaks to them by HTTP; it imports only itself.",
      { path: "^demo/", pathNot: test },
      { path: "^(src|sandbox|ui|bench|test|scripts)/" },
    ),
    forbid(
      "7-pages-talk-by-the-api",
      "The pages import only themselves.",
      { path: "^ui/", pathNot: test },
      { path: "^(src|sandbox|bench|test|scripts)/" },
    ),
    forbid(
      "7-programs-are-no-tests",
      "Only tests import what tests share.",
      { path: "^(src|sandbox|demo|ui|bench)/", pathNot: test },
      { path: test },
    ),
    forbid("8-no-cycles", "No cycles.", {}, { circular: true }),
    forbid(
      "8-no-orphans",
      "Every file is used by an entry.",
      {
        orphan: true,
        pathNot: [
          test,
          "\\.d\\.ts$",
          "^src/main\\.ts$",
          "^(sandbox|demo|bench)/main\\.ts$",
          "^ui/main\\.ts$",
          "^test/",
          "^fixtures/",
        ],
      },
      {},
    ),
    forbid("no-unresolved", "An import that cannot be found.", {}, { couldNotResolve: true }),
    forbid(
      "no-packages-of-the-workbench",
      "The program imports only packages that it is built with.",
      { path: "^src/", pathNot: test },
      { dependencyTypes: ["npm-dev"] },
    ),
  ],
  options: {
    doNotFollow: { path: outside },
    exclude: { path: "^(dist|data|coverage)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "node", "default", "types"] },
  },
};
