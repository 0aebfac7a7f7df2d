import { expect, test } from "vitest";
import type { Connection } from "../../api-shapes.ts";
import { setupSteps } from "./setup-steps.ts";

function aConnection(more: Partial<Connection>): Connection {
  return {
    crm: { url: "", site: "s", apiKeyMasked: "" },
    horoshop: { url: "", login: "" },
    stateReason: null,
    ...more,
  } as Connection;
}

const open = (connection: Connection) =>
  setupSteps(connection)
    .filter(({ done }) => !done)
    .map(({ name, left }) => [name, left]);

test("after a one-step registration everything but the CRM is open", () => {
  const connection = aConnection({ horoshop: null, stateReason: { code: "shop_missing", message: "", params: {} } });

  expect(open(connection)).toEqual([
    ["shop", 0],
    ["statuses", 0],
    ["deliveryTypes", 0],
    ["paymentTypes", 0],
  ]);
});

test.each([[{ statuses: 2, deliveryTypes: 0 }], [{ statuses: [{ id: 1 }, { id: 2 }], deliveryTypes: [] }]])(
  "unmatched entries are counted from %j",
  (params) => {
    const connection = aConnection({ stateReason: { code: "mapping_incomplete", message: "", params } });

    expect(open(connection)).toEqual([["statuses", 2]]);
  },
);
