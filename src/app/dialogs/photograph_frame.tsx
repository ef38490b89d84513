import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Alignment, shifted, turned, zoomed } from './alignment.ts';
import type { FramedPhotograph } from './framed_photograph.ts';

/** Of the wheel, for twice the size. */
const wheelForTwice = 400;
/** Of an arrow key, in sides of the frame. */
const keyStep = 1 / 64;
const degrees = Math.PI / 180;
const arrows: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

interface Properties {
  readonly framed: FramedPhotograph;
}

/** Where a photograph is brought into the model's frame: dragged and enlarged, by pointer, wheel or keys. */
export function PhotographFrame({ framed }: Properties) {
  const frame = useRef<HTMLCanvasElement>(null);
  const align = (change: (alignment: Alignment) => Alignment) => {
    framed.alignment.value = change(framed.alignment.peek());
  };
  useSignalEffect(() => {
    if (framed.photograph.value && frame.current) framed.draw(frame.current);
  });
  useEffect(() => {
    // Not as a property: only an active listener keeps the dialog from scrolling.
    const enlarge = (event: WheelEvent) => {
      event.preventDefault();
      const factor = 2 ** (-event.deltaY / wheelForTwice);
      align((alignment) => zoomed(alignment, factor, placeOf(event, frame.current)));
    };
    frame.current?.addEventListener('wheel', enlarge, { passive: false });
  }, []);
  return (
    <canvas
      id="photograph-frame"
      ref={frame}
      width={512}
      height={512}
      tabIndex={0}
      role="img"
      aria-label="Your photograph in the model’s frame. Arrow keys move it."
      onPointerDown={({ currentTarget, pointerId }) => currentTarget.setPointerCapture(pointerId)}
      onPointerMove={({ currentTarget, pointerId, movementX, movementY }) => {
        if (!currentTarget.hasPointerCapture(pointerId)) return;
        const side = currentTarget.clientWidth;
        align((alignment) => shifted(alignment, movementX / side, movementY / side));
      }}
      onKeyDown={(event) => {
        const way = arrows[event.key];
        if (!way) return;
        event.preventDefault();
        align((alignment) => shifted(alignment, keyStep * way[0], keyStep * way[1]));
      }}
    />
  );
}

/** The photograph's size and angle as sliders. */
export function FrameSliders({ framed: { alignment } }: Properties) {
  const { zoom, angle } = alignment.value;
  return (
    <div class="row">
      <label for="photograph-zoom">Size</label>
      {/* It counts doublings. */}
      <input
        id="photograph-zoom"
        type="range"
        min="-1"
        max="3"
        step="0.01"
        value={Math.log2(zoom)}
        onInput={({ currentTarget }) => {
          const { value } = alignment;
          alignment.value = zoomed(value, 2 ** Number(currentTarget.value) / value.zoom);
        }}
      />
      <label for="photograph-angle">Turn</label>
      <input
        id="photograph-angle"
        type="range"
        min="-180"
        max="180"
        step="0.5"
        value={angle / degrees}
        onInput={({ currentTarget }) => {
          alignment.value = turned(alignment.value, Number(currentTarget.value) * degrees);
        }}
      />
    </div>
  );
}

/** Where a pointer is, in sides of the frame from its middle: right, down. */
function placeOf(event: MouseEvent, frame: HTMLElement | null): [number, number] {
  if (!frame) return [0, 0];
  const { left, top, width, height } = frame.getBoundingClientRect();
  return [(event.clientX - left) / width - 0.5, (event.clientY - top) / height - 0.5];
}
