interface Properties {
  readonly id: string;
  /** Undefined where nobody knows how far it is. */
  readonly fraction: number | undefined;
  /** The id of what says what goes on. */
  readonly of: string;
  readonly hidden?: boolean;
}

/** How far something is. */
export function ProgressBar({ id, fraction, of, hidden }: Properties) {
  const bar = { id, hidden, max: 1, 'aria-labelledby': of };
  // An element whose value was set does not go back to having none.
  if (fraction === undefined) return <progress key="unknown" {...bar} />;
  return <progress key="known" {...bar} value={fraction} />;
}
