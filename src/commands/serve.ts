import { Command, Flags } from '@oclif/core';
import { availableParallelism } from 'node:os';
import { stopOnSignals } from './stop-on-signals.js';
import { SUMMARIES } from './summaries.js';
import { textFlag, wholeNumber } from './text-flag.js';

/** `replay serve`: a model behind real protocols on this machine. */
export class Serve extends Command {
  static override summary = SUMMARIES.serve;
  static override description =
    'TensorFlow Serving over REST and gRPC, and the Open Inference Protocol (v2) over REST. Ctrl-C finishes what is in progress.';
  static override examples = [
    '<%= config.bin %> serve --model mobilenet',
    '<%= config.bin %> serve --model my.onnx --name mine --sessions 4 --port 9001 --grpc-port 9000',
  ];
  static override flags = {
    model: Flags.string({ default: 'mobilenet', description: 'mobilenet, albert, or the path of an .onnx file' }),
    name: textFlag('name', parseName)({ description: "what callers call it; the model's own name unless given" }),
    host: Flags.string({
      default: '127.0.0.1',
      description: 'address to listen on; there is no authentication',
    }),
    port: textFlag(
      'port',
      wholeNumber(0, 65535),
    )({ char: 'p', default: 8501, description: 'for REST; 0 takes a free one' }),
    'grpc-port': textFlag(
      'grpc-port',
      wholeNumber(0, 65535),
    )({ default: 8500, description: 'for gRPC; 0 takes a free one' }),
    sessions: textFlag(
      'sessions',
      wholeNumber(1, 256),
    )({ description: 'copies of the model that run at once; the CPUs less one unless given' }),
    queue: textFlag(
      'queue',
      wholeNumber(0, 1_000_000),
    )({ default: 128, description: 'requests that may wait; more are refused (429)' }),
    provider: Flags.option({
      options: ['cpu', 'cuda'] as const,
      default: 'cpu',
      description: 'where the model runs',
    })(),
  };

  override async run(): Promise<void> {
    const { flags } = await this.parse(Serve);
    const say = (text: string): void => {
      this.logToStderr(text);
    };
    const stop = stopOnSignals(() => {
      say('stopping: finishing the requests in progress (press Ctrl-C again to quit now)');
    });
    try {
      const { serve } = await import('../serve/serve.js');
      const sessions = flags.sessions ?? Math.max(1, availableParallelism() - 1);
      const { model, name, host, port, queue, provider } = flags;
      const request = { model, name, host, port, grpcPort: flags['grpc-port'], sessions, queue, provider };
      const server = await serve(request, { env: process.env, signal: stop.signal, say });
      this.log(`serving ${server.name}: REST http://${server.rest}, gRPC ${server.grpc}`);
      await aborted(stop.signal);
      await server.stop();
    } finally {
      stop.release();
    }
  }
}

function parseName(text: string): string {
  if (!/^[A-Za-z0-9._-]{1,100}$/.test(text)) throw new Error('give letters, digits, dots, dashes');
  return text;
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
