import { createServer, type AddressInfo } from 'node:net';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { doubling, writeModel } from '../backends/onnx-tiny-models.js';
import { pause } from '../backends/wire/real-clock.js';
import { runCli } from '../support/run-cli.js';
import { startServe } from '../support/serve-process.js';
import { independentClient, shapeOf } from './independent-client.js';
import { get, post } from './served.js';
import { slowly } from './tiny-models.js';

const folder = mkdtempSync(join(tmpdir(), 'replay-serve-command-'));

describe('replay serve', () => {
  it('says in one line where it listens, serves under its name, and ends well when interrupted at work', async () => {
    const model = writeModel(folder, slowly(60));
    const { rest, grpc, finished, child, firstLine } = await startServe(['--model', model, '--name', 'mine']);
    expect(firstLine).toMatch(/^serving mine: REST http:\/\/127\.0\.0\.1:\d+, gRPC 127\.0\.0\.1:\d+$/);
    const client = independentClient(grpc);
    const x = { dtype: 1, tensor_shape: shapeOf(1, 1), float_val: [1] };
    await client.predict({ model_spec: { name: 'mine' }, inputs: { x } });
    const answers = Array.from({ length: 4 }, () => post(`${rest}/v1/models/mine:predict`, { instances: [[1]] }));
    await Promise.race(answers);
    await pause(50);
    child.kill('SIGINT');
    for (const { status } of await Promise.all(answers)) expect(status).toBe(200);
    const { code, stdout, stderr } = await finished;
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stderr).toMatch(/^stopping: /);
    client.close();
  });

  it('serves mobilenet', async () => {
    const { rest, grpc, finished, child } = await startServe(['--sessions', '1']);
    expect(await get(`${rest}/v2/models/mobilenet`)).toMatchObject({
      json: { inputs: [{ name: 'input', datatype: 'FP32', shape: [-1, 3, 224, 224] }] },
    });
    const client = independentClient(grpc);
    const input = { dtype: 1, tensor_shape: shapeOf(1, 3, 224, 224), float_val: [0.5] };
    const { outputs } = await client.predict({ model_spec: { name: 'mobilenet' }, inputs: { input } });
    const [scores] = Object.values(outputs);
    expect(scores?.float_val.reduce((sum, score) => sum + score, 0)).toBeCloseTo(1, 4);
    client.close();
    child.kill('SIGTERM');
    expect((await finished).code).toBe(0);
  });

  it('what the user can fix is one line and exit 2', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const port = String((taken.address() as AddressInfo).port);
    const model = writeModel(folder, doubling('float32', ['N']));
    const cases: [args: string[], tells: RegExp][] = [
      [['--model', 'mobilnet'], /cannot read the model mobilnet .*did you mean mobilenet/],
      [['--model', model, '--port', port, '--grpc-port', '0'], /cannot listen.*EADDRINUSE.*other ports/],
      [['--model', model, '--port', '0', '--grpc-port', port], /cannot listen.*other ports/],
      [['--model', model, '--provider', 'cuda', '--port', '0', '--grpc-port', '0'], /no CUDA here/],
      [['--model', model, '--name', 'a/b'], /--name a\/b/],
      [['--port', '70000'], /--port 70000/],
    ];
    const ended = await Promise.all(cases.map(([args]) => runCli(['serve', ...args])));
    taken.close();
    ended.forEach(({ code, stdout, stderr }, i) => {
      expect(stderr).toMatch(cases[i]?.[1] ?? /never/);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stderr.startsWith('replay: ')).toBe(true);
      expect([code, stdout]).toEqual([2, '']);
    });
  });
});
