import { type FailureRecord, failureRecord } from '../verdict/failure.js';
import type { LoadLog } from './load-log.js';

/** How the load pod ended. */
export interface LoadEnd {
  /** Kubernetes' reason for the end of the pod: `OOMKilled`, … */
  readonly reason?: string | undefined;
  readonly timedOut: boolean;
  /** True when the pod was deleted or its node was removed. */
  readonly deleted: boolean;
}

const MAX_QUOTED_CHARACTERS = 300;

/** Exit codes of the shell and of AIPerf's argument parser. */
const COMMAND_NOT_FOUND = 127;
const WRONG_USAGE = 2;

/** Messages of AIPerf and of Dynamo's frontend. The first one that matches a line determines the failure class. */
const MESSAGES: readonly (readonly [RegExp, FailureRecord['class']])[] = [
  [/Failed to load tokenizer/, 'TokenizerMissing'],
  [/Model not found|model .{0,80} (?:not found|does not exist)|"code":\s*404|\b404\b.{0,40}Not Found/i, 'ModelUnknown'],
  [
    /HFValidationError|Repo id must be|Can't load tokenizer|tokenizer.{0,80}(?:not found|could not|fail)/i,
    'TokenizerMissing',
  ],
  [/is not ready to serve requests|Service temporarily unavailable|"code":\s*503/i, 'NoWorker'],
  [
    /Timed out after .{0,20} probing|Cannot connect to host|Connection refused|Name or service not known|ClientConnectorError|ServerDisconnected/i,
    'FrontendUnreachable',
  ],
];

/** Classifies the failure of a load without a result. */
export function explainNoResult({ lines, files, exitCode }: LoadLog, end: LoadEnd): FailureRecord {
  if (end.reason === 'OOMKilled') return failureRecord('OutOfMemory', 'AIPerf exceeded the memory limit of its pod');
  if (end.deleted) return failureRecord('PeerLost', 'the load pod was deleted while it ran');
  if (end.timedOut) return failureRecord('Hung', 'AIPerf was still running at the time limit');
  const logged = (files.get('aiperf.log') ?? '').split('\n');
  const texts = [...(files.get('errors.txt') ?? '').split('\n'), ...logged, ...lines];
  for (const [pattern, failureClass] of MESSAGES) {
    const line = texts.find((text) => pattern.test(text));
    if (line) return failureRecord(failureClass, `"${line.trim().slice(0, MAX_QUOTED_CHARACTERS)}"`);
  }
  if (exitCode === COMMAND_NOT_FOUND) {
    return failureRecord('ToolMissing', `the image has no aiperf (exit code ${exitCode})`);
  }
  if (exitCode === WRONG_USAGE) return failureRecord('ToolOptions', lastLine(lines));
  if (exitCode === undefined) return failureRecord('PeerLost', 'the load pod was killed');
  const error = logged.findLast((line) => line.includes('ERROR'))?.trim() ?? lastLine(lines);
  return failureRecord('Crashed', `AIPerf exited with code ${exitCode} and without results: ${error}`);
}

function lastLine(lines: readonly string[]): string {
  return lines.findLast((line) => line.trim() !== '')?.trim() ?? 'no output';
}
