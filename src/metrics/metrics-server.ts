import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Socket } from 'node:net';
import { messageOf, printable, UserError } from '../errors.js';
import { refusedHost } from '../text/refused-host.js';
import type { Exposition } from './prometheus-text.js';

export interface MetricsServer {
  /** Where the metrics are. */
  readonly url: string;
  close(): void;
}

/** How long a connection may take for what, ms. */
export interface MetricsLimits {
  /** For a whole request. */
  readonly requestMs: number;
  /** Without a request, and to take an answer. */
  readonly idleMs: number;
}

/** More than several systems that scrape need; one more takes the place of the connection that is silent for the longest time. */
const MOST_CONNECTIONS = 32;
const LIMITS: MetricsLimits = { requestMs: 5000, idleMs: 5000 };

/** Serves `/metrics` until it is closed; `port` 0: any. Throws `UserError` when it cannot listen there. */
export async function openMetricsServer(
  host: string,
  port: number,
  exposition: () => Promise<Exposition>,
  { requestMs, idleMs }: MetricsLimits = LIMITS,
): Promise<MetricsServer> {
  const limits = { requestTimeout: requestMs, headersTimeout: requestMs, keepAliveTimeout: idleMs };
  const server = createServer(
    { ...limits, connectionsCheckingInterval: Math.min(1000, requestMs) },
    (request, response) => {
      const refusal = refusedHost(request.headers.host, (server.address() as AddressInfo | null)?.address ?? '');
      if (refusal === undefined) void answer(request, response, exposition);
      else refuse(response, refusal);
    },
  );
  server.setTimeout(idleMs);
  keepPlaces(server);
  await listening(server, host, port);
  return {
    url: urlOf(server.address() as AddressInfo),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** A connection beyond those closes the one that said the least lately. */
function keepPlaces(server: Server): void {
  const sockets = new Set<Socket>();
  const used = (socket: Socket): void => {
    if (sockets.delete(socket)) sockets.add(socket);
  };
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (sockets.size > MOST_CONNECTIONS) sockets.values().next().value?.destroy();
  });
  server.on('request', ({ socket }: IncomingMessage) => {
    used(socket);
  });
}

function refuse(response: ServerResponse, why: string): void {
  response.writeHead(421, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' }).end(`${why}\n`);
}

async function answer(
  { method, url }: IncomingMessage,
  response: ServerResponse,
  exposition: () => Promise<Exposition>,
): Promise<void> {
  if (method !== 'GET' && method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  if (url?.split('?')[0] !== '/metrics') {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' }).end('the metrics are at /metrics\n');
    return;
  }
  const { contentType, text } = await exposition();
  response.writeHead(200, { 'content-type': contentType }).end(text);
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(new UserError(`--metrics-port ${String(port)}: ${reasonOf(error, host)}`));
    });
    server.listen({ port, host }, resolve);
  });
}

function reasonOf(error: NodeJS.ErrnoException, host: string): string {
  if (error.code === 'EADDRINUSE') return 'the port is in use; give another, or 0 for any that is free';
  if (error.code === 'EACCES') return 'the system does not let you listen there; give a port from 1024 on';
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
    return `${printable(host, 60)} is no address of this machine; give another --metrics-host`;
  return messageOf(error);
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${String(port)}/metrics`;
}
