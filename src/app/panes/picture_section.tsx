import { Section } from '../dom/section.tsx';

/** Which picture there is: seed, truncation, class, or an opened latent. */
export function PictureSection() {
  return (
    <Section name="picture" title="Picture">
      <div class="row">
        <label for="seed">Seed</label>
        <input
          id="seed"
          type="number"
          min="0"
          max="4294967295"
          step="1"
          value="0"
          inputMode="numeric"
          disabled
        />
        <button id="random" type="button" disabled>
          Random
        </button>
      </div>
      <div class="row">
        <label for="truncation" title="0 is the average picture; 1 is as varied as the model goes">
          Truncation
        </label>
        <input id="truncation" type="range" min="0" max="1" step="0.05" value="1" disabled />
        <output for="truncation" id="truncation-value">
          1.00
        </output>
      </div>
      <div class="row">
        <label
          for="cutoff"
          title="How many rows of the latent are truncated, from the coarse ones on"
        >
          Cutoff
        </label>
        <input id="cutoff" type="range" min="0" max="1" step="1" value="1" disabled />
        <output for="cutoff" id="cutoff-value">
          all
        </output>
      </div>
      <div id="class-row" class="row" hidden>
        <label id="class-label" for="class">
          Class
        </label>
      </div>
      <p id="latent-shown" class="hint" hidden>
        This is <span id="latent-name" />. Another seed or truncation takes its place.
      </p>
      <button id="photograph-open" type="button" disabled>
        Edit a photograph…
      </button>
    </Section>
  );
}
