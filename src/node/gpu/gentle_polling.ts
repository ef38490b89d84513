/** How long Dawn may poll without a pause: about the time of the shortest read-back. */
const eagerMilliseconds = 0.5;
const pauseMilliseconds = 1;

const nativeSource = /\{\s*\[native code\]\s*\}$/;

/**
 * While something is awaited, Dawn's binding for Node calls itself through `setImmediate` without a pause and burns
 * a core, which a software adapter needs for its kernels. From now on that polling, and nothing else that uses
 * `setImmediate`, pauses for a millisecond a turn once it has gone on for half a millisecond.
 *
 * @returns a function that puts the original `setImmediate` back.
 */
export function pollGently(): () => void {
  const original = globalThis.setImmediate;
  let insidePoll = false;
  let waitingSince = 0;

  function poll(callback: () => void): void {
    insidePoll = true;
    try {
      callback();
    } finally {
      insidePoll = false;
    }
  }

  function setImmediateGently<Arguments extends unknown[]>(
    callback: (...args: Arguments) => void,
    ...args: Arguments
  ): NodeJS.Immediate {
    if (args.length > 0 || !isDawnPoll(callback)) return original(callback, ...args);
    const now = performance.now();
    // A poll that no earlier poll scheduled begins a new wait.
    if (!insidePoll) waitingSince = now;
    if (now - waitingSince > eagerMilliseconds) setTimeout(poll, pauseMilliseconds, callback);
    else return original(poll, callback);
    return unusedImmediate;
  }

  // Dawn ignores what `setImmediate` returns, so that one cleared handle serves all the timers.
  const unusedImmediate = original(() => {});
  clearImmediate(unusedImmediate);
  const promisify = Object.getOwnPropertyDescriptors(original);
  globalThis.setImmediate = Object.defineProperties(
    setImmediateGently,
    promisify,
  ) as typeof original;
  return () => {
    globalThis.setImmediate = original;
  };
}

/** Dawn makes its callbacks in C++: functions without a name and without JavaScript source. */
function isDawnPoll(callback: { name: string }): boolean {
  return callback.name === '' && nativeSource.test(Function.prototype.toString.call(callback));
}
