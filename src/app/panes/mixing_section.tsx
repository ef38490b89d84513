import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { rowsOf, type StyleRange, writeRows } from '../../models/stylegan2/network/latent_rows.ts';
import { Section } from '../dom/section.tsx';
import type { Editor } from '../editor.ts';
import {
  emptyDraft,
  followMix,
  type MixingDraft,
  mixOf,
  readRows,
  toggleRange,
} from './mixing_draft.ts';
import { SeedField } from './seed_field.tsx';
import { useDocument } from './use_document.ts';
import { askForPicture, useWantedPicture } from './wanted_picture.ts';

const ranges: readonly { readonly range: StyleRange; readonly label: string }[] = [
  { range: 'coarse', label: 'Coarse' },
  { range: 'middle', label: 'Middle' },
  { range: 'fine', label: 'Fine' },
];

/** A second seed, and which rows of the latent come from it. Without a seed nothing is mixed. */
export function MixingSection({ editor }: { readonly editor: Editor | undefined }) {
  const numWs = useDocument(editor?.store, ({ model }) => model.weights.config.numWs);
  const source = useWantedPicture(editor);
  const typed = useSignal<{ readonly draft: MixingDraft; readonly numWs: number | undefined }>({
    draft: emptyDraft(0),
    numWs: 0,
  });
  const rowCount = numWs ?? 0;
  const last = typed.value.numWs === numWs ? typed.value.draft : emptyDraft(rowCount);
  const draft = followMix(last, source.mix, rowCount);
  const rows = readRows(draft.rows, rowCount);
  const off = draft.seed === undefined;

  const change = (part: Partial<MixingDraft>, goesOn: boolean) => {
    const next = { ...draft, ...part, over: source.mix };
    typed.value = { draft: next, numWs };
    if (editor && typeof readRows(next.rows, rowCount) !== 'string')
      askForPicture(editor, { ...source, mix: mixOf(next, rowCount) }, goesOn);
  };

  return (
    <Section
      name="mix"
      title="Style mixing"
      action={
        <button
          id="mix-off"
          type="button"
          class="quiet"
          title="Mix nothing"
          disabled={off}
          onClick={() => change({ seed: undefined }, false)}
        >
          Off
        </button>
      }
    >
      <SeedField
        id="mix-seed"
        label="With seed"
        randomId="mix-random"
        placeholder="none"
        seed={draft.seed}
        disabled={!editor}
        changed={(seed, typed) => change({ seed }, typed)}
      />
      <div class="row">
        <fieldset class="choice" aria-label="Which rows come from the other seed">
          {ranges.map(({ range, label }) => {
            const own = rowsOf(range, rowCount);
            const taken = own.every((row) => typeof rows !== 'string' && rows.includes(row));
            return (
              <button
                key={range}
                id={`mix-${range}`}
                type="button"
                title={own.length > 0 ? `Rows ${writeRows(own)}` : 'The model has no such rows'}
                aria-pressed={own.length > 0 && taken}
                disabled={off || own.length === 0}
                onClick={() => change({ rows: toggleRange(draft.rows, range, rowCount) }, false)}
              >
                {label}
              </button>
            );
          })}
        </fieldset>
      </div>
      <RowsField
        text={draft.rows}
        problem={typeof rows === 'string' ? rows : ''}
        disabled={off}
        changed={(text) => change({ rows: text }, true)}
      />
      <p class="hint">Pose, shape or colours of another seed.</p>
    </Section>
  );
}

interface RowsProperties {
  readonly text: string;
  /** Why the text does not name rows; empty if it does. */
  readonly problem: string;
  readonly disabled: boolean;
  changed(text: string): void;
}

function RowsField({ text, problem, disabled, changed }: RowsProperties) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.setCustomValidity(problem), [problem]);
  return (
    <div class="row">
      <label for="mix-rows" title="Rows of the latent that come from the other seed, such as 0-3,6">
        Its rows
      </label>
      <input
        id="mix-rows"
        ref={field}
        type="text"
        maxLength={200}
        autocomplete="off"
        spellcheck={false}
        value={text}
        disabled={disabled}
        onInput={({ currentTarget }) => changed(currentTarget.value)}
        // Not while it is typed: half of a row's number is no mistake yet.
        onChange={({ currentTarget }) => currentTarget.reportValidity()}
      />
    </div>
  );
}
