/**
 * Formats a time in the time zone of this process: `14:32` on the day of `now`, otherwise `2026-08-02 14:32`.
 *
 * @param time milliseconds since 1970, like `now`
 */
export function clock(time: number, now: number): string {
  const [day, minute] = partsOf(time);
  return day === partsOf(now)[0] ? minute : `${day} ${minute}`;
}

function partsOf(time: number): [day: string, minute: string] {
  const date = new Date(time);
  const two = (value: number) => String(value).padStart(2, '0');
  return [
    `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`,
    `${two(date.getHours())}:${two(date.getMinutes())}`,
  ];
}
