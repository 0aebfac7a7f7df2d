import { expect, test } from "vitest";
import { describeServer, silentLog } from "../../test/databases.ts";
import type { LiveEvent } from "./events.ts";
import { createSharedEvents } from "./shared-events.flow.ts";

describeServer("live events over several processes", (stores) => {
  test("what one process tells is heard in another, the last of many for the same thing", async () => {
    const worker = createSharedEvents(stores.store().pool, silentLog);
    const web = createSharedEvents((await stores.another()).pool, silentLog);
    const heard: LiveEvent[] = [];
    web.listen("shop-1", (event) => heard.push(event));

    for (let done = 1; done <= 5; done += 1)
      worker.emit({ connectionId: "shop-1", type: "run", body: { id: "run", done } });
    worker.emit({ connectionId: "shop-2", type: "run", body: {} });

    await expect
      .poll(
        () => {
          // The listener may not stand yet when the first one is told.
          worker.emit({ connectionId: "shop-1", type: "run", body: { id: "run", done: 5 } });
          return heard.length;
        },
        { timeout: 15_000 },
      )
      .toBeGreaterThan(0);
    expect(heard.every((event) => event.connectionId === "shop-1" && event.body.done === 5)).toBe(true);
    await worker.stop();
    await web.stop();
  });
});
