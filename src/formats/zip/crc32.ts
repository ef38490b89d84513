/** The polynomial of ISO 3309, bits reversed. */
const polynomial = 0xedb88320;

/** The term that each value of a byte contributes to the sum. */
const ofByte = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? polynomial : 0);
  return sum;
});

/** The CRC-32 checksum, as zip files have it. */
export function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ ofByte[(sum ^ byte) & 0xff];
  return ~sum >>> 0;
}
