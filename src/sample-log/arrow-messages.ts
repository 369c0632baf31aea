/** Before each message: a mark and the length of its metadata, int32 both. */
export const PREFIX_BYTES = 8;

/** Positions of the fields in Arrow's Message.fbs: Message, RecordBatch, DictionaryBatch. */
export const MESSAGE = { headerType: 1, header: 2, bodyLength: 3, customMetadata: 4 } as const;
export const RECORD_BATCH = { length: 0, nodes: 1, buffers: 2, compression: 3, variadicBufferCounts: 4 } as const;
export const DICTIONARY_BATCH = { data: 1, isDelta: 2 } as const;
export const HEADER_TYPE = { dictionaryBatch: 2, recordBatch: 3 } as const;
