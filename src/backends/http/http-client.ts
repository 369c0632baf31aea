import type { HttpOptions } from '../wire/http-options.js';
import { requestAt } from '../wire/http-request.js';
import { bodyHeaders } from '../wire/open-body-rules.js';
import { tableRequests } from '../wire/requests.js';
import { type Connecting, restClient, type RestClient } from '../wire/rest-client.js';
import { type TemplatesSent, templatesClient } from '../wire/templates-client.js';
import { http2Facts } from './http2-facts.js';
import { requestForms } from './request-forms.js';

/** The lean wire of the protocol asked for, or undici. */
export function createHttpClient(
  options: HttpOptions,
  connecting: Connecting,
  sent: TemplatesSent,
): RestClient | Promise<RestClient> {
  if (options.client === 'undici') return undiciClient(options, connecting, sent);
  return options.http2 === 'no' ? templatesClient(options, connecting, sent) : http2Client(options, connecting, sent);
}

/** Node's HTTP/2 is loaded only where it is asked for. */
async function http2Client(options: HttpOptions, connecting: Connecting, sent: TemplatesSent): Promise<RestClient> {
  const { LanePool } = await import('./lane-pool.js');
  const url = new URL(options.url);
  const wire = new LanePool({
    url,
    connect: options.connect,
    priorKnowledge: options.http2 === 'prior-knowledge',
    connections: connecting.connections.max,
    limits: { bodyBytes: options.bodyLimitBytes, keepHeaders: ['location', ...bodyHeaders(options.expect)] },
    idleMs: options.idleMs,
    clock: connecting.clock,
  });
  const scheme = url.protocol === 'https:' ? 'https' : 'http';
  const requests = tableRequests(
    sent,
    (template) => requestForms(template, sent.values, scheme),
    (made) => made.fields(0).body?.length ?? 0,
  );
  return restClient(
    {
      open: (signal) => wire.open(signal),
      send(forms, call, sending) {
        wire.send(forms, call.seq, sending, call);
      },
      facts: () => http2Facts(wire),
      close() {
        wire.close();
        return Promise.resolve();
      },
    },
    requests,
  );
}

/** The library takes 120 ms to load: only where it is asked for. */
async function undiciClient(options: HttpOptions, connecting: Connecting, sent: TemplatesSent): Promise<RestClient> {
  const { createUndiciClient } = await import('../wire/undici-client.js');
  const { connect, proxy, bodyLimitBytes, idleMs } = options;
  const client = createUndiciClient({
    url: new URL(options.url),
    connections: connecting.connections.max,
    connect,
    proxy: proxy === null ? null : new URL(proxy),
    bodyLimitBytes,
    idleMs,
    keepHeaders: ['location', ...bodyHeaders(options.expect)],
    clock: connecting.clock,
  });
  const requests = tableRequests(
    sent,
    (template) => requestAt(template, sent.values),
    (made) => made(0).body?.length ?? 0,
  );
  return restClient(
    {
      open: () => Promise.resolve(),
      send(request, call, sending) {
        client.send(request(call.seq), sending, call);
      },
      facts: () => ({
        client: `undici, HTTP/1.1${proxy === null ? '' : ', through a proxy'}`,
        connectionsOpen: client.connected(),
      }),
      close: () => client.close(),
    },
    requests,
  );
}
