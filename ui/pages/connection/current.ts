import { type InjectionKey, inject, onBeforeUnmount, type ShallowRef } from "vue";
import type { Connection } from "../../api-shapes.ts";

/** The connection around a page: loaded once by the frame, kept fresh, shared by the pages inside. */
export type Current = {
  id: string;
  connection: Readonly<ShallowRef<Connection | undefined>>;
  /** Puts a newer answer in place, for example that of a PATCH. */
  put: (connection: Connection) => void;
  reload: () => Promise<void>;
  /** Calls `listener` whenever something happened to the connection, as long as the page is shown. */
  onChange: (listener: () => void) => void;
};

export const currentKey: InjectionKey<Current> = Symbol("connection");

export function useCurrent(): Current & { connection: ShallowRef<Connection> } {
  const current = inject(currentKey);
  if (!current) throw new Error("a page of a connection outside its frame");
  // The frame shows its pages only after the connection has been read.
  return current as Current & { connection: ShallowRef<Connection> };
}

export function makeListeners(): { add: (listener: () => void) => void; tell: () => void } {
  const listeners = new Set<() => void>();
  return {
    add(listener) {
      listeners.add(listener);
      onBeforeUnmount(() => listeners.delete(listener));
    },
    tell: () => {
      for (const listener of listeners) listener();
    },
  };
}
