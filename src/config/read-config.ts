import { dirname } from 'node:path';
import type { Document, LineCounter, Node, Pair, ParsedNode, Scalar } from 'yaml';
import type * as YamlModule from 'yaml';
import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import type { ConfigKey, ConfigText, Setting } from './config-key.js';
import { expandVariables, type Expanded } from './expand-variables.js';
import { pathFromFile } from './path-from-file.js';
import { readBounded } from './read-bounded.js';
import { isDeep, whatIsWrong } from './yaml-faults.js';

type Yaml = typeof YamlModule;
type Environment = Readonly<Record<string, string | undefined>>;

const MOST_BYTES = 64 * 1024;
/** A few lines make thousands of copies of what they name. */
const MOST_ALIASES = 100;

const EXPECTS: Readonly<Record<ConfigKey['kind'], string>> = {
  text: 'text or a number',
  'yes-no': 'true or false',
  list: 'a text or a list of texts',
  map: 'a map of names to texts',
};

/**
 * The settings in a YAML 1.2 file whose keys are the flags of a run. A number keeps the digits it is written with, and `${NAME}` is
 * filled in from `env`. Throws
 * `UserError` with file, line and column at the first thing that is wrong.
 */
export async function readConfig(path: string, keys: readonly ConfigKey[], env: Environment = {}): Promise<Setting[]> {
  const yaml = await import('yaml');
  const text = await readBounded(path, MOST_BYTES);
  return new ConfigReader(yaml, path, keys, env).read(text);
}

class ConfigReader {
  readonly #yaml: Yaml;
  readonly #path: string;
  readonly #keys: readonly ConfigKey[];
  readonly #env: Environment;
  readonly #lines: LineCounter;
  #document: Document.Parsed | undefined;

  constructor(yaml: Yaml, path: string, keys: readonly ConfigKey[], env: Environment) {
    this.#yaml = yaml;
    this.#path = path;
    this.#keys = keys;
    this.#env = env;
    this.#lines = new yaml.LineCounter();
  }

