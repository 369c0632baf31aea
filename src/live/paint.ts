/** Ways to set a piece of text off, as SGR codes. */
const CODES = { plain: '', bold: '1', dim: '2', red: '31', green: '32', yellow: '33', cyan: '36' } as const;

/** A piece of a line: harmless text of one look. */
export interface Piece {
  readonly text: string;
  readonly as: keyof typeof CODES;
}

/** What a terminal is sent to show a piece. */
export function paint({ text, as }: Piece, color: boolean): string {
  const code = CODES[as];
  return !color || code === '' || text === '' ? text : `\u001b[${code}m${text}\u001b[0m`;
}
