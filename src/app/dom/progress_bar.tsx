interface Properties {
  readonly id: string;
  /** Done, from 0 to 1; undefined where it is not known. */
  readonly fraction: number | undefined;
  /** The id of what says what goes on. */
  readonly of: string;
  readonly hidden?: boolean;
}

/** How far something has come. */
export function ProgressBar({ id, fraction, of, hidden }: Properties) {
  const bar = { id, hidden, max: 1, 'aria-labelledby': of };
  // A <progress> that has had a value cannot be without one again: it takes another element.
  if (fraction === undefined) return <progress key="unknown" {...bar} />;
  return <progress key="known" {...bar} value={fraction} />;
}
