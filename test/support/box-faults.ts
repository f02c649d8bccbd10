import { execa } from 'execa';
import { LOCAL, upBox } from './box.js';

/** Kills a part of the box as a crash would: `kube-apiserver`, or a whole node by its name. */
export async function killPart(part: string): Promise<void> {
  await execa(`${LOCAL}kill.sh`, [part]);
}

/** Brings back what was killed. */
export async function repairBox(): Promise<void> {
  await upBox();
}

/** Cuts the link between a node and everything else, API server included, or joins it again. */
export async function setLink(node: string, state: 'down' | 'up'): Promise<void> {
  await execa('ip', ['link', 'set', `dynbench-${node}`, state]);
}

/** A file system of its own below a folder, for a disk that is full or read-only. */
export class Disk {
  readonly #folder: string;
  #mounted = false;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** @param bytes size of the disk */
  async mount(bytes: number): Promise<void> {
    await execa('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'tmpfs', this.#folder]);
    this.#mounted = true;
  }

  /** Covers the folder with a read-only view of itself. Files that are open stay writable, as for any read-only mount. */
  async makeReadOnly(): Promise<void> {
    await execa('mount', ['--bind', this.#folder, this.#folder]);
    await execa('mount', ['-o', 'remount,bind,ro', this.#folder]);
  }

  async makeWritable(): Promise<void> {
    await execa('umount', [this.#folder]);
  }

  async unmount(): Promise<void> {
    if (this.#mounted) await execa('umount', ['--lazy', this.#folder]);
    this.#mounted = false;
  }
}

/** Shapes the links of the running box anew. @param rate as `tc` writes it */
export async function setLinkRate(rate: string): Promise<void> {
  await upBox({ DYNAMO_BENCH_LINK_RATE: rate });
}
