import { PROVIDERS, type Provider } from '../../suite/hardware/instances/catalogue.js';
import { fabricOfGroup, type InstanceGroup } from '../../suite/hardware/instances/instance.js';
import { formatRate } from '../../suite/units/units.js';
import { code, heading, sentence, table } from './markdown.js';

const KIND = { efa: 'EFA', infiniband: 'InfiniBand', roce: 'RoCE' } as const;
const RDMA = { none: 'none', read: 'read', 'read-write': 'read, write' } as const;

/** Writes the tables of the instance types that the suite knows, one for each provider. */
export function instanceTables(): string {
  return PROVIDERS.map((provider) =>
    [heading(2, provider.name), '', figures(provider), ...without(provider)].join('\n'),
  ).join('\n\n');
}

function figures({ groups }: Provider): string {
  const columns = ['Instance types', 'Kind', 'NICs', 'GPUs', 'Node', 'RDMA', 'Source'];
  return table(columns, groups.map(row));
}

function row(group: InstanceGroup): string[] {
  const { nics, lineRate, gpus, nodeRate = nics * lineRate, gpuRate } = fabricOfGroup(group);
  const ofGpu = gpuRate === undefined ? '' : `; ${formatRate(gpuRate)} for each GPU`;
  return [
    group.types.map(code).join(' '),
    KIND[group.kind],
    `${nics} × ${group.gbit} Gbit/s`,
    String(gpus),
    `${formatRate(nodeRate)}${ofGpu}`,
    RDMA[group.rdma],
    sentence(group.source),
  ];
}

function without({ unmeasured }: Provider): string[] {
  if (unmeasured.length === 0) return [];
  const rows = unmeasured.map(({ types, reason, hint, source }) => [
    types.map(code).join(' '),
    sentence(reason.replace(/^has/, 'Has')),
    sentence(hint),
    sentence(source),
  ]);
  return ['', 'Without figures:', '', table(['Instance types', 'Reason', 'Remedy', 'Source'], rows)];
}
