import { htmlAnswer, type SandboxAnswer, type SandboxRequest, seeOther } from "../answer.ts";
import type { OrderWish } from "./order-making.ts";
import { asInteger, asText, type Parameters, parseForm } from "./parameters.ts";
import type { ShopOrder } from "./records.ts";
import type { HoroshopSandbox } from "./sandbox-shape.ts";
import type { Shop } from "./shop.ts";
import { escapeHtml } from "./storefront.ts";

const ordersShown = 40;
const productsOffered = 60;

/** The clerk's desk: plain pages and forms, `/_desk`. */
export function answerDesk(sandbox: HoroshopSandbox, request: SandboxRequest): SandboxAnswer {
  const [path, query = ""] = request.url.split("?", 2);
  if (request.method === "GET" || request.method === "HEAD") {
    return path === "/_desk" || path === "/_desk/"
      ? htmlAnswer(200, deskPage(sandbox, asText(parseForm(query).note)))
      : htmlAnswer(404, "not found");
  }
  const form = parseForm(request.body);
  try {
    return back(act(sandbox, path!.replace("/_desk/", ""), form));
  } catch (error) {
    return back(error instanceof Error ? error.message : String(error));
  }
}

function back(note: string): SandboxAnswer {
  return seeOther(`/_desk?note=${encodeURIComponent(note)}`);
}

/** Does what a form asks; the words that are shown afterwards. */
function act(sandbox: HoroshopSandbox, what: string, form: Parameters): string {
  const orderId = asInteger(form.order_id) ?? 0;
  switch (what) {
    case "place-order": {
      const order = sandbox.placeOrder(wishOf(form));
      return `Замовлення ${order.order_id} створено / order placed`;
    }
    case "change": {
      const order = sandbox.order(orderId);
      if (!order) throw new Error(`Немає замовлення ${orderId} / no such order`);
      const status = asInteger(form.status);
      if (status !== undefined && status !== order.stat_status) sandbox.setStatus(orderId, status);
      sandbox.setPaid(orderId, form.paid === "1");
      const tracking = asText(form.tracking)?.trim() ?? "";
      if (tracking !== (order.delivery_data?.tnNumber ?? "")) sandbox.setTracking(orderId, tracking);
      return `Замовлення ${orderId} збережено / saved`;
    }
    default:
      throw new Error(`Невідома дія / unknown action: ${what}`);
  }
}

function wishOf(form: Parameters): OrderWish {
  const wish: OrderWish = {};
  const name = asText(form.name)?.trim();
  const phone = asText(form.phone)?.trim();
  const delivery = asInteger(form.delivery);
  const payment = asInteger(form.payment);
  const article = asText(form.article);
  if (name) wish.delivery_name = name;
  if (phone) wish.delivery_phone = phone;
  if (delivery !== undefined) wish.delivery_type = delivery;
  if (payment !== undefined) wish.payment_type = payment;
  if (article) wish.products = [{ article, quantity: Math.max(1, asInteger(form.quantity) ?? 1) }];
  return wish;
}

function deskPage(sandbox: HoroshopSandbox, note: string | undefined): string {
  const shop = sandbox.state;
  const rows = sandbox.latestOrders(ordersShown).map((order) => orderRow(shop, order));
  return `<!doctype html><html lang="uk"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Демо-магазин: замовлення</title><style>${styles}</style></head><body>
<header><h1>Демо-магазин</h1><p>Пісочниця Horoshop / Horoshop sandbox · замовлень / orders: ${shop.orders.count()} · товарів / products: ${shop.products.count()}</p></header>
<main>${note ? `<p class="note" role="status">${escapeHtml(note)}</p>` : ""}
${placeOrderForm(shop)}
<section><h2>Останні замовлення <small>Latest orders</small></h2><div class="wide"><table><thead><tr>
<th>№</th><th>Створено<br><small>Created</small></th><th>Покупець<br><small>Buyer</small></th><th>Доставка<br><small>Delivery</small></th>
<th>Сума<br><small>Total</small></th><th>Статус · оплата · ТТН<br><small>Status · paid · waybill</small></th></tr></thead>
<tbody>${rows.join("")}</tbody></table></div></section></main></body></html>`;
}

