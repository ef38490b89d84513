import { box, make } from '../dom/elements.ts';

/** More classes than a list is good for get a field for the number. */
const longestList = 100;

/** Which class a conditional network draws. Files tell how many there are, not what they are called. */
export class ClassChooser {
  readonly #row = box('class-row');
  readonly #label = box('class-label');
  readonly #changed: () => void;
  #field: HTMLSelectElement | HTMLInputElement | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** @param classes of the model; 0 where it has none */
  offer(classes: number): void {
    this.#field?.remove();
    this.#field = undefined;
    this.#row.hidden = classes === 0;
    if (classes === 0) return;
    const field = classes <= longestList ? list(classes) : numberUpTo(classes - 1);
    field.addEventListener('change', () => {
      if (field.reportValidity()) this.#changed();
    });
    this.#label.title = `The model has ${classes} classes, from 0 to ${classes - 1}`;
    this.#row.append(field);
    this.#field = field;
  }

  show(index: number | undefined): void {
    if (this.#field && index !== undefined) this.#field.value = String(index);
  }

  /** Undefined where the model has no classes. */
  get chosen(): number | undefined {
    if (!this.#field) return undefined;
    return this.#field.checkValidity() ? Number(this.#field.value) : 0;
  }
}

const list = (classes: number): HTMLSelectElement =>
  make(
    'select',
    { id: 'class' },
    ...Array.from({ length: classes }, (_, index) =>
      make('option', { value: String(index) }, String(index)),
    ),
  );

const numberUpTo = (last: number): HTMLInputElement =>
  make('input', {
    id: 'class',
    type: 'number',
    inputMode: 'numeric',
    required: true,
    min: '0',
    max: String(last),
    step: '1',
    value: '0',
  });
