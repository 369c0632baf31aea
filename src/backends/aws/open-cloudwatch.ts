import type { CloudWatchClient, DimensionFilter } from '@aws-sdk/client-cloudwatch';
import type { CloudWatchLogsClient, FilterLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '../../clock.js';
import type { CloudReader, CollectWindow, MeterWorld } from '../../cloud-meters.js';
import type { CloudGap, CloudReading, LoggedInvocations } from '../../cloud-record.js';
import { eachPage } from '../shared/each-page.js';
import { gapOf, noneOf } from '../shared/gaps.js';
import { type KeptCredentials, keepCredentials } from './aws-credentials.js';
import { sdkFailure } from './aws-sdk-failure.js';
import { secretsOf } from './aws-secrets.js';
import type { AwsPlace } from './cloudwatch-meters.js';
import type { MetricQuery } from './cloudwatch-metrics.js';
import { type CloudWatchPackages, loadCloudWatch } from './load-cloudwatch.js';
import { readMetricData } from './read-metric-data.js';

/** One page of FilterLogEvents. */
export type GetLogPage = (input: {
  readonly logGroupName: string;
  readonly startTime: number;
  readonly endTime: number;
  readonly filterPattern: string;
  readonly nextToken?: string;
}) => Promise<Partial<Pick<FilterLogEventsResponse, 'events' | 'nextToken'>>>;

/** What is asked about one target. */
export interface CloudWatchQuestions {
  readonly backend: string;
  readonly place: AwsPlace;
  /** `valuesOf`: the values of a dimension that a metric has beside another one. */
  queries(window: CollectWindow, valuesOf: ValuesOf): Promise<readonly MetricQuery[]>;
  /** Absent: the service keeps no log of its invocations. */
  readonly log?: {
    readonly group: string;
    readonly read: (get: GetLogPage, group: string, window: CollectWindow) => Promise<LoggedInvocations>;
  };
}

type ValuesOf = (
  namespace: string,
  metric: string,
  beside: readonly [name: string, value: string],
  dimension: string,
) => Promise<readonly string[]>;

/** Readings are no measurement: they may be tried again, and take their time. */
const PATIENCE = { maxAttempts: 3, requestHandler: { connectionTimeout: 5000, requestTimeout: 30_000 } } as const;

/**
 * The metrics of CloudWatch, and the reports in CloudWatch Logs, by the clients of the vendor, which honour its
 * environment: AWS_ENDPOINT_URL_CLOUDWATCH, AWS_ENDPOINT_URL_CLOUDWATCH_LOGS. Throws `UserError` without credentials or package.
 */
export async function openCloudWatch(
  asked: CloudWatchQuestions,
  { clock, hide }: Pick<MeterWorld, 'clock' | 'hide'>,
): Promise<CloudReader> {
  const { backend, place, log } = asked;
  const packages = await loadCloudWatch(backend, log !== undefined);
  const config = configOf(place);
  const client = new packages.metrics.CloudWatchClient(config);
  const logClient = packages.logs === undefined ? undefined : new packages.logs.CloudWatchLogsClient(config);
  const credentials = await keepCredentials(backend, client.config.credentials, hide);
  return new CloudWatch(asked, packages, client, logClient, credentials, clock);
}

function configOf({ region, profile }: AwsPlace) {
  return { ...PATIENCE, ...(region === null ? {} : { region }), ...(profile === null ? {} : { profile }) };
}

class CloudWatch implements CloudReader {
  readonly #asked: CloudWatchQuestions;
  readonly #packages: CloudWatchPackages;
  readonly #client: CloudWatchClient;
  readonly #logs: CloudWatchLogsClient | undefined;
  readonly #credentials: KeptCredentials;
  readonly #clock: Clock;

  constructor(
    asked: CloudWatchQuestions,
    packages: CloudWatchPackages,
    client: CloudWatchClient,
    logs: CloudWatchLogsClient | undefined,
    credentials: KeptCredentials,
    clock: Clock,
  ) {
    this.#asked = asked;
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
      const queries = await this.#asked.queries(window, this.#valuesOf);
      const all = await readMetricData((input) => this.#client.send(new GetMetricDataCommand(input)), queries, window);
      return { series: all.filter(({ points }) => points.length > 0), missing: noneOf(all) };
    } catch (thrown) {
      return { series: [], missing: [this.#failed('the metrics of CloudWatch', thrown)] };
    }
  }

  async #readLog(window: CollectWindow): Promise<Pick<CloudReading, 'logged' | 'missing'>> {
    const [{ log }, client, sdk] = [this.#asked, this.#logs, this.#packages.logs];
    if (log === undefined || client === undefined || sdk === undefined) return { logged: null, missing: [] };
    try {
      const get: GetLogPage = (input) => client.send(new sdk.FilterLogEventsCommand(input));
      const logged = await log.read(get, log.group, window);
      return { logged, missing: [] };
    } catch (thrown) {
      return { logged: null, missing: [this.#failed(`the reports in log group ${log.group}`, thrown)] };
    }
  }

  readonly #valuesOf: ValuesOf = async (Namespace, MetricName, [Name, Value], dimension) => {
    const { ListMetricsCommand } = this.#packages.metrics;
    const Dimensions: DimensionFilter[] = [{ Name, Value }];
    const found = new Set<string>();
    await eachPage(async (NextToken) => {
      const query = { Namespace, MetricName, Dimensions, ...(NextToken === undefined ? {} : { NextToken }) };
      const page = await this.#client.send(new ListMetricsCommand(query));
      for (const { Dimensions: of = [] } of page.Metrics ?? []) {
        const value = of.find((one) => one.Name === dimension)?.Value;
        if (value !== undefined && of.length === 2) found.add(value);
      }
      return page.NextToken;
    });
    return [...found].sort();
  };

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
