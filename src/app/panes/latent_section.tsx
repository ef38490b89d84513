import { useRef } from 'preact/hooks';
import type { LatentFormat } from '../../library/api.ts';
import { FileField } from '../dom/file_field.tsx';
import { Section } from '../dom/section.tsx';

/** Latents as files. */
export interface LatentFiles {
  open(file: File): void;
  /** Saves the latent of the picture as it is now. */
  save(format: LatentFormat): Promise<void>;
}

const formats: readonly { readonly format: LatentFormat; readonly label: string }[] = [
  { format: 'npz', label: 'NumPy .npz' },
  { format: 'npy', label: 'NumPy .npy' },
  { format: 'safetensors', label: '.safetensors' },
];

/** Latents are chosen to be opened, and saved. */
export function LatentSection({ latents }: { readonly latents: LatentFiles | undefined }) {
  const file = useRef<HTMLInputElement>(null);
  const format = useRef<HTMLSelectElement>(null);
  const save = () => {
    const chosen = formats[format.current?.selectedIndex ?? 0];
    latents?.save(chosen.format);
  };
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
          disabled={!latents}
          onClick={() => file.current?.click()}
        >
          Open…
        </button>
      }
    >
      <div class="row">
        <select
          id="latent-format"
          ref={format}
          aria-label="Format of the saved latent"
          disabled={!latents}
        >
          {formats.map(({ format, label }) => (
            <option key={format} value={format}>
              {label}
            </option>
          ))}
        </select>
        <button
          id="latent-save"
          type="button"
          title="Save the latent of the picture as it is now"
          disabled={!latents}
          onClick={save}
        >
          Save
        </button>
      </div>
      <FileField
        id="latent-file"
        label="A latent to open"
        accept=".npz,.npy,.safetensors,.pt,.pth,.pkl"
        field={file}
        chosen={(chosen) => latents?.open(chosen)}
      />
    </Section>
  );
}
