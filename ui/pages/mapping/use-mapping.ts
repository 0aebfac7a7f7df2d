import { computed, ref, shallowRef, watch } from "vue";
import { createReference, fetchMapping, fetchReferences, refreshReferences, saveMapping } from "../../api.ts";
import type { Conflict, Mapping, MappingKind, References } from "../../api-shapes.ts";
import { asApiError, failureText, useAct, useLoad } from "../../load.ts";
import { text } from "../../text/language.ts";
import { say } from "../../toast.ts";
import {
  type Choice,
  changeCount,
  conflictsOf,
  type Draft,
  draftOf,
  mappingOf,
  rowKey,
  shopTitle,
  withChoice,
  withSuggestions,
} from "./mapping-draft.ts";

/** The mapping page's state: lists of both sides, what is saved, what a person has chosen, and what the server said. */
export function useMapping(id: string) {
  const t = text.global.t;
  const loaded = useLoad(() => Promise.all([fetchReferences(id), fetchMapping(id)]));
  const references = shallowRef<References>();
  const saved = shallowRef<Draft>();
  const draft = shallowRef<Draft>();
  const reasons = shallowRef(new Map<string, string>());
  const serverConflicts = shallowRef<Conflict[]>([]);
  const failure = ref<string>();
  const { busy, act } = useAct();

  const changes = computed(() => (draft.value && saved.value ? changeCount(draft.value, saved.value) : 0));
  const conflicts = computed<Conflict[]>(() => {
    if (serverConflicts.value.length > 0) return serverConflicts.value;
    return draft.value && references.value ? conflictsOf(draft.value, references.value) : [];
  });

  watch(loaded.value, (answer) => {
    if (!answer) return;
    const untouched = changes.value === 0;
    references.value = answer[0];
    saved.value = draftOf(answer[1]);
    if (untouched || !draft.value) draft.value = saved.value;
  });

  function change(next: Draft): void {
    draft.value = next;
    serverConflicts.value = [];
    failure.value = undefined;
  }

  function choose(kind: MappingKind, shopId: number, choice: Choice): void {
    if (!draft.value) return;
    reasons.value = new Map([...reasons.value].filter(([key]) => key !== rowKey(kind, shopId)));
    change(withChoice(draft.value, kind, shopId, choice));
  }

  function suggest(): void {
    if (!draft.value || !references.value) return;
    const { draft: next, filled } = withSuggestions(draft.value, references.value);
    reasons.value = new Map([...reasons.value, ...filled]);
    if (filled.size > 0) change(next);
    say(filled.size > 0 ? t("mapping.suggested", { n: filled.size }) : t("mapping.suggestNone"));
  }

  function discard(): void {
    reasons.value = new Map();
    if (saved.value) change(saved.value);
  }

  async function refresh(): Promise<void> {
    await act("refresh", async () => (references.value = await refreshReferences(id)), t("mapping.refreshed"));
  }

  /** Saves the whole mapping; false when it was refused, and the rows say why. */
  async function save(): Promise<boolean> {
    if (!draft.value || busy.value) return false;
    busy.value = "save";
    failure.value = undefined;
    try {
      const answer = await saveMapping(id, mappingOf(draft.value));
      saved.value = answer ? draftOf(answer) : draft.value;
      draft.value = saved.value;
      serverConflicts.value = [];
      reasons.value = new Map();
      return true;
    } catch (thrown) {
      const refused = asApiError(thrown);
      const named = refused.details.conflicts;
      if (refused.code === "mapping_not_one_to_one" && Array.isArray(named))
        serverConflicts.value = named as Conflict[];
      const more = refused.code === "mapping_unknown_element" ? ` ${t("mapping.unknown")}` : "";
      failure.value = failureText(refused) + more;
      return false;
    } finally {
      busy.value = undefined;
    }
  }

  /** Creates the missing entry in the CRM; the answer's new pair is laid over saved and unsaved choices alike. */
  async function create(kind: MappingKind, shopId: number): Promise<void> {
    const title = references.value ? shopTitle(references.value[kind], shopId) : "";
    await act(
      `create ${rowKey(kind, shopId)}`,
      async () => {
        const answer = await createReference(id, kind, shopId);
        const choice = choiceIn(answer, kind, shopId);
        if (saved.value) saved.value = withChoice(saved.value, kind, shopId, choice);
        if (draft.value) change(withChoice(draft.value, kind, shopId, choice));
        references.value = await fetchReferences(id);
      },
      t("mapping.created", { name: title }),
    );
  }

  return {
    loaded,
    references,
    draft,
    reasons,
    conflicts,
    failure,
    busy,
    changes,
    change,
    choose,
    suggest,
    discard,
    refresh,
    save,
    create,
  };
}

function choiceIn(mapping: Mapping, kind: MappingKind, shopId: number): Choice {
  return draftOf(mapping)[kind].get(shopId);
}
