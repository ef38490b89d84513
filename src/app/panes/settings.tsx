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

/** The panes beside the picture. */
export function Settings() {
  return (
    <aside aria-label="Settings">
      <ModelHeader />
      <PictureSection />
      <PointsSection />
      <MaskSection />
      <MixingSection />
      <LatentSection />
      <OptionsSection />
      <ViewSection />
      <KernelsSection />
      <MachineSection />
    </aside>
  );
}
