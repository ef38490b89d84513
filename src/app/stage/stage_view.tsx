import { LoadingPanel } from '../dialogs/loading_panel.tsx';

/** The square with the picture, and what lies over it: marks, mask, brush and cursor are drawn by hand. */
export function StageView() {
  return (
    <>
      <div class="room">
        <div id="stage">
          <canvas id="image" width="1" height="1" />
          <canvas id="original" width="1" height="1" hidden />
          <canvas id="mask" width="1" height="1" hidden />
          <div id="points">
            <svg aria-hidden="true" />
          </div>
          <button
            id="cursor"
            type="button"
            aria-label="Cursor on the image"
            aria-describedby="cursor-help"
            disabled
          />
          <div id="brush" aria-hidden="true" hidden />
          <LoadingPanel />
        </div>
      </div>
      <p id="cursor-help" class="unseen">
        Arrow keys move a cursor over the image, Enter places a point or paints there. Tab goes
        through the points: arrow keys move one, Delete removes it. Space starts and stops.
      </p>
    </>
  );
}
