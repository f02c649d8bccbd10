import { cutText } from '../record/log-text.js';
import type { RankLog } from '../tools/common/log-lines.js';
import { formatCount } from '../units/count.js';
import type { Reason } from '../verdict/verdict.js';

/** States that a part of a log is missing, and that it could have held rows or errors; empty for a whole log. */
export function cutReasons(what: string, { cut, skippedLines }: Pick<RankLog, 'cut' | 'skippedLines'>): Reason[] {
  const parts = [
    ...(cut ? [cutText(cut)] : []),
    ...(skippedLines === undefined ? [] : [`${formatCount(skippedLines, 'line')} in the middle were not read`]),
  ];
  if (parts.length === 0) return [];
  return [{ code: 'log-cut', message: `${what} is longer than the limit: ${parts.join(', and ')}` }];
}
