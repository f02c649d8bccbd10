/** Returns the seconds from one ISO 8601 timestamp to another; negative if the second one is earlier. */
export function secondsBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / 1000;
}
