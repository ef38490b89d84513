/** Which model is open, what it is fine-tuned by, and the ways to another. */
export function ModelHeader() {
  return (
    <header>
      <h1>draggan-webgpu</h1>
      <p id="model" />
      <div id="tuned" class="row" hidden>
        <p>
          Fine-tuned: <span id="tuned-name" />
        </p>
        <button
          id="tuned-save"
          type="button"
          class="quiet"
          title="Save the fine-tuning as a delta file"
        >
          Save
        </button>
        <button
          id="tuned-remove"
          type="button"
          class="quiet"
          title="Remove the fine-tuning: go on with the model of the file"
        >
          Remove
        </button>
      </div>
      <div class="row">
        <button id="model-open" type="button" disabled>
          Open model…
        </button>
        <button id="models-open" type="button" disabled>
          More models…
        </button>
      </div>
      <input
        id="model-file"
        type="file"
        accept=".pkl,.pt,.pth,.safetensors"
        aria-label="A model, or a weight delta of the open one, to open"
        hidden
      />
    </header>
  );
}
