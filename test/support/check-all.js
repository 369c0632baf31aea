// What `replay check` says of each backend that is given as JSON on the command line, as JSON: the texts of all steps that failed, for each.
import { check } from '#src/check/check';

const payloads = [{ kind: 'bytes', contentType: 'application/json', bytes: Buffer.from('[[1]]') }];
const window = { fromMs: 0, toMs: Infinity, speed: 1, batch: 1, timeoutMs: 1000, sends: true };
const world = {
  folder: process.cwd(),
  env: process.env,
  say: () => undefined,
  tell: () => undefined,
  stop: new AbortController().signal,
};
const failures = [];
for (const [backend, backendOptions] of JSON.parse(process.argv[2])) {
  const steps = await check({ backend, backendOptions, payloads, ...window }, world);
  const failed = steps.filter(({ state }) => state === 'failed');
  failures.push(failed.map(({ text }) => text));
}
process.stdout.write(JSON.stringify(failures));
