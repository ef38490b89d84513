import { icons } from './icons.tsx';

/** The tools, and what can be done with the whole picture. */
export function ToolsBar() {
  return (
    <nav class="tools" aria-label="Tools">
      <button id="tool-points" type="button" aria-pressed="true" title="Place and move points (P)">
        {icons.points}
        Points
      </button>
      <button id="tool-mask" type="button" aria-pressed="false" title="Paint what may move (M)">
        {icons.mask}
        Mask
      </button>
      <hr />
      <button id="undo" type="button" title="Undo (Ctrl+Z)" disabled>
        {icons.undo}
        Undo
      </button>
      <button id="redo" type="button" title="Redo (Ctrl+Shift+Z)" disabled>
        {icons.redo}
        Redo
      </button>
      <button id="reset" type="button" title="Back to the original image" disabled>
        {icons.reset}
        Reset
      </button>
      <hr />
      <button id="compare" type="button" title="Hold to see the original (C)" disabled>
        {icons.compare}
        Compare
      </button>
      <button id="save" type="button" title="Save the image as PNG (Ctrl+S)" disabled>
        {icons.save}
        Save
      </button>
    </nav>
  );
}
