import { type Signal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

interface Properties {
  readonly id: string;
  readonly title: string;
  /** Becomes false, too, when a person closes the dialog with Escape. */
  readonly open: Signal<boolean>;
  readonly children: ComponentChildren;
}

/** A modal dialog, open while its signal says so. */
export function Dialog({ id, title, open, children }: Properties) {
  const element = useRef<HTMLDialogElement>(null);
  useSignalEffect(() => {
    const wanted = open.value;
    const dialog = element.current;
    if (!dialog || wanted === dialog.open) return;
    if (wanted) dialog.showModal();
    else dialog.close();
  });
  const close = () => {
    open.value = false;
  };
  return (
    <dialog id={id} ref={element} aria-labelledby={`${id}-title`} onClose={close}>
      <h1 id={`${id}-title`}>{title}</h1>
      {children}
    </dialog>
  );
}
