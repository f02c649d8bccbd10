/** What a port of a device of the pod reports about its link. */
export interface LinkReading {
  /** `mlx5_0`. */
  readonly device: string;
  readonly port: number;
  /** `InfiniBand`, `Ethernet` or `Unknown` (EFA). */
  readonly linkLayer?: string | undefined;
  /** Rate as the kernel prints it: `400 Gb/sec (4X NDR)`. */
  readonly rate?: string | undefined;
  /** State as the kernel prints it: `4: ACTIVE`. */
  readonly state?: string | undefined;
}

/** Returns a rate of the kernel, `400 Gb/sec (4X NDR)` or `2.5 Gb/sec (1X SDR)`, in bytes per second. */
function rateOf(text: string | undefined): number | undefined {
  const gigabits = /^(\d{1,6}(?:\.\d{1,3})?) Gb\/sec\b/.exec(text ?? '')?.[1];
  return gigabits === undefined || Number(gigabits) === 0 ? undefined : (Number(gigabits) * 1e9) / 8;
}

/**
 * Returns the rates in bytes per second that a port can have by what it reports. A bond (`mlx5_bond_0`) is one device over two
 * ports, and reports the rate of one of them on most kernels (drivers/infiniband/hw/mlx5/main.c, mlx5_query_port_roce).
 */
export function possibleRates({ device, rate }: Pick<LinkReading, 'device' | 'rate'>): readonly number[] {
  const one = rateOf(rate);
  if (one === undefined) return [];
  return device.includes('bond') ? [one, 2 * one] : [one];
}

/** Returns true for a port that is not known to be down. */
export function isActive({ state }: Pick<LinkReading, 'state'>): boolean {
  return state === undefined || /\bACTIVE\b/.test(state);
}
