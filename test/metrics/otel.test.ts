import { spawn } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { otelSettings } from '#src/metrics/otel-settings';
import { OUTCOMES } from '#src/sample';
import { expectNoSecret } from '../support/expect-no-secret.js';
import {
  attributesOf,
  openCollector,
  type ReceivedMetric,
  type ReceivedMetrics,
} from '../support/loopback-collector.js';
import { goneServiceUrl } from '../support/loopback-service.js';
import { CLI, freshFolder, readReport, ROOT, type Finished } from '../support/run-cli.js';

const RUN = ['--rate', '150/s', '--duration', '3s', '--backend', 'simulated', '--pacing', 'economic', '--no-html'];

function replayWith(
  env: Readonly<Record<string, string>>,
  args: readonly string[],
  node: string[] = [],
): Promise<Finished> {
  const child = spawn(process.execPath, [...node, CLI, ...args], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => (stdout += bytes.toString()));
  child.stderr.on('data', (bytes: Buffer) => (stderr += bytes.toString()));
  return new Promise((resolve) => {
    child.once('close', (code) => {
      resolve({ code, stdout, stderr });
    });
  });
}

describe('pushing to a collector', () => {
  test.concurrent(
    'pushes grow to the report, with the headers and the resource that the variables ask for',
    async () => {
      const collector = await openCollector();
      const out = freshFolder();
      const { stderr, stdout } = await replayWith(
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
          OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20planted',
          OTEL_SERVICE_NAME: 'my load',
          OTEL_RESOURCE_ATTRIBUTES: 'team=ml%20ops,service.name=lost,broken',
          OTEL_METRIC_EXPORT_INTERVAL: '1000',
        },
        [...RUN, '--set', 'failure-ratio=0.2', '--out', out],
      );
      collector.close();
      const { sections, run, verdict } = readReport(out);
      expect(collector.requests.length).toBeGreaterThanOrEqual(2);
      for (const { path, headers } of collector.requests) {
        expect(path).toBe('/v1/metrics');
        expect(headers['authorization']).toBe('Bearer planted');
        expect(headers['content-type']).toBe('application/json');
      }
      const last = collector.received.at(-1) as ReceivedMetrics;
      expect(last.resource).toMatchObject({ 'service.name': 'my load', team: 'ml ops', 'service.instance.id': run.id });
      const { ok, failures, planned, unsent } = sections.outcomes;
      const none = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0]));
      expect(outcomes(last)).toEqual({ ...none, ok, ...failures });
      expect(value(last, 'replay.requests.planned')).toBe(planned);
      expect(value(last, 'replay.requests.unsent')).toBe(unsent);
      expect(value(last, 'replay.run.valid')).toBe(verdict.valid ? 1 : 0);
      expect(find(last, 'replay.requests')?.sum).toMatchObject({ aggregationTemporality: 2, isMonotonic: true });
      const response = find(last, 'replay.response')?.histogram?.dataPoints[0];
      expect(response?.count).toBe(ok);
      expect(response?.bucketCounts).toHaveLength((response?.explicitBounds.length ?? 0) + 1);
      expect(response?.bucketCounts.reduce((sum, n) => sum + n, 0)).toBe(ok);
      const oks = collector.received.map((one) => outcomes(one)['ok'] ?? NaN);
      expect(oks).toEqual(oks.toSorted((a, b) => a - b));
      expectNoSecret(out, stderr, stdout);
    },
  );

  test.concurrent.each([
    ['nobody listens', goneServiceUrl, /ECONNREFUSED/],
    ['it refuses', async () => (await openCollector(401)).url, /HTTP 401/],
  ])('%s: one warning, and the run is what it would have been', async (_what, url, reason) => {
    const out = freshFolder();
    const env = {
      OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: `${await url()}/custom`,
      OTEL_EXPORTER_OTLP_HEADERS: 'x-key=planted',
      OTEL_METRIC_EXPORT_INTERVAL: '1000',
      // A push is tried again until then, and the last one is waited for.
      OTEL_EXPORTER_OTLP_TIMEOUT: '1000',
    };
    const { code, stderr } = await replayWith(env, [...RUN, '--quiet', '--out', out]);
    const { verdict, sections } = readReport(out);
    expect(code).toBe(verdict.valid ? 0 : 96);
    expect(sections.outcomes.ok).toBe(sections.outcomes.planned);
    expect(stderr.match(/OpenTelemetry/g)).toHaveLength(1);
    expect(stderr).toMatch(reason);
    expectNoSecret(out, stderr);
  });

  test.concurrent('without the packages it says what to install, before anything is sent', async () => {
    const hook = `export const resolve = (name, context, next) => {
      if (name.startsWith('@opentelemetry/')) throw Object.assign(new Error('gone'), { code: 'ERR_MODULE_NOT_FOUND' });
      return next(name, context);
    };`;
    const register = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hook))});`;
    const { code, stderr } = await replayWith(
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' },
      [...RUN, '--out', freshFolder()],
      // Later releases of Node call register() deprecated, on standard error.
      ['--disable-warning=DEP0205', '--import', dataUrl(register)],
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/^replay: .*npm install @opentelemetry\/api@\S+ .*OTEL_SDK_DISABLED=true\n$/);
  });
});

function dataUrl(module: string): string {
  return `data:text/javascript,${encodeURIComponent(module)}`;
}

function find({ metrics }: ReceivedMetrics, name: string): ReceivedMetric | undefined {
  return metrics.find((metric) => metric.name === name);
}

function value(received: ReceivedMetrics, name: string): number | undefined {
  const point = find(received, name)?.gauge?.dataPoints[0];
  return point?.asInt ?? point?.asDouble;
}

function outcomes(received: ReceivedMetrics): Record<string, number> {
  const points = find(received, 'replay.requests')?.sum?.dataPoints ?? [];
  return Object.fromEntries(points.map(({ attributes, asInt }) => [attributesOf(attributes)['outcome'], asInt ?? NaN]));
}

describe('otelSettings', () => {
  const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

  test('nothing without an endpoint, or when it is switched off', () => {
    expect(otelSettings({})).toBeUndefined();
    expect(otelSettings({ OTEL_SERVICE_NAME: 'x', OTEL_EXPORTER_OTLP_ENDPOINT: ' ' })).toBeUndefined();
    expect(otelSettings({ ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' })).toBeUndefined();
    expect(otelSettings({ ...ENDPOINT, OTEL_METRICS_EXPORTER: 'none' })).toBeUndefined();
    expect(otelSettings({ ...ENDPOINT, OTEL_SDK_DISABLED: 'false' })).toEqual({
      intervalMs: 60_000,
      attributes: {},
      warnings: [],
    });
  });

  test('an endpoint that is no URL is an error that does not quote it', () => {
    for (const url of ['planted', 'ftp://u:planted@h', 'http://', '127.0.0.1:4318'])
      expect(() => otelSettings({ OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: url })).toThrow(
        /^(?!.*planted).*METRICS_ENDPOINT/,
      );
  });

  test('bad settings are reported and not followed', () => {
    const given = { ...ENDPOINT, OTEL_METRIC_EXPORT_INTERVAL: '-5', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
    expect(otelSettings(given)).toMatchObject({ intervalMs: 60_000 });
    expect(otelSettings(given)?.warnings).toHaveLength(2);
    expect(otelSettings({ ...ENDPOINT, OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' })?.warnings).toEqual([]);
    const attributes = otelSettings({ ...ENDPOINT, OTEL_RESOURCE_ATTRIBUTES: 'a=1,=x,b,c=%zz,d=\u001b[2J,e=f=g' });
    expect(attributes?.attributes).toEqual({ a: '1', d: '[2J', e: 'f=g' });
  });
});
