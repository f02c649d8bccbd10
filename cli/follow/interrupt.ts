/** Returns a signal that Ctrl-C aborts, so that the first one only detaches; a second one ends the process as usual. */
export function detachOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
