import { htmlAnswer, type SandboxAnswer } from "../answer.ts";
import type { Shop } from "./shop.ts";

/** What a visitor sees outside the API: a front page, pictures of products, and 404 for the rest. */
export function answerStorefront(shop: Shop, path: string): SandboxAnswer {
  if (path === "/") return htmlAnswer(200, frontPage(shop));
  if (path.startsWith("/content/images/")) return picture(path);
  return htmlAnswer(
    404,
    "<!doctype html><html><head><title>404</title></head><body><h1>Сторінку не знайдено</h1></body></html>",
  );
}

function frontPage(shop: Shop): string {
  const roots = shop.pages
    .filter((page) => page.parent === 0)
    .map((page) => `<li>${escapeHtml(page.title.ua ?? "")}</li>`);
  return `<!doctype html><html lang="uk"><head><meta charset="utf-8"><title>Demo shop</title></head>
<body><h1>Демо-магазин</h1><ul>${roots.join("")}</ul><p><a href="/_desk">Панель / Desk</a></p></body></html>`;
}

// A drawing stands for every photograph, whatever the ending of its address says.
function picture(path: string): SandboxAnswer {
  const name = escapeHtml(path.split("/").at(-1) ?? "");
  const body = `<svg xmlns="http://www.w3.org/2000/svg" width="600" height="600"><rect width="600" height="600" fill="#e8ecf1"/><text x="300" y="310" font-family="sans-serif" font-size="28" text-anchor="middle" fill="#667">${name}</text></svg>`;
  return { status: 200, headers: { "content-type": "image/svg+xml", "cache-control": "max-age=3600" }, body };
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
