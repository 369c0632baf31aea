import type { CloudMeters, CloudReader, CloudTarget, MeterWorld } from '../cloud-meters.js';
import type { ClientCount, CloudReading, CloudRecord } from '../cloud-record.js';
import { messageOf } from '../errors.js';
import { collectWindow } from './collect-window.js';
import { gapOf } from '../backends/shared/gaps.js';
import { KnownSecrets } from '../secrets/known-secrets.js';
import { secretsOfEnvironment } from '../secrets/secrets-of-environment.js';
import { pollUntilSettled } from './poll-until-settled.js';

/** What is asked, about which time. */
export interface CloudQuestion {
  readonly meters: Pick<CloudMeters, 'source' | 'counting'>;
  readonly target: CloudTarget;
  /** Unix time, ms. */
  readonly startMs: number;
  readonly endMs: number;
  /** What the client gave up may have gone on for this long after the end. */
  readonly drainMs: number;
  readonly expected: ClientCount;
  readonly waitMs: number;
}

export interface CloudWorld extends Omit<MeterWorld, 'hide'> {
  readonly stop: AbortSignal;
}

/** All that is counted has arrived by then. */
const INGESTED_MS = 900_000;

/**
 * Reads what the cloud counted. Never rejects for what the cloud does: what cannot be read is said in the record. An API that
 * echoes credentials in an error or a label leaves none in it.
 */
export async function readCloud(question: CloudQuestion, world: CloudWorld): Promise<CloudRecord> {
  const { meters, target, startMs, endMs, drainMs, expected, waitMs } = question;
  const { clock, unixMs, stop } = world;
  const window = collectWindow(startMs, endMs, drainMs, unixMs());
  const secrets = new KnownSecrets(secretsOfEnvironment(world.env));
  const hide = (secret: string): void => {
    secrets.add(secret);
  };
  const reader = await open(target, { ...world, hide });
  const isOld = unixMs() - window.toMs > INGESTED_MS;
  const read = async (): Promise<CloudReading> => withoutSecrets(await reader.read(window), secrets);
  try {
    const { reading, times, waitedMs, ended } = await pollUntilSettled({ read, expected, waitMs, isOld, clock, stop });
    return {
      format: 1,
      source: meters.source,
      counting: meters.counting,
      subject: target.subject,
      window: { from: new Date(window.fromMs).toISOString(), to: new Date(window.toMs).toISOString() },
      reading: { at: new Date(unixMs()).toISOString(), times, waitedMs, ended },
      ...reading,
    };
  } finally {
    reader.close();
  }
}

/** In what the service words: labels and reasons. */
function withoutSecrets({ series, logged, missing }: CloudReading, secrets: KnownSecrets): CloudReading {
  return {
    series: series.map((one) => ({ ...one, labels: secrets.redactFacts(one.labels) })),
    logged,
    missing: missing.map((one) => ({ ...one, reason: secrets.hide(one.reason) })),
  };
}

async function open(target: CloudTarget, world: MeterWorld): Promise<CloudReader> {
  try {
    return await target.open(world);
  } catch (thrown) {
    const missing = [gapOf('all of it', messageOf(thrown))];
    return {
      read: () => Promise.resolve({ series: [], logged: null, missing }),
      close: () => undefined,
    };
  }
}
