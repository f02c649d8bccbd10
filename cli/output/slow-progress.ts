import { complain } from './say.js';

/** Time after which a step counts as slow, and between two lines of progress. */
const PAUSE_MS = 2000;

/**
 * Shows on standard error how far a step is, every two seconds from the second second on, so that a quick step prints
 * nothing.
 *
 * @param text describes the progress so far
 */
export async function withProgress<T>(text: () => string, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => complain(text()), PAUSE_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
