import type { DragOptions, GeneratorConfig } from '../../library/api.ts';
import { box, button, make } from '../dom/elements.ts';

/** What the pane sets: the paper's options, and how long a run may take. */
export type PaneOptions = Omit<DragOptions, 'regularization'> & { readonly steps: number };

interface NumberRow {
  readonly kind: 'number';
  readonly name: 'learningRate' | 'r1' | 'r2' | 'lambda' | 'stopDistance' | 'steps';
  readonly label: string;
  readonly hint: string;
  readonly min: number;
  readonly max: number;
  readonly step: number | 'any';
}

interface ChoiceRow {
  readonly kind: 'choice';
  readonly name: 'space' | 'featureBlock' | 'maskSampling';
  /** It does nothing without a mask. */
  readonly needsMask?: true;
  readonly label: string;
  readonly hint: string;
  readonly choices: (config: GeneratorConfig) => [value: string, text: string][];
}

const rows: readonly (NumberRow | ChoiceRow)[] = [
  {
    kind: 'number',
    name: 'learningRate',
    label: 'Learning rate',
    hint: 'How far one iteration goes. Large is fast, and tears the picture.',
    min: 0.00001,
    max: 1,
    step: 'any',
  },
  {
    kind: 'number',
    name: 'r1',
    label: 'Patch radius r₁',
    hint: 'How much around a handle is pulled, in pixels of a 512 px picture.',
    min: 1,
    max: 64,
    step: 'any',
  },
  {
    kind: 'number',
    name: 'r2',
    label: 'Search radius r₂',
    hint: 'How far around a handle it is looked for again, in the same pixels.',
    min: 1,
    max: 128,
    step: 'any',
  },
  {
    kind: 'number',
    name: 'lambda',
    label: 'Mask weight λ',
    hint: 'How firmly the masked part stays. Does nothing without a mask.',
    min: 0,
    max: 1000,
    step: 'any',
  },
  {
    kind: 'choice',
    name: 'maskSampling',
    needsMask: true,
    label: 'Mask is kept by',
    hint: 'With a mask every iteration computes the whole picture. Random tiles, new each time, keep it on average and are much faster. Does nothing without a mask.',
    choices: () => [
      ['0', 'all of it'],
      ['0.25', '25 % of it'],
      ['0.05', '5 % of it'],
    ],
  },
  {
    kind: 'choice',
    name: 'space',
    label: 'Latent space',
    hint: 'W+ bends each layer by itself and reaches more; W keeps to likely pictures.',
    choices: () => [
      ['w', 'W'],
      ['w+', 'W+'],
    ],
  },
  {
    kind: 'choice',
    name: 'featureBlock',
    label: 'Feature block',
    hint: 'Which layer’s features are pulled and looked for. Finer is more exact, coarser sees more.',
    choices: ({ channels }) =>
      [...channels.keys()].map((side, block) => [String(block), `${block}: ${side} × ${side}`]),
  },
  {
    kind: 'number',
    name: 'stopDistance',
    label: 'Stop within',
    hint: 'How near every handle has to come to its target, in pixels.',
    min: 1,
    max: 64,
    step: 'any',
  },
  {
    kind: 'number',
    name: 'steps',
    label: 'Iterations',
    hint: 'A run stops after so many at the latest.',
    min: 1,
    max: 100000,
    step: 1,
  },
];

/** The options' fields, with the model's values to go back to. A value that cannot be is not handed on. */
export class OptionsPane {
  readonly #fields = new Map<string, HTMLInputElement | HTMLSelectElement>();
  readonly #defaults: PaneOptions;
  readonly #lastBlock: number;
  readonly #edited: (options: Partial<PaneOptions>) => void;

  constructor(
    config: GeneratorConfig,
    defaults: PaneOptions,
    edited: (options: Partial<PaneOptions>) => void,
  ) {
    this.#defaults = defaults;
    this.#lastBlock = config.channels.size - 1;
    this.#edited = edited;
    box('options-list').replaceChildren(
      ...rows.map((row) => {
        const hint = make('p', { className: 'hint', id: `${row.name}-hint` }, row.hint);
        const input = this.#field(row, config);
        input.setAttribute('aria-describedby', hint.id);
        const label = make('label', { htmlFor: input.id }, row.label);
        return make('div', { className: 'option' }, label, input, hint);
      }),
    );
    // One listener at most: the pane is made anew for another model.
    button('defaults').onclick = () => {
      this.show(defaults);
      edited(defaults);
    };
    this.show(defaults);
  }

  /** Whether there is a mask: without one some options do nothing. */
  set masked(masked: boolean) {
    for (const row of rows) {
      const input = this.#fields.get(row.name);
      if (input && row.kind === 'choice' && row.needsMask) input.disabled = !masked;
    }
  }

  show(options: PaneOptions): void {
    for (const { name } of rows) {
      const input = this.#fields.get(name);
      if (input) input.value = this.#valueOf(name, options);
    }
    this.#compare();
  }

  #field(row: NumberRow | ChoiceRow, config: GeneratorConfig) {
    const input = row.kind === 'number' ? numberField(row) : choiceField(row, config);
    this.#fields.set(row.name, input);
    input.addEventListener('change', () => {
      const valid = input.reportValidity();
      if (valid)
        this.#edited({ [row.name]: row.name === 'space' ? input.value : Number(input.value) });
      this.#compare();
    });
    return input;
  }

  /** A small network has fewer blocks than the paper's default names: then its last is meant. */
  #valueOf(name: keyof PaneOptions, options: PaneOptions): string {
    const value = options[name];
    return String(
      name === 'featureBlock' ? Math.min(options.featureBlock, this.#lastBlock) : value,
    );
  }

  /** There is something to go back to only where a value differs. */
  #compare(): void {
    const differs = rows.map(({ name }) => {
      const input = this.#fields.get(name);
      const changed = input?.value !== this.#valueOf(name, this.#defaults);
      input?.classList.toggle('changed', changed);
      return changed;
    });
    button('defaults').disabled = !differs.includes(true);
  }
}

function numberField({ name, min, max, step }: NumberRow): HTMLInputElement {
  return make('input', {
    id: name,
    type: 'number',
    inputMode: 'decimal',
    required: true,
    min: String(min),
    max: String(max),
    step: String(step),
  });
}

function choiceField({ name, choices }: ChoiceRow, config: GeneratorConfig): HTMLSelectElement {
  const options = choices(config).map(([value, text]) => make('option', { value }, text));
  return make('select', { id: name }, ...options);
}