function placeOrderForm(shop: Shop): string {
  const products = shop.products
    .page({ shown: true }, 0, productsOffered, false)
    .filter((row) => Number(row.price) > 0)
    .map((row) => {
      const title = (row.mod_title as Record<string, string>).ua || row.title.ua || row.article;
      return option(row.article, `${title} — ${row.price} грн`, false);
    });
  const titled = (list: { id: number; title: Record<string, string>; enabled: boolean }[]) =>
    list.filter((one) => one.enabled).map((one) => option(String(one.id), one.title.ua ?? "", false));
  const any = option("", "Довільно / Random", true);
  return `<section><h2>Нове замовлення <small>Place an order</small></h2><form method="post" action="/_desk/place-order" class="grid">
<label>Товар / Product<select name="article">${any}${products.join("")}</select></label>
<label>Кількість / Quantity<input name="quantity" type="number" min="1" value="1"></label>
<label>Ім'я / Name<input name="name" placeholder="довільно / random"></label>
<label>Телефон / Phone<input name="phone" placeholder="+38 (067) 123-45-67"></label>
<label>Доставка / Delivery<select name="delivery">${any}${titled(shop.deliveryTypes).join("")}</select></label>
<label>Оплата / Payment<select name="payment">${any}${titled(shop.paymentTypes).join("")}</select></label>
<button>Замовити / Place</button></form></section>`;
}

function orderRow(shop: Shop, order: ShopOrder): string {
  const statuses = shop.statuses.map((status) =>
    option(String(status.id), status.title.ua ?? String(status.id), status.id === order.stat_status),
  );
  const paid = [option("0", "не оплачено", order.payed === 0), option("1", "оплачено", order.payed === 1)];
  const id = order.order_id;
  return `<tr id="order-${id}"><td><b>${id}</b></td><td>${shop.clock.toWall(order.createdAt)}</td>
<td>${escapeHtml(order.delivery_name)}<br><small>${escapeHtml(order.delivery_phone)}</small></td>
<td>${escapeHtml(order.delivery_type.title)}<br><small>${escapeHtml(order.delivery_city)}</small></td>
<td>${order.total_sum} ${escapeHtml(order.currency)}</td>
<td><form method="post" action="/_desk/change" class="row"><input type="hidden" name="order_id" value="${id}">
<select name="status" aria-label="Статус / Status ${id}">${statuses.join("")}</select>
<select name="paid" aria-label="Оплата / Paid ${id}">${paid.join("")}</select>
<input name="tracking" aria-label="ТТН / Waybill ${id}" placeholder="ТТН" value="${escapeHtml(order.delivery_data?.tnNumber ?? "")}">
<button>Зберегти / Save</button></form></td></tr>`;
}

function option(value: string, text: string, selected: boolean): string {
  return `<option value="${escapeHtml(value)}"${selected ? " selected" : ""}>${escapeHtml(text)}</option>`;
}

const styles = `body{margin:0;font:15px/1.45 system-ui,sans-serif;color:#1d2733;background:#f3f5f8}
header{background:#173b57;color:#fff;padding:16px 24px}header h1{margin:0;font-size:20px}header p{margin:4px 0 0;opacity:.85}
main{max-width:1400px;margin:0 auto;padding:16px 24px}section{background:#fff;border-radius:8px;padding:16px 20px;margin-bottom:16px;box-shadow:0 1px 2px #0002}
h2{margin:0 0 12px;font-size:17px}small{color:#5a6878;font-weight:400}.note{background:#e4f4e6;border-radius:6px;padding:10px 14px}
.grid{display:grid;grid-template-columns:repeat(auto-fit,minmax(190px,1fr));gap:12px;align-items:end}label{display:flex;flex-direction:column;gap:4px;font-size:13px;color:#44515f}
input,select,button{font:inherit;padding:7px 9px;border:1px solid #bcc6d1;border-radius:6px;background:#fff;color:inherit}
button{background:#1668a8;border-color:#1668a8;color:#fff;cursor:pointer}.wide{overflow-x:auto}table{width:100%;border-collapse:collapse}
th,td{text-align:left;padding:8px 10px;border-top:1px solid #e3e8ee;vertical-align:top}.row{display:flex;gap:6px}.row input{width:130px}.row button,td:first-child{white-space:nowrap}`;
