import type { Http1Parser } from '#src/backends/wire/http1-parser';
import type { Draw } from './http-messages.js';

export function tryParserLaw(
  cases: number,
  seed: number,
): { readonly completed: number; readonly refused: number; readonly broken?: string };
export function feedInPieces(parser: Http1Parser, bytes: Uint8Array, draw: Draw): number;
