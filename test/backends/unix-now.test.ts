import { afterEach, expect, it, vi } from 'vitest';
import { unixNow } from '#src/backends/shared/unix-now';

const HOUR_MS = 3_600_000;

afterEach(() => {
  vi.restoreAllMocks();
});

it('follows a wall clock that goes on, and none that is set back', () => {
  const before = Date.now();
  expect(unixNow() - before).toBeLessThan(1000);
  const set = vi.spyOn(Date, 'now').mockReturnValue(before + HOUR_MS);
  expect(unixNow()).toBe(before + HOUR_MS);
  set.mockReturnValue(before - HOUR_MS);
  expect(Math.abs(unixNow() - before)).toBeLessThan(60_000);
});
