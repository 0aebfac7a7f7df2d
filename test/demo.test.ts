import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";

const program = fileURLToPath(new URL("../dist/demo.js", import.meta.url));
const isBuilt = existsSync(program);
const why = isBuilt ? "" : " (skipped: npm run build comes first)";

test.skipIf(!isBuilt)(
  `the demo shows an order going there and a status coming back, tells of the visitor's own, and leaves nothing behind${why}`,
  async () => {
    const demo = startDemo({ LANG: "uk_UA.UTF-8" });

    const shop = new URL(await demo.find(/http:\S+\/_desk/, "Стіл магазину")).origin;
    const crm = new URL(await demo.find(/http:\S+\/_desk/, "Стіл CRM")).origin;
    const signIn = await demo.find(/http:\S+\/login\?link=\S+/);
    const catalog = await demo.find(/http:\S+\/catalog\/\w+\.xml/);
    expect(demo.output()).toMatch(/Замовлення 10301: передано з магазину в CRM під № 10301/);
    expect(demo.output()).toMatch(/Замовлення 10301: статус менеджера повернувся в магазин: «Надіслане»/);
    expect(demo.output()).toMatch(/Старі замовлення: передано в CRM — 300, притримано — 0, з помилкою — 0/);
    expect((await fetch(catalog)).status).toBe(200);
    expect((await fetch(signIn)).status).toBe(200);

    const order = (await ask(`${shop}/_control/horoshop/place-order`, {})).order_id as number;
    await demo.find(new RegExp(`Замовлення ${order}: передано з магазину в CRM`));
    expect((await ask(`${crm}/_control/retailcrm/order/${order}`)).externalId).toBe(String(order));

    await ask(`${crm}/_control/retailcrm/status`, { order: String(order), status: "delivered" });
    await demo.find(new RegExp(`Замовлення ${order}: статус менеджера повернувся в магазин: «Доставлено»`));
    expect((await ask(`${shop}/_control/horoshop/order?order_id=${order}`)).order).toMatchObject({ stat_status: 3 });

    demo.signal("SIGINT");
    expect(await demo.end).toBe(0);
    expect(readdirSync(demo.folder)).toEqual([]);
    await expect(fetch(`${shop}/_desk`)).rejects.toThrow();
    await expect(fetch(catalog)).rejects.toThrow();
  },
  180_000,
);

test.skipIf(!isBuilt || !existsSync("/proc/self/task"))(
  "a service that dies under the demo is told plainly, and ends it",
  async () => {
    const demo = startDemo({ LANG: "C" });
    await demo.find(/The service answers at/);

    process.kill(demo.childOf("main.js"), "SIGKILL");

    await demo.find(/The service stopped unexpectedly \(SIGKILL\)/);
    expect(await demo.end).toBe(1);
    expect(readdirSync(demo.folder)).toEqual([]);
  },
  120_000,
);

/** The demo as a process of its own, with a folder of its own for what it leaves behind. */
function startDemo(environment: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), "demo-test-"));
  const child = spawn(process.execPath, [program], {
    env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const looks = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part) => {
      output += part;
      for (const look of looks) look();
    });
  const end = new Promise<number | null>((resolve) => child.on("close", (code) => resolve(code)));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await end;
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    folder,
    end,
    output: () => output,
    signal: (name: NodeJS.Signals) => child.kill(name),
    /** What fits first, behind `after` if that is given. */
    find: (pattern: RegExp, after = ""): Promise<string> =>
      new Promise((resolve, reject) => {
        const look = () => {
          const start = output.indexOf(after);
          // Whole lines only: one that is still being written is left to be finished.
          const whole = output.slice(start, output.lastIndexOf("\n"));
          const found = start < 0 ? undefined : pattern.exec(whole)?.[0];
          if (found === undefined) return;
          looks.delete(look);
          resolve(found);
        };
        looks.add(look);
        look();
        void end.then(() => reject(new Error(`the demo ended instead of showing ${pattern}:\n${output}`)));
      }),
    /** The process that the demo started for a program of dist/. */
    childOf: (name: string): number => {
      const ids = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim().split(" ");
      return Number(ids.find((id) => readFileSync(`/proc/${id}/cmdline`, "utf8").includes(name)));
    },
  };
}

async function ask(url: string, body?: unknown): Promise<Record<string, unknown>> {
  const answer = await fetch(url, body === undefined ? {} : { method: "POST", body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, unknown>;
}
