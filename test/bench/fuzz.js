// The parser's law on many damaged answers; the suite tries a million. Run: node test/bench/fuzz.js [cases] [--seed N] [--quick]
import { printBench } from '../support/bench-table.js';
import { tryParserLaw } from '../support/parser-law.js';

await printBench(import.meta.url, ({ quick, seed, numbers: [cases = quick ? 200_000 : 10_000_000] }) => {
  const startMs = performance.now();
  const { completed, refused, broken } = tryParserLaw(cases, 1000 + seed);
  const seconds = (performance.now() - startMs) / 1000;
  return [
    {
      measure: `parser, ${cases.toLocaleString('en')} damaged answers in one piece and in many`,
      figure: broken === undefined ? 'always the same' : 'not the same',
      goal: 'always the same',
      held: broken === undefined,
      note: broken ?? `${completed} complete, ${refused} refused, seed ${seed}, ${seconds.toFixed(1)} s`,
    },
  ];
});
