import { useSignal } from '@preact/signals';

/** NumPy takes seeds of 32 bits. */
const largestSeed = 2 ** 32 - 1;
/** Random seeds stay short enough to be read out. */
const randomSeeds = 100_000;

interface Properties {
  readonly id: string;
  readonly label: string;
  /** Of the button that draws a seed. */
  readonly randomId: string;
  /** Undefined where there is none. */
  readonly seed: number | undefined;
  readonly placeholder?: string;
  readonly disabled: boolean;
  /**
   * Called with each valid seed, and with undefined when the field is emptied.
   * @param typed true where the seed was typed or stepped in the field: more of it may follow
   */
  changed(seed: number | undefined, typed: boolean): void;
}

/** A field for a seed, and the button that draws one. */
export function SeedField({ id, label, randomId, seed, changed, ...rest }: Properties) {
  /** What was typed, while it is no valid seed. */
  const draft = useSignal<string | undefined>(undefined);
  const type = (field: HTMLInputElement) => {
    const valid = field.reportValidity();
    draft.value = valid && field.value !== '' ? undefined : field.value;
    if (valid) changed(field.value === '' ? undefined : Number(field.value), true);
  };
  return (
    <div class="row">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="number"
        min="0"
        max={largestSeed}
        step="1"
        inputMode="numeric"
        value={draft.value ?? seed ?? ''}
        onInput={({ currentTarget }) => type(currentTarget)}
        onBlur={() => {
          draft.value = undefined;
        }}
        {...rest}
      />
      <button
        id={randomId}
        type="button"
        title="Draw a random seed"
        disabled={rest.disabled}
        onClick={() => changed(Math.floor(Math.random() * randomSeeds), false)}
      >
        Random
      </button>
    </div>
  );
}
