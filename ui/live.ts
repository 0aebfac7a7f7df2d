import { onBeforeUnmount } from "vue";
import { eventsAddress } from "./api.ts";

const eventNames = ["run", "order", "problem", "state"];
/** Without events the pages ask; with them they only make sure now and then. */
const pollMs = 4_000;
const pollWithEventsMs = 30_000;
/** Many events in a row cause one reading. */
const gatherMs = 700;

/** Calls `changed` when something happened to the connection, by server-sent events or, without them, by asking. */
export function followConnection(id: string, changed: () => void): void {
  let gathering: number | undefined;
  let connected = false;
  let lastCall = Date.now();

  const source = new EventSource(eventsAddress(id));
  const announce = () => {
    if (gathering !== undefined) return;
    gathering = window.setTimeout(() => {
      gathering = undefined;
      lastCall = Date.now();
      changed();
    }, gatherMs);
  };
  for (const name of [...eventNames, "message"]) source.addEventListener(name, announce);
  source.addEventListener("open", () => {
    connected = true;
  });
  source.addEventListener("error", () => {
    connected = false;
  });

  const timer = window.setInterval(() => {
    const wait = connected ? pollWithEventsMs : pollMs;
    if (document.hidden || Date.now() - lastCall < wait) return;
    announce();
  }, 1_000);

  onBeforeUnmount(() => {
    source.close();
    window.clearInterval(timer);
    window.clearTimeout(gathering);
  });
}
