import type { PortMovement } from './port-movement.js';

/** The ports of one rank that should carry the bytes. */
export interface RankPorts {
  readonly position: string;
  /** True when the rank sends the payload. */
  readonly sends: boolean;
  readonly ports: readonly PortMovement[];
}
