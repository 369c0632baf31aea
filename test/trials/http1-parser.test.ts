import { expect, it } from 'vitest';
import { tryParserLaw } from '../support/parser-law.js';

const CASES = 1_000_000;

it('an answer means the same in one piece and in many, be it whole or damaged (1,000,000 cases)', () => {
  const { completed, refused, broken } = tryParserLaw(CASES, 14);
  expect(broken).toBeUndefined();
  // Both ends of the law are met often, else it says nothing.
  expect(completed).toBeGreaterThan(CASES / 5);
  expect(refused).toBeGreaterThan(CASES / 5);
});
