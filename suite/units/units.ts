/**
 * Converts between units in specs and reports and the units of all computations: bytes, seconds, bytes per second.
 *
 * `Ki Mi Gi Ti` are powers of 1024, `k M G T` are powers of 1000, and `bit` is an eighth of a byte. A text without a required
 * unit is an error.
 */

const BINARY = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 } as const;
const DECIMAL = { k: 1e3, K: 1e3, M: 1e6, G: 1e9, T: 1e12 } as const;
const PREFIX: Readonly<Record<string, number>> = { '': 1, ...BINARY, ...DECIMAL };
const SECONDS: Readonly<Record<string, number>> = { ms: 1e-3, s: 1, m: 60, h: 3600, d: 86400 };

const BYTES_TEXT = /^(\d+(?:\.\d+)?)\s*(Ki|Mi|Gi|Ti|[kKMGT])?(?:B|iB)?$/;
const RATE_TEXT = /^(\d+(?:\.\d+)?)\s*(Ki|Mi|Gi|Ti|[kKMGT])?(bit|b|B)(?:\/s|ps)$/;
const DURATION_PART = /(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)/g;

/** Reports an invalid quantity. The message has an example of the expected form. */
export class UnitError extends Error {
  override readonly name = 'UnitError';
}

/**
 * Parses a size in bytes, such as `"64Mi"`, `"128GiB"`, `"1G"` or the number `4096`.
 *
 * @throws {UnitError} when it is not a whole number of bytes
 */
export function parseBytes(value: string | number): number {
  if (typeof value === 'number') return wholeBytes(value, String(value));
  const match = BYTES_TEXT.exec(value.trim());
  if (!match)
    throw new UnitError(
      `"${value}" is not a size; write a number of bytes, or a number with a unit, for example "64Mi" or "128Gi"`,
    );
  return wholeBytes(Number(match[1]) * factor(match[2]), value);
}

/**
 * Parses a rate in bytes per second, such as `"100Gbit/s"`, `"46.48GB/s"` or `"500Mbit/s"`.
 *
 * @throws {UnitError} without "bit" or "B", or without "/s"
 */
export function parseRate(value: string): number {
  const match = RATE_TEXT.exec(value.trim());
  if (!match) throw new UnitError(`"${value}" is not a rate; write for example "100Gbit/s" or "46.48GB/s"`);
  return (Number(match[1]) * factor(match[2])) / (match[3] === 'B' ? 1 : 8);
}

/**
 * Parses a duration in seconds, such as `"7s"`, `"500ms"`, `"1h30m"`.
 *
 * @throws {UnitError} without a unit
 */
export function parseDuration(value: string): number {
  const text = value.trim();
  const parts = [...text.matchAll(DURATION_PART)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text.replaceAll(/(?<=[a-z])\s+/g, '')) {
    throw new UnitError(`"${value}" is not a duration; write for example "7s", "500ms" or "15m"`);
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * (SECONDS[unit ?? ''] ?? Number.NaN), 0);
}

/** Formats a size: `64 MiB`, `4 KiB`, `1000 B`. */
export function formatBytes(bytes: number): string {
  const units = Object.entries(BINARY).reverse();
  const [unit, size] = units.find(([, size]) => bytes >= size) ?? ['', 1];
  return unit ? `${trimmed(bytes / size)} ${unit}B` : `${bytes} B`;
}

/** Formats a rate with decimal units: `46.48 GB/s`, `56.2 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  if (bytesPerSecond >= 1e9) return `${significant(bytesPerSecond / 1e9)} GB/s`;
  if (bytesPerSecond >= 1e6) return `${significant(bytesPerSecond / 1e6)} MB/s`;
  return `${significant(bytesPerSecond / 1e3)} kB/s`;
}

/** Formats a rate of tokens: `1234 tokens/s`, `12.5 tokens/s`. */
export function formatTokenRate(tokensPerSecond: number): string {
  return `${significant(tokensPerSecond)} tokens/s`;
}

/** Formats a duration: `1.4 ms`, `7 s`, `2 min 5 s`. */
export function formatDuration(seconds: number): string {
  if (seconds < 1e-3) return `${significant(seconds * 1e6)} µs`;
  if (seconds < 1) return `${significant(seconds * 1e3)} ms`;
  if (seconds < 60) return `${significant(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return twoUnits(Math.floor(whole / 60), 'min', whole % 60, 's');
  return twoUnits(Math.floor(whole / 3600), 'h', Math.floor((whole % 3600) / 60), 'min');
}

/** Formats a duration that may be negative: `−12 ms`. */
export function formatSignedDuration(seconds: number): string {
  return seconds < 0 ? `−${formatDuration(-seconds)}` : formatDuration(seconds);
}

/** Formats bytes as a Kubernetes quantity without loss: `134217728` → `"128Mi"`, `1000` → `"1000"`. */
export function kubernetesQuantity(bytes: number): string {
  const unit = Object.entries(BINARY)
    .reverse()
    .find(([, size]) => bytes >= size && bytes % size === 0);
  return unit ? `${bytes / unit[1]}${unit[0]}` : String(bytes);
}

/**
 * Parses a Kubernetes quantity: `"192"`, `"191450m"`, `"2052371068Ki"`, `"1e3"`.
 *
 * @throws {UnitError} when it is not a quantity
 */
export function parseKubernetesQuantity(quantity: string | number): number {
  const match = /^([+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(m|u|n|Ki|Mi|Gi|Ti|Pi|Ei|[kMGTPE])?$/.exec(String(quantity));
  if (!match) throw new UnitError(`"${quantity}" is not a Kubernetes quantity`);
  const suffix: Readonly<Record<string, number>> = {
    ...PREFIX,
    m: 1e-3,
    u: 1e-6,
    n: 1e-9,
    P: 1e15,
    E: 1e18,
    Pi: 2 ** 50,
    Ei: 2 ** 60,
  };
  return Number(match[1]) * (suffix[match[2] ?? ''] ?? Number.NaN);
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function factor(prefix: string | undefined): number {
  return PREFIX[prefix ?? ''] ?? Number.NaN;
}

function wholeBytes(bytes: number, text: string): number {
  if (!Number.isSafeInteger(bytes) || bytes < 0) throw new UnitError(`"${text}" is not a whole number of bytes`);
  return bytes;
}

function significant(value: number): string {
  return String(Number(value.toPrecision(4)));
}

function trimmed(value: number): string {
  return String(Number(value.toFixed(2)));
}
