import type { Reason } from './verdict.js';

/** A message in the output of a successful run that explains its figure, or shows that it measured something else. */
export interface Sign extends Reason {
  /** Text in the output, or a pattern when a text would match too much. */
  readonly text: string | RegExp;
  /** True when the message explains a figure of GPU memory only. */
  readonly ofGpuMemory?: true;
}
