import type { ActionContext } from './actions.ts';
import type { Benchmarking } from './dialogs/benchmarking.ts';
import type { Editor } from './editor.ts';
import type { SessionKeeper } from './files/session_keeper.ts';
import type { Files } from './import_export.ts';
import type { Autotuning } from './panes/autotuning.ts';

/** What the views show and call, once there is a device and a picture on it. */
export interface PageParts {
  readonly editor: Editor;
  /** Of buttons and keys. */
  readonly context: ActionContext;
  readonly files: Files;
  readonly autotuning: Autotuning;
  readonly keeper: SessionKeeper;
  readonly benchmarking: Benchmarking;
}
