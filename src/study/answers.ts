import { meetsSlo, type Slo } from '../predict/meets-slo.js';
import { shareOfWins } from '../predict/orders.js';
import { quantile, spreadOf, widened, widenedShare, type Spread } from '../predict/spread.js';
import { valuesOf } from '../predict/cell-numbers.js';
import { moneyText, msText, percentText, spreadText, twoDigits } from './figure-texts.js';
import { cellName, type StudiedDraws } from './studied-draws.js';
import type { Answer } from './study-result.js';

/** From this share of draws on, a system is said to meet what is asked. */
export const CONFIDENT = 0.9;

/** What would be chosen at another rate: the same workloads, thinned or laid over themselves. */
export interface OtherRate {
  /** Times the rate of the workload. */
  readonly times: number;
  readonly cells: readonly StudiedDraws[];
}

/** For each workload and model, what to choose: the cheapest system that meets the SLO in 90 % of the draws. */
export function answersOf(
  all: readonly StudiedDraws[],
  slo: readonly Slo[],
  otherRates: readonly OtherRate[],
  factor: number,
): readonly Answer[] {
  const known = all.filter(({ cell, draws }) => cell.refused === null && draws.length > 0);
  const groups = new Map<string, StudiedDraws[]>();
  for (const one of known) {
    const key = JSON.stringify([one.cell.workload, one.cell.model]);
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups.values()].map((group) => answerOf(group, slo, otherRates, factor));
}

function answerOf(
  group: readonly StudiedDraws[],
  slo: readonly Slo[],
  otherRates: readonly OtherRate[],
  factor: number,
): Answer {
  const { workload, model } = (group[0] as StudiedDraws).cell;
  const asked = slo.map(({ text }) => text).join(' and ');
  const ranked = rankingOf(group, slo);
  const ranking = ranked.map(({ cell: { system, model: of, runtime, batch } }) => ({
    system,
    model: of,
    runtime,
    batch,
  }));
  const chosen = cheapestMeeting(group, slo);
  if (chosen === undefined) {
    const nearest = ranked[0] as StudiedDraws;
    return {
      workload,
      model,
      recommended: null,
      ranking,
      headline: `No system meets ${asked} in ${percentText(CONFIDENT)} of the draws; the nearest is ${cellName(nearest.cell)}, in ${percentText(shareOf(nearest, slo))}.`,
      reasons: group.flatMap((one) => limitSentence(one, slo, undefined)).slice(0, MOST_SENTENCES),
    };
  }
  const { cell } = chosen;
  return {
    workload,
    model,
    recommended: { system: cell.system, model: cell.model, runtime: cell.runtime, batch: cell.batch },
    ranking,
    headline: `${cellName(cell)}: the cheapest that meets ${asked}; ${spreadText(cell.cost.usdWithRequestFee, moneyText)} USD for the workload${cell.cost.floorOnly ? ' at least' : ''}, mean latency ${spreadText(cell.latency.meanMs, msText)}, success ${spreadText(cell.successRatio, percentText)}.`,
    reasons: [
      ...byHowMuch(chosen, group, slo),
      certainty(chosen, slo, factor),
      ...group
        .filter((one) => costOf(one) < costOf(chosen))
        .flatMap((one) => limitSentence(one, slo, chosen))
        .slice(0, MOST_SENTENCES),
      ...rateSentences(chosen, slo, otherRates),
      ...guessSentence(chosen),
    ],
  };
}

const MOST_SENTENCES = 3;

function cheapestMeeting(group: readonly StudiedDraws[], slo: readonly Slo[]): StudiedDraws | undefined {
  return group.filter((one) => shareOf(one, slo) >= CONFIDENT).sort((a, b) => costOf(a) - costOf(b))[0];
}

/** Those that meet the SLO by their cost, then the others by the share of draws in which they meet it. */
function rankingOf(group: readonly StudiedDraws[], slo: readonly Slo[]): readonly StudiedDraws[] {
  const [meeting, others] = [true, false].map((meets) =>
    group.filter((one) => shareOf(one, slo) >= CONFIDENT === meets),
  ) as [StudiedDraws[], StudiedDraws[]];
  return [
    ...meeting.sort((a, b) => byCost(a, b)),
    ...others.sort((a, b) => shareOf(b, slo) - shareOf(a, slo) || byCost(a, b)),
  ];
}

/** Infinity less Infinity is no order. */
function byCost(a: StudiedDraws, b: StudiedDraws): number {
  return costOf(a) === costOf(b) ? 0 : costOf(a) - costOf(b);
}

function shareOf({ draws }: StudiedDraws, slo: readonly Slo[]): number {
  return draws.filter((draw) => meetsSlo(draw, slo)).length / draws.length;
}

/** Infinity: unknown, and never the cheapest. */
function costOf({ cell }: StudiedDraws): number {
  return cell.raw.cost.usdWithRequestFee.median ?? Infinity;
}

