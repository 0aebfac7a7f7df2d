/** What the check before publishing compares: of the file that is served and of the one just made. */
export type CatalogFacts = { offers: number; activeOffers: number; contentHash: string };

export type PublicationPlan =
  | { do: "publish" }
  /** the same content: the served file stays, it is only fresh again */
  | { do: "keep" }
  /** a person must look before the CRM switches that many goods off */
  | { do: "hold"; before: number; after: number; vanished: number }
  /** a file without offers never replaces anything */
  | { do: "refuse"; isServed: boolean };

/**
 * Whether a freshly made file may replace the served one. Goods that a file leaves out are switched off in the CRM: what
 * counts are the offers that were active and are gone or switched off now, not how many came in their place.
 * @param vanished how many those are; undefined when nobody noted what the served file holds: then at least as many as
 *   the number of active offers fell by
 */
export function planPublication(
  made: CatalogFacts,
  served: CatalogFacts | undefined,
  shrinkLimitPercent: number,
  vanished?: number,
): PublicationPlan {
  if (made.offers === 0) return { do: "refuse", isServed: served !== undefined };
  if (!served) return { do: "publish" };
  if (made.contentHash === served.contentHash) return { do: "keep" };
  const gone = vanished ?? Math.max(0, served.activeOffers - made.activeOffers);
  if (gone * 100 > served.activeOffers * shrinkLimitPercent) {
    return { do: "hold", before: served.activeOffers, after: made.activeOffers, vanished: gone };
  }
  return { do: "publish" };
}
