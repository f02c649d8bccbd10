#!/usr/bin/env node
import './heap.js';
import { createLog } from './logging/worker-log.js';
import { runWorker } from './run-worker.js';

const log = createLog(process.env);
runWorker(process.env, log).catch((error: unknown) => {
  log.fail(error);
  process.exitCode = 1;
});
