import { reactive } from "vue";
import { ApiError, callContext, fetchMe, signIn, signOut } from "./api.ts";
import type { Me } from "./api-shapes.ts";
import { preferAccountLanguage } from "./text/language.ts";

type Session = {
  state: "loading" | "signed-in" | "signed-out" | "unreachable";
  me: Me | undefined;
  /** A connection may be made without sign-in (the operator allowed it). */
  openConnect: boolean;
  supportUrl: string | undefined;
  docsUrl: string | undefined;
};

export const session = reactive<Session>({
  state: "loading",
  me: undefined,
  openConnect: false,
  supportUrl: undefined,
  docsUrl: undefined,
});

callContext.onUnauthorized = (failure) => {
  const { details } = failure;
  if (details.openConnect !== undefined) session.openConnect = details.openConnect === true;
  if (typeof details.supportUrl === "string") session.supportUrl = details.supportUrl;
  if (typeof details.docsUrl === "string") session.docsUrl = details.docsUrl;
  session.me = undefined;
  session.state = "signed-out";
};

/** Asks who is signed in; the answer also carries the language and the operator's help addresses. */
export async function loadSession(): Promise<void> {
  try {
    const me = await fetchMe();
    session.me = me;
    session.supportUrl = me.supportUrl ?? undefined;
    session.docsUrl = me.docsUrl ?? undefined;
    session.state = "signed-in";
    if (me.language) preferAccountLanguage(me.language);
  } catch (failure) {
    if (!(failure instanceof ApiError && failure.status === 401)) session.state = "unreachable";
  }
}

/** Signs the operator in. Throws ApiError when the token is refused. */
export async function enter(token: string): Promise<void> {
  await signIn(token);
  await loadSession();
}

export async function leave(): Promise<void> {
  await signOut();
  session.me = undefined;
  session.state = "signed-out";
}