  read(text: string): Setting[] {
    const { contents } = (this.#document = this.#parse(text));
    if (contents === null || this.#isEmpty(contents)) return [];
    if (!this.#yaml.isMap(contents)) throw this.#fault(contents, `expects keys and values, as rate: 50/s`);
    const given = new Map<ConfigKey, string>();
    return contents.items.map((pair) => this.#setting(pair, given));
  }

  #parse(text: string): Document.Parsed {
    const options = { lineCounter: this.#lines, prettyErrors: false, stringKeys: true } as const;
    if (isDeep(this.#yaml, text)) throw this.#faultAt(0, 'it is nested too deeply; give a file of flags');
    const document = this.#yaml.parseDocument(text, options);
    const [error] = [...document.errors, ...document.warnings];
    if (error !== undefined) throw this.#faultAt(error.pos[0], whatIsWrong(error));
    let aliases = 0;
    this.#yaml.visit(document, {
      Alias() {
        aliases++;
      },
    });
    if (aliases > MOST_ALIASES)
      throw this.#faultAt(0, `more than ${String(MOST_ALIASES)} aliases (*name); write out what they stand for`);
    return document;
  }

  #setting({ key: node, value }: Pair<ParsedNode, ParsedNode | null>, given: Map<ConfigKey, string>): Setting {
    const name = this.#yaml.isScalar(node) ? String(node.value) : '';
    const key = this.#keys.find((known) => known.name === name || known.aliases?.includes(name) === true);
    if (key === undefined) throw this.#unknownKey(node, name);
    const other = given.get(key);
    if (other !== undefined)
      throw this.#fault(node, `${name} is another name of ${other}, which stands above; keep one`);
    given.set(key, name);
    const found = this.#present(value, key, node);
    return { key, texts: this.#texts(key, found) };
  }

  #unknownKey(node: Node, name: string): UserError {
    const near = nearest(
      name,
      this.#keys.flatMap((known) => [known.name, ...(known.aliases ?? [])]),
    );
    const hint = near === undefined ? 'the keys are the flags of replay run --help' : `did you mean ${near}?`;
    return this.#fault(node, `there is no key ${printable(name, 60)}; ${hint}`);
  }

  #texts(key: ConfigKey, node: Node): ConfigText[] {
    const { isMap, isSeq } = this.#yaml;
    if (key.kind === 'list' && isSeq(node))
      return node.items.map((item) => this.#text(key, item as Node, ['string', 'number']));
    if (key.kind === 'map' && isMap(node))
      return node.items.flatMap((pair) => this.#entry(key, pair as Pair<Node, Node | null>));
    if (key.kind === 'list' && !isMap(node)) return [this.#text(key, node, ['string', 'number'])];
    if (key.kind === 'yes-no') return [this.#text(key, node, ['boolean'])];
    if (key.kind === 'text') return [this.#text(key, node, ['string', 'number'])];
    throw this.#wrongType(key, node);
  }

  /** An entry of `set`; one that may be repeated has a list. */
  #entry(key: ConfigKey, { key: node, value }: Pair<Node, Node | null>): ConfigText[] {
    const name = this.#yaml.isScalar(node) ? String(node.value) : '';
    if (name === '' || name.includes('=')) throw this.#fault(node, `${key.name} expects the name of an option here`);
    const found = this.#present(value, key, node);
    const nodes = this.#yaml.isSeq(found) ? (found.items as Node[]) : [found];
    return nodes.map((item) => this.#text(key, item, ['string', 'number', 'boolean'], `${name}=`));
  }

  #text(key: ConfigKey, node: Node, types: readonly string[], before = ''): ConfigText {
    const found = this.#resolved(node);
    if (!this.#yaml.isScalar(found) || !types.includes(typeof found.value)) throw this.#wrongType(key, node);
    const { text, values } = this.#expanded(found);
    const meant = pathFromFile(key.name, `${before}${text}`, dirname(this.#path));
    return { text: meant, from: this.#placeOf(node), ...(values.length === 0 ? {} : { secrets: values }) };
  }

  #expanded(node: Scalar): Expanded {
    try {
      return expandVariables(writtenAs(node), this.#env);
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      throw this.#fault(node, thrown.message);
    }
  }

  /** What stands at the key `at`, which must be something. */
  #present(node: Node | null, { name, kind }: ConfigKey, at: Node): Node {
    const found = node === null ? null : this.#resolved(node);
    if (found !== null && !this.#isEmpty(found)) return found;
    const isWord = this.#yaml.isScalar(found) && found.source === 'null';
    const advice = isWord ? 'quote "null" if it is meant as a word' : 'write it or take the key out';
    throw this.#fault(at, `${name} expects ${EXPECTS[kind]}, and nothing stands there; ${advice}`);
  }

  #resolved(node: Node): Node {
    if (!this.#yaml.isAlias(node)) return node;
    const found = node.resolve(this.#document as Document.Parsed);
    if (found === undefined)
      throw this.#fault(node, `the alias *${printable(node.source, 60)} stands for nothing above it`);
    return found;
  }

  #isEmpty(node: Node): boolean {
    return this.#yaml.isScalar(node) && node.value === null;
  }

  #wrongType(key: ConfigKey, node: Node): UserError {
    const { isMap, isScalar, isSeq } = this.#yaml;
    const found = this.#resolved(node);
    const value = isScalar(found) ? typeof found.value : '';
    const is = isMap(found)
      ? 'a map (quote a text that holds ": ")'
      : isSeq(found)
        ? 'a list'
        : (WORDS[value] ?? 'what stands there');
    return this.#fault(node, `${key.name} expects ${EXPECTS[key.kind]}, not ${is}`);
  }

  #placeOf(node: Node): string {
    return this.#place(node.range?.[0] ?? 0);
  }

  #place(offset: number): string {
    const { line, col } = this.#lines.linePos(offset);
    return `${printable(this.#path)}:${String(line)}:${String(col)}`;
  }

  #fault(node: Node, text: string): UserError {
    return new UserError(`${this.#placeOf(node)}: ${text}`);
  }

  #faultAt(offset: number, text: string): UserError {
    return new UserError(`${this.#place(offset)}: ${printable(text)}`);
  }
}

const WORDS: Readonly<Record<string, string>> = { string: 'text', number: 'a number', boolean: 'true or false' };

/** A number as its digits stand in the file: 1e3 and 12345678901234567890 reach the flag as they are. */
function writtenAs({ value, source }: Scalar): string {
  return typeof value === 'number' && source !== undefined ? source : String(value);
}
