import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph } from '#src/backends/onnx/encode-model';
import { serve, type RunningServer, type ServeRequest } from '#src/serve/serve';
import { writeModel } from '../backends/onnx-tiny-models.js';

export interface Served extends RunningServer {
  readonly path: string;
  /** Of the REST server and the model. */
  readonly url: string;
  readonly modelUrl: string;
}

/** A tiny model behind a real server in this process, on free ports. */
export async function served(graph: Graph, request: Partial<ServeRequest> = {}): Promise<Served> {
  const path = writeModel(mkdtempSync(join(tmpdir(), 'replay-serve-')), graph);
  const server = await serve(
    {
      model: path,
      name: undefined,
      host: '127.0.0.1',
      port: 0,
      grpcPort: 0,
      sessions: 1,
      queue: 100,
      provider: 'cpu',
      ...request,
    },
    { env: {}, signal: new AbortController().signal, say: () => undefined },
  );
  const url = `http://${server.rest}`;
  return { ...server, path, url, modelUrl: `${url}/v1/models/${server.name}` };
}

export interface RestReply {
  readonly status: number;
  readonly json: unknown;
}

export async function post(url: string, body: unknown): Promise<RestReply> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, { method: 'POST', body: text });
  return { status: response.status, json: await response.json() };
}

export async function get(url: string): Promise<RestReply> {
  const response = await fetch(url);
  return { status: response.status, json: await response.json() };
}
