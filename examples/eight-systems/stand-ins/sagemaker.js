// InvokeEndpoint and the two calls that describe an endpoint, before a server of TensorFlow Serving's REST protocol.
import { answerJson, bodyOf, forward, openHttpService } from './http-service.js';

const VARIANT = 'AllTraffic';

/** `predictUrl`: where predictions are answered; `instanceType`: what the endpoint is said to run on, one of it. */
export async function open({ predictUrl, instanceType = 'ml.m4.2xlarge' }) {
  const counts = { invocations: 0 };
  const described = {
    'SageMaker.DescribeEndpoint': {
      EndpointStatus: 'InService',
      EndpointConfigName: 'one',
      ProductionVariants: [{ VariantName: VARIANT, CurrentInstanceCount: 1, DesiredInstanceCount: 1 }],
    },
    'SageMaker.DescribeEndpointConfig': {
      EndpointConfigName: 'one',
      ProductionVariants: [{ VariantName: VARIANT, InstanceType: instanceType, InitialInstanceCount: 1 }],
    },
  };
  const service = await openHttpService(async (request, response) => {
    const body = await bodyOf(request);
    if (/^\/endpoints\/[^/]+\/invocations$/.test(request.url)) {
      counts.invocations++;
      return forward(body, predictUrl, response);
    }
    const description = described[request.headers['x-amz-target']];
    if (description !== undefined) return answerJson(response, description);
    answerJson(response, { message: 'no such operation' }, 404, { 'x-amzn-errortype': 'UnknownOperationException' });
  });
  return { url: service.url, counts: () => counts, close: async () => service.close() };
}
