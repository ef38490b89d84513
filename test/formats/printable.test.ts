import { describe, expect, it } from 'vitest';
import { FormatError, InputError } from '../../src/formats/errors.ts';
import { printable } from '../../src/formats/printable.ts';

describe('a text for a terminal', () => {
  it.each([
    ['a\nb\tc', 'a\\nb\\tc'],
    ['\u001b[2J\u0007', '\\u{1b}[2J\\u{7}'],
    ['\u202eabc\u2066\u200b', '\\u{202e}abc\\u{2066}\\u{200b}'],
    ['a\u2028b\ud800c', 'a\\u{2028}b\\u{d800}c'],
    ['Å · ψ 🦁 的', 'Å · ψ 🦁 的'],
  ])('has no sign that a terminal obeys: %j', (text, shown) => expect(printable(text)).toBe(shown));

  it('keeps the beginning and the end of a long one', () => {
    const message = new InputError(`${'/very/long'.repeat(400)}: is no file`).message;
    expect(message).toHaveLength(600);
    expect(message).toMatch(/^\/very\/long.*….*: is no file$/);
    expect(printable('\u001b'.repeat(1e7)).length).toBeLessThanOrEqual(600);
  });

  it('keeps what is wrong beside a long name', () => {
    const location = { file: `${'n'.repeat(5000)}.pkl`, tensor: 't'.repeat(5000), offset: 7 };
    const { message } = new FormatError('cut short', location);
    expect(message).toMatch(/^n+…n+\.pkl: byte 7: tensor t+…t+: cut short$/);
  });
});
