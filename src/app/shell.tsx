import type { ReadonlySignal } from '@preact/signals';
import { render } from 'preact';
import { BenchmarkDialog } from './dialogs/benchmark_dialog.tsx';
import { FailureNotice } from './dialogs/failure_notice.tsx';
import type { Waiting } from './dialogs/loading_panel.tsx';
import { ModelsDialog } from './dialogs/models_dialog.tsx';
import { PhotographDialog } from './dialogs/photograph_dialog.tsx';
import { ShortcutsDialog } from './dialogs/shortcuts_dialog.tsx';
import { DropVeil } from './files/drop_veil.tsx';
import type { PageParts } from './page_parts.ts';
import { Settings } from './panes/settings.tsx';
import { ToolsBar } from './panes/tools_bar.tsx';
import { Transport } from './panes/transport.tsx';
import type { StageElements } from './stage/stage.ts';
import { StageView } from './stage/stage_view.tsx';
import type { View } from './state/view.ts';

/** What all that is seen follows. */
export interface Seen {
  readonly view: View;
  /** What is being waited for before the first picture. */
  readonly waiting: ReadonlySignal<Waiting | undefined>;
  /** Undefined until there is a picture. */
  readonly parts: ReadonlySignal<PageParts | undefined>;
  /** Whether a file is held over the page. */
  readonly fileHeld: ReadonlySignal<boolean>;
}

/** Puts the page in an element's place of what it has. @returns the stage, which is drawn by hand */
export function showPage(root: Element, seen: Seen): StageElements {
  let stage: StageElements | undefined;
  const take = (elements: StageElements): void => {
    stage = elements;
  };
  // What index.html says until the program is there.
  root.replaceChildren();
  render(<Shell {...seen} stage={take} />, root);
  if (!stage) throw new TypeError('the stage is not on the page');
  return stage;
}

interface Properties extends Seen {
  stage(elements: StageElements): void;
}

function Shell({ view, waiting, fileHeld, stage, ...seen }: Properties) {
  const parts = seen.parts.value;
  const failed = view.failure.value !== undefined;
  return (
    <>
      <div class="work" inert={failed}>
        <ToolsBar view={view} context={parts?.context} />
        <main>
          <StageView view={view} waiting={waiting} mounted={stage} />
          <Transport view={view} context={parts?.context} />
        </main>
        <Settings view={view} parts={parts} />
      </div>
      {/* An open dialog would lie over the notice. */}
      {parts && !failed && (
        <>
          <BenchmarkDialog benchmarking={parts.benchmarking} />
          <ModelsDialog models={parts.files.models} />
          <PhotographDialog photograph={parts.files.photograph} />
          <ShortcutsDialog view={view} />
        </>
      )}
      <DropVeil held={fileHeld} />
      <FailureNotice view={view} />
    </>
  );
}
