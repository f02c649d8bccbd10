/** Ctrl-C ends the watching and nothing else; a second one ends the process as usual. */
export function detachOnInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => controller.abort());
  return controller.signal;
}
