import { counted } from '../text/counted.js';
import type { HealthSection, OutcomesSection, Shift, Spread, Verdict } from '../report.js';
import { OWN_FAULTS, type Plan, type RunEnd } from '../run.js';
import { excessMs } from './excess-ms.js';
import { causeOfLateness, moreToSendWith } from './health/likely-cause.js';
import { wasStopped } from './was-stopped.js';

/** Requests that we kept from being sent may be this many of all: one more moves the 99th percentile of all requests. */
const STARVED_PART = 0.01;
/** For the same reason the process may have been stopped for this part of the run. */
const STOPPED_PART = 0.01;

/**
 * Whether the run measured the service or ourselves. Only what we did can make it invalid: never what the service
 * answered, and never a stop by the user.
 */
export function verdict(plan: Plan, end: RunEnd, outcomes: OutcomesSection, health: HealthSection): Verdict {
  const reasons: Reason[] = [
    ...tooLate(plan, health.lateness, 'over the whole run'),
    ...(health.busiest === null ? [] : tooLate(plan, health.busiest.lateness, IN_BUSIEST)),
    ...moved(plan, health.shifts, 'over the whole run'),
    ...(health.busiest === null ? [] : moved(plan, health.busiest.shifts, IN_BUSIEST)),
    ...starved(plan, health.starved, 'over the whole run'),
    ...(health.busiest === null ? [] : starved(plan, health.busiest.starved, IN_BUSIEST)),
    ...strayed(health.strayingSeconds),
    ...stopped(health.stops, end.endedMs),
    ...[...lost(plan, end, outcomes), ...shed(plan, outcomes)].map((text) => ({ text })),
  ];
  return { valid: reasons.length === 0, reasons: advised(reasons, end) };
}

/** A sentence without its full stop. */
interface Reason {
  readonly text: string;
  /** What is to be done is settled by what kept our own threads from sending. */
  readonly own?: true;
}

/** One advice for all that our own threads did, from its cause, where the first of it is reported: two could contradict each other. */
function advised(reasons: readonly Reason[], { resources, stops, endedMs }: RunEnd): string[] {
  const first = reasons.findIndex(({ own }) => own);
  return reasons.map(({ text, own }, i) => {
    if (own !== true) return text;
    if (i !== first) return `${text}.`;
    const cause = causeOfLateness({ resources, stops, elapsedMs: endedMs });
    return `${text}; ${cause === null ? moreToSendWith(resources) : `the likely cause: ${cause}`}.`;
  });
}

const IN_BUSIEST = 'in the busiest tenth of the seconds';

function tooLate({ maxLatenessMs }: Plan, { p99Ms }: Spread, where: string): Reason[] {
  if (p99Ms === null || p99Ms <= maxLatenessMs) return [];
  return [
    {
      text: `Requests were handed over late: the 99th percentile of lateness was ${ms(p99Ms)} ${where}, above the ${ms(maxLatenessMs)} allowed`,
      own: true,
    },
  ];
}

/** One sentence for each cause, with the statistic it moves most; for all together only where none does it alone. */
function moved(plan: Plan, shifts: readonly Shift[], where: string): Reason[] {
  const allTooFar = shifts.filter((shift) => excess(shift) > 0).sort((a, b) => excess(b) - excess(a));
  const alone = allTooFar.filter(({ cause }) => cause !== 'together');
  const tooFar = alone.length === 0 ? allTooFar : alone;
  return CAUSES.flatMap(({ cause, share, advice }): Reason[] => {
    const worst = tooFar.find((shift) => shift.cause === cause);
    if (worst === undefined) return [];
    const { statistic, reportedMs, withoutMs } = worst;
    const text =
      `${share} moved the ${STATISTIC[statistic]} response ${where}: ${ms(reportedMs)} as reported, ${ms(withoutMs)} without it ` +
      '(allowed is 1 ms + 5 %)';
    const advised = cause === 'connection-wait' ? connectionAdvice(plan) : advice;
    return [advised === undefined ? { text, own: true } : { text: `${text}; ${advised}.` }];
  });
}

function excess({ reportedMs, withoutMs }: Shift): number {
  return excessMs(reportedMs, withoutMs);
}

