import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createServer as createSocketServer, type Socket } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { createTransport, type HttpRequest, TransportError } from "../../src/http/call.ts";
import { createTargetGuard } from "../../src/http/target-guard.ts";

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function openTransport(allowLocal = true) {
  const transport = createTransport({ guard: createTargetGuard({ allowLocal }) });
  closers.push(() => transport.close());
  return transport;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  return await listening(server);
}

async function listening(server: Server | ReturnType<typeof createSocketServer>): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { method: "GET", url, headers: {}, timeoutMs: 2_000, bytesMax: 10_000, ...more };
}

async function failureOf(promise: Promise<unknown>): Promise<TransportError> {
  const error = await promise.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(TransportError);
  return error as TransportError;
}

test("an answer comes back with status, headers in lower case and its text", async () => {
  const url = await serve((request, response) => {
    let body = "";
    request.on("data", (piece) => {
      body += piece;
    });
    request.on("end", () => response.writeHead(201, { "X-Seen": "yes" }).end(`${request.method} ${body} їжак`));
  });

  const response = await openTransport()(get(url, { method: "POST", body: "a=1" }));

  expect(response.status).toBe(201);
  expect(response.headers["x-seen"]).toBe("yes");
  expect(response.body).toBe("POST a=1 їжак");
});

test("a compressed answer is unpacked", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('{"ok":true}'));
  });

  expect((await openTransport()(get(url))).body).toBe('{"ok":true}');
});

test("a refused connection never left", async () => {
  const url = await serve(() => {});
  await closers.pop()?.();

  const error = await failureOf(openTransport()(get(url, { method: "POST", body: "x" })));

  expect(error).toMatchObject({ reason: "refused", mayHaveLeft: false });
});

test("a name without address never left", async () => {
  const error = await failureOf(openTransport()(get("http://shop.invalid/")));

  expect(error).toMatchObject({ reason: "unresolved", mayHaveLeft: false });
});

test("no answer in time: the request may have left", async () => {
  const url = await serve(() => {});

  const error = await failureOf(openTransport()(get(url, { method: "POST", body: "x", timeoutMs: 150 })));

  expect(error).toMatchObject({ reason: "timeout", mayHaveLeft: true });
});

test("headers in time but a body that never ends is a time-out as well", async () => {
  const url = await serve((_request, response) => {
    response.writeHead(200).write("begun");
  });

  const error = await failureOf(openTransport()(get(url, { timeoutMs: 150 })));

  expect(error).toMatchObject({ reason: "timeout", mayHaveLeft: true });
});

test("a body cut short is broken, not a short answer", async () => {
  const sockets = new Set<Socket>();
  const server = createSocketServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.end('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 200\r\n\r\n{"success": tr');
    });
  });
  const url = await listening(server);
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
  });

  const error = await failureOf(openTransport()(get(url)));

  expect(error).toMatchObject({ reason: "broken", mayHaveLeft: true });
});

test("a connection dropped without an answer may have left", async () => {
  const url = await serve((request) => request.socket.destroy());

  const error = await failureOf(openTransport()(get(url, { method: "POST", body: "x" })));

  expect(error).toMatchObject({ reason: "broken", mayHaveLeft: true });
});

test("an answer over the limit is given up, packed or not", async () => {
  const url = await serve((request, response) => {
    if (request.url === "/packed") {
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("x".repeat(50_000)));
    } else response.end("x".repeat(50_000));
  });
  const transport = openTransport();

  expect(await failureOf(transport(get(url)))).toMatchObject({ reason: "too-large", mayHaveLeft: true });
  expect(await failureOf(transport(get(`${url}/packed`)))).toMatchObject({ reason: "too-large" });
});

test("a redirect is an answer and is not followed", async () => {
  let asked = 0;
  const url = await serve((_request, response) => {
    asked += 1;
    response.writeHead(302, { location: "http://127.0.0.1:1/elsewhere" }).end();
  });

  const response = await openTransport()(get(url));

  expect(response.status).toBe(302);
  expect(response.headers.location).toBe("http://127.0.0.1:1/elsewhere");
  expect(asked).toBe(1);
});

test("an abort ends the request, before it was made without leaving", async () => {
  const url = await serve(() => {});
  const transport = openTransport();
  const controller = new AbortController();
  const underWay = failureOf(transport(get(url, { signal: controller.signal })));
  setTimeout(() => controller.abort(), 50);

  expect(await underWay).toMatchObject({ reason: "aborted", mayHaveLeft: true });
  expect(await failureOf(transport(get(url, { signal: AbortSignal.abort() })))).toMatchObject({
    reason: "aborted",
    mayHaveLeft: false,
  });
});

test("F114: without local targets the machine's own network is out of reach, also behind a name", async () => {
  let asked = 0;
  const url = await serve((_request, response) => {
    asked += 1;
    response.end();
  });
  const strict = openTransport(false);

  for (const address of [
    url,
    url.replace("127.0.0.1", "localhost"),
    "https://127.0.0.1/",
    "https://[::1]/",
    "not an address",
  ]) {
    expect(await failureOf(strict(get(address)))).toMatchObject({ reason: "forbidden-target", mayHaveLeft: false });
  }
  const guard = createTargetGuard({
    allowLocal: false,
    resolve: (_name, _options, done) => done(null, [{ address: "10.0.0.7", family: 4 }]),
  });
  const rebound = createTransport({ guard });
  closers.push(() => rebound.close());
  expect(await failureOf(rebound(get("https://shop.example.org/")))).toMatchObject({
    reason: "forbidden-target",
    mayHaveLeft: false,
  });
  expect(asked).toBe(0);
});
