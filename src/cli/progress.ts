import { printable } from '../formats/printable.ts';

/**
 * A line on standard error that shows how far a command is: rewritten on a terminal; elsewhere only the last is shown.
 */
export class Progress {
  private readonly live = process.stderr.isTTY === true;
  private shown = 0;

  /** The state now; shown at most every 50 ms, so that a terminal does not slow down what is measured. */
  update(text: string): void {
    if (!this.live || performance.now() - this.shown < 50) return;
    this.shown = performance.now();
    process.stderr.write(`\r\u001b[K${printable(text)}`);
  }

  /** The last state, which stays. */
  finish(text: string): void {
    const line = printable(text);
    process.stderr.write(this.live ? `\r\u001b[K${line}\n` : `${line}\n`);
  }

  /** A line beside the states, which stays. */
  note(text: string): void {
    this.clear();
    process.stderr.write(`${printable(text)}\n`);
  }

  /** Takes the line away, so that an error has it to itself. */
  clear(): void {
    if (this.live && this.shown > 0) process.stderr.write('\r\u001b[K');
  }
}
