import { createServer, request as ask } from 'node:http';

/** An HTTP service on loopback; `serve` answers. What it throws is a 500. */
export async function openHttpService(serve) {
  const server = createServer((request, response) => {
    Promise.resolve(serve(request, response)).catch((thrown) => {
      // A caller who gave up needs no answer.
      if (request.destroyed && !request.complete) return;
      console.error(thrown);
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end('{}');
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function bodyOf(message) {
  const chunks = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export function answerJson(response, value, status = 200, headers = {}) {
  const body = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    ...headers,
  });
  response.end(body);
}

/** Hands a POST on to `url` and its answer back, bytes as they are; a kept connection could be closed just then. */
export async function forward(body, url, response) {
  const answer = await new Promise((done, fail) => {
    const headers = { 'content-type': 'application/json', 'content-length': body.length };
    ask(url, { method: 'POST', headers, agent: false }, done).on('error', fail).end(body);
  });
  const bytes = await bodyOf(answer);
  const kept = Object.entries(answer.headers).filter(([name]) => /^(content-type|x-replay-.*)$/.test(name));
  response.writeHead(answer.statusCode, { ...Object.fromEntries(kept), 'content-length': bytes.length });
  response.end(bytes);
}
