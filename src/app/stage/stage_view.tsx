import type { ReadonlySignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { LoadingPanel, type Waiting } from '../dialogs/loading_panel.tsx';
import type { View } from '../state/view.ts';
import { SplitView } from './split_view.tsx';
import type { StageElements } from './stage.ts';

interface Properties {
  readonly view: View;
  readonly waiting: ReadonlySignal<Waiting | undefined>;
  /** Gets the elements, once, which are then drawn on by hand. */
  mounted(elements: StageElements): void;
}

/** The picture, and what lies over it: marks, mask, brush and cursor. */
export function StageView({ view, waiting, mounted }: Properties) {
  const root = useRef<HTMLDivElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const image = useRef<HTMLCanvasElement>(null);
  const warp = useRef<HTMLCanvasElement>(null);
  const mask = useRef<HTMLCanvasElement>(null);
  const outline = useRef<SVGSVGElement>(null);
  const points = useRef<HTMLDivElement>(null);
  const lines = useRef<SVGSVGElement>(null);
  const cursor = useRef<HTMLButtonElement>(null);
  const brush = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    mounted({
      root: there(root.current),
      frame: there(frame.current),
      image: there(image.current),
      warp: there(warp.current),
      mask: there(mask.current),
      outline: there(outline.current),
      points: there(points.current),
      lines: there(lines.current),
      cursor: there(cursor.current),
      brush: there(brush.current),
    });
  }, []);
  return (
    <>
      <div class="room">
        <div class="frame" ref={frame}>
          <div
            id="stage"
            ref={root}
            class={view.comparing.value ? 'comparing' : undefined}
            data-tool={view.tool.value}
            aria-busy={view.drawing.value}
          >
            <canvas id="image" ref={image} width="1" height="1" />
            <canvas id="warp" ref={warp} width="1" height="1" hidden />
            <canvas id="mask" ref={mask} width="1" height="1" hidden />
            <svg id="outline" ref={outline} preserveAspectRatio="none" aria-hidden="true" hidden>
              <path class="casing" />
              <path />
            </svg>
            <div id="points" ref={points}>
              <svg ref={lines} aria-hidden="true" />
            </div>
            <button
              id="cursor"
              ref={cursor}
              type="button"
              aria-label="Cursor on the image"
              aria-describedby="cursor-help"
              disabled={!view.ready.value}
            />
            <div
              id="brush"
              ref={brush}
              class={view.brushKind.value === 'fix' ? 'fix' : undefined}
              aria-hidden="true"
              hidden
            />
            <SplitView view={view} />
            <LoadingPanel waiting={waiting} />
          </div>
        </div>
      </div>
      <p id="cursor-help" class="unseen">
        Arrow keys move a cursor over the image, Enter places a point or paints there, P pins the
        spot. Tab goes through the points: arrow keys move one, P pins it, Delete removes it. Space
        starts and stops.
      </p>
    </>
  );
}

function there<T extends Element>(element: T | null): T {
  if (!element) throw new TypeError('the stage is not on the page');
  return element;
}
