import type { CloudWatchClient, DimensionFilter } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { type KeptCredentials, keepCredentials } from '../backends/aws/aws-credentials.js';
import { sdkFailure } from '../backends/aws/aws-sdk-failure.js';
import { secretsOf } from '../backends/aws/aws-secrets.js';
import type { Clock } from '../clock.js';
import type { CloudGap, CloudReading } from '../cloud-record.js';
import type { CloudReader } from './cloud-reader.js';
import type { AwsPlace, CloudTarget } from './cloud-target.js';
import { lambdaQueries, type MetricQuery, sageMakerQueries } from './cloudwatch-metrics.js';
import type { CollectWindow } from './collect-window.js';
import { eachPage } from './each-page.js';
import { gapOf, noneOf } from './gaps.js';
import { type CloudWatchPackages, loadCloudWatch } from './load-cloudwatch.js';
import { readInvocationLog } from './read-invocation-log.js';
import { readMetricData } from './read-metric-data.js';

type AwsTarget = Extract<CloudTarget, { readonly kind: 'lambda' | 'sagemaker' }>;

/** Readings are no measurement: they may be tried again, and take their time. */
const PATIENCE = { maxAttempts: 3, requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000 } } as const;

/**
 * The metrics of CloudWatch, and for Lambda the reports in CloudWatch Logs, by the clients of the vendor, which honour its
 * environment: AWS_ENDPOINT_URL_CLOUDWATCH, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS. Throws `UserError` without credentials or package.
 */
export async function openCloudWatch(target: AwsTarget, clock: Clock): Promise<CloudReader> {
  const packages = await loadCloudWatch(target.kind);
  const config = configOf(target);
  const client = new packages.metrics.CloudWatchClient(config);
  const logClient = packages.logs === undefined ? undefined : new packages.logs.CloudWatchLogsClient(config);
  const credentials = await keepCredentials(target.kind, client.config.credentials);
  return new CloudWatch(target, packages, client, logClient, credentials, clock);
}

function configOf({ region, profile }: AwsPlace) {
  return { ...PATIENCE, ...(region === null ? {} : { region }), ...(profile === null ? {} : { profile }) };
}

class CloudWatch implements CloudReader {
  readonly source = 'cloudwatch';
  readonly #target: AwsTarget;
  readonly #packages: CloudWatchPackages;
  readonly #client: CloudWatchClient;
  readonly #logs: CloudWatchLogsClient | undefined;
  readonly #credentials: KeptCredentials;
  readonly #clock: Clock;

  constructor(
    target: AwsTarget,
    packages: CloudWatchPackages,
    client: CloudWatchClient,
    logs: CloudWatchLogsClient | undefined,
    credentials: KeptCredentials,
    clock: Clock,
  ) {
    this.#target = target;
    this.#packages = packages;
    this.#client = client;
    this.#logs = logs;
    this.#credentials = credentials;
    this.#clock = clock;
  }

  async read(window: CollectWindow): Promise<CloudReading> {
    const [metrics, log] = await Promise.all([this.#readMetrics(window), this.#readLog(window)]);
    return { series: metrics.series, logged: log.logged, missing: [...metrics.missing, ...log.missing] };
  }

  close(): void {
    this.#credentials.close();
    this.#client.destroy();
    this.#logs?.destroy();
  }

  async #readMetrics(window: CollectWindow): Promise<Pick<CloudReading, 'series' | 'missing'>> {
    const { GetMetricDataCommand } = this.#packages.metrics;
    try {
      const queries = await this.#queries(window);
      const all = await readMetricData((input) => this.#client.send(new GetMetricDataCommand(input)), queries, window);
      return { series: all.filter(({ points }) => points.length > 0), missing: noneOf(all) };
    } catch (thrown) {
      return { series: [], missing: [this.#failed('the metrics of CloudWatch', thrown)] };
    }
  }

  async #readLog(window: CollectWindow): Promise<Pick<CloudReading, 'logged' | 'missing'>> {
    const [target, client, sdk] = [this.#target, this.#logs, this.#packages.logs];
    if (target.kind !== 'lambda' || client === undefined || sdk === undefined) return { logged: null, missing: [] };
    const { logGroup } = target;
    try {
      const logged = await readInvocationLog(
        (input) => client.send(new sdk.FilterLogEventsCommand(input)),
        logGroup,
        window,
      );
      return { logged, missing: [] };
    } catch (thrown) {
      return { logged: null, missing: [this.#failed(`the reports in log group ${logGroup}`, thrown)] };
    }
  }

  async #queries({ stepMs }: CollectWindow): Promise<readonly MetricQuery[]> {
    const target = this.#target;
    if (target.kind === 'lambda') return lambdaQueries(target.function, target.qualifier);
    const { endpoint, variant } = target;
    const variants = variant === null ? await this.#variants(endpoint) : [variant];
    return variants.flatMap((name) => sageMakerQueries(endpoint, name, stepMs));
  }

  /** Those that have metrics; the name that SageMaker's own tools give where none has. */
  async #variants(endpoint: string): Promise<readonly string[]> {
    const { ListMetricsCommand } = this.#packages.metrics;
    const Dimensions: DimensionFilter[] = [{ Name: 'EndpointName', Value: endpoint }];
    const query = { Namespace: 'AWS/SageMaker', MetricName: 'Invocations', Dimensions };
    const found = new Set<string>();
    await eachPage(async (NextToken) => {
      const page = await this.#client.send(
        new ListMetricsCommand({ ...query, ...(NextToken === undefined ? {} : { NextToken }) }),
      );
      for (const { Dimensions: of = [] } of page.Metrics ?? []) {
        const variant = of.find(({ Name }) => Name === 'VariantName')?.Value;
        if (variant !== undefined && of.length === 2) found.add(variant);
      }
      return page.NextToken;
    });
    return found.size === 0 ? ['AllTraffic'] : [...found].sort();
  }

  #failed(what: string, thrown: unknown): CloudGap {
    return gapOf(what, reasonOf(thrown, this.#clock, secretsOf(this.#credentials)));
  }
}

/** Our own words, or what the vendor's client threw, without any secret. */
function reasonOf(thrown: unknown, clock: Clock, secrets: readonly string[]): string {
  const isOwn = thrown instanceof Error && thrown.constructor === Error && !('$metadata' in thrown || 'code' in thrown);
  if (isOwn) return thrown.message;
  const outcome = sdkFailure(thrown, clock, secrets);
  return outcome.ok ? 'it failed' : outcome.detail;
}
