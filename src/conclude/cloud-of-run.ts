import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { reconcile, type CloudContext } from '../collectors/cloud/cloud.js';
import type { CloudRecord } from '../cloud-record.js';
import { messageOf } from '../errors.js';
import type { Report } from '../report.js';
import { parseCloudRecord } from '../run-folder/parse-cloud-record.js';
import { RUN_FILES } from '../run-folder/run-files.js';

const MOST_BYTES = 256 * 2 ** 20;

/** What was kept of the meters of a cloud; a text says why that cannot be read; undefined where it was not asked for. */
export function keptCloud(folder: string): CloudRecord | string | undefined {
  const path = join(folder, RUN_FILES.cloud);
  try {
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? -1) < 0) return undefined;
    if (statSync(path).size > MOST_BYTES) return 'it is larger than 256 MB';
    return parseCloudRecord(JSON.parse(readFileSync(path, 'utf8')));
  } catch (thrown) {
    return messageOf(thrown);
  }
}

/** The report with what a cloud reported beside it. */
export function withCloud(report: Report, cloud: CloudRecord | string | undefined, context: CloudContext): Report {
  if (cloud === undefined) return report;
  const section = typeof cloud === 'string' ? unreadable(cloud) : reconcile(cloud, report.sections, context);
  return { ...report, sections: { ...report.sections, cloud: section } };
}

function unreadable(reason: string): NonNullable<Report['sections']['cloud']> {
  return {
    source: 'unknown',
    subject: 'unknown',
    window: { from: '', to: '' },
    readAt: '',
    rows: [],
    missing: [{ what: RUN_FILES.cloud, reason }],
    notes: ['What was kept cannot be read; replay report RUN --collect cloud reads it again.'],
  };
}
