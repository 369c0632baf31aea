import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { costOfDraw } from '#src/systems/cost-of-draw';
import { createStation } from '#src/systems/create-station';
import type { DrawSummary } from '#src/systems/draw-summary';
import { PUBLISHED, type PublishedNumber } from './fitted-to.js';
import { readSystem } from '#src/systems/read-system';
import { simulateDraw } from '#src/systems/simulate';
import type { SimulatedSystem } from '#src/systems/system';
import { parametersOf } from '#src/systems/vary-system';
import { ROOT } from '../support/run-cli.js';

const DRAWS = 20;
const FIRST_PEAK_MS = 50_000;

function arrivals(workload: string): Float64Array {
  const { atMs } = JSON.parse(readFileSync(join(ROOT, 'traces', `${workload}.json`), 'utf8')) as { atMs: number[] };
  return Float64Array.from(atMs);
}

/** The mean over draws with the shipped trace. */
function over(due: Float64Array, measure: (seed: number) => number): number {
  return Array.from({ length: DRAWS }, (_, i) => measure(i + 1)).reduce((sum, value) => sum + value, 0) / DRAWS;
}

function meanMs(system: SimulatedSystem, due: Float64Array): number {
  return over(due, (seed) => simulateDraw(system, due, seed).latency?.meanMs ?? NaN);
}

function instancesBy50s(system: SimulatedSystem, due: Float64Array, seed: number): number {
  const station = createStation(system, seed, { ended: () => undefined }, null);
  due
    .filter((ms) => ms < FIRST_PEAK_MS)
    .forEach((ms, seq) => {
      station.arrive(ms, seq, 1);
    });
  station.advance(FIRST_PEAK_MS);
  return station.counts.created;
}

async function simulated({ metric, workload, ...of }: PublishedNumber): Promise<number> {
  const system = await readSystem(of.system, of);
  const due = arrivals(workload);
  const draws: Record<
    Exclude<PublishedNumber['metric'], 'instancesBy50s' | 'meanOverLambda'>,
    (draw: DrawSummary) => number
  > = {
    'cost.usd': ({ metered }) => costOfDraw(metered, system.meter.billing, system.meter.sheet).usd,
    'instances.created': ({ instances }) => instances.created,
    successRatio: ({ outcomes, requests }) => outcomes.ok / requests,
    'latency.meanMs': ({ latency }) => latency?.meanMs ?? NaN,
  };
  if (metric === 'instancesBy50s') return over(due, (seed) => instancesBy50s(system, due, seed));
  if (metric === 'meanOverLambda')
    return meanMs(system, due) / meanMs(await readSystem('aws-lambda', { model: 'mobilenet', runtime: 'ort' }), due);
  return over(due, (seed) => draws[metric](simulateDraw(system, due, seed)));
}

describe('numbers that shipped parameters are fitted to', () => {
  it.each(PUBLISHED)('$id: $value', async (number) => {
    const { value, within, isLeast } = number;
    const found = await simulated(number);
    if (isLeast === true) expect(found).toBeGreaterThan(value);
    else expect(Math.abs(found / value - 1)).toBeLessThanOrEqual(within);
  });

  it('are one for each fitted parameter, which says so', async () => {
    const fitted = PUBLISHED.filter(({ fits }) => fits !== null);
    const places = fitted.map(({ system, model, runtime, fits }) => [system, model, runtime, fits].join());
    expect(new Set(places).size).toBe(fitted.length);
    for (const { system: name, model, runtime, fits, id } of fitted) {
      const system = await readSystem(name, { model, runtime });
      const parameter = parametersOf(system).find(({ path }) => path === fits);
      expect(parameter?.what.role, id).toBe('fitted');
    }
  });
});
