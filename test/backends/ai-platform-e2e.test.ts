import { afterEach, describe, expect, it } from 'vitest';
import { bodyOf, everythingIn, restoreEnvironment, serveHttp, serveMetadata } from '../support/fake-google.js';
import { servePredictions } from '../support/fake-vertex.js';
import { expectConserved, freshFolder, readRecord, readReport, runCli } from '../support/run-cli.js';

const NAME = 'projects/p-1/locations/us-central1/endpoints/42';
const open: { close(): void | Promise<void> }[] = [];
const environment = { ...process.env };

afterEach(async () => {
  restoreEnvironment(environment);
  for (const one of open.splice(0).reverse()) await one.close();
});

const RUN = ['--rate', '20/s', '--duration', '3500ms', '--process', 'constant', '--quiet', '--workers', '1'];
const BODY = ['--body', '[[1],[2]]'];

describe('the command line', () => {
  it.each(['rest', 'grpc'])(
    'over %s with tokens of two seconds: each is replaced in time, and no trace is left',
    async (transport) => {
      const metadata = kept(await serveMetadata(2));
      Object.assign(process.env, metadata.env);
      const seen: string[] = [];
      const endpointUrl = await (transport === 'rest' ? serveRest : serveGrpc)((authorization, request) => {
        // An empty request is a probe of the endpoint.
        if (request !== '') seen.push(request);
        // A starved machine may be late by a second; one that never asks again is found out in the rest of the run.
        return metadata.accepts(authorization, undefined, 1000);
      });
      const out = freshFolder();
      const options = {
        endpoint: NAME,
        endpointUrl,
        auth: 'access-token',
        transport,
        parameters: '{"secret":"plan-b"}',
      };
      const set = Object.entries(options).flatMap(([key, value]) => ['--set', `${key}=${value}`]);
      const { code, stdout, stderr } = await runCli([...RUN, ...BODY, '--backend', 'vertex-ai', '--out', out, ...set]);
      expect([0, 96], stderr).toContain(code);
      const report = readReport(out);
      expectConserved(report);
      // The 11th is throttled, with the reason kept.
      expect(report.sections.outcomes).toMatchObject({ ok: 69, failures: { throttled: 1 } });
      const everything = everythingIn(out) + stdout + stderr;
      expect(everything).toContain('RESOURCE_EXHAUSTED: the quota is used up');
      expect(seen.length).toBe(70);
      expect(seen[0]).toMatch(/plan-b/);
      // One for the check, one for the worker, and at least one more before that expired.
      expect(metadata.issued.length).toBeGreaterThanOrEqual(3);
      for (const secret of ['planted', 'ya29', 'plan-b']) expect(everything).not.toContain(secret);
      expect(readRecord(out)).toMatchObject({
        backend: 'ai-platform',
        options: { endpoint: NAME, endpointUrl, transport, parameters: '(redacted)' },
      });
    },
  );

  it('what is wrong is reported in one line before the start', async () => {
    const { code, stderr } = await runCli([...RUN, '--backend', 'vertex', '--url', 'http://127.0.0.1:1']);
    expect([code, stderr.trim()]).toEqual([2, expect.stringMatching(/neither built in .*$/)]);
    const noBody = await runCli([...RUN, '--backend', 'ai-platform', '--url', 'http://127.0.0.1:1']);
    expect([noBody.code, noBody.stderr.trim()]).toEqual([
      2,
      expect.stringMatching(/^[^\n]*the trace has no payloads; give one with --body[^\n]*$/),
    ]);
  });
});

type Accepts = (authorization: string | undefined, request: string) => boolean;

async function serveRest(accepts: Accepts): Promise<string> {
  let calls = 0;
  const { port } = kept(
    await serveHttp((request, response) => {
      void bodyOf(request).then((body) => {
        const error = { error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'the quota is used up' } };
        if (!accepts(request.headers.authorization, body)) response.writeHead(401).end();
        else if (++calls === 11) response.writeHead(429).end(JSON.stringify(error));
        else response.end('{"predictions":[1,2]}');
      });
    }),
  );
  return `http://127.0.0.1:${String(port)}`;
}

async function serveGrpc(accepts: Accepts): Promise<string> {
  let calls = 0;
  const { port } = kept(
    await servePredictions(({ metadata, request }, reply) => {
      if (!accepts(String(metadata.get('authorization')[0]), JSON.stringify(request))) reply({ code: 16 });
      else if (++calls === 11) reply({ code: 8, details: 'the quota is used up' });
      else reply(null, { predictions: [] });
    }),
  );
  return `http://127.0.0.1:${String(port)}`;
}

function kept<T extends { close(): void | Promise<void> }>(one: T): T {
  open.push(one);
  return one;
}
