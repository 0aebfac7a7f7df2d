import { nextTick, ref } from "vue";
import { ApiError } from "../api.ts";
import type { Site } from "../api-shapes.ts";
import { asApiError, failureText } from "../load.ts";
import { type Refusal, readRefusal, sitesOf } from "../refusals.ts";
import { wordsFor } from "../text/language.ts";

/** Sends a form, spreads a refusal over its fields and puts the keyboard at the first of them. */
export function useForm(fields: () => string[]) {
  const busy = ref(false);
  const refusal = ref<Refusal>();
  const sites = ref<Site[]>([]);

  async function send<Answer>(work: () => Promise<Answer>): Promise<Answer | undefined> {
    if (busy.value) return undefined;
    busy.value = true;
    refusal.value = undefined;
    try {
      return await work();
    } catch (thrown) {
      const failure = withWords(asApiError(thrown));
      const found = sitesOf(failure);
      if (found.length > 0) sites.value = found;
      await nextTick();
      refusal.value = readRefusal(failure, fields(), (code) => wordsFor("refusal", code));
      await nextTick();
      focusFirstError();
      return undefined;
    } finally {
      busy.value = false;
    }
  }

  return { busy, refusal, sites, send };
}

function withWords(failure: ApiError): ApiError {
  if (failure.message) return failure;
  const { fields, details } = failure;
  return new ApiError(failure.code, failureText(failure), failure.status, { fields, details });
}

function focusFirstError(): void {
  const field = document.querySelector<HTMLElement>("[aria-invalid='true']");
  if (field) field.focus();
  else document.querySelector<HTMLElement>(".notice.error")?.scrollIntoView({ block: "center" });
}
