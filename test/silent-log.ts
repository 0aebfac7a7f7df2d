import { type Logger, pino } from "pino";

/** Says nothing. */
export const silentLog: Logger = pino({ level: "silent" });
