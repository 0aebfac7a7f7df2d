import { type FunctionAnswer, ok, refused, worded } from "./envelope.ts";
import { asText, type Parameters } from "./parameters.ts";
import type { Shop } from "./shop.ts";

/** `auth`: a token of 32 hex digits that lives 600 s; several may live at once (reference 2, 21). */
export function signIn(shop: Shop, parameters: Parameters): FunctionAnswer {
  if (asText(parameters.login) !== shop.login || asText(parameters.password) !== shop.password) {
    return refused("User with such username/password not found");
  }
  if (shop.switches.newTokenKillsOld) shop.tokens.clear();
  forgetExpired(shop);
  const token = shop.chance.hex(32);
  shop.tokens.set(token, expiry(shop));
  return ok({ token });
}

/** The refusal, or undefined when the token is good. Headers are not looked at. */
export function checkToken(shop: Shop, parameters: Parameters): FunctionAnswer | undefined {
  const token = asText(parameters.token);
  if (token === undefined || token === "") return worded("AUTHORIZATION_ERROR", { message: "Token is not defined" });
  const expiresAt = shop.tokens.get(token);
  if (expiresAt === undefined || expiresAt <= shop.now().getTime()) {
    return worded("UNAUTHORIZED", { message: "Token is wrong or expired" });
  }
  if (shop.switches.tokenSlides) shop.tokens.set(token, expiry(shop));
  return undefined;
}

function expiry(shop: Shop): number {
  return shop.now().getTime() + shop.switches.tokenLifetimeMs;
}

function forgetExpired(shop: Shop): void {
  for (const [token, expiresAt] of shop.tokens) {
    if (expiresAt <= shop.now().getTime()) shop.tokens.delete(token);
  }
}
