import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fixture } from './fixtures.js';

/** A tree of /sys and /dev that a manifest in test/fixtures/sysfs describes. */
export interface SysfsTree {
  /** RDMA devices whose uverbs nodes the pod has. */
  readonly own: readonly string[];
  /** RDMA devices of other pods on the node. */
  readonly other: readonly string[];
  /** Returns the path of a file of a device, below the root: `ports/1/hw_counters/tx_bytes`. */
  fileOf(device: string, file: string): string;
}

/**
 * Builds a tree. A manifest has lines `root`, the folder in which the RDMA devices with their counters are, `own`, `other` and
 * `net` with names, and lines with a file of every RDMA device and its value.
 */
export function buildSysfs(name: string, root: string): SysfsTree {
  const lines = fixture(`sysfs/${name}.txt`)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)] as const);
  const words = (key: string) => lines.flatMap(([word, rest]) => (word === key ? rest.split(' ') : []));
  const [sysfs = 'sys'] = words('root');
  const [own, other] = [words('own'), words('other')];
  const file = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  };
  mkdirSync(join(root, 'dev'), { recursive: true });
  const fileOf = (device: string, path: string) => `${sysfs}/class/infiniband/${device}/${path}`;
  for (const [i, device] of [...own, ...other].entries()) {
    file(`${sysfs}/class/infiniband_verbs/uverbs${i}/ibdev`, device);
    if (i < own.length) file(`dev/infiniband/uverbs${i}`, '');
    for (const [path, value] of lines) if (path.startsWith('ports/')) file(fileOf(device, path), value);
  }
  for (const device of ['lo', ...words('net')]) {
    for (const counter of ['rx_bytes', 'tx_bytes', 'rx_packets', 'tx_packets']) {
      file(`sys/class/net/${device}/statistics/${counter}`, '1000');
    }
  }
  return { own, other, fileOf };
}

/** Writes a script that adds numbers to files, as a tool that moves counters would. */
export function writeMovingTool(path: string, moves: Readonly<Record<string, number>>, output: string): void {
  writeFileSync(path, '');
  for (const [file, number] of Object.entries(moves)) {
    appendFileSync(path, `read -r value < '${file}'; echo "$((value + ${Math.round(number)}))" > '${file}'\n`);
  }
  writeFileSync(`${path}.output`, `${output}\n`);
  appendFileSync(path, `cat '${path}.output'\n`);
}
