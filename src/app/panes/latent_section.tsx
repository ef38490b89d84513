import { Section } from '../dom/section.tsx';

/** Latents as files: chosen to be opened, and saved. */
export function LatentSection() {
  return (
    <Section
      name="latent"
      title="Latent"
      action={
        <button
          id="latent-open"
          type="button"
          class="quiet"
          title="Open a latent’s file; it can be dropped on the page, too"
          disabled
        >
          Open…
        </button>
      }
    >
      <div class="row">
        <select id="latent-format" aria-label="Format of the saved latent" disabled>
          <option value="npz">NumPy .npz</option>
          <option value="npy">NumPy .npy</option>
          <option value="safetensors">.safetensors</option>
        </select>
        <button
          id="latent-save"
          type="button"
          title="Save the latent of the picture as it is now"
          disabled
        >
          Save
        </button>
      </div>
      <input
        id="latent-file"
        type="file"
        accept=".npz,.npy,.safetensors,.pt,.pth"
        aria-label="A latent to open"
        hidden
      />
    </Section>
  );
}
