/** Formats a share with one decimal, for columns of figures: `48.0 %`. */
export function formatPercent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** Formats a share with three significant digits and no trailing zeros, for text: `3 %`, `5.13 %`. */
export function formatShortPercent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** Formats a change as a share with its sign and one decimal: `+5.1 %`, `−12.0 %`. */
export function formatSignedPercent(share: number): string {
  return `${share < 0 ? '−' : '+'}${formatPercent(Math.abs(share))}`;
}
