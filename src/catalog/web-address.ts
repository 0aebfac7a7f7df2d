/** The format's limit of `url` and `picture`. */
const lengthMax = 2000;

const alreadyGood = /^https:\/\/[a-z0-9.-]+\/[A-Za-z0-9\-._~/%]*$/;

/**
 * An absolute, percent-encoded address the CRM can fetch: `//cdn…` and `/path` are completed from the shop's address,
 * plain http becomes https when the shop itself is https. Undefined for everything that is no web address.
 */
export function toWebAddress(raw: string, shopUrl: string): string | undefined {
  if (raw.length <= lengthMax && alreadyGood.test(raw)) return raw;
  const written = raw.trim();
  if (written === "" || !URL.canParse(written, shopUrl)) return undefined;
  const shop = new URL(shopUrl);
  const url = new URL(written, shop);
  if (url.protocol !== "http:" && url.protocol !== "https:") return undefined;
  if (url.protocol === "http:" && shop.protocol === "https:" && url.port === "") url.protocol = "https:";
  const href = url.href;
  return href.length <= lengthMax && !/\s/.test(href) ? href : undefined;
}
