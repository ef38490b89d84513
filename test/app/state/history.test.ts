import { describe, expect, it } from 'vitest';
import { History } from '../../../src/app/state/history.ts';

/** A text whose letters are its steps. */
function history(limit = Number.POSITIVE_INFINITY, bytes = (_: string) => 1): History<string> {
  return new History<string>('', limit, bytes);
}

const write = (letter: string, mergeKey?: string) => ({
  label: `write ${letter}`,
  apply: (text: string) => text + letter,
  mergeKey,
});

/** Every state that undo leads to, from the present on. */
function back(over: History<string>): string[] {
  const states = [over.present];
  while (over.undo()) states.push(over.present);
  return states;
}

describe('a history', () => {
  it('goes back and forth over steps, and says what they are', () => {
    const text = history();
    for (const letter of 'abc') text.do(write(letter));
    expect([text.present, text.undoLabel, text.redoLabel]).toEqual(['abc', 'write c', undefined]);
    expect(text.beforeLast).toBe('ab');
    expect([text.undo(), text.present, text.redoLabel]).toEqual([true, 'ab', 'write c']);
    expect(text.afterNext).toBe('abc');
    expect([text.undo(), text.present, text.undoLabel]).toEqual([true, 'a', 'write a']);
    expect([text.redo(), text.redo(), text.redo(), text.present]).toEqual([
      true,
      true,
      false,
      'abc',
    ]);
    expect(back(text)).toEqual(['abc', 'ab', 'a', '']);
  });

  it('forgets what was undone once another step is made', () => {
    const text = history();
    text.do(write('a'));
    text.undo();
    text.do(write('b'));
    expect([text.redo(), text.present]).toEqual([false, 'b']);
  });

  it('keeps no step that changes nothing or fails', () => {
    const text = history();
    text.do(write('a'));
    text.undo();
    text.do({ label: 'nothing', apply: (state) => state });
    const failing = () =>
      text.do({
        label: 'fail',
        apply: () => {
          throw new RangeError('no');
        },
      });
    expect(failing).toThrow(/no/);
    expect([text.undoLabel, text.redoLabel]).toEqual([undefined, 'write a']);
  });

  it('merges steps with the same key, one directly after the other', () => {
    const text = history();
    text.do(write('a'));
    for (const letter of 'bcd') text.do(write(letter, 'slide'));
    text.do(write('e', 'other'));
    text.do(write('f', 'slide'));
    expect(back(text)).toEqual(['abcdef', 'abcde', 'abcd', 'a', '']);
  });

  it('merges nothing with a step that was gone back to', () => {
    const text = history();
    text.do(write('a', 'slide'));
    text.do(write('b'));
    text.undo();
    text.do(write('c', 'slide'));
    expect(back(text)).toEqual(['ac', 'a', '']);
  });

  it('has any number of steps', () => {
    const text = history();
    for (let i = 0; i < 3000; i++) text.do(write('a'));
    expect(back(text)).toHaveLength(3001);
  });
});

describe('a run', () => {
  it('is one step', () => {
    const text = history();
    text.do(write('a'));
    text.beginRun();
    for (const state of ['a1', 'a2', 'a3']) text.advance(state, `run to ${state}`);
    text.endRun();
    text.do(write('b'));
    expect(text.undo()).toBe(true);
    expect(text.undoLabel).toBe('run to a3');
    expect(back(text)).toEqual(['a3', 'a', '']);
  });

  it('that comes to nothing is no step', () => {
    const text = history();
    text.beginRun();
    text.endRun();
    expect(text.undoLabel).toBeUndefined();
  });

  it('is parted by what a person does meanwhile; a slider takes in what was between', () => {
    const text = history();
    text.beginRun();
    text.advance('1', 'run');
    text.do(write('a', 'slide'));
    text.advance('1a2', 'run');
    text.do(write('b', 'slide'));
    text.advance('1a2b3', 'run');
    text.endRun();
    expect(back(text)).toEqual(['1a2b3', '1a2b', '1', '']);
  });

  it('takes nothing in once it is over', () => {
    const text = history();
    text.do(write('a', 'slide'));
    text.beginRun();
    text.advance('a1', 'run');
    text.endRun();
    text.do(write('b', 'slide'));
    expect(back(text)).toEqual(['a1b', 'a1', 'a', '']);
  });

  it('ends before the history moves', () => {
    const text = history();
    text.do(write('a'));
    text.beginRun();
    expect(() => text.undo()).toThrow(/to end/);
    text.endRun();
    expect(() => text.advance('b', 'run')).toThrow(/no run/);
  });
});

describe('its memory', () => {
  const sized = (limit: number) => history(limit, (state) => state.length);

  it('holds what fits, and lets the oldest go', () => {
    const text = sized(9);
    for (const letter of 'abcdef') text.do(write(letter));
    // Before the last steps: 5 + 4; the one of 3 is beyond.
    expect(text.bytes).toBe(9);
    expect(back(text)).toEqual(['abcdef', 'abcde', 'abcd']);
  });

  it('loses nothing by going back and forth', () => {
    const text = sized(9);
    for (const letter of 'abcdef') text.do(write(letter));
    while (text.undo());
    expect(text.present).toBe('abcd');
    while (text.redo());
    expect(back(text)).toEqual(['abcdef', 'abcde', 'abcd']);
  });

  it('holds no step that does not fit by itself', () => {
    const text = sized(2);
    for (const letter of 'abcd') text.do(write(letter));
    expect(text.undoLabel).toBeUndefined();
  });

  it('names the step at which undo ends', () => {
    const text = sized(9);
    for (const letter of 'abcd') text.do(write(letter));
    expect(text.letGo).toBeUndefined();
    for (const letter of 'ef') text.do(write(letter));
    expect(text.letGo).toMatchObject({ label: write('d').label, bytes: 3 });
    while (text.undo());
    expect(text.letGo).toMatchObject({ label: write('d').label, bytes: 3 });
  });
});
