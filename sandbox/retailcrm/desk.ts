import { htmlAnswer, type SandboxAnswer, type SandboxRequest, seeOther } from "../answer.ts";
import { asText, readForm } from "./parameters.ts";
import type { RetailcrmSandbox } from "./sandbox.ts";
import type { Fields } from "./state.ts";

const perPage = 50;

/** A page on which a person acts as a manager of the CRM: statuses, payments, waybills. Plain forms, no script. */
export async function handleDesk(sandbox: RetailcrmSandbox, request: SandboxRequest, url: URL): Promise<SandboxAnswer> {
  const back = `/_desk?page=${url.searchParams.get("page") ?? "1"}`;
  if (request.method === "POST") {
    try {
      act(sandbox, url.pathname.slice("/_desk/".length), readForm(request));
      return seeOther(back);
    } catch (error) {
      return htmlAnswer(400, renderDesk(sandbox, 1, error instanceof Error ? error.message : String(error)));
    }
  }
  if (request.method !== "GET") return htmlAnswer(405, "");
  return htmlAnswer(200, renderDesk(sandbox, Number(url.searchParams.get("page") ?? 1) || 1));
}

function act(sandbox: RetailcrmSandbox, action: string, form: ReturnType<typeof readForm>): void {
  const id = Number(asText(form.order));
  const text = asText(form.value) ?? "";
  switch (action) {
    case "status":
      sandbox.asManager.setStatus(id, text);
      return;
    case "paid":
      pay(sandbox, id);
      return;
    case "waybill":
      setWaybill(sandbox, id, text);
      return;
    default:
      throw new Error(`No action ${action}.`);
  }
}

function pay(sandbox: RetailcrmSandbox, id: number): void {
  const paid = Object.values(sandbox.state.books.paymentStatuses ?? {}).find(
    (status) => status.paymentComplete === true,
  );
  const order = sandbox.state.orders.get(id);
  if (order === undefined || paid === undefined) throw new Error(`No order ${id} in the CRM.`);
  const type = Object.keys(sandbox.state.books.paymentTypes ?? {})[0]!;
  if (order.payments.length === 0) sandbox.asManager.addPayment(id, { type, status: paid.code });
  else sandbox.asManager.setPaymentStatus(id, String(paid.code));
}

/** Into the field that a connector made for it, else where a delivery integration writes it. */
function setWaybill(sandbox: RetailcrmSandbox, id: number, waybill: string): void {
  const field = waybillField(sandbox);
  if (field === undefined) sandbox.asManager.setTrackNumber(id, waybill);
  else sandbox.asManager.setTrackingField(id, field, waybill);
}

function waybillField(sandbox: RetailcrmSandbox): string | undefined {
  return sandbox.state.customFields.find(({ entity, code }) => entity === "order" && /ttn|track|waybill/i.test(code))
    ?.code;
}

function renderDesk(sandbox: RetailcrmSandbox, page: number, trouble?: string): string {
  const orders = [...sandbox.state.orders.values()].sort((one, other) => other.id - one.id);
  const pages = Math.max(1, Math.ceil(orders.length / perPage));
  const shown = orders.slice((page - 1) * perPage, page * perPage).map((order) => sandbox.order(order.id)!);
  const rows = shown.map((order) => renderRow(sandbox, order, page)).join("\n");
  const empty = `<tr><td colspan="6" class="empty">Замовлень ще немає <small>No orders yet</small></td></tr>`;
  return `<!doctype html>
<html lang="uk"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>CRM sandbox: замовлення / orders</title><style>${style}</style></head>
<body><header><h1>Замовлення <small>Orders</small></h1>
<p>Пісочниця CRM: дії менеджера <small>CRM sandbox: act as a manager</small> · ${orders.length}</p></header>
${trouble === undefined ? "" : `<p class="trouble" role="alert">${escapeHtml(trouble)}</p>`}
<main><table><thead><tr>${head("Номер", "Number")}${head("Покупець", "Customer")}${head("Сума", "Total")}${head("Статус", "Status")}${head("Оплата", "Payment")}${head("ТТН", "Waybill")}</tr></thead>
<tbody>${rows === "" ? empty : rows}</tbody></table>
<nav>${Array.from({ length: pages }, (_, at) => (at + 1 === page ? `<b>${at + 1}</b>` : `<a href="/_desk?page=${at + 1}">${at + 1}</a>`)).join(" ")}</nav></main></body></html>`;
}

function head(uk: string, en: string): string {
  return `<th scope="col">${uk} <small>${en}</small></th>`;
}

