/**
 * Rates in Gbit/s that the EFA driver can report: it rounds the rate of the device down to one of them, and rates below 30 up
 * to 25 (Linux kernel, drivers/infiniband/hw/efa/efa_verbs.c, `efa_link_gbps_to_speed_and_width`).
 */
const REPORTED = [0, 30, 40, 50, 60, 100, 120, 200, 400, 800, 1600, Number.POSITIVE_INFINITY] as const;

/** Rate that drivers before the function above report for every device. */
const EVERY_DEVICE = 100;

const GBIT = 1e9 / 8;

/** Returns true when the reported rate of an EFA device can be that of a device with the declared line rate. */
export function efaRateAgrees(reported: number, declared: number): boolean {
  const read = Math.round(reported / GBIT);
  if (read === EVERY_DEVICE) return true;
  const gigabits = Math.round(declared / GBIT);
  const next = REPORTED.find((rate) => rate > read) ?? Number.POSITIVE_INFINITY;
  const least = read < 30 ? 0 : read;
  return gigabits >= least && gigabits < next;
}
