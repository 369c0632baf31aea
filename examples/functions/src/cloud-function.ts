import { serveModel } from './serve-model.js';
import { BadRequest } from './instances.js';
import { tellCold, tellUsage } from './tell.js';

/** What the functions framework hands in (those of Express), as far as it is used. */
interface Request {
  readonly body?: unknown;
}
interface Response {
  set(name: string, value: string): unknown;
  status(code: number): Response;
  json(body: unknown): unknown;
}

/** Google Cloud Functions, HTTP trigger: `{"instances": [...]}` -> `{"predictions": [...]}`. */
export async function predict(request: Request, response: Response): Promise<void> {
  try {
    const served = await serveModel(request.body);
    response.set('x-replay-cold-start', tellCold(served));
    response.set('x-replay-usage', JSON.stringify(tellUsage(served)));
    response.json({ predictions: served.predictions });
  } catch (thrown) {
    const isBad = thrown instanceof BadRequest;
    if (!isBad) console.error(thrown);
    response.status(isBad ? 400 : 500).json({ error: isBad ? thrown.message : 'the model could not be run' });
  }
}
