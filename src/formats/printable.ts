/** The most characters of a message: a hostile file must not fill a terminal or a page through its names. */
const longestMessage = 600;

/**
 * A text as one line that a terminal shows as it stands: control characters, line breaks, marks that turn the direction of
 * writing and other invisible ones come from the names in files, and are escaped. Of a long text the middle is left out.
 * @param most characters
 */
export function printable(text: string, most = longestMessage): string {
  // Cut before it is escaped, so that the work does not grow with a name of megabytes.
  const line = shortened(text.trim(), most).replace(
    /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
    (character) => escapes[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`,
  );
  return shortened(line, most);
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** The beginning and the end, since a path says most there. */
function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = Math.floor(most / 3);
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`;
}
