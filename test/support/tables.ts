/** Tables in the tools' own formats, rendered from numbers: the other half of a round trip. */

/** A row of nixlbench before it is printed. */
export interface NixlbenchFigures {
  readonly blockSize: number;
  readonly batchSize: number;
  /** As printed, in GB/s. */
  readonly bandwidth: string;
  /** As printed, in microseconds. */
  readonly latency: string;
}

/** The four layouts: six and eight columns to 0.5.0, ten and twelve since. Two more columns stand for several pairs. */
export const NIXLBENCH_LAYOUTS = {
  6: ['block', 'batch', 'latency', 'MiB', 'GiB', 'bandwidth'],
  8: ['block', 'batch', 'latency', 'MiB', 'GiB', 'bandwidth', 'aggregate', 'util'],
  10: ['block', 'batch', 'bandwidth', 'latency', 'prep', 'prep99', 'post', 'post99', 'tx', 'tx99'],
  12: ['block', 'batch', 'bandwidth', 'aggregate', 'util', 'latency', 'prep', 'prep99', 'post', 'post99', 'tx', 'tx99'],
} as const;

const HEADINGS: Readonly<Record<string, string>> = {
  block: 'Block Size (B)',
  batch: 'Batch Size',
  latency: 'Avg Lat. (us)',
  MiB: 'B/W (MiB/Sec)',
  GiB: 'B/W (GiB/Sec)',
  bandwidth: 'B/W (GB/Sec)',
  aggregate: 'Aggregate B/W (GB/Sec)',
  util: 'Network Util (%)',
  prep: 'Avg Prep (us)',
  prep99: 'P99 Prep (us)',
  post: 'Avg Post (us)',
  post99: 'P99 Post (us)',
  tx: 'Avg Tx (us)',
  tx99: 'P99 Tx (us)',
};

const WIDTHS: Readonly<Record<string, number>> = { block: 20, aggregate: 25, util: 20 };

export function nixlbenchTable(layout: keyof typeof NIXLBENCH_LAYOUTS, rows: readonly NixlbenchFigures[]): string[] {
  const columns = NIXLBENCH_LAYOUTS[layout];
  const line = (cell: (column: string) => string) =>
    columns.map((column) => cell(column).padEnd(WIDTHS[column] ?? 15)).join('');
  return [
    line((column) => HEADINGS[column] ?? ''),
    '-'.repeat(layout <= 8 ? 80 : 160),
    ...rows.map(({ blockSize, batchSize, bandwidth, latency }) => {
      const cells: Readonly<Record<string, string>> = {
        block: String(blockSize),
        batch: String(batchSize),
        bandwidth,
        latency,
        MiB: String(Number(((Number(bandwidth) * 1e9) / 2 ** 20).toPrecision(6))),
        GiB: String(Number(((Number(bandwidth) * 1e9) / 2 ** 30).toPrecision(6))),
        aggregate: bandwidth,
        util: '3.000000',
      };
      return line((column) => cells[column] ?? '3.0');
    }),
  ];
}

/** A row of ucx_perftest before it is printed: overall latency in microseconds, overall bandwidth in MiB/s. */
export interface UcxFigures {
  readonly size: number;
  readonly latency: number;
  readonly bandwidth: number;
}

const NAMES = ['staged', 'final', 'csv', 'threads', 'touching'] as const;
export type UcxLayout = (typeof NAMES)[number];
export const UCX_LAYOUTS: readonly UcxLayout[] = NAMES;

/** One test's output; rows are named as in a batch file where the layout has names. */
export function ucxTable(layout: UcxLayout, row: UcxFigures): string[] {
  const { size, latency, bandwidth } = row;
  const number = (value: number, width: number, decimals: number) => value.toFixed(decimals).padStart(width);
  // The average of the last interval is half as fast as the whole run.
  const rate = (bandwidth * 2 ** 20) / size;
  const figures = [
    number(1000, 18, 0),
    number(0.451, 10, 3),
    number(latency * 2, 9, 3),
    number(latency, 9, 3),
    number(bandwidth / 2, 11, 2),
    number(bandwidth, 10, 2),
    number(rate / 2, 11, 0),
    number(rate, 11, 0),
  ];
  const head = (first: string) => [
    '+--------------+--------------+------------------------------+---------------------+-----------------------+',
    `|    ${first}     | # iterations | 50.0%ile | average | overall |  average |  overall |  average  |  overall  |`,
  ];
  switch (layout) {
    case 'csv':
      return [
        'batch,iterations,50.0_percentile_lat,avg_lat,overall_lat,avg_bw,overall_bw,avg_mr,overall_mr',
        `s${size},${figures.map((text, i) => (i === 0 ? text.trim().padStart(4) : text.trim())).join(',')}`,
      ];
    case 'staged':
      return [
        ...head('Stage'),
        `[thread 0] ${figures.join(' ')}`,
        `           ${figures.join(' ')}`,
        `Final:     ${figures.join(' ')}`,
      ];
    case 'threads':
      return [
        ...head('Stage'),
        `[thread 3] ${figures.join(' ')}`,
        `Final:     ${number(1000, 18, 0)} ${number(latency, 29, 3)} ${number(bandwidth, 22, 2)} ${number(rate, 23, 0)}`,
      ];
    case 'touching':
      return [
        ...head('Test'),
        `s${size}`.padEnd(10) +
          figures.slice(0, 4).join(' ') +
          figures
            .slice(4, 6)
            .map((text) => text.trim())
            .join('') +
          figures.slice(6).join(' '),
      ];
    case 'final':
      return [...head('Test'), `s${size}`.padEnd(10) + figures.join(' ')];
  }
}
