import type { Ref } from 'preact';

interface Properties {
  readonly id: string;
  readonly label: string;
  readonly accept: string;
  /** To open the browser's chooser by a button. */
  readonly field: Ref<HTMLInputElement>;
  chosen(file: File): void;
}

/** The field behind a button that opens a file. */
export function FileField({ id, label, accept, field, chosen }: Properties) {
  return (
    <input
      id={id}
      ref={field}
      type="file"
      accept={accept}
      aria-label={label}
      hidden
      onChange={({ currentTarget }) => {
        const file = currentTarget.files?.[0];
        // So that the same file can be chosen again.
        currentTarget.value = '';
        if (file) chosen(file);
      }}
    />
  );
}
