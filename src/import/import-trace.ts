import { basename } from 'node:path';
import { printable, UserError } from '../errors.js';
import { seededRandom } from '../generator/random.js';
import { openTraceFile, peek, plainBytes, readable, type Bytes } from '../trace-file/byte-source.js';
import type { Fault } from '../trace-file/fault.js';
import { isGzip } from '../trace-file/trace-format.js';
import { parseWhere } from '../where/parse-where.js';
import type { FormatOptions, Head, ImportFormat, OpenedFormat } from './import-format.js';
import { Intake, type Within } from './intake.js';
import { openParquet } from './parquet-rows.js';
import { HEAD_BYTES, readHead, samplesOf } from './read-head.js';
import { formatNamed, FORMATS, recognised } from './registry.js';
import { headerOf, rowReader } from './row-reader.js';
import { storeArrivals, type StoredImport } from './store-arrivals.js';
import { timeZone } from './time-zone.js';

export interface ImportOptions extends Omit<FormatOptions, 'random' | 'fileName' | 'samples'> {
  /** The name of a format; absent: it is recognised. */
  readonly format?: string;
  /** Of stamps that do not say theirs. */
  readonly timezone: string;
  readonly within: Within;
  /** The step of the clock, ns, where it is not to be found out. */
  readonly resolutionNs?: number;
  readonly failed: 'keep' | 'drop';
  readonly skipBad: boolean;
  /** The first arrival is at 0, whatever comes before it in the source. */
  readonly rebase: boolean;
  /** Only arrivals whose columns fulfil this condition. */
  readonly where?: string;
  /** Ms of the trace that are kept. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly seed: number;
  readonly spoolDir: string;
  readonly stdin: AsyncIterable<Uint8Array>;
}

/** What was imported, and what the user should know of it. The caller closes `stored.store`. */
export interface Imported extends StoredImport {
  readonly format: ImportFormat;
  readonly opened: OpenedFormat;
  readonly header: readonly string[];
  readonly intake: Intake;
  readonly name: string;
}

const MOST_BYTES = 2 ** 40;

/** Reads recorded traffic from a file, or `-` for standard input. Throws `UserError`. */
export async function importTrace(source: string, options: ImportOptions): Promise<Imported> {
  const what = source === '-' ? 'standard input' : printable(source);
  const fault: Fault = (text) => new UserError(`${what}: ${printable(text, 600)}`);
  if (source === '-') return read(readable(options.stdin, fault), 'stdin', options, fault);
  const file = await openTraceFile(source, fault);
  try {
    return await read(readable(file.bytes, fault), basename(source), options, fault);
  } finally {
    await file.close();
  }
}

async function read(raw: Bytes, fileName: string, options: ImportOptions, fault: Fault): Promise<Imported> {
  const first = await peek(raw, (head) => head.length >= 2);
  const plain = plainBytes(first.bytes, isGzip(first.head), MOST_BYTES, fault);
  const { head: begin, bytes } = await peek(plain, (head) => head.length >= HEAD_BYTES);
  const shown = readHead(begin, fault);
  if (!shown.isParquet) return take(shown, options, fileName, fault, (reading) => readBytes(reading, bytes));
  const parquet = await openParquet(bytes, options.spoolDir, fault);
  try {
    const head = { ...shown, header: parquet.header };
    return await take(head, options, fileName, fault, ({ format, opened, intake }) =>
      parquet.read(format.rows === 'table' ? opened.used : [], opened.start(intake)),
    );
  } finally {
    parquet.close();
  }
}

/** What rows are read with. */
interface Reading {
  readonly head: Head;
  readonly format: ImportFormat;
  readonly opened: OpenedFormat;
  readonly intake: Intake;
  readonly fault: Fault;
}

async function readBytes({ head, format, opened, intake, fault }: Reading, bytes: Bytes): Promise<void> {
  const reader = rowReader(format, head, opened.start(intake), intake, fault);
  for await (const chunk of bytes) reader.push(chunk);
  reader.end();
}

async function take(
  head: Head,
  options: ImportOptions,
  fileName: string,
  fault: Fault,
  readRows: (reading: Reading) => Promise<void>,
): Promise<Imported> {
  const format = formatOf(head, options, fault);
  const random = seededRandom(options.seed);
  const ofWindows = random.split('format');
  const ofFormat = {
    ...options,
    fileName,
    samples: (column: string) => samplesOf(head, column),
    random: ofWindows,
  };
  const header = headerOf(format, head);
  const opened = format.open(header, ofFormat);
  if (typeof opened === 'string') throw fault(`${opened} (format ${format.name})`);
  // What is wrong with the condition shows before the source is read.
  if (options.where !== undefined) parseWhere(options.where, opened.columns);
  const draws = random.split('within');
  const intake = new Intake({
    columns: opened.columns,
    hasPayloads: options.requests || options.payloadColumn !== undefined,
    spoolDir: options.spoolDir,
    zone: timeZone(options.timezone),
    random: () => draws.uniform(),
    within: options.within,
    dropsFailed: options.failed === 'drop',
    skipsBad: options.skipBad,
    fromZero: !format.calendar,
    fault,
  });
  try {
    await readRows({ head, format, opened, intake, fault });
    const stored = storeArrivals(intake, opened.columns, options, () => draws.uniform(), fault);
    return { ...stored, format, opened, header, intake, name: nameOf(fileName) };
  } catch (thrown) {
    intake.discard();
    throw thrown;
  }
}

function formatOf(head: Head, { format, timeColumn }: ImportOptions, fault: Fault): ImportFormat {
  if (format !== undefined) return formatNamed(format);
  const generic = timeColumn === undefined ? undefined : formatNamed(head.object === undefined ? 'table' : 'jsonl');
  const found = generic ?? recognised(head);
  if (found !== undefined) return found;
  throw fault(
    `no format recognises it${nearMiss(head)}; name its column of times with --time-column, or its format with --format`,
  );
}

/** Which format the header is nearest to, and what that expects. */
function nearMiss({ header, object }: Head): string {
  const known = new Set(object === undefined ? header : Object.keys(object));
  const ranked = FORMATS.filter(({ name }) => name !== 'table' && name !== 'jsonl')
    .map((format) => ({ format, shared: sharedNames(format, known) }))
    .sort((a, b) => b.shared - a.shared);
  const [best] = ranked;
  if (best === undefined || best.shared < 2)
    return known.size > 1 ? ` (its columns are ${printable([...known].join(', '), 200)})` : '';
  return `; it is nearest to ${best.format.name}, which expects ${best.format.expects}`;
}

function sharedNames({ expects }: ImportFormat, known: ReadonlySet<string>): number {
  return expects.split(/[\s,]+/).filter((word) => word.length > 2 && known.has(word)).length;
}

/** The file's name without its endings. */
function nameOf(fileName: string): string {
  const name = printable(fileName.replace(/(\.(csv|tsv|txt|json|jsonl|ndjson|log|gz|parquet|har))+$/i, ''), 200);
  return name === '' ? 'imported' : name;
}
