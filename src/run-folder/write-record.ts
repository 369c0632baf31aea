import type { RunRecord } from '../run.js';
import { RUN_FILES } from './run-files.js';
import { writeWhole } from './write-whole.js';

/** Writes run.json. Throws `UserError` when the disk refuses. */
export function writeRecord(folder: string, record: RunRecord): void {
  writeWhole(folder, RUN_FILES.record, `${JSON.stringify(record, null, 1)}\n`);
}
