import { EventEmitter } from "node:events";

/** What live pages are told: something of this kind changed; the page reads the rest by the JSON API. */
export type LiveEvent = {
  connectionId: string;
  type: "run" | "order" | "problem" | "state";
  body: Record<string, unknown>;
};

export type Events = {
  emit(event: LiveEvent): void;
  /** Returns the function that ends the subscription. */
  listen(connectionId: string, listener: (event: LiveEvent) => void): () => void;
};

export function createEvents(): Events {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    emit: (event) => void emitter.emit(event.connectionId, event),
    listen(connectionId, listener) {
      emitter.on(connectionId, listener);
      return () => void emitter.off(connectionId, listener);
    },
  };
}
