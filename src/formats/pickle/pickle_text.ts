import type { PickleValue } from './pickle_values.ts';

/** The most digits or bytes of a number: decoding takes quadratic time, and no model's file has longer ones. */
const longestNumber = 256;

/** A Python integer, little-endian in two's complement, from LONG1 or LONG4; undefined if it is too long. */
export function decodeLong(bytes: Uint8Array): number | bigint | undefined {
  if (bytes.length > longestNumber) return undefined;
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  return narrow(BigInt.asIntN(8 * bytes.length, value));
}

/** Reads the line of INT or LONG: `42`, `42L`, or `01` and `00` for True and False; undefined for anything else. */
export function parseIntegerLine(line: string): PickleValue | undefined {
  if (line === '01') return true;
  if (line === '00') return false;
  const digits = line.replace(/L$/, '');
  if (digits.length > longestNumber || !/^[+-]?\d+$/.test(digits)) return undefined;
  return narrow(BigInt(digits.replace(/^\+/, '')));
}

/** Reads the line of FLOAT; undefined if it is not a number. */
export function parseFloatLine(line: string): number | undefined {
  const special: Record<string, number> = { nan: NaN, inf: Infinity, '-inf': -Infinity };
  if (Object.hasOwn(special, line)) return special[line];
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(line) ? Number(line) : undefined;
}

/** Reads the line of STRING, quoted as by Python's repr; undefined if it is not. */
export function parseStringLine(line: string): string | undefined {
  const quoted = /^(['"])(.*)\1$/s.exec(line);
  const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t' };
  return quoted?.[2]?.replace(/\\(x[\da-f]{2}|.)/gis, (_, code: string) =>
    code.length === 3 ? fromHex(code.slice(1)) : (escapes[code] ?? code),
  );
}

/** Reads the line of UNICODE, in Python's raw-unicode-escape. */
export function parseUnicodeLine(line: string): string {
  const escaped = /\\u([\da-fA-F]{4})|\\U(000[\da-fA-F]{5}|0010[\da-fA-F]{4})/g;
  return line.replace(escaped, (_, short, long) => fromHex(short ?? long));
}

const fromHex = (digits: string): string => String.fromCodePoint(Number.parseInt(digits, 16));

/** The integer as a number where that is exact, else as a bigint. */
function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
