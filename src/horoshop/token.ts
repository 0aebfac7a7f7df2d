export type TokenStore = {
  /** `expiresAt` in milliseconds since 1970 */
  get(): { token: string; expiresAt: number } | undefined;
  set(value: { token: string; expiresAt: number } | undefined): void;
};