function renderRow(sandbox: RetailcrmSandbox, order: Fields, page: number): string {
  const { plain } = sandbox.state.orders.get(Number(order.id))!;
  const person = [plain.lastName, plain.firstName].filter((part) => part !== undefined).join(" ");
  const action = (name: string, inner: string): string =>
    `<form method="post" action="/_desk/${name}?page=${page}"><input type="hidden" name="order" value="${order.id}">${inner}</form>`;
  const number = `${escapeHtml(order.number)}<small>${escapeHtml(order.externalId ?? "—")} · ${escapeHtml(order.site)}<br>${escapeHtml(order.createdAt)}</small>`;
  const paid = order.fullPaidAt !== undefined;
  const payment = paid
    ? `<span class="paid">Оплачено <small>Paid</small></span>`
    : action("paid", `<button>Оплачено <small>Mark paid</small></button>`);
  return `<tr id="order-${order.id}"><td>${number}</td>
<td>${escapeHtml(person)}<small>${escapeHtml(plain.phone ?? "")}</small></td>
<td class="sum">${escapeHtml(order.totalSumm)} ${escapeHtml(order.currency ?? "")}<small>${(order.items as Fields[]).length} поз. / lines</small></td>
<td>${action("status", statusSelect(sandbox, String(order.status), String(order.number)))}</td>
<td>${payment}</td>
<td>${action("waybill", `<input name="value" value="${escapeHtml(waybillOf(sandbox, order))}" aria-label="ТТН / Waybill ${escapeHtml(order.number)}"><button>OK</button>`)}</td></tr>`;
}

function statusSelect(sandbox: RetailcrmSandbox, current: string, number: string): string {
  const { statuses, statusGroups } = sandbox.state.books;
  const groups = Object.values(statusGroups ?? {}).map((group) => {
    const options = Object.values(statuses ?? {})
      .filter((status) => status.group === group.code)
      .map(({ code, name }) => {
        const selected = code === current ? " selected" : "";
        return `<option value="${escapeHtml(code)}"${selected}>${escapeHtml(name)} (${escapeHtml(code)})</option>`;
      });
    return `<optgroup label="${escapeHtml(group.name)}">${options.join("")}</optgroup>`;
  });
  return `<select name="value" aria-label="Статус / Status ${escapeHtml(number)}">${groups.join("")}</select><button>OK</button>`;
}

function waybillOf(sandbox: RetailcrmSandbox, order: Fields): unknown {
  const field = waybillField(sandbox);
  const fields = order.customFields as Fields;
  const own = ((order.delivery as Fields).data as Fields | undefined)?.trackNumber;
  return (field === undefined ? undefined : fields[field]) ?? own ?? "";
}

function escapeHtml(value: unknown): string {
  const signs: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(value).replace(/[&<>"']/g, (sign) => signs[sign]!);
}

const style = `
:root { color-scheme: light; font: 15px/1.4 system-ui, sans-serif; color: #1e2248; background: #f4f5f9 }
body { margin: 0 auto; max-width: 76rem; padding: 1.5rem }
h1 { font-size: 1.5rem; margin: 0 } header p { margin: .25rem 0 1rem; color: #5b6078 }
small { color: #6b7089; font-weight: 400; font-size: .8rem } td small { display: block }
main { background: #fff; border: 1px solid #dee2ed; border-radius: 8px; overflow-x: auto }
table { border-collapse: collapse; width: 100% } th, td { text-align: left; padding: .6rem .8rem; vertical-align: top }
th { border-bottom: 1px solid #dee2ed; font-size: .85rem } tr + tr td { border-top: 1px solid #eef0f6 }
.sum { white-space: nowrap } .paid { color: #12733b; font-weight: 600 } .empty { text-align: center; padding: 3rem }
form { display: flex; gap: .4rem } select, input, button { font: inherit; padding: .3rem .5rem; border: 1px solid #b9c0d6; border-radius: 5px; background: #fff; color: inherit }
select { max-width: 17rem } input { width: 9.5rem } button { background: #005eeb; border-color: #005eeb; color: #fff; cursor: pointer; white-space: nowrap }
button small { color: #e4eeff } :focus-visible { outline: 2px solid #005eeb; outline-offset: 2px }
nav { padding: .8rem; display: flex; flex-wrap: wrap; gap: .6rem } .trouble { background: #fdecec; border: 1px solid #e5a3a3; border-radius: 6px; padding: .6rem .8rem }
`;
