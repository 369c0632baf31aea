// npm run schemas: writes the JSON Schemas that are made from the program's own tables.
import { writeFileSync } from 'node:fs';
import { reportSchemaText } from '../../dist/report/report-schema.js';

writeFileSync(new URL('../../schemas/report.schema.json', import.meta.url), reportSchemaText());
