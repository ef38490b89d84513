/** Of ISO 3309, reflected. */
const polynomial = 0xedb88320;

/** What each value of a byte does to the sum. */
const ofByte = Uint32Array.from({ length: 256 }, (_, byte) => {
  let sum = byte;
  for (let bit = 0; bit < 8; bit++) sum = (sum >>> 1) ^ (sum & 1 ? polynomial : 0);
  return sum;
});

/** The checksum of zip files. */
export function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = (sum >>> 8) ^ ofByte[(sum ^ byte) & 0xff];
  return ~sum >>> 0;
}
