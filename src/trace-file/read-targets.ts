import { basename, dirname } from 'node:path';
import { printable, UserError } from '../errors.js';
import type { Payload } from '../trace.js';
import type { Fault } from './fault.js';
import { withJsonSources } from './json-sources.js';
import { readRealFile, resolved } from './payload-file.js';
import { payloadResolver } from './payloads.js';
import { decodeUtf8, parseStrictJson } from './strict-json.js';
import { isObject } from './trace-header.js';

type Entry = Readonly<Record<string, unknown>>;

/** A target and the line on which it begins, counted from 1. */
interface Target {
  readonly line: number;
  /** As in a payload table. */
  readonly entry: Entry;
  /** Whole, where the target has one; its path and query are sent. */
  readonly url?: URL;
}

const MOST_BYTES = 1 << 28;
const MOST_LINE = 64 << 20;

/**
 * The requests of `--targets`: a payload entry of a trace on each line, or the targets of vegeta in its JSON or its HTTP format.
 * The files that they name lie beside the list or below. Throws `UserError` that names the line.
 */
export function readTargets(path: string, columns: readonly string[] = []): readonly Payload[] {
  const fault: Fault = (text) => new UserError(`targets ${printable(basename(path), 120)}: ${text}`);
  const real = resolved(path, fault);
  const text = decodeUtf8(readRealFile(real, MOST_BYTES, fault))?.replace(/^\ufeff/, '');
  if (text === undefined) throw fault('it is not UTF-8; save the file as UTF-8');
  if (/^\s*\[/.test(text)) throw fault('it is a list; write each of its requests on a line of its own');
  const targets = /^\s*\{/.test(text) ? jsonTargets(text, fault) : httpTargets(text, fault);
  if (targets.length === 0)
    throw fault('it holds no request; write one a line, such as {"method": "GET", "path": "/"}');
  checkOneOrigin(targets, fault);
  const resolve = payloadResolver(dirname(real), columns);
  return targets.map(({ line, entry, url }) =>
    resolve(url === undefined ? entry : { ...entry, path: url.pathname + url.search }, at(line, fault)),
  );
}

function at(line: number, fault: Fault): Fault {
  return (text) => fault(`line ${String(line)}: ${text}`);
}

function jsonTargets(text: string, fault: Fault): readonly Target[] {
  return text.split('\n').flatMap((raw, i): Target[] => {
    const line = raw.trim();
    const here = at(i + 1, fault);
    if (line === '') return [];
    if (line.length > MOST_LINE) throw here('it is longer than 64 MiB; send less');
    const parsed = parseStrictJson(line);
    if (!parsed.ok) throw here(parsed.why);
    const [entry] = withJsonSources([parsed.value], `[${line}]`) as readonly unknown[];
    if (!isObject(entry)) throw here('it is no object; give one such as {"method": "GET", "path": "/"}');
    return [{ line: i + 1, ...(Object.hasOwn(entry, 'url') ? ofVegeta(entry, here) : { entry }) }];
  });
}

/** `{"method", "url", "header": {name: [values]}, "body": base64}`, as `vegeta attack -format=json` reads it. */
function ofVegeta(
  { method = 'GET', url, header, body, ...others }: Entry,
  fault: Fault,
): Pick<Target, 'entry' | 'url'> {
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw fault(`the key "${printable(unknown, 60)}" is not one of a target with a url: method, url, header, body`);
  const entry = {
    method,
    ...(header === undefined ? {} : { headers: header }),
    ...(body === undefined || body === '' ? {} : { base64: body }),
  };
  return { entry, url: checkedUrl(url, fault) };
}

/** `METHOD URL`, then `Name: value` lines and a `@file` with the body; an empty line or the next method ends it. */
function httpTargets(text: string, fault: Fault): readonly Target[] {
  const targets: (Target & { readonly entry: Record<string, unknown> })[] = [];
  let open = false;
  text.split('\n').forEach((raw, i) => {
    const line = raw.trim();
    const here = at(i + 1, fault);
    const request = /^([A-Z][A-Z-]*) +(\S+)(?: +HTTP\/[\d.]+)?$/.exec(line);
    const target = targets.at(-1);
    if (line === '') open = false;
    else if (line.startsWith('#')) return;
    else if (request !== null) {
      targets.push({ line: i + 1, entry: { method: request[1] }, url: checkedUrl(request[2], here) });
      open = true;
    } else if (!open || target === undefined)
      throw here('it begins no request; write one such as GET http://host/path');
    else addLine(target.entry, line, here);
  });
  return targets;
}

function addLine(entry: Record<string, unknown>, line: string, fault: Fault): void {
  const colon = line.indexOf(':');
  if (line.startsWith('@')) entry['file'] = line.slice(1);
  else if (colon < 1) throw fault('it is neither "Name: value" nor a @file with the body');
  else {
    const headers = (entry['headers'] ??= Object.create(null)) as Record<string, string[]>;
    const values = (headers[line.slice(0, colon).trim()] ??= []);
    values.push(line.slice(colon + 1).trim());
  }
}

function checkedUrl(url: unknown, fault: Fault): URL {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol !== 'http:' && parsed?.protocol !== 'https:')
    throw fault('url: give a whole one, such as http://host/path');
  if (parsed.username + parsed.password !== '')
    throw fault('url: it holds a user or a password; give them in --url or in an Authorization header');
  return parsed;
}

/** A run goes to one service, which `--url` names. */
function checkOneOrigin(targets: readonly Target[], fault: Fault): void {
  const [first, ...others] = targets.flatMap(({ line, url }) =>
    url === undefined ? [] : [{ line, origin: url.origin }],
  );
  const other = others.find(({ origin }) => origin !== first?.origin);
  if (other !== undefined)
    throw at(
      other.line,
      fault,
    )(`it goes to another host than line ${String(first?.line)}; a run has one, that of --url`);
}
