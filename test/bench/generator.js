// Arrivals per second of each process, on one core: node test/bench/generator.js [arrivals per round] [--quick]
import { constant } from '#src/generator/constant';
import { scaleTime, superpose, thin } from '#src/generator/combine';
import { gamma } from '#src/generator/gamma';
import { generate } from '#src/generator/generate';
import { mmpp } from '#src/generator/mmpp';
import { uniformJumps } from '#src/generator/mmpp-model';
import { piecewise } from '#src/generator/piecewise';
import { poisson } from '#src/generator/poisson';
import { seededRandom } from '#src/generator/random';
import { median, printBench, spread } from '../support/bench-table.js';

const ROUNDS = 5;
const GOAL = 20e6;

await printBench(import.meta.url, ({ quick, numbers: [wanted = quick ? 100_000 : 2_000_000] }) => {
  const rows = Object.entries(processesFor(wanted)).map(([name, law]) => {
    const durationMs = (wanted * 1000) / law.meanPerSecond;
    return speedRow(name, () => law.arrivals(seededRandom(1), durationMs));
  });
  const recipe = {
    process: 'mmpp',
    rates: [10, 120],
    sojournMs: [75_000, 62_500],
    mode: 'free',
    seed: 1,
    durationMs: wanted * 16.7,
  };
  return [speedRow('mmpp recipe, whole microseconds', () => generate(recipe).chunks), ...rows];
});

function processesFor(wanted) {
  const model = uniformJumps([10, 120], [75_000, 62_500]);
  const day = piecewise([
    [0, 100],
    [wanted * 5, 200],
    [wanted * 10, 50],
  ]);
  return {
    constant: constant(100),
    poisson: poisson(100),
    'gamma, scv 4': gamma(100, 4),
    'gamma, scv 0.5': gamma(100, 0.5),
    'mmpp, free': mmpp(model),
    'mmpp, conditioned': mmpp(model, { mode: 'conditioned', count: Math.round(wanted) }),
    piecewise: day,
    'mmpp, thinned by half': thin(mmpp(model), 0.5),
    'mmpp, time scaled': scaleTime(mmpp(model), 2),
    'two poissons superposed': superpose([poisson(50), poisson(50)]),
  };
}

/** Medians after a round to warm up. */
function speedRow(name, open) {
  const speeds = Array.from({ length: ROUNDS + 1 }, () => speedOf(open())).slice(1);
  return {
    measure: `generating arrivals, ${name}`,
    figure: `${spread(
      speeds.map((speed) => speed / 1e6),
      1,
    )} M/s`,
    goal: `at least ${GOAL / 1e6} M/s`,
    held: median(speeds) >= GOAL,
  };
}

function speedOf(chunks) {
  const startedMs = performance.now();
  let count = 0;
  for (const chunk of chunks) count += chunk.length;
  return (count * 1000) / (performance.now() - startedMs);
}
