import { poll } from '../../kubernetes/client/poll.js';

/**
 * Waits for work that takes longer than a claim on a node lasts, and renews the claim in the meantime.
 *
 * @param renew renews the claim if it is old
 * @param signal ends the renewals
 * @throws the error of the work or of a renewal, whichever is first
 */
export async function whileRenewing<T>(work: Promise<T>, renew: () => Promise<void>, signal: AbortSignal): Promise<T> {
  const ended = new AbortController();
  const renewals = poll<never>(
    async () => {
      await renew();
      return undefined;
    },
    AbortSignal.any([signal, ended.signal]),
  );
  // Prevents an unhandled rejection of the one that is later.
  for (const promise of [work, renewals]) promise.catch(() => undefined);
  try {
    return await Promise.race([work, renewals]);
  } finally {
    ended.abort();
  }
}
