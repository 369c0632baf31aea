import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FORMATS } from '#src/import/registry';
import { imported, type ImportedRow } from '../support/imported.js';
import { ROOT } from '../support/run-cli.js';

/** A small file of a format, written by hand with the traps of it, and what a reader of the documentation makes of it. */
interface Case {
  readonly format: string;
  readonly text: string;
  readonly rows: readonly ImportedRow[];
  readonly says?: readonly string[];
  readonly options?: object;
}

const CASES: readonly Case[] = [
  {
    format: 'azure-functions-2021',
    // The second row ended first and started last; f is a function of two apps.
    text: 'app,func,end_timestamp,duration\na1,f,10.5,10.25\na2,f,9.142570018768,0.134\n',
    rows: [
      { atMs: 250, app: 'a1', functionId: 'a1/f', durationMs: 10_250 },
      { atMs: 9008.570019, app: 'a2', functionId: 'a2/f', durationMs: 134 },
    ],
  },
  {
    format: 'azure-functions-2019',
    text: 'HashOwner,HashApp,HashFunction,Trigger,1,2,3\no,a,f,queue,2,0,1\no,a,g,http,0,0,1\n',
    rows: [
      { atMs: 0, functionId: 'f', app: 'a', owner: 'o', trigger: 'queue' },
      { atMs: 0, functionId: 'f', app: 'a', owner: 'o', trigger: 'queue' },
      { atMs: 120_000, functionId: 'f', app: 'a', owner: 'o', trigger: 'queue' },
      { atMs: 120_000, functionId: 'g', app: 'a', owner: 'o', trigger: 'http' },
    ],
  },
  {
    format: 'azure-llm',
    text: 'TIMESTAMP,ContextTokens,GeneratedTokens\r\n2023-11-16 18:15:46.6805900,374,44\r\n2023-11-16 18:15:50.9951690,396,109',
    rows: [
      { atMs: 0, inputTokens: 374, outputTokens: 44 },
      { atMs: 4314.579, inputTokens: 396, outputTokens: 109 },
    ],
    says: ['stamps say no time zone: UTC is taken'],
  },
  {
    format: 'azure-lmm-2025',
    text: 'TIMESTAMP,NumImages,ContextTokens,GeneratedTokens\n2024-10-15 00:00:00.5,2,100,5\n',
    rows: [{ atMs: 0, images: 2, inputTokens: 100, outputTokens: 5 }],
  },
  {
    format: 'burstgpt',
    text: 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n5,ChatGPT,472,18,490,Conversation log\n45,GPT-4,100,0,100,API log\n',
    rows: [
      { atMs: 5000, model: 'ChatGPT', inputTokens: 472, outputTokens: 18, logType: 'Conversation log' },
      { atMs: 45_000, model: 'GPT-4', inputTokens: 100, outputTokens: 0, logType: 'API log' },
    ],
    says: ['failed in the source: 1 row, kept', 'ignored: Total tokens'],
  },
  {
    format: 'burstgpt',
    // Newer files have other columns, in another order.
    text: 'Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,Total tokens,Log Type\n5.25,7,1.5,GPT-4,1,2,3,API log\n6,8,0,GPT-4,1,0,1,API log\n',
    rows: [
      {
        atMs: 5250,
        session: '7',
        durationMs: 1500,
        model: 'GPT-4',
        inputTokens: 1,
        outputTokens: 2,
        logType: 'API log',
      },
    ],
    options: { failed: 'drop' },
    says: ['failed in the source: 1 row, left out'],
  },
  {
    format: 'mooncake',
    text: '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [46, 47]}\n{"timestamp": 30535, "input_length": 10, "output_length": 1}\n',
    rows: [
      { atMs: 27_482, inputTokens: 6955, outputTokens: 52, prefixBlocks: [46, 47] },
      { atMs: 30_535, inputTokens: 10, outputTokens: 1 },
    ],
    says: ['nothing arrives in the first 27.482 s'],
  },
  {
    format: 'qwen-bailian',
    text:
      '{"chat_id": 55, "parent_chat_id": -1, "timestamp": 1.5, "input_length": 1, "output_length": 2, "type": "text", "turn": 1, "hash_ids": []}\n' +
      '{"chat_id": 159, "parent_chat_id": 55, "timestamp": 61.114, "input_length": 521, "output_length": 132, "type": "text", "turn": 2, "hash_ids": [1]}\n' +
      '{"chat_id": 160, "parent_chat_id": 159, "timestamp": 70, "input_length": 9, "output_length": 9, "type": "search", "turn": 3, "hash_ids": [1, 2]}\n',
    rows: [
      { atMs: 1500, session: '55', turn: 1, inputTokens: 1, outputTokens: 2, prefixBlocks: [], requestType: 'text' },
      {
        atMs: 61_114,
        session: '55',
        turn: 2,
        inputTokens: 521,
        outputTokens: 132,
        prefixBlocks: [1],
        requestType: 'text',
      },
      {
        atMs: 70_000,
        session: '55',
        turn: 3,
        inputTokens: 9,
        outputTokens: 9,
        prefixBlocks: [1, 2],
        requestType: 'search',
      },
    ],
  },
  {
    format: 'alibaba-gentd26',
    text: 'gmt_create,predict_type,predict_status,exec_time_seconds,groupId,prompt_length,negative_prompt_length,num_images_per_prompt,num_inference_steps,checkpoint_model_version_id,num_lora\n2024-11-15 16:57:50,TXT_2_IMG,SUCCEED,32.0,G0000,63.0,26.0,1.0,30.0,M0000,0\n2024-11-15 16:57:51,TXT_2_IMG,FAILED,,G0000,63.0,26.0,1.0,30.0,M0000,0\n',
    rows: [
      {
        atMs: 0,
        requestType: 'TXT_2_IMG',
        durationMs: 32_000,
        model: 'M0000',
        group: 'G0000',
        promptLength: 63,
        images: 1,
        steps: 30,
        loras: 0,
      },
      {
        atMs: 1000,
        requestType: 'TXT_2_IMG',
        model: 'M0000',
        group: 'G0000',
        promptLength: 63,
        images: 1,
        steps: 30,
        loras: 0,
      },
    ],
    says: ['failed in the source: 1 row', 'stamps have a resolution of 1 s'],
  },
  {
    format: 'alibaba-callgraph',
    text: 'timestamp,traceid,rpcid,um,rpctype,interface,dm,rt\n16397576,0151,0.1.1,3511,rpc,af42,b65f,13\n16397500,0151,0.1,USER,http,i,3511,-20\n',
    rows: [
      {
        atMs: 16_397_500,
        session: '0151',
        rpcId: '0.1',
        caller: 'USER',
        functionId: '3511',
        interface: 'i',
        rpcType: 'http',
        durationMs: -20,
      },
      {
        atMs: 16_397_576,
        session: '0151',
        rpcId: '0.1.1',
        caller: '3511',
        functionId: 'b65f',
        interface: 'af42',
        rpcType: 'rpc',
        durationMs: 13,
      },
    ],
  },
  {
    format: 'huawei-2023',
    text: 'day,time,0,1\n0,0,,2.0\n0,60,NaN,0\n0,120,1.0,nan\n',
    rows: [
      { atMs: 0, functionId: '1' },
      { atMs: 0, functionId: '1' },
      { atMs: 120_000, functionId: '0' },
    ],
    says: ['a row counts the requests of 60 s'],
  },
  {
    format: 'huawei-2023',
    text: 'day,time,0,1\n1,86400,1.0,NaN\n1,86401,0,1\n',
    rows: [
      { atMs: 86_400_000, functionId: '0' },
      { atMs: 86_401_000, functionId: '1' },
    ],
    says: ['a row counts the requests of 1 s'],
  },
  {
    format: 'huawei-2025',
    text: 'time_worker,time_frontend,requestID,clusterName,funcName,podID,userID,totalCost_worker,workerCost,runtimeCost,totalCost_frontend,frontendCost,busCost,readBodyCost,writeRspCost,cpu_usage,memory_usage,requestBodySize\n2600186.994,2600186.995,r,c1,f,p,u,0.1,0,0,0.25,0,0,0,0,0,0,512\n',
    rows: [{ atMs: 2_600_186_995, functionId: 'f', cluster: 'c1', session: 'u', durationMs: 250, requestBytes: 512 }],
  },
  {
    format: 'huawei-2025-cold-starts',
    text: 'day,time,clusterName,funcName,userID,requestID,totalCost_cold_start,podAllocationCost,deployCodeCost,deployDependencyCost,schedulingCost,podID\n0,12.5,c1,f,u,r,2.239314,.027161815,.045,.454,1.713152185,p\n',
    rows: [
      {
        atMs: 12_500,
        functionId: 'f',
        cluster: 'c1',
        durationMs: 2239.314,
        podAllocationMs: 27.161815,
        deployCodeMs: 45,
        deployDependencyMs: 454,
        schedulingMs: 1713.152185,
      },
    ],
  },
  {
    format: 'tweet-counts',
    text: 'id,tweets\n0,1\n1,0\n2,2\n',
    rows: [{ atMs: 0 }, { atMs: 120_000 }, { atMs: 120_000 }],
  },
  {
    format: 'wikibench',
    text: '154132716 2010-05-27T09:31:55.63 http://en.m.wikipedia.org/wiki/Judge_Me_Tender -\n154132717 2010-05-27T09:31:55.64 http://en.wikipedia.org/wiki/A save\n',
    rows: [
      { atMs: 0, url: 'http://en.m.wikipedia.org/wiki/Judge_Me_Tender' },
      { atMs: 10, url: 'http://en.wikipedia.org/wiki/A', flag: 'save' },
    ],
  },
  {
    format: 'wikibench',
    text: '1 1190146243.303 http://en.wikipedia.org/wiki/B -\n2 1190146243.333 http://en.wikipedia.org/wiki/C -\n',
    rows: [
      { atMs: 0, url: 'http://en.wikipedia.org/wiki/B' },
      { atMs: 30, url: 'http://en.wikipedia.org/wiki/C' },
    ],
  },
  {
    format: 'gaps',
    text: '0.018752043948175933\n0.5\n0\n1e-3\n',
    rows: [{ atMs: 18.752044 }, { atMs: 518.752044 }, { atMs: 518.752044 }, { atMs: 519.752044 }],
  },
  {
    format: 'access-log',
    text: '1.2.3.4 - - [10/Oct/2000:13:55:36 -0700] "GET /apache_pb.gif HTTP/1.0" 200 2326\n::1 - frank [10/Oct/2000:13:55:37 -0700] "-" 408 -\n',
    rows: [
      { atMs: 0, method: 'GET', path: '/apache_pb.gif', status: 200, responseBytes: 2326 },
      { atMs: 1000, status: 408 },
    ],
  },
  {
    format: 'access-log',
    // nginx with $request_time: the stamp is the end. The quotes of the agent are escaped.
    text: '1.2.3.4 - - [16/Nov/2023:18:15:46 +0100] "POST /a HTTP/2.0" 200 5 "-" "x \\"y\\"" 1.250\n1.2.3.4 - - [16/Nov/2023:18:15:46 +0100] "GET /b HTTP/1.1" 502 7 "http://r/" "z" 0.250\n',
    rows: [
      { atMs: 0, method: 'POST', path: '/a', status: 200, responseBytes: 5, durationMs: 1250 },
      { atMs: 1000, method: 'GET', path: '/b', status: 502, responseBytes: 7, durationMs: 250 },
    ],
    says: [
      'field 10 of each line is the time that the request took, in s; each stamp is the end',
      'failed in the source: 1 row',
    ],
  },
  {
    format: 'access-log',
    // Apache with %D: us, and the stamp is the start.
    text: '1.2.3.4 - - [16/Nov/2023:18:15:46 +0100] "GET /a HTTP/1.1" 200 5 "-" "x" 1500\n',
    rows: [{ atMs: 0, method: 'GET', path: '/a', status: 200, responseBytes: 5, durationMs: 1.5 }],
  },
  {
    format: 'aws-alb',
    text:
      'http 2018-07-02T22:23:00.186641Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 10.0.0.1:80 0.000 0.001 0.000 200 200 34 366 "GET http://www.example.com:80/a?b=1 HTTP/1.1" "curl/7.46.0" - - arn:aws:x "Root=1-58337262-36d228ad5d99923122bbe354" "-" "-" 0 2018-07-02T22:22:48.364000Z "forward" "-" "-" "10.0.0.1:80" "200" "-" "-"\n' +
      'http 2018-07-02T22:23:00.500000Z app/my-loadbalancer/50dc6c495c0c9188 192.168.131.39:2817 - -1 -1 -1 502 - 34 366 "GET http://www.example.com:80/ HTTP/1.1" "curl/7.46.0" - - arn:aws:x "Root=1" "-" "-" 0 2018-07-02T22:22:49.364000Z "forward" "-" "-" "-" "-" "-" "-"\n',
    rows: [
      { atMs: 0, method: 'GET', path: '/a?b=1', status: 200, responseBytes: 366, durationMs: 1 },
      { atMs: 1000, method: 'GET', path: '/', status: 502, responseBytes: 366 },
    ],
    says: ['failed in the source: 1 row'],
  },
  {
    format: 'cloudfront',
    text:
      '#Version: 1.0\n#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query time-taken\n' +
      '2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.100\tGET\td1.cloudfront.net\t/index.html\t200\t-\tMozilla/5.0%20x\ta=1\t0.500\n' +
      '2019-12-04\t21:02:30\tLAX1\t10\t192.0.2.100\tPOST\td1.cloudfront.net\t/b\t502\t-\tx\t-\t0.250\n',
    rows: [
      { atMs: 0, method: 'POST', path: '/b', status: 502, responseBytes: 10, durationMs: 250 },
      { atMs: 750, method: 'GET', path: '/index.html?a=1', status: 200, responseBytes: 392, durationMs: 500 },
    ],
    says: ['the clock goes back in 1 row', 'resolution of 1 s'],
  },
  {
    format: 'lambda-reports',
    text:
      '2023-11-16T18:15:40.000Z START RequestId: 1 Version: $LATEST\n' +
      '2023-11-16T18:15:46.680Z REPORT RequestId: 1\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\tInit Duration: 100.5 ms\n' +
      '2023-11-16T18:15:47.000Z REPORT RequestId: 2\tDuration: 3000.00 ms\tBilled Duration: 3000 ms\tMemory Size: 128 MB\tMax Memory Used: 60 MB\tStatus: timeout\n',
    rows: [
      { atMs: 0, durationMs: 3000, billedMs: 3000, maxMemoryMb: 60 },
      { atMs: 2567.16, durationMs: 12.34, initMs: 100.5, billedMs: 13, maxMemoryMb: 60 },
    ],
    says: ['failed in the source: 1 row'],
  },
  {
    format: 'lambda-reports',
    text: '{\n  "events": [\n    {\n      "timestamp": 1700158546680,\n      "message": "REPORT RequestId: 1\\tDuration: 80.00 ms\\tBilled Duration: 80 ms\\tMemory Size: 128 MB\\tMax Memory Used: 60 MB\\n"\n    },\n    {\n      "timestamp": 1700158547680,\n      "message": "REPORT RequestId: 2\\tDuration: 180.00 ms\\tBilled Duration: 180 ms\\tMemory Size: 128 MB\\tMax Memory Used: 61 MB\\n"\n    }\n  ]\n}\n',
    rows: [
      { atMs: 0, durationMs: 80, billedMs: 80, maxMemoryMb: 60 },
      { atMs: 900, durationMs: 180, billedMs: 180, maxMemoryMb: 61 },
    ],
  },
  {
    format: 'lambda-reports',
    text: '@timestamp,@message\n2023-11-16 18:15:46.680,REPORT RequestId: 1 Duration: 80.00 ms Billed Duration: 81 ms Memory Size: 128 MB Max Memory Used: 60 MB\n',
    rows: [{ atMs: 0, durationMs: 80, billedMs: 81, maxMemoryMb: 60 }],
  },
  {
    format: 'cloud-logging',
    text:
      '[{"timestamp":"2023-11-16T18:15:46.123456Z","httpRequest":{"requestMethod":"GET","requestUrl":"https://a.run.app/p?q=1","status":200,"latency":"0.0125s","responseSize":"99"},"resource":{"labels":{"service_name":"svc"}}},\n' +
      ' {"timestamp":"2023-11-16T18:15:47Z","textPayload":"hi","resource":{"labels":{}}},\n' +
      ' {"timestamp":"2023-11-16T18:15:46.023456789Z","httpRequest":{"requestMethod":"POST","requestUrl":"https://a.run.app","status":503,"latency":"1s"},"resource":{"labels":{"function_name":"fn"}}}]\n',
    rows: [
      { atMs: 0, method: 'POST', path: '/', status: 503, durationMs: 1000, functionId: 'fn' },
      {
        atMs: 99.999211,
        method: 'GET',
        path: '/p?q=1',
        status: 200,
        responseBytes: 99,
        durationMs: 12.5,
        functionId: 'svc',
      },
    ],
    says: ['without a request: 1 row, left out', 'failed in the source: 1 row'],
  },
  {
    format: 'har',
    text: '{\n "log": {\n  "version": "1.2", "entries": [\n   {"startedDateTime": "2023-11-16T19:15:46.680+01:00", "time": 50.5, "request": {"method": "GET", "url": "https://h/a"}, "response": {"status": 200, "bodySize": 10}},\n   {"startedDateTime": "2023-11-16T18:15:46.700Z", "time": -1, "request": {"method": "POST", "url": "https://h/b", "postData": {"text": "{\\"a\\":1}"}}, "response": {"status": 0, "bodySize": -1}}\n  ]\n }\n}\n',
    rows: [
      { atMs: 0, payload: 0, method: 'GET', url: 'https://h/a', status: 200, responseBytes: 10, durationMs: 50.5 },
      { atMs: 20, payload: 1, method: 'POST', url: 'https://h/b', status: 0 },
    ],
    options: { requests: true },
    says: ['2 payloads'],
  },
  {
    format: 'k6-json',
    text:
      '{"type":"Metric","data":{"name":"http_req_duration","type":"trend"},"metric":"http_req_duration"}\n' +
      '{"metric":"http_reqs","type":"Point","data":{"time":"2023-11-16T18:15:46.9+01:00","value":1,"tags":{}}}\n' +
      '{"metric":"http_req_duration","type":"Point","data":{"time":"2023-11-16T18:15:46.9+01:00","value":400.5,"tags":{"method":"GET","url":"http://h/","status":"200","expected_response":"true"}}}\n' +
      '{"metric":"http_req_duration","type":"Point","data":{"time":"2023-11-16T18:15:47+01:00","value":0.25,"tags":{"method":"GET","url":"http://h/","status":"500","expected_response":"false"}}}\n',
    rows: [
      { atMs: 0, method: 'GET', url: 'http://h/', status: 200, durationMs: 400.5 },
      { atMs: 500.25, method: 'GET', url: 'http://h/', status: 500, durationMs: 0.25 },
    ],
    says: ['failed in the source: 1 row', '2 rows'],
  },
  {
    format: 'k6-csv',
    text:
      'metric_name,timestamp,metric_value,check,error,error_code,expected_response,group,method,name,proto,scenario,service,status,subproto,tls_version,url,extra_tags,metadata\n' +
      'http_reqs,1700158546,1.000000,,,,true,,GET,n,HTTP/1.1,default,,200,,,http://h/,,\n' +
      'http_req_duration,1700158546,500.000000,,,,true,,GET,n,HTTP/1.1,default,,200,,,http://h/,,\n' +
      'http_req_duration,1700158547,250.000000,,,,true,,GET,n,HTTP/1.1,default,,200,,,http://h/,,\n',
    rows: [
      { atMs: 0, method: 'GET', url: 'http://h/', status: 200, durationMs: 500 },
      { atMs: 1250, method: 'GET', url: 'http://h/', status: 200, durationMs: 250 },
    ],
    says: ['resolution of 1 s'],
  },
  {
    format: 'vegeta-json',
    text:
      '{"attack":"","seq":0,"code":200,"timestamp":"2023-11-16T18:15:46.680590123Z","latency":1500000,"bytes_out":0,"bytes_in":12,"error":"","body":null,"method":"GET","url":"http://h/","headers":{}}\n' +
      '{"attack":"","seq":1,"code":0,"timestamp":"2023-11-16T18:15:46.690590123Z","latency":2500000,"bytes_out":0,"bytes_in":0,"error":"refused","body":null,"method":"GET","url":"http://h/","headers":null}\n',
    rows: [
      { atMs: 0, method: 'GET', url: 'http://h/', status: 200, responseBytes: 12, durationMs: 1.5 },
      { atMs: 10, method: 'GET', url: 'http://h/', status: 0, responseBytes: 0, durationMs: 2.5 },
    ],
    says: ['failed in the source: 1 row'],
  },
  {
    format: 'vegeta-csv',
    text: '1700158546680590123,200,1500000,0,12,,e30=,,0,GET,http://h/,\n1700158546690590124,500,2500000,0,0,500 Internal,,,1,GET,http://h/,\n',
    rows: [
      { atMs: 0, method: 'GET', url: 'http://h/', status: 200, responseBytes: 12, durationMs: 1.5 },
      { atMs: 10.000001, method: 'GET', url: 'http://h/', status: 500, responseBytes: 0, durationMs: 2.5 },
    ],
    says: ['failed in the source: 1 row'],
  },
  { format: 'table', text: 'created_at,model\n2023-11-16T18:15:46Z,a\n', rows: [{ atMs: 0, model: 'a' }] },
  { format: 'jsonl', text: '{"ts":"2023-11-16T18:15:46Z","model":"a"}\n', rows: [{ atMs: 0, model: 'a' }] },
];

