/** A refusal of the API: thrown anywhere below a route, answered as the error envelope (reference 2.1). */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: Record<string, string> | string[] | undefined;
  readonly extra: Record<string, unknown>;

  constructor(
    status: number,
    errorMsg: string,
    errors?: Record<string, string> | string[],
    extra: Record<string, unknown> = {},
  ) {
    super(errorMsg);
    this.status = status;
    this.errors = errors;
    this.extra = extra;
  }
}

export const texts = {
  apiKeyMissing: '"apiKey" is missing.',
  apiKeyWrong: 'Wrong "apiKey" value.',
  accessDenied: "Access denied.",
  accountMissing: "Account does not exist.",
  methodUnknown: "API method not found",
  methodNotAllowed: "Method Not Allowed",
  notFound: "Not found",
  paymentNotFound: "Payment not found",
  inputErrors: "Errors in the input parameters",
  entityErrors: "Errors in the entity format",
  orderNotLoaded: "Order is not loaded",
  orderExists: "Order already exists.",
  customerExists: "Customer already exists.",
  invalidInput: "Invalid input parameters",
  rateLimit: "Rate limit exceeded",
  notValid: "This value is not valid.",
  paymentForDelivery: "This payment type is not supported for the type of delivery",
  paymentForStore: "This payment type is not available in selected store",
  cashPaymentSum: "Cash payment sum must equal sum to pay",
} as const;

export function refuse(status: number, errorMsg: string, errors?: Record<string, string> | string[]): never {
  throw new Refusal(status, errorMsg, errors);
}

export function refuseInput(name: string, text: string = texts.notValid): never {
  throw new Refusal(400, texts.inputErrors, { [name]: text });
}

export function missing(name: string): never {
  throw new Refusal(400, `Parameter '${name}' is missing`);
}

export function notFound(): never {
  throw new Refusal(404, texts.notFound);
}
