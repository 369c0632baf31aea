import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Certificate } from '../backends/wire/certificate.js';
import { serveHttp } from './fake-google.js';

/** A point of a series, as the test thinks of it. */
export interface MadePoint {
  readonly atMs: number;
  readonly value: number;
  /** Makes it a distribution whose mean is `value`. */
  readonly count?: number;
}

export interface MadeSeries {
  readonly type: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly points: readonly MadePoint[];
}

export interface FakeMonitoring {
  readonly url: string;
  /** Queries of timeSeries.list so far. */
  readonly seen: readonly URL[];
  readonly authorizations: readonly (string | undefined)[];
  close(): Promise<void>;
}

interface Behaviour {
  /** What there is by the nth query, from 0. */
  readonly series: (nth: number) => readonly MadeSeries[];
  /** Points in a page; a series is cut where a page ends. */
  readonly perPage?: number;
  /** In place of an answer. */
  readonly instead?: (request: IncomingMessage) => { readonly status: number; readonly body: string } | undefined;
  readonly certificate?: Certificate;
}

/** A stand-in for `projects.timeSeries.list` of Cloud Monitoring: filter by type, interval (start, end], pages. */
export async function serveMonitoring({
  series,
  perPage = 100,
  instead,
  certificate,
}: Behaviour): Promise<FakeMonitoring> {
  const seen: URL[] = [];
  const authorizations: (string | undefined)[] = [];
  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://x');
    authorizations.push(request.headers.authorization);
    const other = instead?.(request);
    const nth = seen.filter(({ searchParams }) => !searchParams.has('pageToken')).length;
    seen.push(url);
    response.writeHead(other?.status ?? 200, { 'content-type': 'application/json' });
    response.end(other?.body ?? JSON.stringify(pageOf(url, series(nth), perPage)));
  };
  if (certificate === undefined) {
    const { port, close } = await serveHttp(listener);
    return { url: `http://127.0.0.1:${String(port)}`, seen, authorizations, close };
  }
  const server = createServer(certificate, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    seen,
    authorizations,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      });
    },
  };
}

function pageOf({ searchParams }: URL, all: readonly MadeSeries[], perPage: number): unknown {
  const type = /metric\.type = "([^"]+)"/.exec(searchParams.get('filter') ?? '')?.[1];
  const [start, end] = ['startTime', 'endTime'].map((name) => Date.parse(searchParams.get(`interval.${name}`) ?? ''));
  const flat = all
    .filter((one) => one.type === type)
    .flatMap((one) => one.points.map((point) => ({ one, point })))
    .filter(({ point: { atMs } }) => atMs > (start ?? NaN) && atMs <= (end ?? NaN));
  const from = Number(searchParams.get('pageToken') ?? 0);
  const page = flat.slice(from, from + perPage);
  const series = [...new Set(page.map(({ one }) => one))];
  return {
    // An empty list is left out, as there.
    ...(series.length === 0
      ? {}
      : {
          timeSeries: series.map((one) =>
            asJson(
              one,
              page.filter((entry) => entry.one === one).map(({ point }) => point),
            ),
          ),
        }),
    ...(from + perPage < flat.length ? { nextPageToken: String(from + perPage) } : {}),
  };
}

function asJson({ type, labels = {} }: MadeSeries, points: readonly MadePoint[]): unknown {
  return {
    metric: { type, labels },
    resource: { type: 'x', labels: { revision_name: 'r-1' } },
    // Newest first, as there.
    points: [...points].reverse().map(({ atMs, value, count }) => ({
      interval: { startTime: new Date(atMs - 60_000).toISOString(), endTime: new Date(atMs).toISOString() },
      value:
        count !== undefined
          ? { distributionValue: { count: String(count), mean: value } }
          : Number.isInteger(value)
            ? { int64Value: String(value) }
            : { doubleValue: value },
    })),
  };
}
