import type { HrTime } from '@opentelemetry/api';
import type { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import type { MetricData, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import { printable, UserError } from '../errors.js';
import type { RunFacts } from '../progress.js';
import type { Measurement } from '../measurement.js';
import type { OtelSettings } from './otel-settings.js';

/** Sends measurements to an OpenTelemetry collector. A collector that fails costs one warning, never the run. */
export interface OtlpPush {
  /** Sends them when it is time to; does not wait. */
  offer(measured: readonly Measurement[], run: RunFacts): void;
  /** Sends the last ones and waits for the answer, as long as the exporter does (10 s unless set); 2 s where the push before failed. Once. */
  end(measured: readonly Measurement[], run: RunFacts): Promise<void>;
  /** Without a last word: the run failed. */
  close(): Promise<void>;
}

interface World {
  readonly warn: (text: string) => void;
  readonly date: () => Date;
  /** A clock that is never set, ms. */
  readonly nowMs: () => number;
}

/** For a collector that has failed before: it may be back. */
const LAST_CHANCE_MS = 2000;
const MISSING =
  'an OTEL_EXPORTER_OTLP endpoint is set, but OpenTelemetry is not installed; run: npm install @opentelemetry/api@1.9.0 @opentelemetry/sdk-metrics@2.11.0 @opentelemetry/exporter-metrics-otlp-http@0.222.0, or set OTEL_SDK_DISABLED=true';

/** Endpoint, headers, timeout and certificates are read by the exporter itself. Throws `UserError` where it is not installed. */
export async function openOtlpPush(
  { intervalMs, attributes }: OtelSettings,
  { warn, date, nowMs }: World,
): Promise<OtlpPush> {
  const { createExporter, toMetric } = await loadPackages();
  const exporter = createExporter();
  const startedMs = date().getTime();
  const originMs = nowMs();
  // Stamps that go on evenly, also where the wall clock is set meanwhile.
  const unixMs = (): number => startedMs + nowMs() - originMs;
  let sending: Promise<void> | undefined;
  let lastMs = -Infinity;
  let failed = false;
  let warned = false;

  const send = async (measured: readonly Measurement[], run: RunFacts, by = exporter): Promise<void> => {
    lastMs = unixMs();
    const span = { startTime: hrTime(startedMs), endTime: hrTime(lastMs) };
    const failure = await exported(by, {
      resource: resourceOf(attributes, run),
      scopeMetrics: [
        { scope: { name: 'replay', version: run.version }, metrics: measured.map((one) => toMetric(one, span)) },
      ],
    });
    failed = failure !== undefined;
    if (failure === undefined || warned) return;
    warned = true;
    warn(`warning: the OpenTelemetry collector did not take the metrics (${failure}); the run goes on`);
  };

  return {
    offer(measured, run) {
      if (sending !== undefined || unixMs() - lastMs < intervalMs) return;
      sending = send(measured, run).finally(() => {
        sending = undefined;
      });
    },
    async end(measured, run) {
      await sending;
      await send(measured, run, failed ? createExporter({ timeoutMillis: LAST_CHANCE_MS }) : exporter);
      await exporter.shutdown();
    },
    close: () => exporter.shutdown(),
  };
}

interface Span {
  readonly startTime: HrTime;
  readonly endTime: HrTime;
}

async function loadPackages(): Promise<{
  readonly createExporter: (options?: { readonly timeoutMillis: number }) => OTLPMetricExporter;
  readonly toMetric: (measurement: Measurement, span: Span) => MetricData;
}> {
  try {
    const { OTLPMetricExporter } = await import('@opentelemetry/exporter-metrics-otlp-http');
    const { AggregationTemporality, DataPointType } = await import('@opentelemetry/sdk-metrics');
    const { ValueType } = await import('@opentelemetry/api');
    const { otlpMetric } = await import('./otlp-metric.js');
    const kinds = { AggregationTemporality, DataPointType, ValueType };
    return {
      createExporter: (options) => new OTLPMetricExporter(options),
      toMetric: (measurement, span) => otlpMetric(measurement, span, kinds),
    };
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') throw new UserError(MISSING);
    throw thrown;
  }
}

/** Undefined: it was taken; else why not, in words that hold nothing of a header, a URL or an answer. */
function exported(exporter: OTLPMetricExporter, metrics: ResourceMetrics): Promise<string | undefined> {
  return new Promise((resolve) => {
    try {
      exporter.export(metrics, ({ code, error }) => {
        // 0 is success.
        resolve(code ? reasonOf(error) : undefined);
      });
    } catch (thrown) {
      resolve(reasonOf(thrown));
    }
  });
}

function reasonOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | undefined)?.code;
  if (typeof code === 'number') return `HTTP ${String(code)}`;
  return typeof code === 'string' ? printable(code, 60) : 'no answer';
}

/** What the exporter reads of a resource. */
function resourceOf(given: OtelSettings['attributes'], run: RunFacts): ResourceMetrics['resource'] {
  const own = {
    'service.name': 'replay',
    'service.version': run.version,
    'service.instance.id': run.id,
    'telemetry.sdk.language': 'nodejs',
  };
  return { attributes: { ...own, ...given } } as unknown as ResourceMetrics['resource'];
}

function hrTime(ms: number): HrTime {
  return [Math.floor(ms / 1000), Math.floor(ms % 1000) * 1e6];
}
