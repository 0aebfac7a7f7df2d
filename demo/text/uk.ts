import type { en } from "./en.ts";

export const uk: typeof en = {
  starting: "Запускаю демо-магазин (як Хорошоп), демо-CRM (як retailCRM) і сервіс між ними …",
  running: (service) => `Сервіс відповідає за адресою ${service}`,
  connecting: "З'єдную демо-магазин із CRM …",
  connected: "З'єднано: обидві сторони перевірено, каталог уже готується.",
  mapped: (suggested, chosen) =>
    `Зіставлено: ${suggested} статусів, доставок і оплат за підказкою${chosen > 0 ? `, ${chosen} вручну` : ""}. Обмін починається сам.`,
  catalogDone: (offers, products, kilobytes) =>
    `Каталог: для CRM записано товарів — ${products}, їхніх варіантів — ${offers} (${kilobytes} КБ).`,
  archiveGoing: (done, total) => `Старі замовлення передаються в CRM: ${done} з ${total}`,
  archiveDone: (counts) =>
    `Старі замовлення: передано в CRM — ${counts.created}, притримано — ${counts.held}, з помилкою — ${counts.failed}.`,
  runFailed: (kind, reason) => `Обмін «${kind}» не вдався: ${reason}`,
  placing: (order) => `Покупець оформлює в магазині замовлення ${order} …`,
  managing: (order, status) => `Менеджер ставить у CRM замовленню ${order} статус «${status}» …`,
  tooLong: "Це триває довше, ніж мало б; причину видно на сторінках сервісу.",
  aboutOrder: (order, told) => `Замовлення ${order}: ${told}`,
  created: (number) => `передано з магазину в CRM під № ${number}`,
  linked: (number) => `вже було в CRM під № ${number}, тепер пов'язане з ним`,
  statusWent: (status) => `новий статус магазину передано в CRM: «${status}»`,
  paymentIs: (status) => `його оплата в CRM тепер «${status}»`,
  paymentWent: "його оплату в CRM оновлено",
  fieldsWent: (fields) => `зміни з магазину передано в CRM (${fields.join(", ")})`,
  fields: {
    customer: "контакт",
    comments: "коментарі",
    items: "позиції та знижка",
    delivery: "доставка",
    status: "статус",
    customFields: "ТТН або відділення",
  },
  statusCameBack: (status) => `статус менеджера повернувся в магазин: «${status}»`,
  trackingCameBack: (number) => `ТТН ${number} прийшла з CRM у магазин`,
  paidCameBack: (paid) => `магазин показує його як ${paid ? "оплачене" : "не оплачене"}, так само, як CRM`,
  setAside: "відкладено",
  shopKeepsStatus: "магазин залишає свій статус",
  otherFromCrm: (action) => `CRM змінила його (${action})`,
  waits: (message) => `чекає на людину. ${message}`,
  crmRefused: (reason) => `CRM відмовила: ${reason}`,
  shopRefused: (reason) => `магазин відмовив: ${reason}`,
  problem: (message) => `Треба виправити: ${message}`,
  mended: (message) => `Виправлено: ${message}`,
  guide: ({ signIn, shop, crm, catalog, schema }) => `
Тепер ваша черга. Цей журнал ведеться далі сам.

  Сервіс (посилання для входу, діє один раз):
    ${signIn}
  Стіл магазину: оформіть замовлення, змініть статус, позначте оплату
    ${shop}
  Стіл CRM: дійте як менеджер, поставте статус, впишіть ТТН
    ${crm}
  Каталог, який читає CRM (перевірка: curl -s АДРЕСА | xmllint --noout --schema ${schema} -)
    ${catalog}

  Спробуйте в CRM «Скасовано»: такий статус замикає замовлення в магазині, тож він чекає на ваше слово на сторінці замовлення.
`,
  newLink: (url) => `Посилання для входу (діє один раз): ${url}`,
  howToLink: "Enter = нове посилання для входу, Ctrl-C = зупинити",
  stopping: "Зупиняю …",
  stopped: "Зупинено. Після демо нічого не залишилося.",
  died: { service: "Сервіс", sandbox: "Пісочниці" },
  diedWith: (who, how) => `${who}: неочікувана зупинка (${how}). Останні слова:`,
  silent: "(немає)",
  failed: (reason) => `Демо не може тривати далі: ${reason}`,
};
