/** How a trace is written: one JSON object, one JSON object per line, or comma-separated values. */
export type TraceFormat = 'json' | 'jsonl' | 'csv';

export const NAMING = 'name it .json, .jsonl, .ndjson or .csv, with .gz behind where it is compressed';

/** The format that a file's name gives; undefined when it gives none. */
export function formatOfName(name: string): { readonly format: TraceFormat; readonly gzip: boolean } | undefined {
  const match = /\.(json|jsonl|ndjson|csv)(\.gz)?$/i.exec(name);
  if (match === null) return undefined;
  const extension = (match[1] ?? '').toLowerCase();
  return { format: extension === 'ndjson' ? 'jsonl' : (extension as TraceFormat), gzip: match[2] !== undefined };
}

/** As much of an input as `formatOfContent` wants to see, unless it ends before. */
const SNIFF_BYTES = 1 << 20;

/** Whether `head` shows enough of the input: its first line that is not blank, or SNIFF_BYTES. */
export function sniffable(head: Uint8Array): boolean {
  return head.length >= SNIFF_BYTES || decode(head).trimStart().includes('\n');
}

/**
 * The format of an input without a name: a first line that is a JSON object of its own, without the times of all in
 * it, is the first of many; another `{` opens one object for all; what remains is CSV.
 */
export function formatOfContent(head: Uint8Array): TraceFormat {
  const text = decode(head).trimStart();
  if (!text.startsWith('{')) return 'csv';
  try {
    const first = JSON.parse(text.split('\n', 1)[0] ?? '') as { readonly format?: unknown; readonly atMs?: unknown };
    const wholeTrace = Array.isArray(first.atMs) || (first.atMs !== undefined && first.format !== undefined);
    return wholeTrace ? 'json' : 'jsonl';
  } catch {
    return 'json';
  }
}

/** Whether the bytes begin as gzip does (RFC 1952, section 2.3.1). */
export function isGzip(head: Uint8Array): boolean {
  return head[0] === 0x1f && head[1] === 0x8b;
}

function decode(head: Uint8Array): string {
  return new TextDecoder().decode(head.subarray(0, SNIFF_BYTES));
}
