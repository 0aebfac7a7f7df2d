import type { Run } from "../../api-shapes.ts";
import { formatDay } from "../../format.ts";
import { text } from "../../text/language.ts";

/** What a load was asked for, in words. */
export function scopeText({ params }: Run): string {
  const t = text.global.t;
  const day = (moment: string) => formatDay(moment, text.global.locale.value);
  const { since, until, orderIds, customersOnly } = params ?? {};
  if (customersOnly) return t("run.customersOnly");
  if (orderIds) return t("archive.what.numbers", orderIds.length);
  if (since && until) return t("archive.what.fromTo", { since: day(since), until: day(until) });
  if (since) return t("archive.what.from", { since: day(since) });
  return until ? t("archive.what.upTo", { until: day(until) }) : t("archive.what.all");
}
