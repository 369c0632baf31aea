import { wrapText } from '../../report/wrap-text.js';
import { readSystem, variantsOf } from '../../systems/read-system.js';
import { SHIPPED } from '../../systems/shipped.js';

const NAME_COLUMNS = 29;
const COLUMNS = 80;

/** The shipped systems, one paragraph each, or as JSON. */
export async function listSystems(asJson: boolean): Promise<string> {
  const systems = await Promise.all(
    SHIPPED.map(async (name) => {
      const [{ summary }, variants] = await Promise.all([readSystem(name), variantsOf(name)]);
      return { name, summary, variants };
    }),
  );
  if (asJson) return `${JSON.stringify(systems, null, 1)}\n`;
  const lines = systems.flatMap(({ name, summary, variants }) => {
    const served = variants.map(({ model, runtime }) => `${String(model)} (${String(runtime)})`).join(', ');
    const indent = ' '.repeat(NAME_COLUMNS);
    return [...wrapText(summary, COLUMNS, name.padEnd(NAME_COLUMNS)), ...wrapText(served, COLUMNS, indent)];
  });
  return `${lines.join('\n')}\n`;
}
