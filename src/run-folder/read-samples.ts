import { join } from 'node:path';
import { readSampleLog } from '../collectors/sample-log.js';
import { RUN_FILES } from './run-files.js';

/** Reads the sample log of a run, block by block. Throws `UserError` where there is none, or it is damaged. */
export function readSamples(
  folder: string,
  options?: Parameters<typeof readSampleLog>[1],
): ReturnType<typeof readSampleLog> {
  return readSampleLog(join(folder, RUN_FILES.samples), options);
}
