/** Remote trouble has one shape and a kind, and the kind says what follows. */

export type ApiErrorKind = "rate-limited" | "unavailable" | "rejected" | "unreadable" | "unauthorized";

export type ApiErrorFacts = {
  kind: ApiErrorKind;
  remote: "horoshop" | "retailcrm";
  operation: string;
  message: string;
  httpStatus?: number | undefined;
  remoteCode?: string | undefined;
  details?: string[];
  mayHaveHappened?: boolean;
  retryAfterMs?: number | undefined;
  transportReason?: string | undefined;
  location?: string | undefined;
  cause?: unknown;
};

const detailsMax = 50;
const detailLengthMax = 500;

/** The only error that the two clients reject with (but for an aborted signal, which is an ApiError too). */
export class ApiError extends Error {
  readonly kind: ApiErrorKind;
  readonly remote: "horoshop" | "retailcrm";
  readonly operation: string;
  readonly httpStatus: number | undefined;
  /** the remote's own word or text, without a final full stop: UNDEFINED_FUNCTION, FORBIDDEN, "Access denied" … */
  readonly remoteCode: string | undefined;
  /** the remote's `errors`, flattened to "path: text" lines; secrets and long bodies cut */
  readonly details: string[];
  /** a write may have happened although its answer was lost */
  readonly mayHaveHappened: boolean;
  readonly retryAfterMs: number | undefined;
  /** why there was no answer at all (see TransportError), undefined when there was one */
  readonly transportReason: string | undefined;
  /** where a redirect pointed to; redirects are never followed by the clients */
  readonly location: string | undefined;

  constructor(facts: ApiErrorFacts) {
    super(facts.message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = "ApiError";
    this.kind = facts.kind;
    this.remote = facts.remote;
    this.operation = facts.operation;
    this.httpStatus = facts.httpStatus;
    this.remoteCode = facts.remoteCode;
    this.details = (facts.details ?? []).slice(0, detailsMax).map((line) => line.slice(0, detailLengthMax));
    this.mayHaveHappened = facts.mayHaveHappened ?? false;
    this.retryAfterMs = facts.retryAfterMs;
    this.transportReason = facts.transportReason;
    this.location = facts.location;
  }
}

export function isApiError(error: unknown, kind?: ApiErrorKind): error is ApiError {
  return error instanceof ApiError && (kind === undefined || error.kind === kind);
}
