/** The signals that ask a program to end: Ctrl-C, a system that shuts down, a terminal that was closed. */
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Calls `stop` when the program is asked to end, so that a command can keep what it reached. Further signals change
 * nothing until the returned function is called: what is being written then would be lost.
 */
export function onInterruption(stop: () => void): () => void {
  for (const signal of signals) process.on(signal, stop);
  return () => {
    for (const signal of signals) process.off(signal, stop);
  };
}
