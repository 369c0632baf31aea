import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { pageWith, TABLES } from '../support/metric-tables.js';

const root = new URL('../../', import.meta.url);

test.each(Object.keys(TABLES) as (keyof typeof TABLES)[])(
  'the table of %s is made from the table of sections: npm run tables',
  (page) => {
    expect(readFileSync(new URL(page, root), 'utf8')).toBe(pageWith(root, page));
  },
);
