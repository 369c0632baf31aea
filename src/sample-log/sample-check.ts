import type { SampleLogRecord, WrittenSamples } from '../run.js';

/** What the checksums start from, and what was written; undefined: the run was killed before it could say. */
export interface SampleCheck {
  readonly key: string;
  readonly written: WrittenSamples | undefined;
}

/** The file is not what its run wrote. */
export class Contradiction extends Error {}

/** What a log is checked against; undefined: a version that wrote no checksums made it. Throws `Contradiction`. */
export function checkOf(record: SampleLogRecord | undefined): SampleCheck | undefined {
  if (record?.samplesKey === undefined) return undefined;
  const { samplesKey: key, end } = record;
  if (end !== null && end.samples === undefined) throw new Contradiction('its end does not say what was written');
  return { key, written: end?.samples };
}
