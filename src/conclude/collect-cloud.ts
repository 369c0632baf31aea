import type { BackendPlugin } from '../backends/backend.js';
import { importPlugin, isBuiltInName, locatePlugin } from '../backends/registry.js';
import { checkCollecting } from '../cloud/check-collecting.js';
import type { CloudMeters } from '../cloud-meters.js';
import { readCloud } from '../cloud/read-cloud.js';
import { clientCount } from '../collectors/cloud/cloud.js';
import { LATEST_PRICES, type CostTerms } from '../cost-terms.js';
import type { CloudRecord } from '../cloud-record.js';
import { UserError } from '../errors.js';
import type { Report } from '../report.js';
import type { RunRecord } from '../run.js';
import { keptCloud, withCloud } from './cloud-of-run.js';
import { parseCloudRecord } from '../run-folder/parse-cloud-record.js';
import { readRecord } from '../run-folder/read-record.js';
import { RUN_FILES } from '../run-folder/run-files.js';
import { writeWhole } from '../run-folder/write-whole.js';
import { createSystemClock } from '../time/system-clock.js';

/** What `--collect cloud` asks for. */
export interface CloudWish {
  readonly waitMs: number;
  /** What the run does not say, or says wrong. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface CollectWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly date: () => Date;
  readonly stop: AbortSignal;
  readonly say: (text: string) => void;
}

/** Before anything is sent: whether there is a cloud to ask, and its packages. Throws `UserError`. */
export async function readyToCollect(
  plugin: Pick<BackendPlugin, 'name' | 'meters'>,
  time: string,
  { settings }: CloudWish,
): Promise<CloudMeters> {
  if (time === 'virtual') throw new UserError('--collect cloud: a run in virtual time has met no cloud; leave it out');
  const meters = checkCollecting(plugin, settings);
  await meters.ready?.();
  return meters;
}

/**
 * Asks the cloud's own meters about a run, keeps the answer as cloud.json, and puts it into the report. Throws `UserError`
 * where the run does not say what it was against; what the cloud refuses is said in the section.
 */
export async function collectCloud(
  folder: string,
  report: Report,
  wish: CloudWish,
  world: CollectWorld,
  other: Partial<Pick<CostTerms, 'prices' | 'machine'>> = {},
): Promise<Report> {
  const record = readRecord(folder);
  const cost: CostTerms = { billing: null, prices: LATEST_PRICES, machine: null, ...record.cost, ...other };
  const cloud = await ask(record, report, wish, world);
  const before = keptCloud(folder);
  const context = { plan: record.plan, cost };
  if (cloud.reading.ended === 'failed' && typeof before === 'object') {
    world.say(`warning: nothing could be read (${cloud.missing[0]?.reason ?? ''}); what was read before stays`);
    return withCloud(report, before, context);
  }
  const text = `${JSON.stringify(cloud)}\n`;
  try {
    writeWhole(folder, RUN_FILES.cloud, text);
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    world.say(`warning: ${thrown.message}`);
  }
  // As it will be read: the report made again is the same.
  return withCloud(report, parseCloudRecord(JSON.parse(text)), context);
}

async function ask(
  record: RunRecord,
  report: Report,
  { waitMs, settings }: CloudWish,
  world: CollectWorld,
): Promise<CloudRecord> {
  const meters = await readyToCollect(await pluginOf(record), record.time, { waitMs, settings });
  const target = meters.target(plainTexts(record.options), settings, world.env);
  world.say(`asking the cloud's own meters, for up to ${String(Math.ceil(waitMs / 1000))} s`);
  const expected = clientCount(meters.counting, report.sections);
  const clock = createSystemClock('exact');
  try {
    return await readCloud(
      { meters, target, ...timesOf(record, report), drainMs: drainMs(record, expected.perhaps), expected, waitMs },
      { clock, unixMs: () => world.date().getTime(), env: world.env, stop: world.stop },
    );
  } finally {
    clock.close();
  }
}

/** Of a backend that is not built in nothing is loaded: its meters are known only while it runs. */
async function pluginOf({ backend }: RunRecord): Promise<Pick<BackendPlugin, 'name' | 'meters'>> {
  if (!isBuiltInName(backend)) return { name: backend };
  return importPlugin((await locatePlugin(backend, '.')).url);
}

/** What the options say in plain text; a redacted one says nothing. */
function plainTexts(options: Readonly<Record<string, unknown>>): Record<string, string> {
  const entries = Object.entries(options).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries.filter(([, value]) => value !== '(redacted)'));
}

/** Of a run whose end was not written down, getting ready may have taken this long. */
const GETTING_READY_MS = 60_000;

function timesOf({ startedAt, end }: RunRecord, { run }: Report): { startMs: number; endMs: number } {
  const startMs = Date.parse(startedAt ?? '');
  if (Number.isNaN(startMs)) throw new UserError('--collect cloud: the run does not say when it was');
  const endMs = end?.endedAt === undefined ? startMs + GETTING_READY_MS + run.endedMs : Date.parse(end.endedAt);
  // The wall clock may have been set back meanwhile.
  return { startMs, endMs: Math.max(startMs + run.endedMs, endMs || 0) };
}

/** What the client gave up goes on at the service until that gives it up, too. */
function drainMs({ cost, plan }: RunRecord, perhaps: number): number {
  return perhaps === 0 ? 0 : (cost?.billing?.timeoutMs ?? plan.timeoutMs);
}
