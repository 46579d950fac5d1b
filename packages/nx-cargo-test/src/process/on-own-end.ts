const ownSignals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const actions = new Set<() => void>();

/**
 * Performs a synchronous action when our own process exits or is ended by
 * SIGINT, SIGTERM or SIGHUP, until the returned function is called.
 */
export function onOwnEnd(action: () => void): () => void {
  if (actions.size === 0) {
    process.on('exit', performAll);
    for (const signal of ownSignals) process.on(signal, onOwnSignal);
  }
  // Wrapped, so that each call counts, also with the same action.
  const entry = (): void => action();
  actions.add(entry);
  return () => {
    actions.delete(entry);
    if (actions.size === 0) stopListening();
  };
}

function performAll(): void {
  for (const action of actions) {
    try {
      action();
    } catch {
      // The other actions must not miss their only chance.
    }
  }
}

function onOwnSignal(signal: NodeJS.Signals): void {
  performAll();
  stopListening();
  // Our listener replaced the default action; without another one it is ours to perform.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function stopListening(): void {
  process.off('exit', performAll);
  for (const signal of ownSignals) process.off(signal, onOwnSignal);
}
