import type { AppContext } from "../context.ts";
import { createTransport, TransportError } from "../http/call.ts";
import { createTargetGuard } from "../http/target-guard.ts";
import { type AlertMessage, claimMessages, noteAlerts, settleMessages } from "./alerts.sql.ts";
import { type AlertRoutes, alertChannels, sendAlert } from "./send-alert.flow.ts";
import { createMailSender } from "./send-mail.flow.ts";

const atOnceMax = 20;
const turnsMax = 25;
/** Longer than any attempt takes: a message is nobody else's meanwhile. */
const leaseMs = 90_000;

/**
 * One look at what is to be told (contract 4, alerts): once when a problem has lasted `alertAfterMinutes`, once when it
 * is over, on every channel that is configured. A channel that fails stops no other and is tried again later.
 */
export async function sendAlerts(app: AppContext, telegramUrl = "https://api.telegram.org"): Promise<void> {
  const { config } = app;
  const channels = alertChannels(config);
  if (channels.length === 0) return;
  await noteAlerts(app, channels);
  let messages = await claimMessages(app, atOnceMax, leaseMs);
  if (messages.length === 0) return;
  const transport = createTransport({ guard: createTargetGuard({ allowLocal: true }) });
  const sendMail = config.smtpUrl ? createMailSender(config.smtpUrl) : undefined;
  const routes: AlertRoutes = { config, transport, sendMail, telegramUrl, signal: app.signal };
  try {
    for (let turn = 0; turn < turnsMax && messages.length > 0; turn += 1) {
      await Promise.all(together(messages).map((group) => tell(app, routes, group)));
      if (app.signal.aborted) return;
      messages = await claimMessages(app, atOnceMax, leaseMs);
    }
  } finally {
    await transport.close();
  }
}

/** People get what concerns one connection in one message; programs get each by itself. */
function together(messages: AlertMessage[]): AlertMessage[][] {
  const groups = new Map<string, AlertMessage[]>();
  for (const message of messages) {
    const { channel, alertId, connection, recipient, language, isOver } = message;
    const key = JSON.stringify(
      channel === "webhook" ? [alertId, isOver] : [channel, connection.id, recipient, language, isOver],
    );
    groups.set(key, [...(groups.get(key) ?? []), message]);
  }
  return [...groups.values()];
}

const attemptsMax = 30;
const pauseMaxMs = 3_600_000;

async function tell(app: AppContext, routes: AlertRoutes, messages: AlertMessage[]): Promise<void> {
  try {
    await sendAlert(routes, messages);
    await settleMessages(app, messages, { state: "sent" });
  } catch (error) {
    // Stopped in the middle: the lease ends by itself, whoever runs then takes it up.
    if (app.signal.aborted) return;
    const { channel, code, connection } = messages[0]!;
    const reason = error instanceof TransportError ? error.reason : error instanceof Error ? error.message : "unknown";
    const attempts = Math.max(...messages.map((message) => message.attempts));
    const isGivenUp = attempts >= attemptsMax;
    const pause = Math.min(app.config.retryBaseMs * 2 ** Math.min(attempts - 1, 20), pauseMaxMs);
    await settleMessages(
      app,
      messages,
      isGivenUp ? { state: "given_up" } : { state: "waiting", nextAt: new Date(app.now().getTime() + pause) },
    );
    const words = isGivenUp
      ? "an alert could not be sent and is given up"
      : "an alert could not be sent; tried again later";
    app.log[isGivenUp ? "error" : "warn"](
      { channel, problem: code, connection: connection.id, attempts, reason },
      words,
    );
  }
}
