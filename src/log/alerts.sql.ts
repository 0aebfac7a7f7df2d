import { type Kysely, type Selectable, sql, type Transaction } from "kysely";
import type { AppContext } from "../context.ts";
import { json } from "../db/json.ts";
import type { AlertMessagesTable, ProblemsTable, Tables } from "../db/tables.ts";
import { makeId } from "./id.ts";
import type { Severity } from "./problem.ts";

/** `merchant`: the connection's own address (`alertEmail`); the others are the operator's. */
export type AlertChannel = "webhook" | "email" | "telegram" | "merchant";

/** One message that is due on one channel. */
export type AlertMessage = {
  alertId: string;
  channel: AlertChannel;
  isOver: boolean;
  recipient: string | null;
  language: string | null;
  attempts: number;
  connection: { id: string; name: string };
  code: string;
  severity: Severity;
  params: Record<string, unknown>;
  count: number;
  since: Date;
};

/** Any number that nobody else locks: one process at a time decides what is to be told. */
const lockNumber = 7_316_482_023;

/**
 * Notes which problems have lasted as long as their connection wishes, and which of those told are over, and puts the
 * messages in line. Each is noted once, over all processes and restarts: the mark and the messages are one transaction.
 */
export async function noteAlerts(app: AppContext, channels: AlertChannel[]): Promise<void> {
  await app.db.transaction().execute(async (trx) => {
    const lock = await sql<{ taken: boolean }>`select pg_try_advisory_xact_lock(${sql.lit(lockNumber)}) as taken`;
    if (!(await lock.execute(trx)).rows[0]?.taken) return;
    await noteOver(trx, app.now());
    await noteLasting(app, trx, channels);
  });
}

/** The end is told where the beginning was told. */
async function noteOver(trx: Transaction<Tables>, now: Date): Promise<void> {
  const over = await trx
    .updateTable("alerts")
    .set({ over_at: now })
    .where("over_at", "is", null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("problems")
            .select("problems.key")
            .whereRef("problems.connection_id", "=", "alerts.connection_id")
            .whereRef("problems.key", "=", "alerts.key")
            // One that came back meanwhile is another one: it begins anew.
            .where("problems.alerted_at", "is not", null),
        ),
      ),
    )
    .returning("id")
    .execute();
  if (over.length === 0) return;
  const ids = over.map((alert) => alert.id);
  await trx
    .insertInto("alert_messages")
    .columns(["alert_id", "channel", "is_over", "recipient", "language", "state", "next_at"])
    .expression((query) =>
      query
        .selectFrom("alert_messages")
        .select((row) => [
          "alert_id",
          "channel",
          row.lit(true).as("is_over"),
          "recipient",
          "language",
          sql<string>`'waiting'`.as("state"),
          sql<Date>`${now}::timestamptz`.as("next_at"),
        ])
        .where("alert_id", "in", ids)
        .where("is_over", "=", false)
        .where("state", "!=", "given_up"),
    )
    .execute();
  await forgetTold(trx);
}

async function noteLasting(app: AppContext, trx: Transaction<Tables>, channels: AlertChannel[]): Promise<void> {
  const now = app.now();
  const operators = channels.filter((channel) => channel !== "merchant");
  const email = sql<string | null>`connections.settings->>'alertEmail'`;
  let marking = trx
    .updateTable("problems")
    .from("connections")
    .set({ alerted_at: now })
    .whereRef("connections.id", "=", "problems.connection_id")
    .where("problems.alerted_at", "is", null)
    .where("problems.severity", "!=", "info")
    .where(
      "problems.since",
      "<=",
      sql<Date>`${now}::timestamptz - coalesce((connections.settings->>'alertAfterMinutes')::int, ${sql.lit(alertAfterMinutes)}) * interval '1 minute'`,
    );
  if (operators.length === 0) marking = marking.where(email, "is not", null);
  const marked = await marking
    .returningAll("problems")
    .returning(["connections.name as connectionName", "connections.crm_url as crmUrl", email.as("merchantEmail")])
    .execute();
  for (const row of marked) {
    const tellsMerchant = channels.includes("merchant") && row.merchantEmail !== null;
    const language = tellsMerchant ? await languageOfAccount(trx, row.crmUrl) : null;
    await addAlert(app, trx, row, [
      ...operators.map((channel) => ({ channel, recipient: null, language: null })),
      ...(tellsMerchant ? [{ channel: "merchant", recipient: row.merchantEmail, language }] : []),
    ]);
  }
}

/** The default of the setting, for rows that were written before it existed. */
const alertAfterMinutes = 60;

