import type { HealthSection, OutcomesSection, Shift, Spread, Verdict } from '../report.js';
import { OWN_FAULTS, type Plan, type RunEnd } from '../run.js';
import { excessMs } from './excess-ms.js';

/** Requests that we kept from being sent may be so many of all: one more moves the 99th percentile of all requests. */
const STARVED_PART = 0.01;

/**
 * Whether the run measured the service or ourselves. Only what we did can make it invalid: never what the service
 * answered, and never a stop by the user.
 */
export function verdict(plan: Plan, end: RunEnd, outcomes: OutcomesSection, health: HealthSection): Verdict {
  const reasons = [
    ...tooLate(plan, health, health.lateness, 'over the whole run'),
    ...(health.busiest === null ? [] : tooLate(plan, health, health.busiest.lateness, IN_BUSIEST)),
    ...moved(health.shifts, 'over the whole run'),
    ...(health.busiest === null ? [] : moved(health.busiest.shifts, IN_BUSIEST)),
    ...starved(plan, health.starved, 'over the whole run'),
    ...(health.busiest === null ? [] : starved(plan, health.busiest.starved, IN_BUSIEST)),
    ...strayed(health.strayingSeconds),
    ...lost(plan, end, outcomes),
    ...shed(plan, outcomes),
  ];
  return { valid: reasons.length === 0, reasons };
}

const IN_BUSIEST = 'in the busiest tenth of the seconds';

function tooLate({ maxLatenessMs }: Plan, { likelyCause }: HealthSection, { p99Ms }: Spread, where: string): string[] {
  if (p99Ms === null || p99Ms <= maxLatenessMs) return [];
  return [
    `Requests were handed over late: the 99th percentile of lateness was ${ms(p99Ms)} ${where}, above the ${ms(maxLatenessMs)} allowed; ` +
      (likelyCause === null
        ? 'use more workers (--workers), a machine with more or quieter CPUs, or a lower rate (--speed).'
        : `the likely cause: ${likelyCause}.`),
  ];
}

/** One sentence for each cause, with the statistic it moves most; for all together only where none does it alone. */
function moved(shifts: readonly Shift[], where: string): string[] {
  const allTooFar = shifts.filter((shift) => excess(shift) > 0).sort((a, b) => excess(b) - excess(a));
  const alone = allTooFar.filter(({ cause }) => cause !== 'together');
  const tooFar = alone.length === 0 ? allTooFar : alone;
  return CAUSES.flatMap(({ cause, share, advice }) => {
    const worst = tooFar.find((shift) => shift.cause === cause);
    if (worst === undefined) return [];
    const { statistic, reportedMs, withoutMs } = worst;
    return [
      `${share} moved the ${STATISTIC[statistic]} response ${where}: ${ms(reportedMs)} as reported, ${ms(withoutMs)} without it ` +
        `(allowed is 1 ms + 5 %); ${advice}.`,
    ];
  });
}

function excess({ reportedMs, withoutMs }: Shift): number {
  return excessMs(reportedMs, withoutMs);
}

const STATISTIC = { mean: 'mean', p50: 'median', p99: '99th percentile of the' } as const;
const CAUSES = [
  { cause: 'lateness', share: 'Our own lateness', advice: 'use more workers (--workers) or a machine with more CPUs' },
  {
    cause: 'connection-wait',
    share: 'Waiting for a free connection',
    advice: 'allow more connections (--connections)',
  },
  {
    cause: 'receive-uncertainty',
    share: 'Reading answers late',
    advice: 'use more workers (--workers) so that each has less to read',
  },
  {
    cause: 'together',
    share: 'Our own lateness, waits for a connection and late reading together',
    advice: 'use more workers (--workers) or a machine with more CPUs',
  },
] as const;

function starved({ connections = 0 }: Plan, starving: HealthSection['starved'], where: string): string[] {
  if (starving === null || starving.requests <= STARVED_PART * starving.of) return [];
  const { requests, of, meanWaitMs } = starving;
  return [
    `${count(requests, 'request')} of ${String(of)} ${where} ended without an answer after a wait for one of ` +
      `${count(connections, 'connection')} (${ms(meanWaitMs ?? 0)} on average; allowed is 1 % of the requests); ` +
      'allow more connections (--connections).',
  ];
}

function strayed(straying: HealthSection['strayingSeconds']): string[] {
  const worst = [...straying].sort((a, b) => Math.abs(b.handed - b.due) - Math.abs(a.handed - a.due))[0];
  if (worst === undefined) return [];
  return [
    `In ${count(straying.length, 'second')} the number of requests handed over strayed from the schedule by more than 3 sqrt(due) + 1; ` +
      `worst was second ${String(worst.second)} with ${String(worst.handed)} handed over of ${String(worst.due)} due; ` +
      'use more workers (--workers) or a lower rate (--speed).',
  ];
}

function lost({ planned }: Plan, end: RunEnd, { failures, unsent }: OutcomesSection): string[] {
  const reasons = end.crashes.map(
    ({ worker, cause }) => `Worker ${String(worker)} died (${cause}); mend the cause and run again.`,
  );
  for (const failure of OWN_FAULTS) {
    const n = failures[failure] ?? 0;
    if (n > 0) reasons.push(`${count(n, 'request')} of ${String(planned)} ${OWN_FAULT[failure] ?? failure}.`);
  }
  if (!end.complete) reasons.push('The process was killed before the run was over; run it again.');
  else if (unsent > 0 && end.stoppedMs === null) {
    reasons.push(
      `${count(unsent, 'request')} of ${String(planned)} left no sample although nobody stopped the run; run it again.`,
    );
  }
  return reasons;
}

const OWN_FAULT: Readonly<Record<string, string>> = {
  crashed: 'failed because a worker or the backend plugin crashed; see the examples and mend the cause',
  local: 'failed on this machine (files, ports or memory), not at the service; see the examples and raise the limit',
  unknown: 'have no known outcome because the process died before it was written; run it again',
};

function shed({ maxInFlight }: Plan, { failures }: OutcomesSection): string[] {
  const n = failures.shed ?? 0;
  if (n === 0 || maxInFlight.explicit) return [];
  return [
    `${count(n, 'request')} ${n === 1 ? 'was' : 'were'} shed at our own limit of ${String(maxInFlight.limit)} in flight; ` +
      'raise it, or state that shedding is wanted, with --max-in-flight.',
  ];
}

function count(n: number, noun: string): string {
  return `${String(n)} ${noun}${n === 1 ? '' : 's'}`;
}

function ms(value: number): string {
  return `${String(Number(value.toPrecision(3)))} ms`;
}