describe('each format, on a small file with its traps', () => {
  it.each(CASES.map((one, i) => ({ ...one, title: `${one.format} ${String(i)}` })))(
    '$title',
    async ({ format, text, rows, says = [], options }) => {
      for (const pieces of [5, 1 << 20]) {
        const result = await imported(text, options, pieces);
        expect(result.format).toBe(format);
        expect(result.rows).toEqual(rows);
        for (const part of says) expect(result.said).toContain(part);
      }
      expect((await imported(text, { ...options, format })).rows).toEqual(rows);
    },
  );

  it('has a case for every format but the one whose arrivals are drawn', () => {
    expect([...new Set([...CASES.map(({ format }) => format), 'servegen'])].sort()).toEqual(
      FORMATS.map(({ name }) => name).sort(),
    );
  });
});

it('ServeGen: each window of 600 s has the arrivals that its rate says, at times that the seed fixes', async () => {
  const text =
    '0,1.3316666666666668,8.598383725990791,Weibull,0.3753486140101707,0.3967677807107179\n600,0,0,,,\n1200,0.5,1,Gamma,0.9,2\n1800,0.01,1,Exponential,1,1\n';
  const { rows, durationMs, format } = await imported(text, { within: 'uniform' });
  const windows = [0, 0, 0, 0];
  for (const { atMs } of rows) windows[Math.floor(atMs / 600_000)] = (windows[Math.floor(atMs / 600_000)] ?? 0) + 1;
  expect([format, windows, durationMs]).toEqual(['servegen', [799, 0, 300, 6], 2_400_000]);
  expect((await imported(text, { within: 'uniform', seed: 2 })).rows).not.toEqual(rows);
  // A Weibull law of shape 0.375 is burstier than a Poisson process: its gaps vary by 3.4 times their mean.
  const gaps = rows.slice(1, 799).map(({ atMs }, i) => atMs - (rows[i]?.atMs ?? 0));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
  expect(Math.sqrt(variance) / mean).toBeGreaterThan(2);
});

