import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeModel } from '#src/backends/onnx/encode-model';
import { GraphBuilder } from '#src/backends/onnx/graph-builder';
import { syntheticModel } from '#src/backends/onnx/synthetic-model';

const TOKENS = 32;

/** Made in `folder`: by name the model's file, the file of its one request, and how its trace is generated. */
export function makeModels(folder, isQuick) {
  if (isQuick) return { mobilenet: tiny(folder, 'mobilenet') };
  return {
    mobilenet: {
      path: syntheticModel('mobilenet', folder, () => undefined),
      body: writeBody(folder, 'mobilenet', image()),
      // A step up, and a burst; a start slow enough for two CPUs to make the first environments.
      trace: [
        '--rates',
        '3,9,20',
        '--sojourn',
        '15s,20s,15s',
        '--path',
        '0:20s,1:40s,2:22s,1:18s',
        '-n',
        '1000',
        '--seed',
        '8',
      ],
    },
    albert: {
      path: syntheticModel('albert', folder, () => undefined),
      body: writeBody(folder, 'albert', tokens()),
      trace: ['--rates', '2,6', '--sojourn', '20s,15s', '--path', '0:25s,1:15s,0:20s', '-n', '180', '--seed', '8'],
    },
  };
}

/** Whole numbers below ten: an image's worth of numbers, in 0.3 MB where fractions would take 2. */
function image() {
  const plane = (c) => rows(224, (y) => rows(224, (x) => (7 * c + 3 * y + 5 * x) % 10));
  return rows(3, plane);
}

function tokens() {
  return {
    input_ids: rows(TOKENS, (i) => 100 + 37 * i),
    attention_mask: rows(TOKENS, () => 1),
    token_type_ids: rows(TOKENS, () => 0),
  };
}

/** A model of one layer, for a look at the machinery alone. */
function tiny(folder, name) {
  const graph = new GraphBuilder();
  const x = graph.add('MatMul', ['x', graph.weights([4, 3], 1)]);
  graph.add('Softmax', [x], { axis: 1 }, 'scores');
  const value = (title, width) => ({ name: title, dtype: 'float32', shape: ['N', width] });
  const path = join(folder, `${name}.onnx`);
  writeFileSync(path, encodeModel(graph.finish(name, [value('x', 4)], [value('scores', 3)])));
  return {
    path,
    body: writeBody(folder, name, [1, 2, 3, 4]),
    trace: ['--rates', '10,30', '--sojourn', '1s,1s', '--path', '0:0.6s,1:0.4s', '-n', '18', '--seed', '8'],
  };
}

function writeBody(folder, name, instance) {
  const path = join(folder, `${name}.json`);
  writeFileSync(path, JSON.stringify({ instances: [instance] }));
  return path;
}

function rows(count, of) {
  return Array.from({ length: count }, (_, i) => of(i));
}
