import assert from 'node:assert/strict';
import type { BackendPlugin, RawOptions } from '../backends/backend.js';
import { isUserError, messageOf, printable } from '../errors.js';
import type { ContractSubject } from './contract-subject.js';

const NO_OPTION = 'no-such-option';

/** Options and what a plugin says of itself; nothing is opened. */
export function optionsContract({ it, plugin, options }: ContractSubject): void {
  it(`${plugin.name}: has a name and a summary of one printable line`, () => {
    for (const text of [plugin.name, plugin.summary]) {
      assert.notEqual(text, '');
      assert.equal(text, printable(text));
    }
    return Promise.resolve();
  });

  it(`${plugin.name}: options survive the way to a thread`, () => {
    const parsed = plugin.parseOptions(options);
    assert.deepEqual(structuredClone(parsed), parsed);
    return Promise.resolve();
  });

  it(`${plugin.name}: an unknown option is a UserError`, () => {
    assert.throws(() => plugin.parseOptions({ ...options, [NO_OPTION]: '1' }), isUserError);
    return Promise.resolve();
  });

  if (plugin.options === undefined) return;
  it(`${plugin.name}: knows every option it declares`, () => {
    assertDeclared(plugin, options);
    return Promise.resolve();
  });
}

function assertDeclared(plugin: BackendPlugin, options: RawOptions): void {
  const declared = plugin.options ?? [];
  const names = declared.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)], 'an option is declared twice');
  for (const { name, summary } of declared) {
    assert.equal(summary, printable(summary), `the summary of ${name} is not one printable line`);
    assert.notEqual(summary, '', `${name} has no summary`);
    assert.ok(isKnown(plugin, options, name), `${name} is declared, and parseOptions refuses it as unknown`);
  }
  for (const name of plugin.publicOptions) assert.ok(names.includes(name), `${name} is public and not declared`);
}

/** A known option may refuse our value; an unknown one gets the same words as any other, up to its name. */
function isKnown(plugin: BackendPlugin, options: RawOptions, name: string): boolean {
  const unknown = refusal(plugin, { ...options, [NO_OPTION]: '1' }) ?? '';
  const at = unknown.indexOf(NO_OPTION);
  const words = at < 0 ? unknown : unknown.slice(0, at) + name;
  return refusal(plugin, { ...options, [name]: '1' })?.startsWith(words) !== true;
}

function refusal(plugin: BackendPlugin, raw: RawOptions): string | undefined {
  try {
    plugin.parseOptions(raw);
    return undefined;
  } catch (thrown) {
    return messageOf(thrown);
  }
}
