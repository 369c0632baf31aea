// npm run tables: writes the JSON Schema and the tables of the documents that are made from the program's own tables.
import { writeFileSync } from 'node:fs';
import { reportSchemaText } from '../../dist/report/report-schema.js';
import { pageWith, TABLES } from './metric-tables.js';

const root = new URL('../../', import.meta.url);
writeFileSync(new URL('schemas/report.schema.json', root), reportSchemaText());
for (const page of Object.keys(TABLES)) writeFileSync(new URL(page, root), pageWith(root, page));
