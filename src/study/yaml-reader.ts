import type { YamlFile, YamlPath } from '../config/read-yaml-file.js';
import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { parseDurationMs } from '../text/quantities.js';

export type Mapping = Readonly<Record<string, unknown>>;

/** Values of a YAML file as the kinds they have to be. What is not throws a `UserError` with file, line and column. */
export class YamlReader {
  readonly #file: YamlFile;

  constructor(file: YamlFile) {
    this.#file = file;
  }

  checkKeys(of: Mapping, known: readonly string[], at: YamlPath): void {
    const strange = Object.keys(of).find((key) => !known.includes(key));
    if (strange === undefined) return;
    const near = nearest(strange, known);
    throw this.fault(
      [...at, strange],
      `there is no key ${printable(strange, 60)}; ${near === undefined ? `known are ${known.join(', ')}` : `did you mean ${near}?`}`,
    );
  }

  mapping(raw: unknown, at: YamlPath): Mapping {
    if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw as Mapping;
    throw this.fault(at, `${at.length === 0 ? 'a study' : nameOf(at)} expects keys and values`);
  }

  list(raw: unknown, at: YamlPath): readonly unknown[] {
    if (Array.isArray(raw) && raw.length > 0) return raw as unknown[];
    throw this.fault(at, `${nameOf(at)} expects a list with at least one entry`);
  }

  texts(raw: unknown, at: YamlPath): readonly string[] {
    if (!Array.isArray(raw)) return [this.text(raw, at)];
    return this.list(raw, at).map((one, i) => this.text(one, [...at, i]));
  }

  text(raw: unknown, at: YamlPath): string {
    if ((typeof raw === 'string' && raw.trim() !== '') || typeof raw === 'number') return String(raw);
    throw this.fault(at, `${nameOf(at)} expects text or a number`);
  }

  optionalText(raw: unknown, at: YamlPath): string | undefined {
    return raw === undefined ? undefined : this.text(raw, at);
  }

  duration(raw: unknown, at: YamlPath): number {
    try {
      return parseDurationMs(this.text(raw, at));
    } catch (thrown) {
      throw this.fault(at, `${nameOf(at)}: ${thrown instanceof Error ? thrown.message : ''}`);
    }
  }

  whole(raw: unknown, at: YamlPath, least: number, most: number): number {
    if (Number.isSafeInteger(raw) && (raw as number) >= least && (raw as number) <= most) return raw as number;
    throw this.fault(at, `${nameOf(at)} expects a whole number from ${String(least)} to ${String(most)}`);
  }

  fault(at: YamlPath, text: string): UserError {
    return new UserError(`${this.#file.placeOf(at)}: ${text}`);
  }
}

/** The key that a path ends in. */
function nameOf(at: YamlPath): string {
  return [...at].reverse().find((part) => typeof part === 'string') ?? 'the study';
}
