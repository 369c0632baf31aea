import { inPlace } from '../collectors/section.js';
import { ROWS } from '../collectors/sections.js';
import type { LiveFigure } from '../live-figure.js';
import type { Progress } from '../progress.js';
import { clockText, countText, durationText, rateText } from './figure-texts.js';
import { fitText, widthOf } from './fit-text.js';
import type { Style } from './look.js';
import { paint, type Piece } from './paint.js';
import { sparkline } from './sparkline.js';

/** Beyond this a line is harder to read, not more telling. */
const MOST_COLUMNS = 100;
const LABEL_COLUMNS = 10;
const BACKEND_COLUMNS = 20;
/** Narrower than this, labels stand alone. */
const NARROW_COLUMNS = 56;

/** What each section shows, in the order of their places. */
const SHOWN = inPlace(ROWS.map(({ watched }) => watched?.live));

interface Page extends Style {
  readonly columns: number;
}

/** How far a run is, as lines that fit into the columns of a terminal. Pure. */
export function liveLines(progress: Progress, terminalColumns: number, style: Style): string[] {
  // The last column stays free: some terminals wrap as soon as it is written.
  const page = { ...style, columns: Math.max(1, Math.min(MOST_COLUMNS, terminalColumns - 1)) };
  return [
    title(progress, page),
    bar(progress, page),
    ...sending(progress, page),
    ...SHOWN.flatMap((shown) => shown.figures(progress)).flatMap((figure) => figureLines(figure, page)),
  ].map((pieces) => painted(pieces, page));
}

function title({ run, nowMs, durationMs }: Progress, { columns, unicode }: Page): Piece[] {
  const time = `${clockText(Math.min(nowMs, durationMs))} of ${clockText(durationMs)}`;
  const name = route(run, Math.max(0, columns - time.length - 2), unicode);
  return [
    { text: name, as: 'bold' },
    { text: ' '.repeat(Math.max(2, columns - widthOf(name) - time.length)), as: 'plain' },
    { text: time, as: 'dim' },
  ];
}

/** Which trace goes where; the trace's name is the first to be cut. */
function route({ trace, backend }: Progress['run'], columns: number, unicode: boolean): string {
  const target = ` ${unicode ? '→' : '>'} ${fitText(backend, BACKEND_COLUMNS, unicode)}`;
  return fitText(`${fitText(trace, Math.max(1, columns - widthOf(target)), unicode)}${target}`, columns, unicode);
}

function bar({ nowMs, durationMs, inFlight }: Progress, { columns, unicode }: Page): Piece[] {
  const share = durationMs === 0 ? 1 : Math.min(1, Math.max(0, nowMs / durationMs));
  const left = share < 1 ? `${clockText(durationMs - nowMs)} left` : `waiting for ${countText(inFlight)}`;
  const text = ` ${String(Math.floor(share * 100)).padStart(3)} %  ${left.padEnd(9)}`;
  const length = Math.max(0, columns - text.length);
  const done = Math.round(share * length);
  return [
    { text: (unicode ? '━' : '=').repeat(done), as: 'cyan' },
    { text: (unicode ? '─' : '-').repeat(length - done), as: 'dim' },
    { text, as: 'plain' },
  ];
}

function sending({ rates, inFlight }: Progress, page: Page): Piece[][] {
  return labelled('sending', page, [
    { text: `offered ${rateText(rates.duePerSecond)}`.padEnd(14), as: 'plain' },
    { text: `sent ${rateText(rates.sentPerSecond)}`.padEnd(11), as: 'plain' },
    { text: `in flight ${countText(inFlight)}`, as: 'plain' },
  ]);
}

function figureLines(figure: LiveFigure, page: Page): Piece[][] {
  if ('texts' in figure) return labelled(figure.label, page, figure.texts);
  return [latency(figure.label, figure.ms, figure.history, page)];
}

/** The figure of the last seconds, then a bar for each second, of its own scale, whose top is written where there is room. */
function latency(label: string, ms: number | null, history: readonly (number | null)[], page: Page): Piece[] {
  const figure = durationText(ms).padStart(8);
  const room = page.columns - LABEL_COLUMNS - figure.length - 2;
  const wide = room > 40;
  const line = sparkline(history, wide ? room - 12 : room, page.unicode);
  const most = history.slice(-line.length || history.length).reduce<number | null>(greater, null);
  return [
    { text: label.padEnd(LABEL_COLUMNS), as: 'dim' },
    { text: figure, as: 'plain' },
    { text: `  ${line}`, as: 'cyan' },
    { text: wide && most !== null ? `  to ${durationText(most)}` : '', as: 'dim' },
  ];
}

function greater(most: number | null, value: number | null): number | null {
  return value === null ? most : Math.max(most ?? 0, value);
}

/** The pieces two spaces apart behind their label; those that have no room go on in the next line. */
function labelled(label: string, { columns }: Page, pieces: readonly Piece[]): Piece[][] {
  const indent = columns < NARROW_COLUMNS && pieces.length > 1 ? 2 : LABEL_COLUMNS;
  const lines: Piece[][] = [[{ text: label.padEnd(LABEL_COLUMNS), as: 'dim' }]];
  let width = LABEL_COLUMNS;
  for (const [i, piece] of pieces.entries()) {
    const gap = i === 0 ? 0 : 2;
    const needed = gap + widthOf(piece.text.trimEnd());
    if (width + needed <= columns || i === 0) {
      lines.at(-1)?.push({ text: ' '.repeat(gap), as: 'plain' }, piece);
      width += gap + widthOf(piece.text);
    } else {
      lines.push([{ text: ' '.repeat(indent), as: 'plain' }, piece]);
      width = indent + widthOf(piece.text);
    }
  }
  return lines;
}

/** Cut to the page, with nothing behind the last visible character. */
function painted(pieces: readonly Piece[], { columns, color, unicode }: Page): string {
  let room = columns;
  const shown = pieces.map(({ text, as }) => {
    const cut = widthOf(text) <= room ? text : fitText(text, room, unicode);
    room -= widthOf(cut);
    return { text: cut, as };
  });
  const last = shown.findLastIndex(({ text }) => text.trimEnd() !== '');
  return shown
    .slice(0, last + 1)
    .map((piece, i) => paint(i === last ? { ...piece, text: piece.text.trimEnd() } : piece, color))
    .join('');
}
