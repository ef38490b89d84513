import { Section } from '../dom/section.tsx';

/** A second seed, and which rows of the latent are its. */
export function MixingSection() {
  return (
    <Section
      name="mix"
      title="Style mixing"
      action={
        <button id="mix-off" type="button" class="quiet" disabled>
          Off
        </button>
      }
    >
      <div class="row">
        <label for="mix-seed">With seed</label>
        <input
          id="mix-seed"
          type="number"
          min="0"
          max="4294967295"
          step="1"
          placeholder="none"
          inputMode="numeric"
          disabled
        />
        <button id="mix-random" type="button" disabled>
          Random
        </button>
      </div>
      <div class="row">
        <fieldset class="choice" aria-label="Which rows are the other seed’s">
          <button id="mix-coarse" type="button" aria-pressed="false" disabled>
            Coarse
          </button>
          <button id="mix-middle" type="button" aria-pressed="false" disabled>
            Middle
          </button>
          <button id="mix-fine" type="button" aria-pressed="false" disabled>
            Fine
          </button>
        </fieldset>
      </div>
      <div class="row">
        <label for="mix-rows" title="Rows of the latent that are the other seed’s, as 0-3,6">
          Its rows
        </label>
        <input
          id="mix-rows"
          type="text"
          maxLength={200}
          autocomplete="off"
          spellcheck={false}
          disabled
        />
      </div>
      <p class="hint">Pose, shape or colours of another seed.</p>
    </Section>
  );
}