async function addAlert(
  app: AppContext,
  trx: Transaction<Tables>,
  problem: Selectable<ProblemsTable> & { connectionName: string },
  messages: Pick<Selectable<AlertMessagesTable>, "channel" | "recipient" | "language">[],
): Promise<void> {
  const now = app.now();
  const id = makeId(now, app.random);
  const { key, code, severity, count, since } = problem;
  await trx
    .insertInto("alerts")
    .values({
      id,
      connection_id: problem.connection_id,
      connection_name: problem.connectionName,
      key,
      code,
      severity,
      params: json(problem.params),
      count,
      since,
      alerted_at: now,
    })
    .execute();
  await trx
    .insertInto("alert_messages")
    .values(messages.map((one) => ({ alert_id: id, is_over: false, state: "waiting", next_at: now, ...one })))
    .execute();
}

/** The language in which somebody of this CRM account last opened the pages. */
async function languageOfAccount(trx: Transaction<Tables>, crmUrl: string): Promise<string | null> {
  const row = await trx
    .selectFrom("logins")
    .select("language")
    .where("kind", "=", "account")
    .where("crm_url", "=", crmUrl)
    .where("language", "is not", null)
    .orderBy("created_at", "desc")
    .limit(1)
    .executeTakeFirst();
  return row?.language ?? null;
}

type ClaimedRow = {
  alert_id: string;
  channel: AlertChannel;
  is_over: boolean;
  recipient: string | null;
  language: string | null;
  attempts: number;
  connection_id: string;
  connection_name: string;
  code: string;
  severity: Severity;
  params: Record<string, unknown>;
  count: number;
  since: Date;
};

/**
 * Takes messages that are due, for `leaseMs`: nobody else gets them meanwhile, and should this process die they are due
 * again. The end of a problem waits until its beginning was told on the same channel.
 */
export async function claimMessages(app: AppContext, limit: number, leaseMs: number): Promise<AlertMessage[]> {
  const now = app.now();
  const claimed = await sql<ClaimedRow>`
    with due as (
      select message.alert_id, message.channel, message.is_over
      from alert_messages message
      where message.state = 'waiting' and message.next_at <= ${now}
        and (not message.is_over or exists (
          select 1 from alert_messages begun
          where begun.alert_id = message.alert_id and begun.channel = message.channel
            and not begun.is_over and begun.state = 'sent'))
      order by message.next_at limit ${limit}
      for update skip locked)
    update alert_messages message
    set next_at = ${new Date(now.getTime() + leaseMs)}, attempts = message.attempts + 1
    from due, alerts alert
    where message.alert_id = due.alert_id and message.channel = due.channel and message.is_over = due.is_over
      and alert.id = message.alert_id
    returning message.alert_id, message.channel, message.is_over, message.recipient, message.language, message.attempts,
      alert.connection_id, alert.connection_name, alert.code, alert.severity, alert.params, alert.count, alert.since`.execute(
    app.db,
  );
  return claimed.rows.map((row) => ({
    alertId: row.alert_id,
    channel: row.channel,
    isOver: row.is_over,
    recipient: row.recipient,
    language: row.language,
    attempts: row.attempts,
    connection: { id: row.connection_id, name: row.connection_name },
    code: row.code,
    severity: row.severity,
    params: row.params,
    count: row.count,
    since: row.since,
  }));
}

export type MessageFate = { state: "sent" } | { state: "given_up" } | { state: "waiting"; nextAt: Date };

/** What became of messages that were taken. When all of an ended problem is told, the alert is forgotten. */
export async function settleMessages(app: AppContext, messages: AlertMessage[], fate: MessageFate): Promise<void> {
  await app.db.transaction().execute(async (trx) => {
    for (const { alertId, channel, isOver } of messages) {
      let update = trx
        .updateTable("alert_messages")
        .set({ state: fate.state, ...(fate.state === "waiting" ? { next_at: fate.nextAt } : {}) })
        .where("alert_id", "=", alertId)
        .where("channel", "=", channel);
      // Nobody is told of the end of what he was never told of.
      if (fate.state !== "given_up" || isOver) update = update.where("is_over", "=", isOver);
      await update.execute();
    }
    if (fate.state !== "waiting") await forgetTold(trx);
  });
}

async function forgetTold(db: Kysely<Tables>): Promise<void> {
  await db
    .deleteFrom("alerts")
    .where("over_at", "is not", null)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom("alert_messages")
            .select("alert_messages.alert_id")
            .whereRef("alert_messages.alert_id", "=", "alerts.id")
            .where("alert_messages.state", "=", "waiting"),
        ),
      ),
    )
    .execute();
}
