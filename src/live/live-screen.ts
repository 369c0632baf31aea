import type { Progress } from '../progress.js';
import { liveLines } from './live-lines.js';
import type { Style } from './look.js';

/** A terminal as it is now. */
export interface Terminal {
  write(text: string): void;
  columns(): number;
  rows(): number;
}

const ESC = '\u001b[';
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
/** A character with a width of its own mind must not start a second line. */
const NO_WRAP = `${ESC}?7l`;
const WRAP = `${ESC}?7h`;
const TO_LINE_END = `${ESC}K`;
const ERASE_BELOW = `\r${ESC}J`;

/**
 * Progress that is redrawn in place at the end of a terminal's text. Between two drawings the (hidden) cursor rests at the
 * start of the first line: where the terminal wraps lines anew as it is resized, that place moves along.
 */
export class LiveScreen {
  readonly #terminal: Terminal;
  readonly #style: Style;
  #shown: Progress | undefined;

  constructor(terminal: Terminal, style: Style) {
    this.#terminal = terminal;
    this.#style = style;
  }

  show(progress: Progress): void {
    const lines = this.#lines(progress);
    const begin = this.#shown === undefined ? HIDE_CURSOR : '';
    this.#shown = progress;
    this.#terminal.write(`${begin}${NO_WRAP}${inPlace(lines)}${WRAP}`);
  }

  /** After a resize. */
  redraw(): void {
    if (this.#shown !== undefined) this.show(this.#shown);
  }

  /** Writes a line above that stays. `line`: one line, harmless. */
  say(line: string): void {
    const shown = this.#shown;
    this.clear();
    this.#terminal.write(`${line}\n`);
    if (shown !== undefined) this.show(shown);
  }

  /** Takes the view away and gives the cursor back; harmless a second time. */
  clear(): void {
    if (this.#shown === undefined) return;
    this.#shown = undefined;
    this.#terminal.write(`${ERASE_BELOW}${SHOW_CURSOR}`);
  }

  /** What does not fit below the cursor's own line could not be erased again. */
  #lines(progress: Progress): string[] {
    return liveLines(progress, this.#terminal.columns(), this.#style).slice(0, Math.max(1, this.#terminal.rows() - 1));
  }
}

function inPlace(lines: readonly string[]): string {
  const text = lines.map((line) => `\r${line}${TO_LINE_END}\n`).join('');
  return `${text}${ERASE_BELOW}${ESC}${String(lines.length)}A`;
}
