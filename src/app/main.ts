import { h, render } from 'preact';
import { NoWebGpuError, showFailure } from './dialogs/failure.ts';
import { Loading } from './dialogs/loading.ts';
import { box } from './dom/elements.ts';
import { readModel } from './files/model_reader.ts';
import { fetchDemoModel } from './files/model_source.ts';
import { openPage } from './page.ts';
import { Shell } from './shell.tsx';
import type { Progress } from './state/progress.ts';

/** Starts the page: a device is asked for before the model's bytes, so that a machine without one hears it at once. */
async function start(): Promise<void> {
  const { gpu } = navigator;
  if (!gpu) throw new NoWebGpuError();
  const loading = new Loading();
  const progress: Progress = (fraction, what) => loading.show(fraction, what);
  const demo = await readModel(await fetchDemoModel(progress), progress);
  await openPage(gpu, demo, progress);
  loading.done();
}

const page = box('page');
// What index.html says until the program is there.
page.replaceChildren();
render(h(Shell, {}), page);
start().catch(showFailure);
