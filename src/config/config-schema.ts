import type { ConfigKey } from './config-key.js';

const TEXT = { type: ['string', 'number'] };

const SHAPES: Readonly<Record<ConfigKey['kind'], object>> = {
  text: TEXT,
  'yes-no': { type: 'boolean' },
  list: { anyOf: [TEXT, { type: 'array', items: TEXT }] },
  map: {
    type: 'object',
    additionalProperties: {
      anyOf: [
        { type: ['string', 'number', 'boolean'] },
        { type: 'array', items: { type: ['string', 'number', 'boolean'] } },
      ],
    },
  },
};

/** The JSON Schema of the file, for editors: its text, with a line end behind. */
export function configSchema(keys: readonly ConfigKey[]): string {
  const properties = keys.flatMap(({ name, aliases = [], kind, summary, choices }) => {
    const shape = choices === undefined ? SHAPES[kind] : { enum: choices };
    return [
      [name, { description: summary, ...shape }] as const,
      ...aliases.map((alias) => [alias, { description: `another name of ${name}`, ...shape }] as const),
    ];
  });
  const schema = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'replay run --config',
    description:
      'The flags of replay run. What is given on the command line or in the environment goes before the file.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(properties),
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
