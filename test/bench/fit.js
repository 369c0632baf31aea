// How near fitted MMPPs are to the truth, how often their intervals hold it, and how long a fit takes, on one core.
// node test/bench/fit.js [seeds] [--quick]
import { fitMmpp } from '#src/fit/fit-mmpp';
import { observedGaps } from '#src/fit/mmpp-data';
import { stateEstimates } from '#src/fit/mmpp-uncertainty';
import { generate } from '#src/generator/generate';
import { mmppPath } from '#src/generator/mmpp-path';
import { parseRecipe } from '#src/generator/parse-recipe';
import { PRESET_NAMES, presetRecipe } from '#src/generator/presets';
import { modelOf } from '#src/generator/process-of';
import { seededRandom } from '#src/generator/random';
import { median, printBench } from '../support/bench-table.js';

const RATE_GOAL = 0.02;
const STAY_GOAL = 1.3;
const COVERED = [0.9, 0.98];

await printBench(import.meta.url, ({ quick, numbers: [seeds = quick ? 20 : 400] }) => [
  ...PRESET_NAMES.map((preset) => errors(preset, Math.max(6, seeds / 8))),
  coverage(seeds),
  speed(15_000, 1),
  ...(quick ? [] : [speed(1_000_000, 20)]),
]);

/** Free draws of a preset, twenty times as long, against who knows the path. */
function errors(preset, seeds) {
  const { rates, sojournMs, durationMs } = presetRecipe(preset);
  const recipe = { process: 'mmpp', rates, sojournMs, durationMs: 8 * durationMs, mode: 'free' };
  const of = { rate: [], stay: [], oracle: [] };
  for (let seed = 1; seed <= seeds; seed++) {
    const states = fitted({ ...recipe, seed });
    const known = oracle(recipe, seed);
    states.forEach(({ ratePerSecond, sojournSeconds }, i) => {
      of.rate.push(Math.abs(ratePerSecond.value / rates[i] - 1));
      of.stay.push(Math.abs((sojournSeconds.value * 1000) / sojournMs[i] - 1));
      of.oracle.push(Math.abs(known[i] / sojournMs[i] - 1));
    });
  }
  const [rate, stay, best] = [of.rate, of.stay, of.oracle].map(median);
  return {
    measure: `fit of mmpp:2, ${preset} x 8: median error of rates, of mean stays, of these if the path is known (${String(seeds)} seeds)`,
    figure: `${percent(rate)}, ${percent(stay)}, ${percent(best)}`,
    goal: `rates within ${percent(RATE_GOAL)}, stays within ${String(STAY_GOAL)} x of the last`,
    held: rate <= RATE_GOAL && stay <= STAY_GOAL * best,
  };
}

/** Mean stays of the path that was drawn: the time in a state over how often it was left. */
function oracle(recipe, seed) {
  const path = [...mmppPath(modelOf(recipe), seededRandom(seed).split('path'), recipe.durationMs)];
  return recipe.rates.map((_, state) => {
    const stays = path.filter((stay) => stay.state === state);
    const exits = stays.filter(({ endMs }) => endMs < recipe.durationMs).length;
    return stays.reduce((sum, { startMs, endMs }) => sum + endMs - startMs, 0) / Math.max(1, exits);
  });
}

function fitted(recipe) {
  const { durationMs, chunks } = generate(parseRecipe(recipe));
  const atMs = Float64Array.from([...chunks].flatMap((chunk) => [...chunk]));
  const observed = observedGaps(atMs, durationMs);
  const task = { atMs, durationMs, observed, random: seededRandom('starts'), outOfTime: () => false, rounds: 300 };
  return stateEstimates(fitMmpp(task, 2), observed);
}

/** Of states that were left at least five times. */
function coverage(seeds) {
  const truth = [[5, 3.75], [60, 3.125]]; // prettier-ignore
  const [inside, all] = [
    { rates: 0, stays: 0 },
    { rates: 0, stays: 0 },
  ];
  for (let seed = 1; seed <= seeds; seed++) {
    const recipe = { process: 'mmpp', rates: [5, 60], sojournMs: [3750, 3125], durationMs: 100_000, seed };
    fitted(recipe).forEach(({ ratePerSecond, sojournSeconds, exits }, i) => {
      if (exits < 5) return;
      for (const [name, { low, high }, value] of [
        ['rates', ratePerSecond, truth[i][0]],
        ['stays', sojournSeconds, truth[i][1]],
      ]) {
        // prettier-ignore
        all[name]++;
        if (low <= value && value <= high) inside[name]++;
      }
    });
  }
  const [rates, stays] = ['rates', 'stays'].map((name) => inside[name] / all[name]);
  return {
    measure: `fit of mmpp:2: how often 95 % intervals hold the truth, rates, mean stays (${String(seeds)} seeds)`,
    figure: `${percent(rates)}, ${percent(stays)}`,
    goal: `${percent(COVERED[0])} to ${percent(COVERED[1])}`,
    held: [rates, stays].every((share) => share >= COVERED[0] && share <= COVERED[1]),
  };
}

function speed(arrivals, goal) {
  const recipe = {
    process: 'mmpp',
    rates: [10, 120],
    sojournMs: [7500, 6250],
    durationMs: (arrivals / 60) * 1000,
    seed: 1,
  };
  const { durationMs, chunks } = generate(parseRecipe(recipe));
  const atMs = Float64Array.from([...chunks].flatMap((chunk) => [...chunk]));
  const before = process.cpuUsage().user;
  const observed = observedGaps(atMs, durationMs);
  const task = { atMs, durationMs, observed, random: seededRandom('starts'), outOfTime: () => false, rounds: 300 };
  stateEstimates(fitMmpp(task, 2), observed);
  const seconds = (process.cpuUsage().user - before) / 1e6;
  return {
    measure: `fit of mmpp:2 to ${String(atMs.length)} arrivals, with intervals`,
    figure: `${seconds.toFixed(2)} s of CPU`,
    goal: `below ${String(goal)} s`,
    held: seconds < goal,
  };
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}
