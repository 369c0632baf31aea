import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failure, independentClient, shapeOf, type IndependentClient } from './independent-client.js';
import { get, post, served, type Served } from './served.js';
import { pair, scoring } from './tiny-models.js';

let server: Served;
let two: Served;
let client: IndependentClient;
beforeAll(async () => {
  server = await served(scoring());
  two = await served(pair());
  client = independentClient(server.grpc);
});
afterAll(async () => {
  client.close();
  await Promise.all([server.stop(), two.stop()]);
});

const X = [1, 2, 3, 4];

describe('what a REST caller did wrong is reported as TensorFlow Serving reports it', () => {
  const cases: [path: string, body: unknown, status: number, tells: RegExp][] = [
    ['/v1/models/other:predict', { instances: [X] }, 404, /^Servable not found for request: Latest\(other\)$/],
    ['/v1/models/scoring/versions/2:predict', { instances: [X] }, 404, /^Servable .*: Specific\(scoring, 2\)$/],
    ['/v1/models/scoring/labels/best:predict', { instances: [X] }, 400, /version label/],
    ['/v1/models/scoring:predict', '{"instances": [', 400, /^JSON Parse error/],
    ['/v1/models/scoring:predict', '[]', 400, /Is not object/],
    ['/v1/models/scoring:predict', '', 400, /^JSON Parse error/],
    ['/v1/models/scoring:predict', {}, 400, /^Missing 'inputs' or 'instances' key$/],
    ['/v1/models/scoring:predict', { inputs: [X], instances: [X] }, 400, /only one of/],
    ['/v1/models/scoring:predict', { instances: [] }, 400, /^No values/],
    ['/v1/models/scoring:predict', { instances: X }, 400, /shape is \[4\]/],
    ['/v1/models/scoring:predict', { instances: [[1, 2, 3]] }, 400, /shape is \[1, 3\]/],
    ['/v1/models/scoring:predict', { instances: [X, [1]] }, 400, /differ in length/],
    ['/v1/models/scoring:predict', { instances: [['a', 'b', 'c', 'd']] }, 400, /is no number/],
    ['/v1/models/scoring:predict', { instances: [{ y: X }] }, 400, /must only have keys: x/],
    ['/v1/models/scoring:predict', { inputs: { y: [X] } }, 400, /^Missing named input: x/],
    ['/v1/models/scoring:predict', { signature_name: 'no', instances: [X] }, 400, /signature key "no" not found/],
    ['/v1/models/scoring:predict', { signature_name: 7, instances: [X] }, 400, /must be a string/],
    ['/v1/models/scoring:regress', { examples: [{ x: X }] }, 400, /\[batch_size, 1\]/],
    ['/v1/models/scoring:classify', { examples: [{}] }, 400, /required but could not be found/],
    ['/v1/models/scoring:classify', { examples: [{ x: [1, 2] }] }, 400, /do not fill a row/],
    ['/v1/models/scoring:explode', {}, 400, /^Malformed request: POST/],
    ['/v1/models/scoring', {}, 400, /^Malformed request: POST/],
    ['/nothing', {}, 404, /^Malformed request/],
    [
      '/v2/models/scoring/infer',
      { inputs: [{ name: 'x', datatype: 'FP64', shape: [1, 4], data: X }] },
      400,
      /DT_FLOAT/,
    ],
    [
      '/v2/models/scoring/infer',
      { inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 4], data: X }] },
      400,
      /4 values/,
    ],
    ['/v2/models/other/infer', { inputs: [] }, 404, /not found/],
    ['/v2/models/scoring/infer', { inputs: [] }, 400, /Missing but required: \{x\}/],
  ];
  it.each(cases)('%s %j', async (path, body, status, tells) => {
    const reply = await post(`${server.url}${path}`, body);
    expect(reply.status).toBe(status);
    expect(Object.keys(reply.json as object)).toEqual(['error']);
    expect((reply.json as { error: string }).error).toMatch(tells);
  });

  it("an error of the model itself is the server's", async () => {
    const { status, json } = await post(`${two.modelUrl}:predict`, { instances: [{ a: [1, 2], row: 9 }] });
    expect(status).toBe(500);
    expect((json as { error: string }).error).toMatch(/^the model failed: .*Gather/);
    const list = await post(`${two.modelUrl}:predict`, { instances: [[1, 2]] });
    expect(list.json).toMatchObject({ error: expect.stringMatching(/plain list.*multiple/) as unknown });
  });
});

