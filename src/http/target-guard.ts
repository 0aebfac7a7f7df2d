/** Keeps outgoing calls away from the machine's own network, whatever a name resolves to. */
import { lookup as resolveName } from "node:dns";
import type { LookupFunction } from "node:net";
import ipaddr from "ipaddr.js";
import { TransportError } from "./transport-error.ts";

export type TargetGuard = {
  allowLocal: boolean;
  /** throws TransportError "forbidden-target" for plain http, other ports, literal addresses and credentials in the address */
  checkUrl(url: URL): void;
  /** for the connector: the addresses it hands on are the ones that were checked */
  lookup: LookupFunction;
};

type Resolve = (
  hostname: string,
  options: { all: true; family?: number | undefined },
  done: (error: Error | null, addresses: { address: string; family: number }[]) => void,
) => void;

/**
 * @param options.allowLocal plain http, loopback and private addresses of any port are accepted (sandboxes, tests)
 * @param options.resolve name resolution, the system's unless told
 */
export function createTargetGuard(options: { allowLocal: boolean; resolve?: Resolve }): TargetGuard {
  const resolve = options.resolve ?? (resolveName as unknown as Resolve);
  return {
    allowLocal: options.allowLocal,
    checkUrl: (url) => checkUrl(url, options.allowLocal),
    lookup: (hostname, wanted, done) => {
      resolve(hostname, { all: true, family: familyOf(wanted.family) }, (error, addresses) => {
        if (error) return done(error, "", 0);
        // One forbidden address among several is enough: which of them is connected to is not ours to choose.
        if (
          !options.allowLocal &&
          (addresses.length === 0 || addresses.some(({ address }) => !isPublicAddress(address)))
        ) {
          return done(forbidden(`${hostname} resolves to an address that is not public`), "", 0);
        }
        if (wanted.all) return (done as unknown as (e: null, a: typeof addresses) => void)(null, addresses);
        const first = addresses[0];
        return first ? done(null, first.address, first.family) : done(forbidden(`${hostname} has no address`), "", 0);
      });
    },
  };
}

function checkUrl(url: URL, allowLocal: boolean): void {
  if (url.protocol !== "https:" && !(allowLocal && url.protocol === "http:")) throw forbidden("only https is accepted");
  if (url.username !== "" || url.password !== "") throw forbidden("an address with credentials is not accepted");
  if (allowLocal) return;
  if (url.port !== "") throw forbidden("only the default port is accepted");
  if (ipaddr.isValid(url.hostname.replace(/^\[|\]$/g, ""))) throw forbidden("a bare address is not accepted");
  if (
    !url.hostname.includes(".") ||
    /(^|\.)(localhost|local|internal|localdomain|home\.arpa)\.?$/i.test(url.hostname)
  ) {
    throw forbidden("a local name is not accepted");
  }
}

/**
 * True for ordinary unicast addresses only: loopback, private, link-local, carrier-grade NAT, multicast, reserved,
 * unspecified, tunnelled and documentation ranges are not, also when dressed as IPv6.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.kind() === "ipv6") {
    const six = parsed as ipaddr.IPv6;
    if (six.isIPv4MappedAddress()) return isPublicAddress(six.toIPv4Address().toString());
    // NAT64 hides an IPv4 address in its last 32 bits (RFC 6052).
    if (six.range() === "rfc6052") return isPublicAddress(six.toByteArray().slice(12).join("."));
  }
  return parsed.range() === "unicast";
}

function familyOf(family: unknown): number | undefined {
  if (family === "IPv4") return 4;
  if (family === "IPv6") return 6;
  return typeof family === "number" ? family : undefined;
}

function forbidden(message: string): TransportError {
  return new TransportError("forbidden-target", false, message);
}
