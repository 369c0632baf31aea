import type { StudyResult } from './study-result.js';

/** study.json; schemas/study.schema.json describes it. Numbers are unrounded, null where infinite or unknown. */
export function renderStudyJson(result: StudyResult): string {
  return `${JSON.stringify(result, (_name, value: unknown) => (typeof value === 'number' && !Number.isFinite(value) ? null : value), 1)}\n`;
}
