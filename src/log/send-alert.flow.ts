import type { Config } from "../config.ts";
import type { Transport } from "../http/call.ts";
import { type Language, say, toLanguage } from "../web/say.ts";
import type { AlertChannel, AlertMessage } from "./alerts.sql.ts";
import type { SendMail } from "./send-mail.flow.ts";

/** What the channels are made of. The transport is without guard: alert addresses are the operator's own. */
export type AlertRoutes = {
  config: Config;
  transport: Transport;
  sendMail: SendMail | undefined;
  /** https://api.telegram.org, unless a test listens elsewhere */
  telegramUrl: string;
  signal: AbortSignal;
};

/** The channels that the configuration opens. */
export function alertChannels(config: Config): AlertChannel[] {
  const channels: AlertChannel[] = [];
  if (config.alertWebhookUrl) channels.push("webhook");
  if (config.smtpUrl && config.alertEmailTo) channels.push("email");
  if (config.telegramBotToken && config.telegramChatId) channels.push("telegram");
  if (config.smtpUrl) channels.push("merchant");
  return channels;
}

/**
 * Tells messages of one channel, recipient and connection that are all beginnings or all ends: a webhook gets exactly
 * one, people get them together.
 * @throws Error when the other side did not confirm; it says why and holds no secret
 */
export async function sendAlert(routes: AlertRoutes, messages: AlertMessage[]): Promise<void> {
  const { channel } = messages[0]!;
  if (channel === "webhook") await callWebhook(routes, messages[0]!);
  else if (channel === "telegram") await writeTelegram(routes, messages);
  else await writeMail(routes, messages);
}

const timeoutMs = 10_000;
const answerBytesMax = 64_000;

async function callWebhook(routes: AlertRoutes, message: AlertMessage): Promise<void> {
  const { url, headers } = withoutCredentials(routes.config.alertWebhookUrl ?? "");
  const { alertId, isOver, code, severity, connection, count, since } = message;
  await post(routes, url, {
    // The same for every attempt: a receiver that got one whose answer was lost knows the next by it.
    headers: { ...headers, "idempotency-key": `${alertId}-${isOver ? "over" : "begun"}` },
    body: {
      code,
      severity,
      message: sentence("en", message),
      connection,
      count,
      since: since.toISOString(),
      url: problemsPage(routes, message),
      ...(isOver ? { over: true } : {}),
    },
  });
}

/** https://core.telegram.org/bots/api#sendmessage */
async function writeTelegram(routes: AlertRoutes, messages: AlertMessage[]): Promise<void> {
  const { telegramBotToken, telegramChatId } = routes.config;
  const text = `${subject("en", messages)}\n\n${letter(routes, "en", messages)}`;
  await post(routes, `${routes.telegramUrl}/bot${telegramBotToken}/sendMessage`, {
    headers: {},
    body: { chat_id: telegramChatId, text: text.slice(0, telegramMax), link_preview_options: { is_disabled: true } },
  });
}

const telegramMax = 4000;

async function writeMail(routes: AlertRoutes, messages: AlertMessage[]): Promise<void> {
  const { config, sendMail, signal } = routes;
  const { recipient, language } = messages[0]!;
  const to = recipient ?? config.alertEmailTo;
  if (!sendMail || !to) throw new Error("e-mail is not configured");
  const words = toLanguage(language) ?? "en";
  const from = config.alertEmailFrom ?? `alerts@${mailHost(config.publicUrl)}`;
  await sendMail({ from, to, subject: subject(words, messages), text: letter(routes, words, messages) }, signal);
}

/** A bare address is no name that a mail server takes. */
function mailHost(publicUrl: string): string {
  const { hostname } = new URL(publicUrl);
  return /^[\d.]+$|^\[/.test(hostname) ? "localhost" : hostname;
}

async function post(
  { transport, signal }: AlertRoutes,
  url: string,
  request: { headers: Record<string, string>; body: unknown },
): Promise<void> {
  const answer = await transport({
    method: "POST",
    url,
    headers: { "content-type": "application/json", ...request.headers },
    body: JSON.stringify(request.body),
    timeoutMs,
    bytesMax: answerBytesMax,
    signal,
  });
  if (answer.status < 200 || answer.status > 299) throw new Error(`answered ${answer.status}`);
}

/** User and password of an address go into the header, where they belong. */
export function withoutCredentials(address: string): { url: string; headers: Record<string, string> } {
  const url = new URL(address);
  if (!url.username && !url.password) return { url: url.href, headers: {} };
  const credentials = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  url.username = "";
  url.password = "";
  return { url: url.href, headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` } };
}

function sentence(language: Language, { code, params, count, isOver }: AlertMessage): string {
  const message = say(language, code, { ...params, count });
  return isOver ? say(language, "alert_over", { message }) : message;
}

function subject(language: Language, messages: AlertMessage[]): string {
  const { connection, isOver } = messages[0]!;
  const what = say(language, isOver ? "alerts_over" : "alerts_begun", { count: messages.length });
  return `${connection.name}: ${what}`.replace(/\s+/g, " ").slice(0, 200);
}

function letter(routes: AlertRoutes, language: Language, messages: AlertMessage[]): string {
  const parts = messages.map((message) => {
    const count = message.count > 1 ? ` (${message.count})` : "";
    return `${sentence(language, message)}${count}\n${message.code}, ${message.since.toISOString()}`;
  });
  return [...parts, problemsPage(routes, messages[0]!)].join("\n\n");
}

function problemsPage({ config }: AlertRoutes, { connection }: AlertMessage): string {
  return `${config.publicUrl}/connections/${encodeURIComponent(connection.id)}/problems`;
}
