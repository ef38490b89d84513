import { Section } from '../dom/section.tsx';
import type { Editor } from '../editor.ts';
import type { PictureSource } from '../state/picture_source.ts';
import { ClassField } from './class_field.tsx';
import { SeedField } from './seed_field.tsx';
import { useDocument } from './use_document.ts';
import { askForPicture, useWantedPicture } from './wanted_picture.ts';

/** What stands in the controls before there is a model. */
const noModel = { cDim: 0, numWs: 1 };

interface Properties {
  readonly editor: Editor | undefined;
  readonly editPhotograph: (() => void) | undefined;
}

/** What the picture is generated from: seed, truncation, class, or an opened latent. */
export function PictureSection({ editor, editPhotograph }: Properties) {
  const source = useWantedPicture(editor);
  const config = useDocument(editor?.store, ({ model }) => model.weights.config);
  const { cDim, numWs } = config ?? noModel;
  const { seed, psi, cutoff = numWs, classIndex = 0, latent } = source;
  /** What is changed here takes the place of an opened latent. */
  const change = (part: Partial<PictureSource>, goesOn: boolean) => {
    const { latent: _, ...rest } = source;
    if (editor) askForPicture(editor, { ...rest, ...part }, goesOn);
  };
  return (
    <Section name="picture" title="Picture">
      <SeedField
        id="seed"
        label="Seed"
        randomId="random"
        seed={seed}
        disabled={!editor}
        changed={(seed, typed) => seed !== undefined && change({ seed }, typed)}
      />
      <div class="row">
        <label
          for="truncation"
          title="0 gives the average picture, 1 the full variety of the model"
        >
          Truncation
        </label>
        <input
          id="truncation"
          type="range"
          min="0"
          max="1"
          step="0.05"
          value={psi}
          disabled={!editor}
          onInput={({ currentTarget }) => change({ psi: Number(currentTarget.value) }, true)}
        />
        <output for="truncation" id="truncation-value">
          {psi.toFixed(2)}
        </output>
      </div>
      <div class="row">
        <label for="cutoff" title="How many rows of the latent are truncated, the coarsest first">
          Cutoff
        </label>
        {/* At truncation 1 no row is truncated. */}
        <input
          id="cutoff"
          type="range"
          min="0"
          max={numWs}
          step="1"
          value={cutoff}
          disabled={!editor || psi === 1}
          aria-valuetext={`${cutoff} of ${numWs} rows`}
          onInput={({ currentTarget }) => change({ cutoff: Number(currentTarget.value) }, true)}
        />
        <output for="cutoff" id="cutoff-value">
          {cutoff === numWs ? 'all' : cutoff}
        </output>
      </div>
      <ClassField
        classes={cDim}
        chosen={classIndex}
        changed={(classIndex) => change({ classIndex }, false)}
      />
      <p id="latent-shown" class="hint" hidden={!latent}>
        This is the picture of <span id="latent-name">{latent?.name}</span>
        {latent?.count && latent.count > 1 ? `, the first of ${latent.count} latents` : ''}. Another
        seed or truncation takes its place.{latent?.note && ` Note: ${latent.note}.`}
      </p>
      <button
        id="photograph-open"
        type="button"
        disabled={!editPhotograph}
        onClick={editPhotograph}
      >
        Edit a photograph…
      </button>
    </Section>
  );
}
