import { BenchmarkDialog } from './dialogs/benchmark_dialog.tsx';
import { FailureNotice } from './dialogs/failure_notice.tsx';
import { ModelsDialog } from './dialogs/models_dialog.tsx';
import { PhotographDialog } from './dialogs/photograph_dialog.tsx';
import { DropVeil } from './files/drop_veil.tsx';
import { Settings } from './panes/settings.tsx';
import { ToolsBar } from './panes/tools_bar.tsx';
import { Transport } from './panes/transport.tsx';
import { StageView } from './stage/stage_view.tsx';

/** All that is seen of the page. */
export function Shell() {
  return (
    <>
      <ToolsBar />
      <main>
        <StageView />
        <Transport />
      </main>
      <Settings />
      <BenchmarkDialog />
      <ModelsDialog />
      <DropVeil />
      <PhotographDialog />
      <FailureNotice />
    </>
  );
}
