import type { Page } from 'puppeteer';
import { waitForText } from './built_page.ts';

/** Prepares a page for `loseDevice`. */
export function holdDevice(): void {
  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (descriptor) {
    const device = await requestDevice.call(this, descriptor);
    Object.assign(window, { lastDevice: device });
    return device;
  };
  const { now } = Performance.prototype;
  let passed = 0;
  Performance.prototype.now = function () {
    return now.call(this) + passed;
  };
  Object.assign(window, {
    passTime(milliseconds: number) {
      passed += milliseconds;
    },
  });
}

/**
 * Takes the device from a page that `holdDevice` prepared.
 * @param age that the page takes it to have reached, in seconds: one that is lost within ten seconds is not replaced
 */
export async function loseDevice(page: Page, age = 15): Promise<void> {
  await page.evaluate((milliseconds: number) => {
    Reflect.get(window, 'passTime')(milliseconds);
    Reflect.get(window, 'lastDevice').destroy();
  }, 1000 * age);
}

/** Waits until the page goes on with another device. */
export const waitForDevice = (page: Page): Promise<void> =>
  waitForText(page, '#status', 'everything is back');