const STATISTIC = { mean: 'mean', p50: 'median', p99: '99th percentile of the' } as const;
interface ShiftCause {
  readonly cause: Shift['cause'];
  readonly share: string;
  /** Absent: that of our own threads. */
  readonly advice?: string;
}

const CAUSES: readonly ShiftCause[] = [
  { cause: 'lateness', share: 'Our own lateness' },
  {
    cause: 'connection-wait',
    share: 'Waiting for a free connection',
  },
  {
    cause: 'receive-uncertainty',
    share: 'Reading answers late',
  },
  {
    cause: 'together',
    share: 'Our own lateness, waits for a connection and late reading together',
  },
];

/** Without a limit a request waits while the thread opens connections for those before it. */
function connectionAdvice({ connections }: Plan): string {
  return connections === undefined
    ? 'open connections before the start (--connections) or use more workers (--workers)'
    : 'allow more connections (--connections)';
}

function starved(plan: Plan, starving: HealthSection['starved'], where: string): Reason[] {
  if (starving === null || starving.requests <= STARVED_PART * starving.of) return [];
  const { requests, of, meanWaitMs } = starving;
  const { connections } = plan;
  const which = connections === undefined ? 'a connection' : `one of ${counted(connections, 'connection')}`;
  return [
    {
      text:
        `${counted(requests, 'request')} of ${String(of)} ${where} ended without an answer after a wait for ${which} ` +
        `(${ms(meanWaitMs ?? 0)} on average; allowed is 1 % of the requests); ${connectionAdvice(plan)}.`,
    },
  ];
}

function strayed(straying: HealthSection['strayingSeconds']): Reason[] {
  const worst = [...straying].sort((a, b) => Math.abs(b.handed - b.due) - Math.abs(a.handed - a.due))[0];
  if (worst === undefined) return [];
  return [
    {
      text:
        `In ${counted(straying.length, 'second')} the number of requests handed over strayed from the schedule by more than 3 sqrt(due) + 1; ` +
        `worst was second ${String(worst.second)} with ${String(worst.handed)} handed over of ${String(worst.due)} due`,
      own: true,
    },
  ];
}

/** What was due or came meanwhile is late by as much, whether or not it moves a statistic that is judged. */
function stopped(stops: HealthSection['stops'], endedMs: number): Reason[] {
  if (stops === null || stops.totalMs <= STOPPED_PART * endedMs) return [];
  const part = `${String(Number(((100 * stops.totalMs) / endedMs).toPrecision(2)))} % of the run`;
  const sentence = wasStopped(stops);
  return [
    {
      text: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}: for ${part} nothing was sent and no answer was read (allowed is 1 %); run it again.`,
    },
  ];
}

function lost({ planned }: Plan, end: RunEnd, { failures, unsent }: OutcomesSection): string[] {
  const reasons = end.crashes.map(
    ({ worker, cause }) => `Worker ${String(worker)} died (${cause}); fix the cause and run again.`,
  );
  for (const failure of OWN_FAULTS) {
    const n = failures[failure] ?? 0;
    if (n > 0) reasons.push(`${counted(n, 'request')} of ${String(planned)} ${OWN_FAULT[failure] ?? failure}.`);
  }
  if (!end.complete) reasons.push('The process was killed before the run was over; run it again.');
  else if (unsent > 0 && end.stoppedMs === null) {
    reasons.push(
      `${counted(unsent, 'request')} of ${String(planned)} left no sample although the run was not stopped; run it again.`,
    );
  }
  return reasons;
}

const OWN_FAULT: Readonly<Record<string, string>> = {
  crashed: 'failed because a worker or the backend plugin crashed; see the examples and fix the cause',
  local: 'failed on this machine (files, ports or memory), not at the service; see the examples and raise the limit',
  unknown: 'have no known outcome because the process died before it was written; run it again',
};

function shed({ maxInFlight }: Plan, { failures }: OutcomesSection): string[] {
  const n = failures.shed ?? 0;
  if (n === 0 || maxInFlight.explicit) return [];
  return [
    `${counted(n, 'request')} ${n === 1 ? 'was' : 'were'} shed at our own limit of ${String(maxInFlight.limit)} in flight; ` +
      'raise it, or state that shedding is wanted, with --max-in-flight.',
  ];
}

function ms(value: number): string {
  return `${String(Number(value.toPrecision(3)))} ms`;
}
