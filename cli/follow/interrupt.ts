const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Does something that Ctrl-C only detaches from.
 *
 * @param work with a signal that the first Ctrl-C aborts; a second one ends the process as usual
 */
export async function detachOnInterrupt<T>(work: (detached: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const detach = () => controller.abort();
  for (const signal of SIGNALS) process.once(signal, detach);
  try {
    return await work(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, detach);
  }
}
