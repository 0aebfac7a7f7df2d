import { onBeforeUnmount, ref, type ShallowRef, shallowRef, watch } from "vue";
import { ApiError } from "./api.ts";
import { text, wordsFor } from "./text/language.ts";
import { say } from "./toast.ts";

export type Loaded<Value> = {
  value: ShallowRef<Value | undefined>;
  failure: ShallowRef<ApiError | undefined>;
  loading: ShallowRef<boolean>;
  /** Reads again; what is shown stays until the new answer is there. Done when the newest answer is shown. */
  reload: () => Promise<void>;
};

/** Reads something now, and again when the language changes (messages come in the reader's language). */
export function useLoad<Value>(fetcher: () => Promise<Value>): Loaded<Value> {
  const value = shallowRef<Value>();
  const failure = shallowRef<ApiError>();
  const loading = shallowRef(false);
  let turn = 0;
  let gone = false;
  let newest: Promise<void> = Promise.resolve();

  async function reload(): Promise<void> {
    turn += 1;
    newest = read(turn);
    // Overtaken by a later reading, whoever asks still goes on with its answer.
    for (let awaited: unknown; awaited !== newest; ) {
      awaited = newest;
      await newest;
    }
  }

  async function read(mine: number): Promise<void> {
    loading.value = true;
    try {
      const answer = await fetcher();
      // An older answer that arrives late must not cover a newer one.
      if (mine !== turn || gone) return;
      value.value = answer;
      failure.value = undefined;
    } catch (thrown) {
      if (mine === turn && !gone) failure.value = asApiError(thrown);
    } finally {
      if (mine === turn) loading.value = false;
    }
  }

  watch(text.global.locale, () => void reload());
  onBeforeUnmount(() => {
    gone = true;
  });
  void reload();
  return { value, failure, loading, reload };
}

/** One thing at a time that a person asked for: `busy` is its name, a failure is shown as a message. */
export function useAct() {
  const busy = ref<string>();

  async function act(name: string, work: () => Promise<unknown>, done?: string): Promise<boolean> {
    if (busy.value !== undefined) return false;
    busy.value = name;
    try {
      await work();
      if (done) say(done);
      return true;
    } catch (thrown) {
      say(failureText(asApiError(thrown)), "error");
      return false;
    } finally {
      busy.value = undefined;
    }
  }

  return { busy, act };
}

export function asApiError(thrown: unknown): ApiError {
  if (thrown instanceof ApiError) return thrown;
  // A bug of these pages: visible in the browser's console, and not silent on the page.
  reportError(thrown);
  return new ApiError("unreadable", "", 0);
}

/** A failure in plain words: the server's own, or ours when it said none. */
export function failureText(failure: ApiError): string {
  const parts = [failure.message || wordsFor("error", failure.code, wordsFor("refusal", failure.code))];
  for (const [field, problem] of Object.entries(failure.fields)) parts.push(`${field}: ${problem}`);
  return parts.join(" ");
}
