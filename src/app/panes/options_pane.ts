import {
  type Bounds,
  type DragOptions,
  dragOptionTable,
  type GeneratorConfig,
  type Option,
} from '../../library/api.ts';
import { box, button, make } from '../dom/elements.ts';

/** What the pane sets: the paper's options, and how long a run may take. */
export type PaneOptions = Omit<DragOptions, 'regularization'> & { readonly steps: number };

type Name = keyof PaneOptions & keyof typeof dragOptionTable;

/** Options of a number that are chosen from a list, and what stands in the list: value and text. */
const lists: {
  readonly [Of in Name]?: (config: GeneratorConfig) => [value: string, text: string][];
} = {
  maskSampling: () => [
    ['0', 'the whole picture'],
    ['0.25', '25 % of it'],
    ['0.05', '5 % of it'],
  ],
  space: () => [
    ['w', 'W'],
    ['w+', 'W+'],
  ],
  featureBlock: ({ channels }) =>
    [...channels.keys()].map((side, block) => [String(block), `${block}: ${side} × ${side}`]),
};

/** The options that are shown, in this order. */
const shown: readonly Name[] = [
  'learningRate',
  'r1',
  'r2',
  'lambda',
  'maskSampling',
  'space',
  'featureBlock',
  'stopDistance',
  'steps',
];

/** They do nothing without a mask. */
const needMask: readonly Name[] = ['maskSampling'];

export interface OptionsEvents {
  changed(name: Name, value: PaneOptions[Name]): void;
  /** All go back to the model's values. */
  reset(): void;
}

/** The options' fields, with the model's values to go back to. A value that cannot be is not handed on. */
export class OptionsPane {
  readonly #fields = new Map<string, HTMLInputElement | HTMLSelectElement>();
  readonly #defaults: PaneOptions;
  readonly #lastBlock: number;
  readonly #events: OptionsEvents;

  constructor(config: GeneratorConfig, defaults: PaneOptions, events: OptionsEvents) {
    this.#defaults = defaults;
    this.#lastBlock = config.channels.size - 1;
    this.#events = events;
    box('options-list').replaceChildren(
      ...shown.map((name) => {
        const option: Option = dragOptionTable[name];
        const unit = option.kind === 'number' && option.unit ? ` In ${option.unit}.` : '';
        const hint = make('p', { className: 'hint', id: `${name}-hint` }, `${option.hint}${unit}`);
        const input = this.#field(name, config);
        input.setAttribute('aria-describedby', hint.id);
        const label = make('label', { htmlFor: input.id }, option.label);
        return make('div', { className: 'option' }, label, input, hint);
      }),
    );
    // One listener at most: the pane is made anew for another model.
    button('defaults').onclick = () => {
      this.show(defaults);
      events.reset();
    };
    this.show(defaults);
  }

  /** Whether there is a mask: without one some options do nothing. */
  set masked(masked: boolean) {
    for (const name of needMask) {
      const input = this.#fields.get(name);
      if (input) input.disabled = !masked;
    }
  }

  show(options: PaneOptions): void {
    for (const name of shown) {
      const input = this.#fields.get(name);
      if (input) input.value = this.#valueOf(name, options);
    }
    this.#compare();
  }

  #field(name: Name, config: GeneratorConfig) {
    const list = lists[name]?.(config);
    const option: Option = dragOptionTable[name];
    const input = list
      ? listField(name, list)
      : numberField(name, option.kind === 'number' ? option.bounds : {});
    this.#fields.set(name, input);
    input.addEventListener('change', () => {
      const value = option.kind === 'choice' ? input.value : Number(input.value);
      if (input.reportValidity()) this.#events.changed(name, value as PaneOptions[Name]);
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
    const differs = shown.map((name) => {
      const input = this.#fields.get(name);
      const changed = input?.value !== this.#valueOf(name, this.#defaults);
      input?.classList.toggle('changed', changed);
      return changed;
    });
    button('defaults').disabled = !differs.includes(true);
  }
}

function numberField(name: Name, { least, most, whole }: Bounds): HTMLInputElement {
  return make('input', {
    id: name,
    type: 'number',
    inputMode: 'decimal',
    required: true,
    min: String(least ?? ''),
    max: String(most ?? ''),
    step: whole ? '1' : 'any',
  });
}

function listField(name: Name, list: [value: string, text: string][]): HTMLSelectElement {
  return make(
    'select',
    { id: name },
    ...list.map(([value, text]) => make('option', { value }, text)),
  );
}
