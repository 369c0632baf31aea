#!/usr/bin/env node
import { closeLostTerminals } from '../dist/commands/close-lost-terminals.js';
import { endProcess } from '../dist/commands/end-process.js';
import { main } from '../dist/commands/main.js';

process.on('exit', closeLostTerminals());
await main(process.argv.slice(2));
endProcess();
