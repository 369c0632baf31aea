import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { ServiceLocation } from '../backends/backend.js';
import { printable, UserError } from '../errors.js';
import type { Learnt } from './check-step.js';

const PATIENCE_MS = 5000;

/** Opens a connection, TLS too, and closes it. Rejects with `UserError` where that fails. */
export async function reachAddress(location: ServiceLocation): Promise<Learnt<undefined>> {
  const { url, insecure = false } = location;
  const place = printable(url.host, 120);
  const startMs = performance.now();
  const socket = await opened(location).catch((thrown: unknown) => {
    throw new UserError(`${place}: ${reasonOf(thrown)}`);
  });
  const ms = performance.now() - startMs;
  const where = printable(
    location.at && 'path' in location.at ? location.at.path : (socket.remoteAddress ?? 'an address unknown'),
  );
  socket.destroy();
  const how = url.protocol === 'https:' ? `TLS${insecure ? ', certificate not checked' : ''}` : 'no TLS';
  return { text: `${place} answers at ${where} (${how}) after ${ms.toFixed(1)} ms`, value: undefined };
}

function opened({ url, insecure = false, tls = {}, at }: ServiceLocation): Promise<Socket | TLSSocket> {
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);
  const where = { host, port, ...at };
  const name = host.replace(/(?<=.)\.$/, '');
  return new Promise((resolve, reject) => {
    const socket = isTls
      ? connectTls({ servername: isIP(name) === 0 ? name : '', rejectUnauthorized: !insecure, ...tls, ...where })
      : connect(where);
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(Object.assign(new Error('slow'), { code: 'ETIMEDOUT' })));
    socket.once('error', reject);
    socket.once(isTls ? 'secureConnect' : 'connect', () => {
      resolve(socket);
    });
  });
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host; check its name and the region',
  EAI_AGAIN: 'its name cannot be looked up; check the network',
  ECONNREFUSED: 'nothing listens there; check host and port, and that the service runs',
  ETIMEDOUT: `no answer within ${String(PATIENCE_MS / 1000)} s; check the address, firewalls and the VPN`,
  EHOSTUNREACH: 'there is no way to it; check the network',
  ENETUNREACH: 'there is no way to it; check the network',
  ECONNRESET: 'it closed the connection; check whether it speaks TLS (https) or not (http)',
};

/** Node gives one error for each address it tried. */
function reasonOf(thrown: unknown): string {
  const first: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const code = first instanceof Error && 'code' in first ? String(first.code) : '';
  if (Object.hasOwn(REASONS, code)) return `${REASONS[code] ?? ''} (${code})`;
  const message = first instanceof Error ? first.message : String(first);
  return `${printable(message, 160)}; check that it speaks TLS and that its certificate is trusted here`;
}
