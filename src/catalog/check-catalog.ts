/** What the check before publishing compares: of the file that is served and of the one just made. */
export type CatalogFacts = { offers: number; activeOffers: number; contentHash: string };

export type PublicationPlan =
  | { do: "publish" }
  /** the same content: the served file stays, it is only fresh again */
  | { do: "keep" }
  /** a person must look before the CRM switches that many goods off */
  | { do: "hold"; before: number; after: number }
  /** a file without offers never replaces anything */
  | { do: "refuse"; before: number };

/** Whether a freshly made file may replace the served one. Goods that a file leaves out are switched off in the CRM. */
export function planPublication(
  made: CatalogFacts,
  served: CatalogFacts | undefined,
  shrinkLimitPercent: number,
): PublicationPlan {
  if (made.offers === 0) return { do: "refuse", before: served?.activeOffers ?? 0 };
  if (!served) return { do: "publish" };
  if (made.contentHash === served.contentHash) return { do: "keep" };
  const fallen = served.activeOffers - made.activeOffers;
  if (fallen * 100 > served.activeOffers * shrinkLimitPercent) {
    return { do: "hold", before: served.activeOffers, after: made.activeOffers };
  }
  return { do: "publish" };
}
