/** The ways to another model, and where there are more. */
export function ModelsDialog() {
  return (
    <dialog id="models" aria-labelledby="models-title">
      <h1 id="models-title">Models</h1>
      <p class="hint">
        StyleGAN2 in any of its usual files: the official .pkl of PyTorch or TensorFlow,
        rosinality’s .pt, .safetensors. Drop one anywhere on the page, choose it, or give its
        address. It stays on this machine.
      </p>
      <form id="model-address-form" class="row">
        <label for="model-address">Address</label>
        <input
          id="model-address"
          type="url"
          required
          placeholder="https://…"
          autocomplete="off"
          spellcheck={false}
        />
        <button type="submit">Open</button>
      </form>
      <section aria-labelledby="library-title">
        <h2 id="library-title">Kept in this browser</h2>
        <ul id="library-list" />
        <button id="library-keep" type="button" disabled>
          Keep
        </button>
        <p id="library-status" class="hint" role="status" />
      </section>
      <section aria-labelledby="known-title">
        <h2 id="known-title">Where to get models</h2>
        <p class="hint">
          Download one from its authors, and drop it here. These are plain links: this page fetches
          nothing from there.
        </p>
        <ul id="known-models" />
      </section>
      <div class="row">
        <button id="model-demo" type="button" disabled>
          Back to the demo model
        </button>
        <button id="models-close" type="button" class="quiet">
          Close
        </button>
      </div>
    </dialog>
  );
}
