export type TransportReason =
  | "refused"
  | "unresolved"
  | "timeout"
  | "broken"
  | "too-large"
  | "forbidden-target"
  | "aborted";

/** No usable answer came back. */
export class TransportError extends Error {
  readonly reason: TransportReason;
  /** the request may have reached the remote */
  readonly mayHaveLeft: boolean;

  constructor(reason: TransportReason, mayHaveLeft: boolean, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "TransportError";
    this.reason = reason;
    this.mayHaveLeft = mayHaveLeft;
  }
}
