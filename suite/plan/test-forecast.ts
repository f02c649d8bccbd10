export interface Range {
  readonly low: number;
  readonly high: number;
}

/** Seconds that earlier cells of a test took, by its name. */
export type History = ReadonlyMap<string, Range>;

/** Number of cells of one test with all its variants, warm-up cells included, and their seconds in total. */
export interface TestForecast {
  readonly cells: Range;
  readonly time: Range;
  /** Seconds after which no further repetition starts; absent when the number of cells is fixed. */
  readonly budget?: number;
}

/** Adds forecasts. The sum has a budget when any of them has one. */
export function sumOfForecasts(parts: readonly TestForecast[]): TestForecast {
  const sum = (of: (part: TestForecast) => number) => parts.reduce((total, part) => total + of(part), 0);
  const range = (what: 'cells' | 'time') => ({
    low: sum((part) => part[what].low),
    high: sum((part) => part[what].high),
  });
  const limited = parts.some(({ budget }) => budget !== undefined);
  return {
    cells: range('cells'),
    time: range('time'),
    ...(limited ? { budget: sum(({ budget = 0 }) => budget) } : {}),
  };
}
