/**
 * A refusal in the face of the JSON API (contract 4). The message is chosen when the answer is written, by the caller's
 * language, from the code and the params.
 */
export class ApiFailure extends Error {
  readonly status: number;
  readonly code: string;
  /** Values for the placeholders of the message. */
  readonly params: Record<string, unknown>;
  /** Path of a field of the request → what is wrong with it. */
  readonly fields: Record<string, string> | undefined;
  readonly details: Record<string, unknown> | undefined;

  constructor(
    status: number,
    code: string,
    more: { params?: Record<string, unknown>; fields?: Record<string, string>; details?: Record<string, unknown> } = {},
  ) {
    super(code);
    this.name = "ApiFailure";
    this.status = status;
    this.code = code;
    this.params = more.params ?? more.details ?? {};
    this.fields = more.fields;
    this.details = more.details;
  }
}

/** 400 with the fields that are wrong. */
export function malformed(fields?: Record<string, string>): ApiFailure {
  return new ApiFailure(400, "malformed", fields ? { fields } : {});
}

export function notFound(): ApiFailure {
  return new ApiFailure(404, "not_found");
}
