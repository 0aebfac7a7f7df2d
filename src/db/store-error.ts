/** `store_in_use` another process has it open · `store_damaged` `store_unwritable` the folder · `store_unreachable` the server · `store_version` too old or too new */
export type StoreErrorCode =
  | "store_in_use"
  | "store_damaged"
  | "store_unwritable"
  | "store_unreachable"
  | "store_version";

/** The database cannot be opened. The message is one line in plain words and holds no password. */
export class StoreError extends Error {
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "StoreError";
    this.code = code;
  }
}
