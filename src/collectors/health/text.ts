import { printable } from '../../errors.js';
import type { HealthSection, Report, Shift, Spread } from '../../report.js';
import { durationOr } from '../../report/duration-or.js';
import { paragraphs } from '../../report/labelled-lines.js';
import { counted } from '../../text/counted.js';

/** Why a connection wait is null. */
const WAIT_UNKNOWN =
  'the backend cannot tell it apart; service counts from the first byte where that is seen, else from the hand-over';

export function healthText({ sections: { health: section } }: Report): string[] {
  const facts = [
    ...(isWaitUnknown(section)
      ? [`connection wait is not known: ${WAIT_UNKNOWN}`]
      : spreadFact('connection wait', section.connectionWait)),
    ...spreadFact(`handshake of ${counted(section.handshake.count, 'request')}`, section.handshake),
    ...spreadFact('receive uncertainty', section.receiveUncertainty),
    ...busiestFact(section),
    ...shiftFact(section.shifts, ''),
    ...(section.strayingSeconds.length === 0
      ? []
      : [`seconds straying from the schedule: ${String(section.strayingSeconds.length)}`]),
    ...stopsFact(section.stops),
    ...(section.likelyCause === null ? [] : [`likely cause: ${section.likelyCause}`]),
    ...resourceFact(section.resources),
  ];
  return paragraphs('Health', facts);
}

function stopsFact(stops: HealthSection['stops']): string[] {
  if (stops === null || stops.count === 0) return [];
  const { count, totalMs, longest } = stops;
  const listed = longest.map(({ atMs, lengthMs }) => `${durationOr(lengthMs)} at ${durationOr(atMs)}`);
  const more = count - longest.length;
  return [
    `the process was stopped (SIGSTOP, a paused container, or steal) for ${durationOr(totalMs)} in all: ` +
      `${listed.join(', ')}${more > 0 ? `, and ${String(more)} shorter` : ''}`,
  ];
}

/** Where nothing was sent, no request waited. */
function isWaitUnknown({ connectionWait, lateness }: HealthSection): boolean {
  return connectionWait.maxMs === null && lateness.maxMs !== null;
}

function spreadFact(what: string, { p50Ms, p99Ms, maxMs }: Spread): string[] {
  if (maxMs === null) return [];
  return [`${what}: p50 ${durationOr(p50Ms)}, p99 ${durationOr(p99Ms)}, max ${durationOr(maxMs)}`];
}

function busiestFact({ busiest }: HealthSection): string[] {
  if (busiest === null) return [];
  const { seconds, requests: n, lateness, shifts } = busiest;
  const where = `the busiest ${seconds === 1 ? 'second' : `${String(seconds)} seconds`}`;
  return [
    `lag in ${where} (${counted(n, 'request')}): p99 ${durationOr(lateness.p99Ms)}, max ${durationOr(lateness.maxMs)}`,
    ...shiftFact(shifts, ` in ${where}`),
  ];
}

/** The number that our own share moves most. */
function shiftFact(shifts: readonly Shift[], where: string): string[] {
  const moved = ({ reportedMs, withoutMs }: Shift): number => Math.abs(reportedMs - withoutMs);
  const worst = [...shifts].sort((a, b) => moved(b) - moved(a))[0];
  if (worst === undefined) return [];
  return [
    `our own share moves response${where} by at most ${durationOr(moved(worst))} (${worst.statistic}, ${worst.cause})`,
  ];
}

function resourceFact(resources: HealthSection['resources']): string[] {
  const entries = Object.entries(resources ?? {}).map(
    ([name, value]) => `${printable(name)} ${value === null ? '-' : String(Number(value.toPrecision(3)))}`,
  );
  return entries.length === 0 ? [] : [`resources: ${entries.join(', ')}`];
}