it('counts are spread over their window uniformly', async () => {
  const text = `HashOwner,HashApp,HashFunction,Trigger,1,2,3\no,a,f,http,2000,0,0\n`;
  const { rows, durationMs, said } = await imported(text, { within: 'uniform' });
  const sorted = rows.map(({ atMs }) => atMs / 60_000);
  expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
  expect(Math.max(...sorted.map((u, i) => Math.abs(u - (i + 0.5) / 2000)))).toBeLessThan(1.63 / Math.sqrt(2000));
  expect(durationMs).toBe(60_000);
  expect(said).toContain('counts are spread over their window, uniformly');
});

it('ends with a resolution of 1 s are spread before the durations are taken off', async () => {
  const line = (i: number): string =>
    `1.2.3.4 - - [16/Nov/2023:18:15:${String(10 + (i % 40))} +0000] "GET / HTTP/1.1" 200 5 "-" "x" 0.${String(i % 10)}00`;
  const { rows } = await imported(Array.from({ length: 2000 }, (_, i) => line(i)).join('\n'), { within: 'uniform' });
  const ends = rows.map(({ atMs, durationMs }) => atMs + (durationMs as number));
  const first = Math.min(...ends);
  const fractions = ends.map((end) => ((end - first) % 1000) / 1000).sort((a, b) => a - b);
  // The whole second of the first end is not known here, so only the spread is judged: the largest gap of 2000 uniform draws.
  expect(Math.max(...fractions.slice(1).map((u, i) => u - (fractions[i] ?? 0)))).toBeLessThan(0.01);
});

