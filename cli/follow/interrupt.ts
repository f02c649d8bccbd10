const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * Runs work that continues on the server after Ctrl-C detaches the command from it.
 *
 * @param work gets a signal that the first Ctrl-C aborts; a second Ctrl-C ends the process
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
