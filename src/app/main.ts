import { NoWebGpuError, showFailure } from './failure.ts';
import { Loading } from './loading.ts';
import { fetchDemoModel } from './model_source.ts';
import { Page } from './page.ts';

/** Starts the page: a device is asked for before the model's bytes, so that a machine without one hears it at once. */
async function start(): Promise<void> {
  const { gpu } = navigator;
  if (!gpu) throw new NoWebGpuError();
  const loading = new Loading();
  const file = await fetchDemoModel((loaded, total) => loading.bytes(loaded, total));
  await Page.open(gpu, file, (fraction, what) => loading.show(fraction, what));
  loading.done();
}

start().catch(showFailure);
