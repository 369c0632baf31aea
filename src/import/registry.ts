import { printable, UserError } from '../errors.js';
import { nearest } from '../text/nearest.js';
import { accessLog } from './formats/access-log.js';
import { awsAlb } from './formats/aws-alb.js';
import { azureFunctions2019 } from './formats/azure-functions-2019.js';
import { azureFunctions2021 } from './formats/azure-functions-2021.js';
import { azureLlm, azureLmm } from './formats/azure-llm.js';
import { burstGpt } from './formats/burst-gpt.js';
import { callGraph } from './formats/call-graph.js';
import { cloudLogging } from './formats/cloud-logging.js';
import { cloudFront } from './formats/cloudfront.js';
import { gaps } from './formats/gaps.js';
import { genTd26 } from './formats/gentd26.js';
import { har } from './formats/har.js';
import { huawei2023 } from './formats/huawei-2023.js';
import { huawei2025, huawei2025ColdStarts } from './formats/huawei-2025.js';
import { k6Csv, k6Json } from './formats/k6.js';
import { lambdaReports } from './formats/lambda-reports.js';
import { mooncake } from './formats/mooncake.js';
import { qwenBailian } from './formats/qwen-bailian.js';
import { serveGen } from './formats/serve-gen.js';
import { jsonLines, table } from './formats/table.js';
import { tweetCounts } from './formats/tweet-counts.js';
import { vegetaCsv, vegetaJson } from './formats/vegeta.js';
import { wikiBench } from './formats/wiki-bench.js';
import type { Head, ImportFormat } from './import-format.js';

/** All formats; of those that recognise a source the first one reads it, so the general ones come last. */
export const FORMATS: readonly ImportFormat[] = [
  ...[accessLog, awsAlb, cloudFront, lambdaReports, cloudLogging, har, k6Json, k6Csv, vegetaJson, vegetaCsv],
  ...[azureFunctions2021, azureFunctions2019, azureLlm, azureLmm, burstGpt, mooncake, qwenBailian, serveGen],
  ...[genTd26, callGraph, huawei2023, huawei2025, huawei2025ColdStarts, tweetCounts, wikiBench, gaps],
  ...[table, jsonLines],
];

/** The format of that name. Throws `UserError`. */
export function formatNamed(name: string): ImportFormat {
  const found = FORMATS.find((format) => format.name === name);
  if (found !== undefined) return found;
  const names = FORMATS.map((format) => format.name);
  const near = nearest(name, names);
  throw new UserError(
    `--format ${printable(name, 60)}: ${near === undefined ? `give one of ${names.join(', ')}` : `did you mean ${near}?`}`,
  );
}

/** The format of a source; undefined: none recognises it. */
export function recognised(head: Head): ImportFormat | undefined {
  return FORMATS.find((format) => isTextOf(format, head) && format.recognises(head));
}

/** Whether a source can be cut into rows as the format wants. */
function isTextOf({ rows }: ImportFormat, { object, isParquet }: Head): boolean {
  if (isParquet) return rows === 'table';
  const isJson = object !== undefined;
  if (rows === 'document' || rows === 'lines') return true;
  return (rows === 'json') === isJson;
}
