import { accessSync, constants, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { BODY } from './send-times.js';

const CONNECTIONS = 64;
const TYPE = 'application/json';

/**
 * Other load generators as their manuals have them called, all posting the same body. Each makes the command for a
 * target and a load `{ rate, seconds }` (whole numbers; wrk knows no rate: it sends as fast as it is answered), and may
 * write what it reads into the folder.
 */
const COMMANDS = {
  wrk: (target, { seconds }) => ['-t1', `-c${CONNECTIONS}`, `-d${seconds}s`, '-s', luaScript(target), target.url],
  wrk2: (target, { rate, seconds }) => [`-R${rate}`, ...COMMANDS.wrk(target, { seconds })],
  vegeta: (target, { rate, seconds }) => [
    ...['attack', '-targets', vegetaTarget(target), '-rate', `${rate}/1s`, '-duration', `${seconds}s`],
    ...['-connections', CONNECTIONS, '-output', '/dev/null'],
  ],
  k6: (target, load) => ['run', '--quiet', '--no-usage-report', '--address', '', k6Script(target, load)],
  autocannon: ({ url }, { rate, seconds }) => [
    ...['-R', rate, '-d', seconds, '-c', CONNECTIONS, '-m', 'POST', '-H', `content-type=${TYPE}`],
    ...['-b', BODY, '--no-progress', url],
  ],
};

export const NOT_INSTALLED = 'not run: not installed';

/** Makes the command of a peer for a target and a load; undefined when it is not on PATH. */
export function findPeer(name) {
  const program = (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find(isProgram);
  if (program === undefined) return undefined;
  return (target, load) => [program, ...COMMANDS[name](target, load)];
}

function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function luaScript({ folder }) {
  const head = `wrk.method = "POST"\nwrk.headers["content-type"] = "${TYPE}"\n`;
  return written(folder, 'post.lua', `${head}wrk.body = [[${BODY}]]\n`);
}

function vegetaTarget({ folder, url }) {
  const body = written(folder, 'body.json', BODY);
  return written(folder, 'target.http', `POST ${url}\ncontent-type: ${TYPE}\n@${body}\n`);
}

function k6Script({ folder, url }, { rate, seconds }) {
  const scenario = {
    executor: 'constant-arrival-rate',
    ...{ rate, timeUnit: '1s', duration: `${seconds}s`, preAllocatedVUs: CONNECTIONS, maxVUs: 10 * CONNECTIONS },
  };
  const options = { discardResponseBodies: true, scenarios: { load: scenario } };
  const params = { headers: { 'content-type': TYPE } };
  const send = `http.post(${JSON.stringify(url)}, ${JSON.stringify(BODY)}, ${JSON.stringify(params)})`;
  return written(
    folder,
    'load.js',
    `import http from 'k6/http';\nexport const options = ${JSON.stringify(options)};\nexport default () => { ${send}; };\n`,
  );
}

function written(folder, name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
