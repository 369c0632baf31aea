// Google Cloud Functions: processes of the functions framework behind a router that gives each one request at a time, starts
// another where all are busy, and lets requests wait where no more may be started.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { bodyOf, forward, openHttpService } from './http-service.js';

const FRAMEWORK = createRequire(import.meta.url)
  .resolve('@google-cloud/functions-framework')
  .replace(/index\.js$/, 'main.js');
const TELL_PORT = fileURLToPath(new URL('tell-port.cjs', import.meta.url));

/** `folder`: of the function, built; `env`: its variables; `most`: instances at once. */
export async function open({ folder, target = 'predict', env = {}, memoryMb = 2048, most = 10 }) {
  const idle = [];
  const waiting = [];
  const children = [];
  /** Where somebody else was faster, an instance that was started waits for its first request. */
  const used = new Set();
  let started = 0;
  const counts = { invocations: 0 };
  const release = (instance) => {
    const next = waiting.shift();
    if (next === undefined) idle.push(instance);
    else next.done(instance);
  };
  const take = () => {
    if (idle.length > 0) return idle.pop();
    const place = new Promise((done, fail) => waiting.push({ done, fail }));
    if (started < most) {
      started++;
      const instance = startInstance({ folder, target, env: { ...env, MEMORY_MB: String(memoryMb) } }, children);
      instance.then(release, (thrown) => waiting.shift()?.fail(thrown));
    }
    return place;
  };
  const service = await openHttpService(async (request, response) => {
    const body = await bodyOf(request);
    counts.invocations++;
    const instance = await take();
    used.add(instance);
    try {
      await forward(body, instance.url, response);
    } finally {
      release(instance);
    }
  });
  return {
    url: service.url,
    counts: () => ({ ...counts, environments: started, used: used.size }),
    async close() {
      service.close();
      console.error = () => undefined;
      await Promise.all(children.map(ended));
    },
  };
}

function ended(child) {
  return new Promise((done) => {
    if (!child.kill()) done();
    child.once('exit', done);
  });
}

async function startInstance({ folder, target, env }, children) {
  const args = ['--require', TELL_PORT, FRAMEWORK, `--source=${folder}`, `--target=${target}`, '--port=0'];
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  children.push(child);
  const port = await new Promise((done, fail) => {
    child.once('message', done);
    child.once('exit', () => fail(new Error('an instance ended before it served')));
  });
  return { url: `http://127.0.0.1:${port}/` };
}
