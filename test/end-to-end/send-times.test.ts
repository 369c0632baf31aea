import { rmSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { buildYardsticks, floorLateness, hasCompiler, percentile, replayLateness } from '../support/send-times.js';

const yardsticks = hasCompiler() ? buildYardsticks() : undefined;
afterAll(() => {
  if (yardsticks !== undefined) rmSync(yardsticks.folder, { recursive: true, force: true });
});

/** Medians, ms: the C sender's lateness and ours, as the server saw them, and what our report says of itself. */
interface Round {
  readonly floorMs: number;
  readonly seenMs: number;
  readonly reportedMs: number;
}

it.skipIf(yardsticks === undefined)(
  'sends at 2,000/s as exactly as a C sender that spins, seen by the server',
  async () => {
    let round = await sideBySide();
    // On a busy machine single medians swing by more than what is measured: of three rounds, one is to keep the whole law.
    for (let more = 2; more > 0 && (excessMs(round) > 0 || errorMs(round) >= 0.1); more--) round = await sideBySide();
    expect(excessMs(round), JSON.stringify(round)).toBeLessThanOrEqual(0);
    expect(errorMs(round), JSON.stringify(round)).toBeLessThan(0.1);
  },
);

async function sideBySide(): Promise<Round> {
  if (yardsticks === undefined) throw new Error('no C compiler');
  const load = { rate: 2000, seconds: 2 };
  const floor = await floorLateness(yardsticks, load);
  const { late, report } = await replayLateness(yardsticks, load);
  expect(late).toHaveLength(load.rate * load.seconds);
  // Nothing is sent before its due time.
  expect(late[0]).toBeGreaterThan(0);
  return {
    floorMs: percentile(floor, 50),
    seenMs: percentile(late, 50),
    reportedMs: report.sections.health.lateness.p50Ms ?? NaN,
  };
}

function excessMs({ floorMs, seenMs }: Round): number {
  return seenMs - (2 * floorMs + 0.02);
}

/** What the report says of itself is what the server saw beyond its own waking, which the C sender shows. */
function errorMs({ floorMs, seenMs, reportedMs }: Round): number {
  return Math.abs(reportedMs - Math.max(0, seenMs - floorMs));
}
