import { eventFormat } from '../event-format.js';

export const huawei2025 = eventFormat({
  name: 'huawei-2025',
  title: 'Huawei 2025, requests',
  rows: 'table',
  must: ['time_frontend', 'requestID', 'funcName', 'totalCost_frontend'],
  time: 'time_frontend',
  unit: 's',
  columns: [
    { from: 'funcName', as: 'functionId', type: 'text' },
    { from: 'clusterName', as: 'cluster', type: 'text' },
    { from: 'userID', as: 'session', type: 'text' },
    { from: 'totalCost_frontend', as: 'durationMs', type: 'number', times: 1000 },
    { from: 'requestBodySize', as: 'requestBytes', type: 'number' },
  ],
  times: '`time_frontend`, s from the start',
});

/** Cold starts are no arrivals of requests, but when they came is of interest, too. */
export const huawei2025ColdStarts = eventFormat({
  name: 'huawei-2025-cold-starts',
  title: 'Huawei 2025, cold starts',
  rows: 'table',
  must: ['day', 'time', 'funcName', 'totalCost_cold_start'],
  time: 'time',
  unit: 's',
  columns: [
    { from: 'funcName', as: 'functionId', type: 'text' },
    { from: 'clusterName', as: 'cluster', type: 'text' },
    { from: 'totalCost_cold_start', as: 'durationMs', type: 'number', times: 1000 },
    { from: 'podAllocationCost', as: 'podAllocationMs', type: 'number', times: 1000 },
    { from: 'deployCodeCost', as: 'deployCodeMs', type: 'number', times: 1000 },
    { from: 'deployDependencyCost', as: 'deployDependencyMs', type: 'number', times: 1000 },
    { from: 'schedulingCost', as: 'schedulingMs', type: 'number', times: 1000 },
  ],
  times: '`time`, s from the start',
  traps: 'each row is a cold start, not a request',
});
