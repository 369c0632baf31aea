import { createServer } from 'node:http';

const TICK_MS = 4;

/** Object storage on loopback: one object, ranges of it, and a limit for each connection as for all of them together. */
export async function openSlowStore(object, { connectionBytesPerMs, totalBytesPerMs }) {
  const sending = new Set();
  let lastMs = performance.now();
  const tick = setInterval(() => {
    const nowMs = performance.now();
    const elapsedMs = nowMs - lastMs;
    lastMs = nowMs;
    let left = elapsedMs * totalBytesPerMs;
    const share = Math.min(elapsedMs * connectionBytesPerMs, left / Math.max(1, sending.size));
    for (const one of sending) {
      const bytes = Math.floor(Math.min(share, left, one.to - one.at));
      one.response.write(object.subarray(one.at, one.at + bytes));
      one.at += bytes;
      left -= bytes;
      if (one.at === one.to) finish(one);
    }
  }, TICK_MS);
  const finish = (one) => {
    one.response.end();
    sending.delete(one);
  };
  const server = createServer((request, response) => {
    const [, from, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const at = Number(from ?? 0);
    const to = Math.min(Number(last ?? object.length - 1) + 1, object.length);
    const range = from === undefined ? {} : { 'content-range': `bytes ${at}-${to - 1}/${object.length}` };
    response.writeHead(from === undefined ? 200 : 206, { 'content-length': to - at, ...range });
    response.flushHeaders();
    const one = { response, at, to };
    sending.add(one);
    response.once('close', () => sending.delete(one));
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}/model.onnx`,
    close() {
      clearInterval(tick);
      server.close();
    },
  };
}
