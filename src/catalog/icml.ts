/**
 * The catalogue file as text. Well-formed by construction: every value passes `escapeXml` and has been cleaned of
 * characters that XML forbids; elements without a value are left out.
 */
import type { Category } from "./category-tree.ts";
import type { Offer } from "./product-to-offers.ts";

/** All before the time of generation: the time stands apart, so that the rest alone says whether anything changed. */
export const fileStart = '<?xml version="1.0" encoding="UTF-8"?>\n<yml_catalog date="';
export const fileEnd = "</offers>\n</shop>\n</yml_catalog>\n";

/** `YYYY-MM-DD HH:MM:SS`, UTC: the format has no zone. */
export function renderTime(at: Date): string {
  return at.toISOString().slice(0, 19).replace("T", " ");
}

export function renderShop(shopName: string, categories: Category[]): string {
  const name = escapeXml(shopName);
  const lines = categories.map(renderCategory).join("");
  return `">\n<shop>\n<name>${name}</name>\n<company>${name}</company>\n<categories>\n${lines}</categories>\n<offers>\n`;
}

function renderCategory(category: Category): string {
  const parent = category.parentId === undefined ? "" : ` parentId="${category.parentId}"`;
  return `<category id="${category.id}"${parent}>${escapeXml(category.name)}</category>\n`;
}

export function renderOffer(offer: Offer): string {
  let xml =
    `<offer id="${escapeXml(offer.id)}" productId="${escapeXml(offer.productId)}" quantity="${offer.quantity}">` +
    `<productActivity>${offer.active ? "Y" : "N"}</productActivity>`;
  if (offer.url) xml += `<url>${escapeXml(offer.url)}</url>`;
  xml += `<price>${offer.price}</price>`;
  for (const id of offer.categoryIds) xml += `<categoryId>${id}</categoryId>`;
  for (const picture of offer.pictures) xml += `<picture>${escapeXml(picture)}</picture>`;
  xml += `<name>${escapeXml(offer.name)}</name><productName>${escapeXml(offer.productName)}</productName>`;
  if (offer.xmlId) xml += `<xmlId>${escapeXml(offer.xmlId)}</xmlId>`;
  if (offer.vendor) xml += `<vendor>${escapeXml(offer.vendor)}</vendor>`;
  for (const param of offer.params) {
    xml += `<param name="${escapeXml(param.name)}" code="${param.code}">${escapeXml(param.text)}</param>`;
  }
  const { unit } = offer;
  if (unit) xml += `<unit code="${unit.code}" name="${escapeXml(unit.name)}" sym="${escapeXml(unit.sym)}"/>`;
  xml += `<vatRate>${offer.vatRate}</vatRate>`;
  for (const barcode of offer.barcodes) xml += `<barcode>${escapeXml(barcode)}</barcode>`;
  return `${xml}</offer>\n`;
}

const special = /[&<>"]/;
const specials = /[&<>"]/g;
const replacements: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeXml(text: string): string {
  return special.test(text) ? text.replace(specials, (character) => replacements[character]!) : text;
}
