export type Counts = Record<string, number>;

export const en = {
  starting: "Starting a demo shop (as Horoshop), a demo CRM (as retailCRM) and the service between them …",
  running: (service: string) => `The service answers at ${service}`,
  connecting: "Connecting the demo shop with the CRM …",
  connected: "Connected: both sides were tried, the catalogue is being made.",
  mapped: (suggested: number, chosen: number) =>
    `Mapped: ${suggested} statuses, deliveries and payments paired as suggested${chosen > 0 ? `, ${chosen} by hand` : ""}. The exchange starts by itself.`,
  catalogDone: (offers: number, products: number, kilobytes: number) =>
    `Catalogue: ${products} products with ${offers} variants written for the CRM (${kilobytes} KB).`,
  archiveGoing: (done: number, total: number) => `Old orders on their way to the CRM: ${done} of ${total}`,
  archiveDone: (counts: Counts) =>
    `Old orders: ${counts.created} sent to the CRM, ${counts.held} held, ${counts.failed} failed.`,
  runFailed: (kind: string, reason: string) => `A ${kind} run failed: ${reason}`,
  placing: (order: string) => `A buyer places order ${order} in the shop …`,
  managing: (order: string, status: string) => `A manager sets order ${order} to “${status}” in the CRM …`,
  tooLong: "That takes longer than it should; the pages show why.",
  aboutOrder: (order: string, told: string) => `Order ${order}: ${told}`,
  created: (number: string) => `went from the shop to the CRM as No ${number}`,
  linked: (number: string) => `was in the CRM already as No ${number} and is linked with it now`,
  statusWent: (status: string) => `the shop's new status went to the CRM as “${status}”`,
  paymentIs: (status: string) => `its payment is “${status}” in the CRM now`,
  paymentWent: "its payment was renewed in the CRM",
  fieldsWent: (fields: string[]) => `what changed in the shop went to the CRM (${fields.join(", ")})`,
  fields: {
    customer: "contact",
    comments: "comments",
    items: "lines and discount",
    delivery: "delivery",
    status: "status",
    customFields: "waybill or branch",
  } as Record<string, string>,
  statusCameBack: (status: string) => `the manager's status came back to the shop as “${status}”`,
  trackingCameBack: (number: string) => `the waybill ${number} came from the CRM to the shop`,
  paidCameBack: (paid: boolean) => `the shop shows it as ${paid ? "paid" : "not paid"}, as the CRM does`,
  setAside: "was set aside",
  shopKeepsStatus: "the shop keeps its status",
  otherFromCrm: (action: string) => `the CRM changed it (${action})`,
  waits: (message: string) => `waits for a person. ${message}`,
  crmRefused: (reason: string) => `the CRM refused it: ${reason}`,
  shopRefused: (reason: string) => `the shop refused it: ${reason}`,
  problem: (message: string) => `To be mended: ${message}`,
  mended: (message: string) => `Mended: ${message}`,
  guide: (places: { signIn: string; shop: string; crm: string; catalog: string; schema: string }) => `
Now it is your turn. This log goes on by itself.

  The service (sign-in link, works once):
    ${places.signIn}
  The shop's desk: place an order, change a status, mark it paid
    ${places.shop}
  The CRM's desk: act as a manager, set a status, write a waybill
    ${places.crm}
  The catalogue that the CRM reads (check: curl -s URL | xmllint --noout --schema ${places.schema} -)
    ${places.catalog}

  Try “Скасовано” (cancelled) in the CRM: such a status locks the order in the shop, so it waits for your word on the order's page.
`,
  newLink: (url: string) => `Sign-in link (works once): ${url}`,
  howToLink: "Enter = another sign-in link, Ctrl-C = stop",
  stopping: "Stopping …",
  stopped: "Stopped. Nothing of the demo is left behind.",
  died: { service: "The service", sandbox: "The sandboxes" },
  diedWith: (who: string, how: string) => `${who} stopped unexpectedly (${how}). Its last words:`,
  silent: "(none)",
  failed: (reason: string) => `The demo cannot go on: ${reason}`,
};
