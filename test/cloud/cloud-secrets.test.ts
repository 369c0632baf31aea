import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { collectCloud } from '#src/conclude/collect-cloud';
import { reportAgain } from '#src/conclude/report-again';
import { readCloud } from '#src/cloud/read-cloud';
import { createVirtualClock } from '#src/time/virtual-clock';
import { runAgainst } from '../support/cloud-run.js';
import { ECHO_FORMS, tells } from '../support/echo-forms.js';
import { awsVariables, isolateAws, startFakeAws } from '../support/fake-aws.js';
import { restoreEnvironment } from '../support/fake-google.js';

const START = Date.parse('2026-11-01T10:00:30.000Z');
const PART = 'plantedpart7Qd3';
const TOKEN = `FwoGZXIvYXdzEBY/${PART}.tail`;

const environment = { ...process.env };
let close: () => Promise<void> = () => Promise.resolve();
afterEach(async () => {
  restoreEnvironment(environment);
  await close();
});

describe('an API of a cloud that echoes credentials in its errors leaves none in a run', () => {
  it.each([TOKEN, PART])('CloudWatch and its logs: %s, in every encoding', async (echoed) => {
    let form = ECHO_FORMS[0] as (typeof ECHO_FORMS)[number];
    let asked = 0;
    const service = await startFakeAws(() => {
      asked++;
      const message = `you sent ${form.write(echoed)} to us`;
      return { status: 403, headers: { 'x-amzn-errortype': 'AccessDenied' }, body: JSON.stringify({ message }) };
    });
    ({ close } = service);
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a-secret-key', sessionToken: TOKEN };
    isolateAws(credentials);
    Object.assign(process.env, { AWS_ENDPOINT_URL: service.url });
    const folder = await runAgainst('lambda', { function: 'f', region: 'us-east-1' }, START);
    for (form of ECHO_FORMS) {
      const said: string[] = [];
      const report = await collectCloud(
        folder,
        await reportAgain(folder),
        { waitMs: 0, settings: {} },
        {
          env: awsVariables(credentials),
          date: () => new Date(START + 300_000),
          stop: new AbortController().signal,
          say: (text) => said.push(text),
        },
      );
      const written = readdirSync(folder)
        .filter((name) => name.endsWith('.json'))
        .map((name) => readFileSync(join(folder, name), 'utf8'));
      for (const text of [...said, ...written, JSON.stringify(report)])
        expect(tells(text, PART), `${form.name}: ${text}`).toBe(false);
      const reasons = report.sections.cloud?.missing.map(({ reason }) => reason).join('\n') ?? '';
      expect(reasons, form.name).toMatch(/AccessDenied/);
    }
    expect(asked).toBeGreaterThanOrEqual(2 * ECHO_FORMS.length);
  });

  it('any reader: what it hides, and what the environment holds, in reasons and labels', async () => {
    const proxy = 'pr0xyPlantedWord';
    const echoes = ECHO_FORMS.flatMap(({ write }) => [TOKEN, PART, proxy].map((text) => `no: ${write(text)}`));
    const record = await readCloud(
      {
        meters: { source: 'made', counting: { errors: [], perhaps: [] } },
        target: {
          subject: 'function f',
          open: ({ hide }) => {
            hide(TOKEN);
            return Promise.resolve({
              read: () =>
                Promise.resolve({
                  series: echoes.map((text) => ({
                    ...({ meter: 'invocations', statistic: 'sum', name: 'n', unit: '1', points: [] } as const),
                    labels: { [text]: text },
                  })),
                  logged: null,
                  missing: echoes.map((reason) => ({ what: 'all of it', reason, failed: true })),
                }),
              close: () => undefined,
            });
          },
        },
        ...{ startMs: START, endMs: START + 2000, drainMs: 0, expected: { sure: 1, perhaps: 0 }, waitMs: 0 },
      },
      {
        clock: createVirtualClock(),
        unixMs: () => START + 300_000,
        env: { HTTPS_PROXY: `http://user:${proxy}@127.0.0.1:9` },
        stop: new AbortController().signal,
      },
    );
    for (const { reason } of record.missing)
      for (const secret of [PART, proxy]) expect(tells(reason, secret), reason).toBe(false);
    for (const { labels } of record.series)
      for (const secret of [PART, proxy]) expect(tells(JSON.stringify(labels), secret)).toBe(false);
  });
});
