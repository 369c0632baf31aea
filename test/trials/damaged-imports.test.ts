import { it } from 'vitest';
import { expectRefusedImports } from '../support/expect-refused-import.js';

it('damaged sources are imported or refused in one line (100,000 cases)', async () => {
  await expectRefusedImports(100_000, 1);
});
