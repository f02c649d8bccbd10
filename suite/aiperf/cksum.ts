/** Table of the cyclic redundancy check of POSIX `cksum`: polynomial 0x04C11DB7, most significant bit first. */
const TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index << 24;
  for (let bit = 0; bit < 8; bit++) value = value < 0 ? (value << 1) ^ 0x04c11db7 : value << 1;
  return value >>> 0;
});

/** Computes the checksum that POSIX `cksum` prints of a text in UTF-8, and its number of bytes. */
export function cksum(text: string): { sum: number; bytes: number } {
  const content = new TextEncoder().encode(text);
  let sum = 0;
  const add = (byte: number) => {
    sum = ((sum << 8) ^ (TABLE[(sum >>> 24) ^ byte] ?? 0)) >>> 0;
  };
  for (const byte of content) add(byte);
  for (let rest = content.length; rest > 0; rest = Math.floor(rest / 256)) add(rest & 0xff);
  return { sum: ~sum >>> 0, bytes: content.length };
}