function byHowMuch(chosen: StudiedDraws, group: readonly StudiedDraws[], slo: readonly Slo[]): string[] {
  const others = group.filter(
    (one) => one !== chosen && shareOf(one, slo) >= CONFIDENT && Number.isFinite(costOf(one)),
  );
  const next = others.sort((a, b) => costOf(a) - costOf(b))[0];
  if (next === undefined) return ['No other system meets it with that confidence.'];
  const share = shareOfWins(
    valuesOf(chosen.draws, 'usdWithRequestFee'),
    valuesOf(next.draws, 'usdWithRequestFee'),
    'less',
  );
  const times = costOf(next) / costOf(chosen);
  return [
    `The next cheapest that meets it, ${cellName(next.cell)}, costs ${moneyText(costOf(next))} USD${next.cell.cost.floorOnly ? ' at least' : ''}: ${twoDigits(times)} times as much, and more in ${percentText(share)} of the draws. It would win if its prices fell by more than ${percentText(1 - 1 / times)}, or if those of ${cellName(chosen.cell)} rose to more than ${twoDigits(times)} times what they are.`,
  ];
}

function certainty(chosen: StudiedDraws, slo: readonly Slo[], factor: number): string {
  const { cell, draws } = chosen;
  const share = `It meets the limits in ${percentText(shareOf(chosen, slo))} of ${String(draws.length)} ${cell.source === 'live' ? 'runs' : 'draws'}`;
  if (cell.source === 'live') return `${share}.`;
  const tight = slo.filter((one) => {
    const { threshold } = one;
    const { high, low } = edges(chosen, one, factor);
    const worst = threshold.operator.startsWith('<') ? high : low;
    return worst === null || (threshold.operator.startsWith('<') ? worst > threshold.limit : worst < threshold.limit);
  });
  return tight.length === 0
    ? `${share}, and within the model-error factor too.`
    : `${share}; with the model-error factor ${tight.map(({ text }) => text).join(' and ')} could be missed.`;
}

/** The 10-90 % range of what is asked, with the model-error factor. */
function edges({ draws }: StudiedDraws, { of, threshold }: Slo, factor: number): Spread {
  const raw = spreadOf(draws.map(of));
  return threshold.unit === 'share' ? widenedShare(raw, factor) : widened(raw, factor);
}

/** At which limit in place of the one it misses `one` would meet the SLO, where a single limit is in its way. */
function limitSentence(one: StudiedDraws, slo: readonly Slo[], chosen: StudiedDraws | undefined): string[] {
  for (const missed of slo) {
    const rest = slo.filter((other) => other !== missed);
    if (shareOf(one, rest) < CONFIDENT || shareOf(one, [missed]) >= CONFIDENT) continue;
    const isUpper = missed.threshold.operator.startsWith('<');
    const values = one.draws.map(missed.of).filter((value) => !Number.isNaN(value));
    const limit = quantile(
      [...values].sort((a, b) => a - b),
      isUpper ? CONFIDENT : 1 - CONFIDENT,
    );
    if (!Number.isFinite(limit)) continue;
    const cost =
      chosen === undefined
        ? `${moneyText(costOf(one))} USD`
        : `${moneyText(costOf(one))} USD in place of ${moneyText(costOf(chosen))}`;
    return [
      `${cellName(one.cell)} (${cost}) would do if ${missed.text} were ${isUpper ? 'raised' : 'lowered'} to ${limitText(missed, limit)}.`,
    ];
  }
  return [];
}

function limitText({ threshold: { unit } }: Slo, limit: number): string {
  if (unit === 'ms') return msText(limit);
  return unit === 'share' ? percentText(limit) : twoDigits(limit);
}

/** Where another system wins at another rate. */
function rateSentences(chosen: StudiedDraws, slo: readonly Slo[], otherRates: readonly OtherRate[]): string[] {
  const { workload, model } = chosen.cell;
  const told = otherRates.map(({ times, cells }) => {
    const here = cells.filter(({ cell }) => cell.workload === workload && cell.model === model);
    return { times, winner: here.length === 0 ? chosen : cheapestMeeting(here, slo) };
  });
  const changes = told.filter(({ winner }) => winner === undefined || cellName(winner.cell) !== cellName(chosen.cell));
  if (told.length === 0) return [];
  if (changes.length === 0)
    return [
      `It wins from ${twoDigits(Math.min(...told.map(({ times }) => times)))} to ${twoDigits(Math.max(...told.map(({ times }) => times)))} times this rate, too.`,
    ];
  return [
    `At other rates: ${changes.map(({ times, winner }) => `${twoDigits(times)} times this rate, ${winner === undefined ? 'no system meets it' : `${cellName(winner.cell)} wins`}`).join('; ')}.`,
  ];
}

function guessSentence({ cell: { guesses } }: StudiedDraws): string[] {
  return guesses.length === 0 ? [] : [`It depends on parameters that are guessed: ${guesses.join(', ')}.`];
}
