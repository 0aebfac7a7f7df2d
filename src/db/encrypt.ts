import { createCipheriv, createDecipheriv, createHash, hkdfSync } from "node:crypto";

/** Keeps credentials unreadable at rest. `about` names their place (`${connectionId}:${field}`): moved elsewhere, a text does not open. */
export type Vault = {
  seal(plain: string, about: string): string;
  /** @throws VaultError */
  open(sealed: string, about: string): string;
  /** Whether the text was sealed with the key that encrypts now (`rotate-key` seals the others again). */
  isCurrent(sealed: string): boolean;
};

/** `key-missing` sealed with a key that is not among ours · `not-genuine` changed, or of another place · `unreadable` not ours at all · `bad-key` the configuration */
export type VaultErrorCode = "key-missing" | "not-genuine" | "unreadable" | "bad-key";

export class VaultError extends Error {
  readonly code: VaultErrorCode;

  constructor(code: VaultErrorCode, message: string) {
    super(message);
    this.name = "VaultError";
    this.code = code;
  }
}

type Key = { id: string; bytes: Buffer };

const version = "v1";
const nonceBytes = 12;
const tagBytes = 16;

/**
 * AES-256-GCM. A sealed text is `v1.<key id>.<nonce, ciphertext and tag in base64url>`.
 * @param secretKeys base64, 32 bytes each; the first encrypts, all decrypt
 * @throws VaultError `bad-key`
 */
export function makeVault(secretKeys: string[], random: (bytes: number) => Buffer): Vault {
  const keys = secretKeys.map(deriveKey);
  const current = keys[0];
  if (!current) throw new VaultError("bad-key", "no secret key was given");

  return {
    seal(plain, about) {
      const nonce = random(nonceBytes);
      const cipher = createCipheriv("aes-256-gcm", current.bytes, nonce).setAAD(Buffer.from(about, "utf8"));
      const body = Buffer.concat([nonce, cipher.update(plain, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return `${version}.${current.id}.${body.toString("base64url")}`;
    },
    open(sealed, about) {
      const { id, body } = parse(sealed);
      const key = keys.find((candidate) => candidate.id === id);
      if (!key) throw new VaultError("key-missing", `the key ${id} that sealed this value is not in SECRET_KEY`);
      return decrypt(key, body, about);
    },
    isCurrent: (sealed) => parse(sealed).id === current.id,
  };
}

function deriveKey(secret: string): Key {
  const raw = Buffer.from(secret, "base64");
  if (raw.length !== 32) throw new VaultError("bad-key", "a secret key must be 32 bytes in base64");
  const bytes = Buffer.from(hkdfSync("sha256", raw, "", "horoshop-retailcrm vault v1", 32));
  const id = createHash("sha256").update("key id").update(bytes).digest("hex").slice(0, 8);
  return { id, bytes };
}

function parse(sealed: string): { id: string; body: Buffer } {
  const [found, id, text, ...rest] = sealed.split(".");
  const body = Buffer.from(text ?? "", "base64url");
  if (found !== version || !id || rest.length > 0 || body.length < nonceBytes + tagBytes) {
    throw new VaultError("unreadable", "this value was not sealed by this program");
  }
  return { id, body };
}

function decrypt(key: Key, body: Buffer, about: string): string {
  const decipher = createDecipheriv("aes-256-gcm", key.bytes, body.subarray(0, nonceBytes), { authTagLength: tagBytes })
    .setAAD(Buffer.from(about, "utf8"))
    .setAuthTag(body.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString("utf8");
  } catch {
    throw new VaultError("not-genuine", "a sealed value was changed, or belongs to another connection or field");
  }
}
