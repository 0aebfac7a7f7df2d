/** Takes secrets and personal data out of what is logged, shown or kept in a timeline. */

const secretKeys =
  /^(pass(word)?|token|api_?-?key|x-api-key|secret|secret_?key|authorization|cookie|set-cookie|clientid|client_id)$/i;
const nameKeys = /^(delivery_name|first_?name|last_?name|patronymic|nick_?name|full_?name|sender_?name|recipient)$/i;
const phoneKeys = /^(delivery_phone|phone|additional_?phone|phones|number_phone)$/i;
const emailKeys = /^(delivery_email|e_?mail)$/i;
const placeKeys =
  /^(delivery_address|delivery_city|address|building|street|flat|customer_?comment|manager_?comment|comment)$/i;

const mask = "***";
const depthMax = 12;

/**
 * Text without keys, passwords, tokens, e-mail addresses and phone numbers.
 * @param known further secrets to take out wherever they stand
 */
export function redact(text: string, known: string[] = []): string {
  let clean = text;
  for (const secret of known) {
    if (secret.length >= 4) clean = clean.replaceAll(secret, mask).replaceAll(encodeURIComponent(secret), mask);
  }
  return maskPatterns(
    clean
      .replace(/\b(https?:\/\/)[^\s/@:]+:[^\s/@]+@/gi, `$1${mask}@`)
      .replace(/\b(api_?key|x-api-key|token|password|secret|login)(["']?\s*[:=]\s*["']?)[^\s"'&,;}]+/gi, `$1$2${mask}`)
      .replace(/\b(bearer|basic)\s+[\w.~+/=-]{6,}/gi, `$1 ${mask}`)
      .replace(/\b[0-9a-f]{32,}\b/gi, mask),
  );
}

function maskPatterns(text: string): string {
  return text
    .replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, (found) => maskEmail(found))
    .replace(/\+\d[\d\s().-]{7,}\d/g, (found) => maskPhone(found))
    .replace(/(?<![\d.-])(38)?0\d{9}(?![\d.-])/g, (found) => maskPhone(found));
}

/** A copy in which secrets are gone, and names, phones, e-mail addresses, addresses and comments are masked. */
export function maskPersonal(value: unknown): unknown {
  return masked(value, "", 0);
}

function masked(value: unknown, key: string, depth: number): unknown {
  if (value === null || value === undefined || value === "" || typeof value === "boolean") return value;
  if (secretKeys.test(key)) return mask;
  if (typeof value === "object") return depth >= depthMax ? mask : maskedObject(value, key, depth);
  if (typeof value === "number") return phoneKeys.test(key) ? maskPhone(String(value)) : value;
  const written = String(value);
  if (nameKeys.test(key)) return maskName(written);
  if (phoneKeys.test(key)) return maskPhone(written);
  if (emailKeys.test(key)) return maskEmail(written);
  if (placeKeys.test(key)) return mask;
  return redact(written);
}

function maskedObject(value: object, key: string, depth: number): unknown {
  if (Array.isArray(value)) return value.map((one) => masked(one, key, depth + 1));
  const inPhones = phoneKeys.test(key);
  const inAddress = /address$/i.test(key);
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      if (inPhones && name === "number") return [name, masked(inner, "phone", depth + 1)];
      if (inAddress && name === "text") return [name, masked(inner, "address", depth + 1)];
      return [name, masked(inner, name, depth + 1)];
    }),
  );
}

function maskName(name: string): string {
  return name
    .split(/\s+/)
    .filter(Boolean)
    .map((word) => `${[...word][0] ?? ""}${mask}`)
    .join(" ");
}

function maskPhone(phone: string): string {
  const digits = phone.replace(/\D/g, "");
  return digits.length < 4 ? mask : `${mask}${digits.slice(-2)}`;
}

function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return at < 1 ? mask : `${email[0]}${mask}@${mask}`;
}
