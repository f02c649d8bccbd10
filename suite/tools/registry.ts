import type { z } from 'zod';
import type { Tool } from './common/tool.js';
import { fiPingpong } from './fi-pingpong/tool.js';
import { nixlbench } from './nixlbench/tool.js';
import { ucxPerftest } from './ucx-perftest/tool.js';

/** The tools that a test can name, in the order in which the schema and the ladder list them. */
export const TOOLS = [
  ucxPerftest, //
  nixlbench,
  fiPingpong,
] as const;

/** A parsed transport test. */
export type TransportTestSpec = z.output<(typeof TOOLS)[number]['schema']>;

const BY_NAME: ReadonlyMap<string, Tool<TransportTestSpec>> = new Map(TOOLS.map((tool) => [tool.name, tool]));

/**
 * Returns the tool that a test runs.
 *
 * @throws {RangeError} for a tool that is not registered, which no spec can contain
 */
export function toolOf({ tool }: Pick<TransportTestSpec, 'tool'>): Tool<TransportTestSpec> {
  const found = toolNamed(tool);
  if (!found) throw new RangeError(`tool ${tool} is not registered`);
  return found;
}

/** Returns the tool of recorded parameters; undefined for an unknown tool. */
export function toolNamed(name: string): Tool<TransportTestSpec> | undefined {
  return BY_NAME.get(name);
}
