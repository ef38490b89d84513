import type { PageParts } from '../page_parts.ts';
import type { View } from '../state/view.ts';
import { KernelsSection } from './kernels_section.tsx';
import { LatentSection } from './latent_section.tsx';
import { MachineSection } from './machine_section.tsx';
import { MaskSection } from './mask_section.tsx';
import { MixingSection } from './mixing_section.tsx';
import { ModelHeader } from './model_header.tsx';
import { OptionsSection } from './options_section.tsx';
import { PictureSection } from './picture_section.tsx';
import { PointsSection } from './points_section.tsx';
import { ViewSection } from './view_section.tsx';

interface Properties {
  readonly view: View;
  /** Undefined until there is a picture. */
  readonly parts: PageParts | undefined;
}

/** The panes beside the picture. */
export function Settings({ view, parts }: Properties) {
  const editor = parts?.editor;
  const files = parts?.files;
  const benchmarking = parts?.benchmarking;
  return (
    <aside aria-label="Settings">
      <ModelHeader
        store={editor?.store}
        models={files?.models}
        removeFineTuning={(original) => void files?.removeFineTuning(original)}
      />
      <PictureSection editor={editor} editPhotograph={files && (() => files.photograph.show())} />
      <PointsSection view={view} store={editor?.store} guide={editor?.guide} />
      <MaskSection view={view} store={editor?.store} />
      <MixingSection editor={editor} />
      <LatentSection latents={files} />
      <OptionsSection editor={editor} />
      <ViewSection view={view} context={parts?.context} keeper={parts?.keeper} />
      <KernelsSection autotuning={parts?.autotuning} />
      <MachineSection benchmark={benchmarking && (() => benchmarking.show())} />
    </aside>
  );
}
