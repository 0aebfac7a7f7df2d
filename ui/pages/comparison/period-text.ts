import type { Run } from "../../api-shapes.ts";
import { formatDay } from "../../format.ts";
import { text } from "../../text/language.ts";

/** Of what a comparison was asked, in words. */
export function periodText({ params }: Run): string {
  const t = text.global.t;
  const day = (moment: string) => formatDay(moment, text.global.locale.value);
  const { since, until, orderIds } = params ?? {};
  if (orderIds) return t("comparison.chosen", orderIds.length);
  if (since && until) return t("comparison.fromTo", { since: day(since), until: day(until) });
  if (since) return t("comparison.from", { since: day(since) });
  return until ? t("comparison.upTo", { until: day(until) }) : t("comparison.lastDays");
}
