import { printable } from '../errors.js';
import { counted } from '../text/counted.js';
import { isoDate } from '../text/iso-date.js';
import type { Imported, ImportOptions } from './import-trace.js';

/** What was found, as lines for people. `source`: the name of the file. */
export function importText(source: string, imported: Imported, options: ImportOptions): string[] {
  const { format, stored, durationMs, intake } = imported;
  const what = source === '-' ? 'standard input' : printable(source);
  const rows = intake.counts.rows === 0 ? '' : `, ${counted(intake.counts.rows, 'row')}`;
  return [
    `${what}: ${format.title}${rows}`,
    `${counted(stored.count, 'arrival')} in ${lengthText(durationMs)}${startText(imported)}`,
    ...clockLines(imported, options),
    ...orderLines(imported, options),
    ...rowLines(imported, options),
    ...columnLines(imported),
    ...imported.opened.notes,
    ...intake.notes,
  ];
}

function startText({ startSec }: Imported): string {
  if (Number.isNaN(startSec)) return '';
  return `, from ${isoDate(Math.floor(startSec * 1000))}`;
}

function clockLines(imported: Imported, { timezone, within, resolutionNs }: ImportOptions): string[] {
  const { intake, stepNs, isSpread, shared, stored } = imported;
  const { zoneless, made } = intake.counts;
  const lines: string[] = [];
  if (zoneless > 0) lines.push(`stamps say no time zone: ${printable(timezone, 60)} is taken (--timezone)`);
  if (made > 0)
    lines.push(
      within === 'uniform'
        ? 'counts are spread over their window, uniformly (--within, --seed)'
        : 'all arrivals of a window are at its start (--within)',
    );
  if (stepNs === undefined) return lines;
  const step = `stamps have a resolution of ${stepText(stepNs)}${resolutionNs === undefined ? '' : ' as given'}`;
  if (isSpread || intake.hasSpread) lines.push(`${step}: arrivals are spread within it, uniformly (--within, --seed)`);
  else if (stepNs > 1e6 && intake.hasDurations)
    lines.push(`${step}: a start is one of them minus a duration, and is not spread`);
  else if (stepNs > 1e6)
    lines.push(
      `${step}, and arrivals stay on them: they come in bursts that the traffic did not have (--within uniform spreads them)`,
    );
  else if (shared > stored.count / 2)
    lines.push(
      `${String(shared)} of ${counted(stored.count, 'arrival')} share the stamp of another: if the clock was coarse, spread them with --resolution 3s`,
    );
  return lines;
}

function orderLines({ intake, silenceMs }: Imported, { rebase }: ImportOptions): string[] {
  const { backwards, worstJump, twice, never, firstDoubt } = intake.counts;
  const lines: string[] = [];
  if (backwards > 0)
    lines.push(
      `the clock goes back in ${counted(backwards, 'row')}, by up to ${lengthText(worstJump.backNs / 1e6)} (line ${String(worstJump.place)}): sorted by time`,
    );
  if (twice > 0)
    lines.push(
      `in an hour that the clock had twice: ${counted(twice, 'stamp')} (first in line ${String(firstDoubt)}): the first is taken, unless that goes back`,
    );
  if (never > 0)
    lines.push(`in an hour that the clock left out: ${counted(never, 'stamp')} (first in line ${String(firstDoubt)})`);
  if (!rebase && silenceMs >= LONG_SILENCE_MS)
    lines.push(`nothing arrives in the first ${lengthText(silenceMs)} (--rebase removes that)`);
  return lines;
}

const LONG_SILENCE_MS = 10_000;

function rowLines({ intake }: Imported, { failed: kept }: ImportOptions): string[] {
  const { failed, empty, bad, firstBad } = intake.counts;
  const lines: string[] = [];
  if (failed > 0)
    lines.push(
      `failed in the source: ${counted(failed, 'row')}, ${kept === 'drop' ? 'left out' : 'kept, for they were traffic (--failed drop)'}`,
    );
  if (empty > 0) lines.push(`without a request: ${counted(empty, 'row')}, left out`);
  if (bad > 0) lines.push(`cannot be read: ${counted(bad, 'row')}, left out; the first is ${firstBad}`);
  return lines;
}

function columnLines({ opened, header, format, intake }: Imported): string[] {
  const kept = opened.columns.map(({ name }) => name);
  const ignored = header.filter(
    (name) => !opened.used.includes(name) && (format.rows !== 'json' || !name.includes('.')),
  );
  const lines = kept.length === 0 ? [] : [`columns: ${kept.join(', ')}`];
  if (intake.payloads.length > 0) lines.push(counted(intake.payloads.length, 'payload'));
  if (ignored.length > 0) lines.push(`ignored: ${printable(shortened(ignored), 300)} (--keep NAME keeps one)`);
  return lines;
}

function shortened(names: readonly string[]): string {
  return names.length <= 12
    ? names.join(', ')
    : `${names.slice(0, 10).join(', ')} and ${String(names.length - 10)} more`;
}

/** `1 s`, `100 ms`, `1 minute`. */
function stepText(stepNs: number): string {
  if (stepNs >= 3.6e12) return '1 hour';
  if (stepNs >= 6e10) return '1 minute';
  const [unit, ns] = (
    [
      ['s', 1e9],
      ['ms', 1e6],
      ['us', 1e3],
      ['ns', 1],
    ] as const
  ).find(([, size]) => stepNs >= size) ?? ['ns', 1];
  return `${String(stepNs / ns)} ${unit}`;
}

function lengthText(ms: number): string {
  if (ms < 1000) return `${String(Math.round(ms * 1000) / 1000)} ms`;
  if (ms < 600_000) return `${String(Math.round(ms) / 1000)} s`;
  if (ms < 48 * 3_600_000) return `${(ms / 3_600_000).toFixed(2)} h`;
  return `${(ms / 86_400_000).toFixed(2)} days`;
}
