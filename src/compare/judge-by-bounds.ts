import { counted } from '../text/counted.js';
import type { Group, Judgement } from './comparison.js';
import type { ComparedMetric } from '../collectors/metric-table.js';
import type { RunFacts } from './run-facts.js';

type Verdict = Pick<Judgement, 'verdict' | 'why'>;

/**
 * The verdict where INVALID runs have to be counted. Each of their values lies between two bounds, so the runs are judged
 * twice: as mildly and as harshly as the bounds allow. Where both agree on whether it is a regression, our own share cannot
 * have turned the answer.
 */
export function judgeByBounds(
  metric: ComparedMetric,
  of: Group,
  against: Group,
  judged: (of: Group, against: Group) => Verdict,
): Verdict {
  const [best, worst] = metric.worse === 'more' ? (['low', 'high'] as const) : (['high', 'low'] as const);
  const mild = judged(withBound(of, metric, best), withBound(against, metric, worst));
  const harsh = judged(withBound(of, metric, worst), withBound(against, metric, best));
  const invalid = [...of.measured, ...against.measured].filter(({ standing }) => standing === 'invalid').length;
  const runs = `with ${counted(invalid, 'INVALID run')}`;
  if (mild.verdict === 'regression')
    return { verdict: 'regression', why: `${mild.why}; ${runs}, and even without our own share` };
  if (harsh.verdict !== 'regression')
    return { verdict: harsh.verdict, why: `${harsh.why}; ${runs}, and whatever our own share was` };
  return {
    verdict: 'undecided',
    why: `${runs}, our own share could turn the answer: at least ${mild.why}; at most ${harsh.why}`,
  };
}

function withBound(group: Group, { name }: ComparedMetric, end: 'low' | 'high'): Group {
  const counted = group.measured.map((run): RunFacts => {
    const bound = run.bounds[name]?.[end];
    return bound === undefined ? run : { ...run, values: { ...run.values, [name]: bound } };
  });
  return { ...group, counted, withinRun: null };
}
