import { parseAdmission, parseInitial, parseNetwork, parseSender } from './parse-around.js';
import { parseMeter } from './parse-meter.js';
import { parsePool } from './parse-pool.js';
import { parseServer } from './parse-server.js';
import { BlockReader, type MeasuredTimes } from './read-block.js';
import { checkSystem } from './check-system.js';
import type { SimulatedSystem } from './system.js';
import type { Tree } from './tree.js';

/**
 * A system as its file describes it, variants already chosen. `measured`: service times by what `from` says. Throws `UserError`
 * with place, field and reason at an unknown block or field, an amount that makes no sense, or blocks that do not go together.
 */
export function parseSystem(
  tree: Tree,
  { model, runtime }: { readonly model: string | null; readonly runtime: string | null },
  measured: MeasuredTimes = new Map(),
): SimulatedSystem {
  const file = new BlockReader(tree, '', measured);
  const name = file.text('name');
  const summary = file.text('summary', '');
  const notes = notesOf(file);
  const sender = parseSender(file.block('sender'));
  const admission = parseAdmission(file.block('admission'));
  const [server, pool] = [file.block('server'), file.block('pool')];
  const network = parseNetwork(file.block('network'));
  const meter = parseMeter(file.block('meter'));
  const initial = parseInitial(file.block('initial'));
  file.end();
  if (server !== undefined && pool !== undefined)
    throw file.fault('pool', 'a system has one station: take out server or pool');
  const station = server !== undefined ? parseServer(server) : pool !== undefined ? parsePool(pool) : undefined;
  if (station === undefined) throw file.fault('', 'has no station: give a block server or pool');
  const system = { name, summary, model, runtime, sender, admission, station, network, meter, initial, notes };
  checkSystem(system, tree);
  return system;
}

function notesOf(file: BlockReader): string[] {
  const notes = file.field('notes');
  if (notes === undefined) return [];
  if (notes.kind !== 'list') throw file.fault('notes', 'expects a list of sentences');
  return notes.items.map((item) => (item.kind === 'scalar' ? String(item.value) : ''));
}
