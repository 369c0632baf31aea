import type { RunRecord, SampleLogRecord } from '../run.js';
import { readJson } from './read-json.js';
import { RECORD, SAMPLE_LOG_RECORD, SAMPLE_RECORD, type SampleRecord } from './record-shape.js';
import { RUN_FILES } from './run-files.js';

/** Reads run.json. Throws `UserError` where the folder holds no run, or its record is not one. */
export function readRecord(folder: string): RunRecord {
  return readJson(folder, RUN_FILES.record, RECORD, 'give the folder of a run');
}

/** Of its record only what its samples need. Throws `UserError` where the folder holds no run. */
export function readSampleRecord(folder: string): SampleRecord {
  return readJson(folder, RUN_FILES.record, SAMPLE_RECORD, 'give the folder of a run');
}

/** Of its record only what its sample log is checked against. Throws `UserError` where the folder holds no run. */
export function readSampleLogRecord(folder: string): SampleLogRecord {
  return readJson(folder, RUN_FILES.record, SAMPLE_LOG_RECORD, 'give the folder of a run');
}
