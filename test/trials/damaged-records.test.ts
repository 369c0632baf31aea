import { it } from 'vitest';
import { expectDamagedRecords } from '../support/expect-damaged-record.js';

it('a damaged run.json or report.json is read or refused in one line (250 of each)', async () => {
  await expectDamagedRecords(250);
});
