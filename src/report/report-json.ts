import type { Report } from '../report.js';

/**
 * `report.json`: 2-space JSON and a line end. Equal reports give equal bytes: fixed keys stand as the report was built,
 * free ones are sorted. JSON knows no NaN or infinity; such a number (a plugin's fact may be one) is written as null.
 */
export function renderReportJson(report: Report): string {
  const sortFree = (key: string, value: unknown): unknown => (FREE_KEYS.has(key) ? sorted(value) : value);
  return `${JSON.stringify(report, sortFree, 2)}\n`;
}

/** Records whose keys come from outside, in whatever order. */
const FREE_KEYS = new Set(['options', 'backendFacts', 'resources']);

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
