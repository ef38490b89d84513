import { effect, type ReadonlySignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Covers the page while a file is held over it. It appears in the event itself, not when Preact renders next. */
export function DropVeil({ held }: { readonly held: ReadonlySignal<boolean> }) {
  const veil = useRef<HTMLDivElement>(null);
  useLayoutEffect(
    () =>
      effect(() => {
        if (veil.current) veil.current.hidden = !held.value;
      }),
    [held],
  );
  return (
    <div id="drop" ref={veil} hidden>
      <p>Drop a model, a latent or a picture here</p>
    </div>
  );
}