it('a near miss says what was expected', async () => {
  await expect(imported('app,func,end,duration\na,b,1,2\n')).rejects.toThrow(
    /no format recognises it; it is nearest to azure-functions-2021, which expects a header row with the columns app, func, end_timestamp, duration;/,
  );
  await expect(imported('app,func,end,duration\na,b,1,2\n', { format: 'azure-functions-2021' })).rejects.toThrow(
    /it has no column end_timestamp \(format azure-functions-2021\)/,
  );
});

it('docs/import.md has a row for each', () => {
  const page = readFileSync(join(ROOT, 'docs/import.md'), 'utf8').split('\n');
  const rows = FORMATS.map(({ name, title, times, traps = '' }) => `| \`${name}\` | ${title} | ${times} | ${traps} |`);
  expect(
    page
      .filter((line) => line.startsWith('| `') && !line.startsWith('| `trace '))
      .map((line) => line.replace(/ +/g, ' ')),
  ).toEqual(rows.map((row) => row.replace(/ +/g, ' ')));
});

it.each([
  ['servegen', '0,1.e33,8.5,Weibull,0.37,0.39\n600,0,0,,,\n'],
  ['tweet-counts', 'tweets\n5\n1e300\n'],
  ['azure-functions-2019', 'HashOwner,HashApp,HashFunction,Trigger,1,2\no,a,f,http,2,20000000\n'],
])('a count that no window can hold is refused: %s', async (_, text) => {
  await expect(imported(text)).rejects.toThrow(/it counts \S+ arrivals in one window, and at most 10000000 can be/);
});

it('ends in whole seconds minus exact durations are sorted, and not spread', async () => {
  const rows = Array.from({ length: 50 }, (_, i) => `a,f,${String(10 + (i % 7))},0.${String(i + 10)}\n`).join('');
  const { rows: got, said } = await imported(`app,func,end_timestamp,duration\n${rows}`, { within: 'uniform' });
  const want = Array.from({ length: 50 }, (_, i) => (10 + (i % 7)) * 1000 - (i + 10) * 10).sort((a, b) => a - b);
  expect(got.map(({ atMs }) => Math.round(atMs))).toEqual(want);
  expect(said).toContain('stamps have a resolution of 1 s: a start is one of them minus a duration, and is not spread');
});
