// How fast one core makes requests whose URL, header and body have values of the trace's columns. Run: node test/bench/templated-requests.js [--quick]
import { tmpdir } from 'node:os';
import { packValues } from '#src/trace-file/column-block';
import { arrivalValues } from '#src/trace-file/arrival-values';
import { closeArrivals } from '#src/trace-file/arrival-store';
import { rowsWriter } from '#src/trace-file/rows-writer';
import { bodyEncodings } from '#src/backends/wire/encoded-value';
import { requestBytes } from '#src/backends/wire/request-bytes';
import { pathTemplate } from '#src/backends/wire/url-path';
import { givenTemplate } from '#src/backends/shared/given-template';
import { parseTemplate } from '#src/text/template';
import { median, printBench, spread } from '../support/bench-table.js';

const REQUESTS = 400_000;
const ROUNDS = 5;
const GOAL = 50_000;
const BLOCK = 4096;
const columns = [
  { name: 'model', type: 'text' },
  { name: 'session', type: 'text' },
  { name: 'inputTokens', type: 'number' },
];
const valueOf = {
  model: (i) => ['gpt-4', 'llama 3', 'müller'][i % 3],
  session: (i) => `session-${i}`,
  inputTokens: (i) => (i * 7919) % 4096,
};

function storeOf(requests, memoryLimit) {
  const writer = rowsWriter({ spoolDir: tmpdir(), columns, memoryLimit });
  for (let from = 0; from < requests; from += BLOCK) {
    const rows = Array.from({ length: Math.min(BLOCK, requests - from) }, (_, i) => from + i);
    writer.appendChunk({
      atMs: Float64Array.from(rows),
      columns: columns.map(({ name, type }) => packValues(type, rows.map(valueOf[name]))),
    });
  }
  return writer.finish().store;
}

const names = columns.map(({ name }) => name);
const body = parseTemplate(
  '{"model":{model},"user":"{session}","prompt":"some text","max_tokens":{inputTokens},"id":"{uuid}"}',
  names,
);
const template = {
  method: 'POST',
  path: pathTemplate('/v1/{model}/completions?n={inputTokens}', names),
  headers: [
    ['host', '127.0.0.1:8000'],
    ['content-type', 'application/json'],
    ['x-session', givenTemplate('{session}', names)],
  ],
  body: { ...body, encodings: bodyEncodings(body, 'application/json') },
};

await printBench(import.meta.url, ({ quick }) => {
  const requests = quick ? 20_000 : REQUESTS;
  return [
    ['columns in memory', undefined],
    ['columns spooled', 0],
  ].map(([where, memoryLimit]) => measured(where, requests, memoryLimit));
});

function measured(where, requests, memoryLimit) {
  const store = storeOf(requests, memoryLimit);
  const values = { runId: 'run', uuidKey: [1, 2, 3, 4], arrivals: arrivalValues(store.columns) };
  const bytesOf = requestBytes(template, values);
  const perSecond = [];
  let bytes = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const start = process.cpuUsage();
    bytes = 0;
    for (let seq = 0; seq < requests; seq++) bytes += bytesOf(seq).length;
    const { user, system } = process.cpuUsage(start);
    perSecond.push((requests * 1e6) / (user + system));
  }
  closeArrivals(store);
  return {
    measure: `making requests whose URL, header and JSON body have columns filled in, ${where}`,
    figure: `${spread(perSecond, 0)} a second of one core`,
    goal: `${GOAL.toLocaleString('en')} a second`,
    held: median(perSecond) >= GOAL,
    note: `${(bytes / requests).toFixed(0)} bytes each, five values and a UUID`,
  };
}
