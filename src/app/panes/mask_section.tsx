import { Section } from '../dom/section.tsx';

/** What the brush paints, and how large it is. */
export function MaskSection() {
  return (
    <Section
      name="mask"
      title="Mask"
      id="mask-section"
      hidden
      action={
        <button id="mask-clear" type="button" class="quiet" disabled>
          Clear
        </button>
      }
    >
      <div class="row">
        <fieldset class="choice" aria-label="What the brush paints">
          <button id="mask-allow" type="button" aria-pressed="true">
            May move
          </button>
          <button id="mask-fix" type="button" aria-pressed="false">
            Must stay
          </button>
        </fieldset>
        <button id="mask-invert" type="button" disabled>
          Invert
        </button>
      </div>
      <div class="row">
        <label for="mask-size">Brush</label>
        <input id="mask-size" type="range" min="1" max="64" step="1" value="12" />
        <output for="mask-size" id="mask-size-value">
          12 px
        </output>
      </div>
      <p class="hint">
        The bright part may move, the dim part must stay. Without a mask everything may move.
      </p>
    </Section>
  );
}
