/** Addresses of shops and CRM accounts as people type them. */

/** Built-in copy of the vendor's published domains (retailcrm-marketplace.md, section 9). */
export const builtInDomains = [
  "retailcrm.ru",
  "retailcrm.pro",
  "retailcrm.es",
  "simla.com",
  "ecomlogic.com",
  "simlachat.com",
  "simlachat.ru",
  "retailcrm.io",
  "simla.io",
];

export type DomainRules = {
  /** The host without its first label must be one of these. */
  accounts: string[];
  /** Own servers: the whole host must be one of these. */
  hosts: string[];
  /** The operator's: `d` admits `d` and everything under it. */
  admitted: string[];
  allowLocal: boolean;
};

/**
 * A CRM address as origin, or undefined when it is refused: https, no port, path, query or user, an accepted domain.
 * A trailing slash and capital letters are fine. With `allowLocal` any http(s) origin will do.
 */
export function normalCrmUrl(typed: string, rules: DomainRules): string | undefined {
  const url = parseUrl(typed);
  if (!url || url.username || url.password || url.search || url.hash || (url.pathname !== "/" && url.pathname !== ""))
    return undefined;
  if (rules.allowLocal) return url.origin;
  if (url.protocol !== "https:" || url.port) return undefined;
  const host = url.hostname.replace(/\.$/, "");
  const [, ...parent] = host.split(".");
  const accepted =
    rules.accounts.includes(parent.join(".")) ||
    rules.hosts.includes(host) ||
    rules.admitted.some((domain) => host === domain || host.endsWith(`.${domain}`));
  return accepted ? `https://${host}` : undefined;
}

/** A shop address as origin: the scheme may be missing, the path is cut off. Undefined when it is none, or not https. */
export function normalShopUrl(typed: string, allowLocal: boolean): string | undefined {
  const text = typed.trim();
  const url = parseUrl(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  if (!url || url.username || url.password) return undefined;
  if (allowLocal) return url.origin;
  // Old links with http are meant well; the API is called by https in any case.
  if (url.port || !url.hostname.includes(".")) return undefined;
  return `https://${url.hostname.replace(/\.$/, "")}`;
}

/** Where a redirect of the shop leads: another origin of the same domain (with or without www, http to https). */
export function redirectedShopUrl(from: string, location: string): string | undefined {
  if (!URL.canParse(location, from)) return undefined;
  const target = new URL(location, from);
  const bare = (host: string) => host.replace(/^www\./, "").replace(/\.$/, "");
  const source = new URL(from);
  const same = bare(target.hostname) === bare(source.hostname) || target.hostname.endsWith(`.${bare(source.hostname)}`);
  return same && ["http:", "https:"].includes(target.protocol) && target.origin !== source.origin
    ? target.origin
    : undefined;
}

function parseUrl(typed: string): URL | undefined {
  const text = typed.trim();
  if (text.length > 500 || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return ["http:", "https:"].includes(url.protocol) && url.hostname !== "" ? url : undefined;
}
