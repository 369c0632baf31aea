import type { CollectWindow } from '../../cloud-meters.js';
import type { LoggedInvocations } from '../../cloud-record.js';
import type { GetLogPage } from '../aws/open-cloudwatch.js';
import { eachPage } from '../shared/each-page.js';
import { parseReport } from './parse-log-tail.js';

/** The platform's own lines, in the text and in the JSON form. */
const PATTERN = '?"REPORT RequestId:" ?"platform.report"';
const IS_REPORT = /^(REPORT RequestId:|\s*\{.*"type"\s*:\s*"platform\.report")/s;
/** Kept in cloud.json, some 25 bytes each. */
const MOST_REPORTS = 500_000;

type Columns = { -readonly [K in Exclude<keyof LoggedInvocations, 'group'>]: (number | null)[] };

/**
 * What the log of a function reports of each invocation that ended in the window. An event counts once, however often it
 * comes. Rejects with what the service says, or where there are more reports than are kept.
 */
export async function readInvocationLog(
  get: GetLogPage,
  group: string,
  { fromMs, toMs }: CollectWindow,
): Promise<LoggedInvocations> {
  const columns: Columns = { durationMs: [], billedMs: [], initMs: [], restoreMs: [], memoryMb: [] };
  const seen = new Set<string>();
  // Its end is in the window.
  const input = { logGroupName: group, startTime: fromMs, endTime: toMs - 1, filterPattern: PATTERN };
  await eachPage(async (token) => {
    const page = await get(token === undefined ? input : { ...input, nextToken: token });
    for (const { eventId = '', message = '' } of page.events ?? []) {
      if (eventId !== '' && seen.has(eventId)) continue;
      seen.add(eventId);
      if (IS_REPORT.test(message)) append(columns, message);
    }
    if (columns.durationMs.length > MOST_REPORTS)
      throw new Error(`there are more than ${String(MOST_REPORTS)} reports in the window`);
    return page.nextToken;
  });
  return { group, ...columns };
}

function append(columns: Columns, message: string): void {
  const usage = parseReport(message)?.usage;
  if (usage === undefined) return;
  for (const [name, values] of Object.entries(columns)) values.push(usage[name as keyof Columns] ?? null);
}
