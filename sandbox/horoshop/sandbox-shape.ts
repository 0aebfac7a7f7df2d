import type { SandboxAnswer, SandboxRequest } from "../answer.ts";
import type { LoggedRequest } from "./api-front.ts";
import type { Faults } from "./faults.ts";
import type { SendHook } from "./hooks.ts";
import type { Seed } from "./open-shop.ts";
import type { People } from "./people.ts";
import type { Shop } from "./shop.ts";
import type { Switches } from "./switches.ts";

export type HoroshopSandboxOptions = {
  now: () => Date;
  /** numbers in [0, 1) */
  random: () => number;
  seed?: Seed;
  /** orders and product rows of the seed; 300 and 1,200 for `demo` */
  orders?: number;
  products?: number;
  baseUrl?: string;
  /** the shop's local time; Europe/Kyiv unless told */
  zone?: string;
  login?: string;
  password?: string;
  switches?: Partial<Switches>;
  sleep?: (ms: number) => Promise<void>;
};

export type HoroshopSandbox = People & {
  handle(request: SandboxRequest): Promise<SandboxAnswer>;
  /** what the shop holds at this moment; replaced by `reset` */
  readonly state: Shop;
  readonly switches: Switches;
  readonly faults: Faults;
  /** the latest 20,000 calls */
  readonly requests: LoggedRequest[];
  /** most API calls that were ever under way at once */
  mostUnderWay(): number;
  setBaseUrl(url: string): void;
  deliverHooks(send: SendHook): Promise<{ sent: number; failed: number }>;
  /** back to the seed; what is given replaces the options of the start, switches go back to theirs */
  reset(
    changes?: Partial<Pick<HoroshopSandboxOptions, "seed" | "orders" | "products" | "password" | "switches">>,
  ): void;
};
