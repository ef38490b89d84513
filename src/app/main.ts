import { NoWebGpuError } from './dialogs/failure.ts';
import { box } from './dom/elements.ts';
import { readModel } from './files/model_reader.ts';
import { fetchDemoModel } from './files/model_source.ts';
import { Page } from './page.ts';

/** Starts the page: a device is asked for before the model's bytes, so that a machine without one hears it at once. */
async function start(page: Page): Promise<void> {
  const { gpu } = navigator;
  if (!gpu) throw new NoWebGpuError();
  const demo = await readModel(await fetchDemoModel(page.progress), page.progress);
  await page.open(gpu, demo);
}

const page = new Page(box('page'));
start(page).catch((error) => page.fail(error));
