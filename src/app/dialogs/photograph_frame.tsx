import { useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { type Alignment, type Extent, shifted, sideOf, turned, zoomed } from './alignment.ts';
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
    if (!frame.current) return;
    Object.assign(frame.current, pixelsOf(framed.extent.value));
    if (framed.photograph.value) framed.draw(frame.current);
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
      style={{ maxWidth: widestPicture(framed.extent.value) }}
      tabIndex={0}
      role="img"
      aria-label="Your photograph in the model’s frame. Arrow keys move it."
      onPointerDown={({ currentTarget, pointerId }) => currentTarget.setPointerCapture(pointerId)}
      onPointerMove={({ currentTarget, pointerId, movementX, movementY }) => {
        if (!currentTarget.hasPointerCapture(pointerId)) return;
        const side = sideOf({
          height: currentTarget.clientHeight,
          width: currentTarget.clientWidth,
        });
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

/** Of the frame's canvas: the proportions of the model's pictures, with 512 pixels on the larger side. */
function pixelsOf({ height, width }: Extent): Extent {
  const side = sideOf({ height, width });
  return { height: Math.round((512 * height) / side), width: Math.round((512 * width) / side) };
}

/** So wide that a picture of this shape is at most six tenths of the window high. */
export const widestPicture = ({ height, width }: Extent): string => `${(60 * width) / height}vh`;

/** Where a pointer is, in sides of the frame from its middle: right, down. */
function placeOf(event: MouseEvent, frame: HTMLElement | null): [number, number] {
  if (!frame) return [0, 0];
  const { left, top, width, height } = frame.getBoundingClientRect();
  const side = sideOf({ height, width });
  return [(event.clientX - left - width / 2) / side, (event.clientY - top - height / 2) / side];
}
