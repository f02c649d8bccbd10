/** Formats an ISO 8601 timestamp as `2026-01-05 02:30 UTC`. */
export function moment(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')} UTC`;
}
