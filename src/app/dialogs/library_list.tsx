import { useSignal } from '@preact/signals';
import type { KeptModel } from '../files/model_library.ts';
import { type ModelFile, megabytes } from '../files/model_source.ts';
import type { LibraryShelf } from './library_shelf.ts';

interface Properties {
  readonly shelf: LibraryShelf;
  open(file: ModelFile): void;
}

/** The kept models, each to be opened or deleted, and what they take. */
export function LibraryList({ shelf, open }: Properties) {
  const { models, status, busy, current } = shelf;
  const { name = '', kept = false } = current.value ?? {};
  return (
    <section aria-labelledby="library-title">
      <h2 id="library-title">Kept in this browser</h2>
      <ul id="library-list">
        {models.value.map((model) => (
          <Row
            key={model.id}
            model={model}
            open={() => void shelf.open(model, open)}
            remove={() => void shelf.delete(model)}
          />
        ))}
      </ul>
      <button
        id="library-keep"
        type="button"
        disabled={busy.value || kept}
        hidden={current.value === undefined}
        onClick={() => void shelf.keep()}
      >
        {kept ? `${name} is kept` : `Keep ${name}`}
      </button>
      <p id="library-status" class="hint" role="status">
        {status}
      </p>
    </section>
  );
}

interface RowProperties {
  readonly model: KeptModel;
  open(): void;
  remove(): void;
}

function Row({ model: { name, bytes, picture }, open, remove }: RowProperties) {
  const asking = useSignal(false);
  return (
    <li>
      <span>{name}</span>
      <small>
        {[picture && `${picture.width} × ${picture.height}`, megabytes(bytes)]
          .filter(Boolean)
          .join(', ')}
      </small>
      <button type="button" class="quiet" aria-label={`Open ${name}`} onClick={open}>
        Open
      </button>
      <button
        type="button"
        class="quiet"
        aria-label={asking.value ? `Keep ${name}` : `Delete ${name}`}
        onClick={() => {
          asking.value = !asking.value;
        }}
      >
        {asking.value ? 'Keep it' : 'Delete…'}
      </button>
      {asking.value && (
        <button type="button" aria-label={`Delete ${name} for good`} onClick={remove}>
          Delete for good
        </button>
      )}
    </li>
  );
}
