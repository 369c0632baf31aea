import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { UserError } from '#src/errors';
import { withJsonSources } from '#src/trace-file/json-sources';
import { resolvePayloads } from '#src/trace-file/payloads';
import { parseStrictJson } from '#src/trace-file/strict-json';
import type { Payload } from '#src/trace';

const schema = JSON.parse(readFileSync(new URL('../../schemas/trace.schema.json', import.meta.url), 'utf8')) as object;
const valid = new Ajv2020().compile(schema);

function read(entry: unknown): readonly Payload[] {
  const text = JSON.stringify([entry]);
  const parsed = parseStrictJson(text);
  const table = withJsonSources(parsed.ok ? parsed.value : undefined, text);
  return resolvePayloads(table, undefined, (why) => new UserError(why));
}

function bySchema(entry: unknown): boolean {
  return valid({ format: 1, name: 'n', durationMs: 1, atMs: [0], payloads: [entry] });
}

describe.each([
  [{ method: 'GET', path: '/x' }],
  [{ path: 'x?y={seq}', template: true }],
  [{ path: '' }],
  [{ headers: { a: 'b', c: ['d', 'e'] } }],
  [{ method: 'PATCH', json: { a: 1 }, headers: {} }],
  [{ text: '{seq}', template: true }],
  [{ base64: '', template: false, path: '/' }],
])('the entry %j', (entry) => {
  it('is read, and the schema takes it', () => {
    expect(read(entry)).toHaveLength(1);
    expect(bySchema(entry)).toBe(true);
  });
});

it.each([
  [{ method: 'get', path: '/' }, 'payloads[0]: method get: give an HTTP method such as GET or POST'],
  [{ method: 'CONNECT' }, /^payloads\[0\]: method CONNECT asks for a tunnel/],
  [{ path: 'http://other/x' }, /^payloads\[0\]: path: give path and query alone/],
  [{ path: '//other/x' }, /^payloads\[0\]: path: give path and query alone/],
  [{ path: '\\\\other/x' }, /^payloads\[0\]: path: give path and query alone/],
  [{ path: 1 }, /^payloads\[0\]: path: it must be a text/],
  [{ headers: [] }, /^payloads\[0\]: headers: it is no object/],
  [{ headers: { a: 1 } }, /^payloads\[0\]: headers: a value is no text/],
  [{ template: 'yes', text: 'x' }, /^payloads\[0\]: template: it must be true or false/],
  [{ template: true }, /^payloads\[0\]: it must have exactly one of json, text, .*, or say its method, path, headers/],
  [{ method: 'GET', tensor: { shape: [1], dtype: 'int8', seed: 1 } }, /^payloads\[0\]: the key "method" is not known/],
  [{ method: 'GET', contentType: 'a/b' }, /^payloads\[0\]: the key "contentType" is not known/],
  [{ json: 1, text: 'x', method: 'GET' }, /^payloads\[0\]: /],
])('the entry %j is refused, by the schema too', (entry, message) => {
  expect(() => read(entry)).toThrow(UserError);
  expect(() => read(entry)).toThrow(message);
  expect(bySchema(entry)).toBe(false);
});

it.each([
  [{ headers: { 'content-length': '3' } }, /^payloads\[0\]: header content-length is set by the client itself/],
  [{ headers: { a: 'b\r\nc: d' } }, /^payloads\[0\]: header a: its value holds a line end/],
  [{ path: '/{foo}', template: true }, /^payloads\[0\]: path: \{foo\} is not a placeholder/],
  [{ headers: { a: '{foo}' }, template: true }, /^payloads\[0\]: header a: \{foo\} is not a placeholder/],
])('the entry %j is refused', (entry, message) => {
  expect(() => read(entry)).toThrow(message);
});

it('only an entry with "template": true is filled in', () => {
  expect(read({ text: '{seq}' })[0]).not.toHaveProperty('template');
  expect(read({ text: '{seq}', template: true })[0]).toHaveProperty('template', true);
  const [escaped] = read({ text: 'é {{seq}}', template: true });
  expect(escaped).not.toHaveProperty('template');
  expect(escaped?.kind === 'bytes' && Buffer.from(escaped.bytes).toString()).toBe('é {seq}');
  expect(read({ base64: Buffer.from('{seq}').toString('base64'), template: true })[0]).not.toHaveProperty('template');
});
