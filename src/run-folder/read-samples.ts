import { join } from 'node:path';
import { readSampleLog, type ReadOptions } from '../sample-log/sample-log.js';
import { readSampleLogRecord } from './read-record.js';
import { RUN_FILES } from './run-files.js';

/** How a log ended. */
export type LogEnd = Parameters<NonNullable<ReadOptions['onEnd']>>[0];

/**
 * Reads the sample log of a run, block by block, and checks it against run.json. Throws `UserError` where there is none, it is
 * damaged, or the two do not fit.
 */
export function readSamples(
  folder: string,
  told: Pick<ReadOptions, 'onLayout' | 'onEnd'> = {},
): ReturnType<typeof readSampleLog> {
  const record = readSampleLogRecord(folder);
  return readSampleLog(join(folder, RUN_FILES.samples), { record, ...told });
}
