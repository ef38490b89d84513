import { useRef } from 'preact/hooks';
import { Dialog } from '../dom/dialog.tsx';
import { KnownModelsList } from './known_models_list.tsx';
import { LibraryList } from './library_list.tsx';
import type { ModelChoice } from './model_choice.ts';

/** The ways to another model, and where there are more. */
export function ModelsDialog({ models }: { readonly models: ModelChoice }) {
  const { open, shelf } = models;
  return (
    <Dialog id="models" title="Models" open={open}>
      <p class="hint">
        StyleGAN2 in any of its usual files: the official .pkl of PyTorch or TensorFlow,
        rosinality’s .pt, .safetensors. Drop one anywhere on the page, choose it, or give its
        address. It stays on this machine.
      </p>
      <AddressForm open={(address) => models.openAddress(address)} />
      <LibraryList shelf={shelf} open={(file) => models.openKept(file)} />
      <KnownModelsList />
      <div class="row">
        <button id="model-demo" type="button" onClick={() => models.openDemo()}>
          Back to the demo model
        </button>
        <button
          id="models-close"
          type="button"
          class="quiet"
          onClick={() => {
            open.value = false;
          }}
        >
          Close
        </button>
      </div>
    </Dialog>
  );
}

function AddressForm({ open }: { open(address: string): void }) {
  const address = useRef<HTMLInputElement>(null);
  return (
    <form
      id="model-address-form"
      class="row"
      onSubmit={(event) => {
        event.preventDefault();
        if (address.current) open(address.current.value);
      }}
    >
      <label for="model-address">Address</label>
      <input
        id="model-address"
        ref={address}
        type="url"
        required
        placeholder="https://…"
        autocomplete="off"
        spellcheck={false}
      />
      <button type="submit">Open</button>
    </form>
  );
}
