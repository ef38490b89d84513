import type { CDPSession, Page } from 'puppeteer';
import { imageBox } from './built_page.ts';

/** A place of the picture on the screen. */
export async function at(page: Page, row: number, column: number): Promise<[number, number]> {
  const { x, y, width, height } = await imageBox(page);
  return [x + column * width, y + row * height];
}

type Place = readonly [row: number, column: number];

/** Fingers on the picture. */
export class Touch {
  private constructor(
    private readonly page: Page,
    private readonly client: CDPSession,
  ) {}

  static async begin(page: Page): Promise<Touch> {
    return new Touch(page, await page.createCDPSession());
  }

  start = (...places: Place[]) => this.#send('touchStart', places);
  move = (...places: Place[]) => this.#send('touchMove', places);
  end = () => this.#send('touchEnd', []);
  cancel = () => this.#send('touchCancel', []);

  async #send(
    type: 'touchStart' | 'touchMove' | 'touchEnd' | 'touchCancel',
    places: readonly Place[],
  ): Promise<void> {
    const touchPoints = [];
    for (const [id, [row, column]] of places.entries()) {
      const [x, y] = await at(this.page, row, column);
      touchPoints.push({ x, y, id });
    }
    await this.client.send('Input.dispatchTouchEvent', { type, touchPoints });
  }
}
