import { type ReadonlySignal, useComputed } from '@preact/signals';

/** Lies over the page while a file is held over it. */
export function DropVeil({ held }: { readonly held: ReadonlySignal<boolean> }) {
  const hidden = useComputed(() => !held.value);
  return (
    <div id="drop" hidden={hidden}>
      <p>Drop a model, a latent or a picture here</p>
    </div>
  );
}
