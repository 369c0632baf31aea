import { Flags } from '@oclif/core';
import { UserError } from '../errors.js';
import type { Ending, Measurement } from '../measurement.js';
import type { Progress } from '../progress.js';
import { parseDurationMs } from '../text/quantities.js';
import type { Report } from '../report.js';
import { textFlag, wholeNumber } from './text-flag.js';

/** The flags of metrics for other systems. */
export const METRICS_FLAGS = {
  'metrics-port': textFlag(
    'metrics-port',
    wholeNumber(0, 65_535),
  )({ description: 'serve live metrics to Prometheus there, such as 9464; 0: any free port' }),
  'metrics-host': Flags.string({ description: 'the address to serve them on; 127.0.0.1 unless given' }),
  'metrics-linger': textFlag(
    'metrics-linger',
    parseDurationMs,
  )({ description: 'how long to serve them after the run, for a last scrape; 0s unless given' }),
};

interface MetricsFlags {
  readonly 'metrics-port': number | undefined;
  readonly 'metrics-host': string | undefined;
  readonly 'metrics-linger': number | undefined;
  readonly time: string;
}

interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly date: () => Date;
  readonly say: (text: string) => void;
}

/** Metrics of a run that others read while it goes on. */
export interface LiveMetrics {
  show(progress: Progress): void;
  /** The last figures, as in the report; waits for a last scrape and a last push. Aborted `stop`: not for the scrape. */
  end(report: Report, stop: AbortSignal): Promise<void>;
  /** Gives port and connections back. */
  close(): Promise<void>;
}

/** Opens what flags and OTEL_ variables ask for, before anything is sent. Throws `UserError` for what cannot be. */
export async function liveMetrics(flags: MetricsFlags, world: World): Promise<LiveMetrics> {
  checkFlags(flags);
  let latest: { readonly progress: Progress; readonly ending?: Ending } | undefined;
  const { measurements } = await import('../metrics/measurements.js');
  const measured = (): Measurement[] => (latest === undefined ? [] : measurements(latest.progress, latest.ending));
  const push = await openPush(flags.time, world);
  const server = await openServer(flags, measured, world.say);
  return {
    show(progress) {
      latest = { progress };
      push?.offer(measured(), progress.run);
    },
    async end(report, stop) {
      if (latest === undefined) return;
      const { progress } = latest;
      latest = { progress, ending: endingOf(report) };
      await push?.end(measured(), progress.run);
      if (server !== undefined) await lingered(flags['metrics-linger'] ?? 0, stop);
    },
    async close() {
      server?.close();
      await push?.close();
    },
  };
}

function checkFlags(flags: MetricsFlags): void {
  const port = flags['metrics-port'];
  if (port === undefined && (flags['metrics-host'] !== undefined || flags['metrics-linger'] !== undefined))
    throw new UserError('--metrics-host and --metrics-linger go with --metrics-port; add --metrics-port 9464');
  if (port !== undefined && flags.time === 'virtual')
    throw new UserError('--metrics-port shows a run as it goes on; --time virtual has no such time; leave one out');
}

async function openServer(
  flags: MetricsFlags,
  measured: () => Measurement[],
  say: World['say'],
): Promise<{ close(): void } | undefined> {
  const port = flags['metrics-port'];
  if (port === undefined) return undefined;
  const { openMetricsServer } = await import('../metrics/metrics-server.js');
  const { prometheusText } = await import('../metrics/prometheus-text.js');
  const server = await openMetricsServer(flags['metrics-host'] ?? '127.0.0.1', port, () => prometheusText(measured()));
  say(`metrics at ${server.url}`);
  return server;
}

async function openPush(
  time: string,
  { env, date, say }: World,
): Promise<import('../metrics/otlp-push.js').OtlpPush | undefined> {
  if (time === 'virtual' || !Object.keys(env).some((name) => name.startsWith('OTEL_'))) return undefined;
  const { otelSettings } = await import('../metrics/otel-settings.js');
  const settings = otelSettings(env);
  if (settings === undefined) return undefined;
  for (const warning of settings.warnings) say(`warning: ${warning}`);
  const { openOtlpPush } = await import('../metrics/otlp-push.js');
  return openOtlpPush(settings, { warn: say, date, nowMs: () => Number(process.hrtime.bigint()) / 1e6 });
}

function endingOf({ sections: { outcomes, cost }, verdict }: Report): Ending {
  const { total, currency } = cost;
  return {
    unsent: outcomes.unsent,
    valid: verdict.valid,
    cost: total === null ? null : { amount: total, currency },
  };
}

function lingered(ms: number, stop: AbortSignal): Promise<void> {
  if (ms === 0 || stop.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
