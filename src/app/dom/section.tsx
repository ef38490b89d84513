import type { ComponentChildren } from 'preact';

interface Titled {
  /** Of the heading: `NAME-title`. */
  readonly name: string;
  readonly title: string;
  readonly id?: string;
  readonly hidden?: boolean;
  /** Beside the title. */
  readonly action?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A pane with a heading that names it. */
export function Section({ name, title, id, hidden, action, children }: Titled) {
  const heading = `${name}-title`;
  return (
    <section id={id} aria-labelledby={heading} hidden={hidden}>
      <h2 id={heading}>
        {title} {action}
      </h2>
      {children}
    </section>
  );
}
