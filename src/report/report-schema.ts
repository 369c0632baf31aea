import { ROWS } from '../collectors/sections.js';
import { RUN, THRESHOLD, VERDICT } from '../run-folder/summary-shape.js';
import { described, list, type JsonSchema, type Shape } from '../shape.js';

/** The text of `schemas/report.schema.json`. */
export function reportSchemaText(): string {
  return `${JSON.stringify(reportSchema(), null, 2)}\n`;
}

/** What report.json holds, from the shapes of its parts and sections. */
function reportSchema(): JsonSchema {
  const named = new Map<string, JsonSchema>();
  const schemaOf = (shape: Shape<unknown>): JsonSchema => shape.schema(named);
  const thresholds = described('What was asked of the run; absent where nothing was.', list(THRESHOLD));
  const sections = {
    type: 'object',
    description: 'Further sections may appear.',
    properties: {
      ...Object.fromEntries(ROWS.map(({ name, shape }) => [name, schemaOf(shape)])),
      thresholds: schemaOf(thresholds),
    },
    required: ROWS.filter(({ isOptional }) => isOptional !== true).map(({ name }) => name),
    additionalProperties: { type: 'object' },
  };
  const verdict = described('Whether the run measured the service and not ourselves.', VERDICT);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'report.schema.json',
    title: 'replay report, format 1',
    description:
      'What report.json holds. Times in ms, unrounded; null where a number is unknown or undefined. New sections may be added within a format.',
    type: 'object',
    properties: { format: { const: 1 }, run: schemaOf(RUN), verdict: schemaOf(verdict), sections },
    required: ['format', 'run', 'verdict', 'sections'],
    additionalProperties: false,
    allOf: [REASONS],
    $defs: Object.fromEntries([...named].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** Only what is INVALID has reasons. */
const REASONS: JsonSchema = {
  if: { properties: { verdict: { properties: { valid: { const: true } } } } },
  then: { properties: { verdict: { properties: { reasons: { maxItems: 0 } } } } },
  else: { properties: { verdict: { properties: { reasons: { minItems: 1 } } } } },
};
