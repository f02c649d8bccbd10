import { type ByteSource, type Direction, PACKETS } from '../fabrics/common/byte-source.js';
import type { DeviceClass } from '../fabrics/common/fabric-kind.js';
import { byteSourcesOf } from '../fabrics/registry.js';
import type { CounterFrame, RankLog } from '../tools/common/log-lines.js';

/** What one port of a device, or one interface, moved while the tool ran. */
export interface PortMovement extends Pick<CounterFrame, 'device' | 'linkLayer' | 'rate' | 'state'> {
  /** `mlx5_0`, `eth0`; with its port when the device has several: `mlx4_0:2`. */
  readonly name: string;
  readonly deviceClass: DeviceClass;
  /** False when the pod does not show whether the device is its own. */
  readonly own: boolean;
  /**
   * Bytes by direction. A direction is absent when the port has no counter of its bytes before and after, which is not the
   * same as a counter that did not move.
   */
  readonly bytes: Readonly<Partial<Record<Direction, number>>>;
  /** Packets by direction; absent without a counter. */
  readonly packets: Readonly<Partial<Record<Direction, number>>>;
  /** Growth of each counter that has a value before and after, and did not become smaller. */
  readonly moved: Readonly<Record<string, number>>;
}

/** Returns what each port and interface of a rank moved, in the order of the log. */
export function movementsOf({ counters }: RankLog): readonly PortMovement[] {
  const before = new Map(counters.filter(({ when }) => when === 'before').map((frame) => [keyOf(frame), frame]));
  const last = new Map(counters.map((frame) => [keyOf(frame), frame]));
  const ports = new Map<string, number>();
  for (const { device } of last.values()) ports.set(device, (ports.get(device) ?? 0) + 1);
  return [...last].map(([key, frame]) => {
    const first = before.get(key);
    const moved = first && frame.when === 'after' ? growth(first.counters, frame.counters) : {};
    const [deviceClass = '', name = ''] = frame.device.split('/');
    const sources = byteSourcesOf(deviceClass === 'net' ? 'net' : 'infiniband');
    const { device, linkLayer, rate, state } = frame;
    return {
      device,
      ...(linkLayer === undefined ? {} : { linkLayer }),
      ...(rate === undefined ? {} : { rate }),
      ...(state === undefined ? {} : { state }),
      name: (ports.get(device) ?? 0) > 1 ? `${name}:${frame.port ?? 1}` : name,
      deviceClass: deviceClass === 'net' ? 'net' : 'infiniband',
      own: frame.own !== 'unknown',
      bytes: byDirection((direction) => bytesOfSources(sources, direction, moved)),
      packets: byDirection((direction) => largest(PACKETS[direction].map((counter) => moved[counter]))),
      moved,
    };
  });
}

function keyOf({ device, port }: CounterFrame): string {
  return `${device} ${port ?? 1}`;
}

/**
 * Returns the growth of counters that have a value before and after. A counter that became smaller was reset, or belongs to a
 * device that was attached again: it shows nothing.
 */
export function growth(first: CounterFrame['counters'], last: CounterFrame['counters']): Record<string, number> {
  return Object.fromEntries(
    Object.entries(last).flatMap(([name, value]) => {
      const before = first[name];
      return before === undefined || value < before ? [] : [[name, value - before]];
    }),
  );
}

function byDirection(of: (direction: Direction) => number | undefined): Partial<Record<Direction, number>> {
  const [sent, received] = [of('out'), of('in')];
  return { ...(sent === undefined ? {} : { out: sent }), ...(received === undefined ? {} : { in: received }) };
}

/** Returns the bytes of the source that shows most: a source whose counters the device has and does not use shows 0. */
export function bytesOfSources(
  sources: readonly ByteSource[],
  direction: Direction,
  moved: Readonly<Record<string, number>>,
): number | undefined {
  return largest(
    sources.map((source) => {
      const parts = source[direction].flatMap((counter) => moved[counter] ?? []);
      return parts.length === 0 ? undefined : parts.reduce((sum, part) => sum + part, 0) * source.unit;
    }),
  );
}

function largest(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}
