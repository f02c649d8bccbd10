import type { RungFacts } from '../common/tool.js';

/** Returns the rung of recorded nixlbench parameters. Each back end is below the library that it uses. */
export function nixlbenchRung(parameters: Readonly<Record<string, unknown>>): RungFacts {
  const text = (option: string) => String(parameters[option] ?? '');
  const [initiator, target] = [text('initiatorSegType'), text('targetSegType')];
  const onLibfabric = parameters.backend === 'LIBFABRIC';
  return {
    ...(onLibfabric
      ? { name: 'NIXL LIBFABRIC', above: 'libfabric', library: 'libfabric' }
      : { name: 'NIXL UCX', above: 'UCX', library: 'ucx' }),
    extent: parameters.mode === 'MG' ? 'node' : 'pair',
    memory: initiator === target ? initiator : `${initiator} to ${target}`,
    direction: text('opType'),
    pattern: 'one-way stream',
  };
}
