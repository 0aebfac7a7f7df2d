import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answering, isLost, type SandboxRequest } from "./answer.ts";

export type Listening = { url: string; port: number; close(): Promise<void> };

const bodyBytesMax = 64 * 1024 * 1024;

/**
 * Serves `sandbox.handle` over HTTP on `host` (127.0.0.1) and `port` (0 takes a free one).
 * A lost answer destroys the socket, so that the caller sees a broken connection.
 */
export async function listen(sandbox: Answering, options: { port?: number; host?: string } = {}): Promise<Listening> {
  const host = options.host ?? "127.0.0.1";
  const server = createServer((incoming, outgoing) => {
    answer(sandbox, incoming, outgoing).catch((error: unknown) => {
      if (outgoing.headersSent) {
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(500, { "content-type": "text/plain; charset=utf-8" });
      outgoing.end(`sandbox bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, host, () => resolve());
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function answer(sandbox: Answering, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const reply = await sandbox.handle(await readRequest(incoming));
  if (isLost(reply)) {
    incoming.socket.destroy();
    return;
  }
  const body = Buffer.from(reply.body, "utf8");
  outgoing.writeHead(reply.status, { ...reply.headers, "content-length": String(body.length) });
  outgoing.end(incoming.method === "HEAD" ? undefined : body);
}

async function readRequest(incoming: IncomingMessage): Promise<SandboxRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > bodyBytesMax) throw new Error("body too large for the sandbox");
    chunks.push(chunk);
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
  }
  return {
    method: incoming.method ?? "GET",
    url: incoming.url ?? "/",
    headers,
    body: Buffer.concat(chunks).toString("utf8"),
  };
}
