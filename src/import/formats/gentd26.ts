import { eventFormat } from '../event-format.js';

export const genTd26 = eventFormat({
  name: 'alibaba-gentd26',
  title: 'Alibaba GenTD26, requests for images',
  rows: 'table',
  must: ['gmt_create', 'predict_type', 'predict_status', 'exec_time_seconds'],
  time: 'gmt_create',
  unit: 'date',
  columns: [
    { from: 'predict_type', as: 'requestType', type: 'text' },
    { from: 'exec_time_seconds', as: 'durationMs', type: 'number', times: 1000 },
    { from: 'checkpoint_model_version_id', as: 'model', type: 'text' },
    { from: 'groupId', as: 'group', type: 'text' },
    { from: 'prompt_length', as: 'promptLength', type: 'number' },
    { from: 'num_images_per_prompt', as: 'images', type: 'number' },
    { from: 'num_inference_steps', as: 'steps', type: 'number' },
    { from: 'num_lora', as: 'loras', type: 'number' },
  ],
  failed: (row, at) => (row.text(at('predict_status')) ?? 'SUCCEED') !== 'SUCCEED',
  times: '`gmt_create`, no zone, 1 s',
});
