import { it } from 'vitest';
import { expectDamagedRecords } from '../support/expect-damaged-record.js';

it('a damaged run.json or report.json is read or refused in one line (40 of each; 600 in test/trials)', async () => {
  await expectDamagedRecords(40);
});
