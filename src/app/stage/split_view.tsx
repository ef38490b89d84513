import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { PixelImage } from '../../library/api.ts';
import { drawImage } from '../dom/picture_canvas.tsx';
import type { View } from '../state/view.ts';

/** The picture as it was before, up to a border that a person moves, over the picture as it is now. */
export function SplitView({ view }: { readonly view: View }) {
  const shown = view.split.value;
  const before = view.original.value;
  if (!shown || !before) return null;
  return <Split before={before} smooth={view.smooth.value} />;
}

/** How far across the border is at first. */
const middle = 50;

function Split({ before, smooth }: { readonly before: PixelImage; readonly smooth: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const border = useSignal(middle);
  useEffect(() => {
    if (canvas.current) drawImage(canvas.current, before);
  }, [before]);
  const across = `${border.value}%`;
  return (
    <div id="split" style={{ '--border': across }}>
      <canvas ref={canvas} class={smooth ? undefined : 'squares'} />
      <span class="side">Before</span>
      <span class="side after">Now</span>
      <i />
      <input
        id="split-border"
        type="range"
        min="0"
        max="100"
        step="any"
        aria-label="How much of the picture is shown as it was before"
        value={border.value}
        onInput={({ currentTarget }) => {
          border.value = Number(currentTarget.value);
        }}
      />
    </div>
  );
}
