import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What arrived: OTLP in its JSON form (opentelemetry.io/docs/specs/otlp, ExportMetricsServiceRequest). */
export interface ReceivedMetrics {
  readonly resource: Readonly<Record<string, string>>;
  readonly metrics: readonly ReceivedMetric[];
}

export interface ReceivedMetric {
  readonly name: string;
  readonly unit: string;
  readonly sum?: {
    readonly aggregationTemporality: number;
    readonly isMonotonic: boolean;
    readonly dataPoints: readonly ReceivedPoint[];
  };
  readonly gauge?: { readonly dataPoints: readonly ReceivedPoint[] };
  readonly histogram?: {
    readonly dataPoints: readonly {
      readonly count: number;
      readonly sum: number;
      readonly bucketCounts: readonly number[];
      readonly explicitBounds: readonly number[];
    }[];
  };
}

interface ReceivedPoint {
  readonly attributes: readonly Attribute[];
  readonly asInt?: number;
  readonly asDouble?: number;
}

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string };
}

/** An OTLP/HTTP collector on this machine that answers everything with `status`. */
export async function openCollector(status = 200): Promise<{
  readonly url: string;
  readonly received: ReceivedMetrics[];
  readonly requests: { readonly path: string; readonly headers: Readonly<Record<string, unknown>> }[];
  close(): void;
}> {
  const received: ReceivedMetrics[] = [];
  const requests: { path: string; headers: Readonly<Record<string, unknown>> }[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (piece: string) => (text += piece));
    request.on('end', () => {
      requests.push({ path: request.url ?? '', headers: request.headers });
      received.push(...read(text));
      response.writeHead(status, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received,
    requests,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function read(text: string): ReceivedMetrics[] {
  const { resourceMetrics } = JSON.parse(text) as {
    readonly resourceMetrics: readonly {
      readonly resource: { readonly attributes: readonly Attribute[] };
      readonly scopeMetrics: readonly { readonly metrics: readonly ReceivedMetric[] }[];
    }[];
  };
  return resourceMetrics.map(({ resource, scopeMetrics }) => ({
    resource: attributesOf(resource.attributes),
    metrics: scopeMetrics.flatMap(({ metrics }) => metrics),
  }));
}

export function attributesOf(attributes: readonly Attribute[]): Record<string, string> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? '']));
}
