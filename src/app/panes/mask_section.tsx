import { largestBrush } from '../actions.ts';
import { Section } from '../dom/section.tsx';
import { clearMask, invertMask } from '../state/commands.ts';
import type { Store } from '../state/store.ts';
import type { BrushKind, View } from '../state/view.ts';
import { useDocument } from './use_document.ts';

const kinds: readonly { readonly kind: BrushKind; readonly label: string }[] = [
  { kind: 'allow', label: 'May move' },
  { kind: 'fix', label: 'Must stay' },
];

interface Properties {
  readonly view: View;
  readonly store: Store | undefined;
}

/** What the brush paints, how large it is, and what can be done with the whole mask. */
export function MaskSection({ view, store }: Properties) {
  const { tool, brushKind, brushSize } = view;
  const masked = useDocument(store, ({ mask }) => mask !== null) ?? false;
  const side = useDocument(store, ({ model }) => model.weights.config.resolution) ?? 1;
  return (
    <Section
      name="mask"
      title="Mask"
      id="mask-section"
      hidden={tool.value !== 'mask'}
      action={
        <button
          id="mask-clear"
          type="button"
          class="quiet"
          title="Remove the mask: everything may move"
          disabled={!masked}
          onClick={() => store?.do(clearMask)}
        >
          Clear
        </button>
      }
    >
      <div class="row">
        <fieldset class="choice" aria-label="What the brush paints">
          {kinds.map(({ kind, label }) => (
            <button
              key={kind}
              id={`mask-${kind}`}
              type="button"
              aria-pressed={brushKind.value === kind}
              onClick={() => {
                brushKind.value = kind;
              }}
            >
              {label}
            </button>
          ))}
        </fieldset>
        <button
          id="mask-invert"
          type="button"
          title="Swap what may move and what must stay"
          disabled={!masked}
          onClick={() => store?.do(invertMask)}
        >
          Invert
        </button>
      </div>
      <div class="row">
        <label for="mask-size">Brush</label>
        <input
          id="mask-size"
          type="range"
          min="1"
          max={largestBrush(side)}
          step="1"
          value={brushSize.value}
          onInput={({ currentTarget }) => {
            brushSize.value = Number(currentTarget.value);
          }}
        />
        <output for="mask-size" id="mask-size-value">{`${brushSize.value} px`}</output>
      </div>
      <p class="hint">
        The bright part may move, the dim part must stay. Without a mask everything may move.
      </p>
    </Section>
  );
}
