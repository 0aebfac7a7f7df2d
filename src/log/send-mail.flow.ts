import { createTransport } from "nodemailer";

export type Mail = { from: string; to: string; subject: string; text: string };
export type SendMail = (mail: Mail, signal: AbortSignal) => Promise<void>;

const phaseTimeoutMs = 10_000;

/**
 * Sends by the server of SMTP_URL, a connection per message: alerts are rare. Resolves when the server took the message.
 * @throws Error of the server or the connection; its text may name the server, never the password
 */
export function createMailSender(smtpUrl: string): SendMail {
  return async (mail, signal) => {
    signal.throwIfAborted();
    const transporter = createTransport({
      url: smtpUrl,
      connectionTimeout: phaseTimeoutMs,
      greetingTimeout: phaseTimeoutMs,
      socketTimeout: phaseTimeoutMs,
      dnsTimeout: phaseTimeoutMs,
      // Texts only: nothing of a message may make us read a file or an address.
      disableFileAccess: true,
      disableUrlAccess: true,
    });
    let giveUp = () => {};
    const aborted = new Promise<never>((_, reject) => {
      giveUp = () => reject(new Error("aborted"));
    });
    signal.addEventListener("abort", giveUp, { once: true });
    try {
      await Promise.race([transporter.sendMail(mail), aborted]);
    } finally {
      signal.removeEventListener("abort", giveUp);
      transporter.close();
    }
  };
}
