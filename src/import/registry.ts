import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { accessLog } from './formats/access-log.js';
import { jsonLines, table } from './formats/table.js';
import type { Head, ImportFormat } from './import-format.js';

/** All formats; of those that recognise a source the first one reads it, so the general ones come last. */
export const FORMATS: readonly ImportFormat[] = [accessLog, table, jsonLines];

/** The format of that name. Throws `UserError`. */
export function formatNamed(name: string): ImportFormat {
  const found = FORMATS.find((format) => format.name === name);
  if (found !== undefined) return found;
  const names = FORMATS.map((format) => format.name);
  const near = nearest(name, names);
  throw new UserError(
    `--format ${printable(name, 60)}: ${near === undefined ? `give one of ${names.join(', ')}` : `did you mean ${near}?`}`,
  );
}

/** The format of a source; undefined: none recognises it. */
export function recognised(head: Head): ImportFormat | undefined {
  return FORMATS.find((format) => isTextOf(format, head) && format.recognises(head));
}

/** Whether a source can be cut into rows as the format wants. */
function isTextOf({ rows }: ImportFormat, { object, isParquet }: Head): boolean {
  if (isParquet) return rows === 'table';
  const isJson = object !== undefined;
  return rows === 'document' ? true : (rows === 'json') === isJson;
}
