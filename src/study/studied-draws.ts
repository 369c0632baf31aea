import type { Draw } from '../predict/draw.js';
import type { StudiedCell } from './study-result.js';

/** A cell with the draws (or, of a live one, the runs) that its numbers are made of. */
export interface StudiedDraws {
  readonly cell: StudiedCell;
  readonly draws: readonly Draw[];
}

/** `aws-lambda (ort)`, `aws-lambda (ort), batches of 4`. */
export function cellName({ system, runtime, batch }: Pick<StudiedCell, 'system' | 'runtime' | 'batch'>): string {
  return `${system}${runtime === '' ? '' : ` (${runtime})`}${batch > 1 ? `, batches of ${String(batch)}` : ''}`;
}
