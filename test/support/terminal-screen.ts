/** One character, or a sequence that a program may send: CSI, OSC, or a lone escape. */

const PIECES = /\u001b\[([?]?)([\d;]*)([@-~])|\u001b\][^\u0007]*\u0007|\u001b.|[^]/gu;
const WIDE = /[\u1100-\u115f\u2e80-\u9fff\uac00-\ud7a3\uff00-\uff60\u{1f300}-\u{1faff}]/u;
const NARROWEST = /[\u0300-\u036f\u200b-\u200d\ufe0f]/u;

/**
 * A terminal in miniature: what a program wrote is a grid of characters. Throws for a sequence it does not know, so that
 * nothing gets by unseen. After a resize the lines are cut or padded, not wrapped anew.
 */
export class TerminalScreen {
  cursorShown = true;
  #columns: number;
  #rows: number;
  #row = 0;
  #column = 0;
  #wraps = true;
  #cells: string[][] = [];
  #rest = '';

  constructor(columns: number, rows: number) {
    this.#columns = columns;
    this.#rows = rows;
  }

  /** Every line that was ever shown, those that were scrolled out too, without spaces at their ends. */
  get lines(): string[] {
    return this.#cells.map((cells) =>
      Array.from(cells, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
  }

  get text(): string {
    return this.lines.join('\n').trimEnd();
  }

  resize(columns: number, rows: number): void {
    this.#columns = columns;
    this.#rows = rows;
    this.#cells = this.#cells.map((cells) => cells.slice(0, columns));
    this.#column = Math.min(this.#column, columns - 1);
  }

  write(text: string): void {
    const all = this.#rest + text;
    // An unfinished sequence waits for its end.
    const cut = /\u001b(\[[?\d;]*)?$/.exec(all)?.index ?? all.length;
    this.#rest = all.slice(cut);
    for (const [piece, mark, numbers, final] of all.slice(0, cut).matchAll(PIECES)) {
      if (final !== undefined) this.#obey(`${mark ?? ''}${final}`, numbers ?? '');
      else if (piece.startsWith('\u001b'))
        throw new Error(`an escape that nobody should send: ${JSON.stringify(piece)}`);
      else this.#put(piece);
    }
  }

  #obey(what: string, numbers: string): void {
    const count = Number(numbers || '1');
    if (what === 'A') this.#row = Math.max(Math.max(0, this.#cells.length - this.#rows), this.#row - count);
    else if (what === 'K') this.#line().splice(this.#column);
    else if (what === 'J') this.#eraseBelow();
    else if (what === '?h' || what === '?l') this.#setMode(numbers, what === '?h');
    else if (what !== 'm') throw new Error(`a sequence that nobody should send: ${numbers}${what}`);
  }

  #setMode(mode: string, on: boolean): void {
    if (mode === '25') this.cursorShown = on;
    else if (mode === '7') this.#wraps = on;
    else throw new Error(`mode ${mode}`);
  }

  #eraseBelow(): void {
    this.#line().splice(this.#column);
    this.#cells.splice(this.#row + 1);
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#row++;
    else if (character < ' ') throw new Error(`a control character on the screen: ${JSON.stringify(character)}`);
    else this.#print(character);
    this.#line();
  }

  #print(character: string): void {
    const width = NARROWEST.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
    if (this.#column + width > this.#columns) {
      if (this.#wraps) {
        this.#row++;
        this.#column = 0;
      } else this.#column = this.#columns - width;
    }
    const line = this.#line();
    while (line.length < this.#column) line.push(' ');
    if (width === 0) line[this.#column - 1] = (line[this.#column - 1] ?? '') + character;
    else line.splice(this.#column, width, character, ...(width === 2 ? [''] : []));
    this.#column += width;
  }

  #line(): string[] {
    while (this.#cells.length <= this.#row) this.#cells.push([]);
    return this.#cells[this.#row] as string[];
  }
}
