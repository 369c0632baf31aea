// predict and the description of an endpoint of Vertex AI over REST, before a server of TensorFlow Serving's REST protocol.
import { answerJson, bodyOf, forward, openHttpService } from './http-service.js';

/** `predictUrl`: where predictions are answered; `machineType`: what the model is said to run on, one of it. */
export async function open({ predictUrl, machineType = 'n1-standard-8' }) {
  const counts = { invocations: 0 };
  const service = await openHttpService(async (request, response) => {
    const body = await bodyOf(request);
    const [, name, verb] =
      /^\/v1\/(projects\/[^/]+\/locations\/[^/]+\/endpoints\/[^/:]+)(:predict)?$/.exec(request.url) ?? [];
    if (name === undefined) {
      return answerJson(response, { error: { code: 404, status: 'NOT_FOUND', message: 'no such endpoint' } }, 404);
    }
    if (verb === undefined) {
      const dedicatedResources = { machineSpec: { machineType }, minReplicaCount: 1 };
      return answerJson(response, {
        name,
        deployedModels: [{ id: '1', dedicatedResources, status: { availableReplicaCount: 1 } }],
      });
    }
    counts.invocations++;
    return forward(body, predictUrl, response);
  });
  return { url: service.url, counts: () => counts, close: async () => service.close() };
}
