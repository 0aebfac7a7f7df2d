/** What listens at the other end of alerts: a web server and a mail server on 127.0.0.1 that write down what they get. */
import { createServer, type IncomingMessage } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";

export type Call = { method: string; path: string; headers: IncomingMessage["headers"]; body: Record<string, unknown> };
export type WebReceiver = { url: string; calls: Call[]; answer: { status: number }; close(): Promise<void> };

export async function listenForCalls(): Promise<WebReceiver> {
  const calls: Call[] = [];
  const answer = { status: 200 };
  const server = createServer((request, response) => {
    let text = "";
    request.on("data", (piece) => {
      text += piece;
    });
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      calls.push({ method, path: url, headers, body: text === "" ? {} : JSON.parse(text) });
      response.writeHead(answer.status, { "content-type": "application/json" }).end("{}");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls, answer, close };
}

export type Letter = { from: string; to: string[]; text: string };
export type MailReceiver = { url: string; letters: Letter[]; refuse: { all: boolean }; close(): Promise<void> };

/** The little of SMTP (RFC 5321) that a client needs to hand over a message. */
export async function listenForMail(): Promise<MailReceiver> {
  const letters: Letter[] = [];
  const refuse = { all: false };
  const server = createTcpServer((socket) => {
    let rest = "";
    let letter: Letter = { from: "", to: [], text: "" };
    let isBody = false;
    const say = (line: string) => socket.write(`${line}\r\n`);
    const take = (line: string) => {
      if (isBody) {
        if (line !== ".") letter.text += `${line}\n`;
        else {
          isBody = false;
          letters.push(letter);
          letter = { from: "", to: [], text: "" };
          say("250 taken");
        }
      } else if (/^(EHLO|HELO)/i.test(line)) say("250 test");
      else if (/^MAIL FROM/i.test(line)) {
        letter.from = line.replace(/^.*<(.*)>.*$/, "$1");
        say(refuse.all ? "451 later" : "250 fine");
      } else if (/^RCPT TO/i.test(line)) {
        letter.to.push(line.replace(/^.*<(.*)>.*$/, "$1"));
        say("250 fine");
      } else if (/^DATA/i.test(line)) {
        isBody = true;
        say("354 go on");
      } else if (/^QUIT/i.test(line)) socket.end("221 bye\r\n");
      else say("250 fine");
    };
    socket.on("error", () => {});
    socket.on("data", (piece) => {
      const lines = (rest + piece).split("\r\n");
      rest = lines.pop()!;
      for (const line of lines) take(line);
    });
    say("220 test");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => void (await new Promise((resolve) => server.close(resolve)));
  return { url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`, letters, refuse, close };
}

/** Subject and body as a person reads them. */
export function readLetter({ text }: Letter): { subject: string; body: string } {
  const [head = "", ...rest] = text.split("\n\n");
  const unfolded = head.replace(/\n[ \t]+/g, " ");
  const subject = /^Subject: (.*)$/m.exec(unfolded)?.[1] ?? "";
  const isBase64 = /^Content-Transfer-Encoding: base64/im.test(head);
  const body = isBase64
    ? Buffer.from(rest.join(""), "base64").toString()
    : decodeQuoted(rest.join("\n\n").replace(/=\n/g, ""));
  return { subject: decodeWords(subject), body };
}

function decodeWords(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, "?==?")
    .replace(/=\?utf-8\?(b|q)\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toLowerCase() === "b" ? Buffer.from(word, "base64").toString() : decodeQuoted(word.replace(/_/g, " ")),
    );
}

function decodeQuoted(text: string): string {
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  ).toString();
}
