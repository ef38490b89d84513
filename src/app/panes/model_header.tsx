import { useRef } from 'preact/hooks';
import type { ModelChoice } from '../dialogs/model_choice.ts';
import { FileField } from '../dom/file_field.tsx';
import type { FineTuned, ReadModel } from '../files/model_reader.ts';
import { demoName } from '../files/model_source.ts';
import { saveFile } from '../files/save.ts';
import type { Store } from '../state/store.ts';
import { useDocument } from './use_document.ts';

interface Properties {
  readonly store: Store | undefined;
  readonly models: ModelChoice | undefined;
  /** Goes on with the model as its file has it. */
  removeFineTuning(original: ReadModel): void;
}

/** Which model is open, what it is fine-tuned by, and the ways to another. */
export function ModelHeader({ store, models, removeFineTuning }: Properties) {
  const model = useDocument(store, ({ model }) => model);
  const file = useRef<HTMLInputElement>(null);
  return (
    <header>
      <h1>draggan-webgpu</h1>
      <p id="model">{model && describeModel(model)}</p>
      <ul
        id="model-notes"
        class="hint"
        aria-label="Notes on the file"
        hidden={!model?.notes.length}
      >
        {model?.notes.map((note) => (
          <li key={note}>{`${note.charAt(0).toUpperCase()}${note.slice(1)}.`}</li>
        ))}
      </ul>
      <FineTuning tuned={model?.tuned} remove={removeFineTuning} />
      <div class="row">
        <button
          id="model-open"
          type="button"
          disabled={!models}
          onClick={() => file.current?.click()}
        >
          Open model…
        </button>
        <button id="models-open" type="button" disabled={!models} onClick={() => models?.show()}>
          More models…
        </button>
      </div>
      <FileField
        id="model-file"
        label="A model, or a weight delta of the open one, to open"
        accept=".pkl,.pt,.pth,.ckpt,.safetensors,.gz,.zip"
        field={file}
        chosen={(chosen) => models?.openFile(chosen)}
      />
    </header>
  );
}

interface FineTuningProperties {
  readonly tuned: FineTuned | undefined;
  remove(original: ReadModel): void;
}

/** Which delta the open model has, to be saved and to be removed. */
const FineTuning = ({ tuned, remove }: FineTuningProperties) => (
  <div id="tuned" class="row" hidden={!tuned}>
    <p>
      Fine-tuned: <span id="tuned-name">{tuned?.delta.name}</span>
    </p>
    <button
      id="tuned-save"
      type="button"
      class="quiet"
      title="Save the fine-tuning as a delta file"
      onClick={() => tuned && saveFile(new Blob([tuned.delta.bytes]), tuned.delta.name)}
    >
      Save
    </button>
    <button
      id="tuned-remove"
      type="button"
      class="quiet"
      title="Remove the fine-tuning: go on with the model of the file"
      onClick={() => tuned && remove(tuned.original)}
    >
      Remove
    </button>
  </div>
);

function describeModel({ name, weights }: ReadModel): string {
  const { height, width, parameters, cDim } = weights.config;
  const millions = (parameters / 1e6).toFixed(1);
  const classes = cDim > 0 ? `, ${cDim} classes` : '';
  const shown = name === demoName ? 'Demo model' : name;
  return `${shown}: ${width} × ${height}, ${millions} M weights${classes}`;
}