describe('what the model is', () => {
  it('by REST', async () => {
    expect(await get(server.modelUrl)).toEqual({
      status: 200,
      json: {
        model_version_status: [{ version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } }],
      },
    });
    const { json } = await get(`${server.modelUrl}/versions/1/metadata`);
    expect(json).toMatchObject({
      model_spec: { name: 'scoring', version: '1' },
      metadata: {
        signature_def: {
          signature_def: {
            serving_default: {
              inputs: { x: { dtype: 'DT_FLOAT', tensor_shape: { dim: [{ size: '-1' }, { size: '4' }] } } },
              outputs: { scores: { dtype: 'DT_FLOAT' } },
              method_name: 'tensorflow/serving/predict',
            },
          },
        },
      },
    });
    expect(await get(`${server.url}/v1/models/other`)).toMatchObject({ status: 404 });
    expect(await get(`${server.url}/v2/health/live`)).toEqual({ status: 200, json: { live: true } });
    expect(await get(`${server.url}/v2/health/ready`)).toEqual({ status: 200, json: { ready: true } });
    expect(await get(`${server.url}/v2/models/scoring/ready`)).toMatchObject({ status: 200, json: { ready: true } });
    expect(await get(`${server.url}/v2/models/scoring`)).toMatchObject({
      status: 200,
      json: { name: 'scoring', versions: ['1'], inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }] },
    });
  });

  it('by gRPC', async () => {
    const spec = { name: 'scoring' };
    const { model_version_status: versions } = await client.status({ model_spec: spec });
    expect(versions).toMatchObject([{ version: '1', state: 30, status: { error_code: 0 } }]);
    const { metadata } = await client.metadata({ model_spec: spec, metadata_field: ['signature_def'] });
    const field = metadata['signature_def'];
    expect(field?.type_url).toBe('type.googleapis.com/tensorflow.serving.SignatureDefMap');
    expect(client.signatures(field?.value ?? Buffer.alloc(0)).signature_def).toMatchObject({
      serving_default: {
        inputs: { x: { dtype: 1, tensor_shape: { dim: [{ size: '-1' }, { size: '4' }] } } },
        outputs: { scores: { dtype: 1 } },
      },
    });
  });
});

describe('what a gRPC caller did wrong has the code of TensorFlow Serving', () => {
  const spec = { name: 'scoring' };
  const x = { dtype: 1, tensor_shape: shapeOf(1, 4), float_val: X };
  const cases: [what: string, request: object, code: string, tells: RegExp][] = [
    ['no model', { inputs: { x } }, 'INVALID_ARGUMENT', /^Missing ModelSpec$/],
    ['another model', { model_spec: { name: 'b' }, inputs: { x } }, 'NOT_FOUND', /Latest\(b\)/],
    ['a version', { model_spec: { ...spec, version: { value: 3 } }, inputs: { x } }, 'NOT_FOUND', /\(scoring, 3\)/],
    ['a label', { model_spec: { ...spec, version_label: 'v' }, inputs: { x } }, 'INVALID_ARGUMENT', /label: v/],
    [
      'a signature',
      { model_spec: { ...spec, signature_name: 's' }, inputs: { x } },
      'INVALID_ARGUMENT',
      /"s" not found/,
    ],
    ['no input', { model_spec: spec }, 'INVALID_ARGUMENT', /Missing but required: \{x\}/],
    ['one too many', { model_spec: spec, inputs: { x, z: x } }, 'INVALID_ARGUMENT', /Sent extra: \{z\}/],
    ['a type', { model_spec: spec, inputs: { x: { ...x, dtype: 2 } } }, 'INVALID_ARGUMENT', /DT_FLOAT but DT_DOUBLE/],
    ['a string', { model_spec: spec, inputs: { x: { ...x, dtype: 7 } } }, 'INVALID_ARGUMENT', /data type 7/],
    [
      'a shape',
      { model_spec: spec, inputs: { x: { ...x, tensor_shape: shapeOf(4, 1) } } },
      'INVALID_ARGUMENT',
      /shape is \[4, 1\]/,
    ],
    [
      'bytes',
      { model_spec: spec, inputs: { x: { ...x, tensor_content: Buffer.alloc(15) } } },
      'INVALID_ARGUMENT',
      /15 bytes where its shape takes 16/,
    ],
    [
      'a giant of few bytes',
      { model_spec: spec, inputs: { x: { ...x, tensor_shape: shapeOf(2 ** 20, 128) } } },
      'INVALID_ARGUMENT',
      /too many to leave out/,
    ],
    ['a filter', { model_spec: spec, inputs: { x }, output_filter: ['z'] }, 'INVALID_ARGUMENT', /alias not found/],
  ];
  it.each(cases)('%s', async (_, request, code, tells) => {
    const ended = await failure(client.predict(request));
    expect(ended.code).toBe(code);
    expect(ended.details).toMatch(tells);
  });

  it('and of examples and metadata', async () => {
    expect(await failure(client.classify({ model_spec: spec }))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const text = { features: { feature: { x: { bytes_list: { value: [Buffer.from('a')] } } } } };
    const bytes = await failure(client.classify({ model_spec: spec, input: { example_list: { examples: [text] } } }));
    expect(bytes).toMatchObject({ code: 'INVALID_ARGUMENT', details: expect.stringMatching(/is bytes/) as unknown });
    const field = await failure(client.metadata({ model_spec: spec, metadata_field: ['other'] }));
    expect(field.code).toBe('INVALID_ARGUMENT');
    expect(await failure(client.status({ model_spec: { name: 'b' } }))).toMatchObject({ code: 'NOT_FOUND' });
  });
});
