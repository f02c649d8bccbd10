import { sleep } from '@temporalio/workflow';

/** Another version of the suite, and of its test: neither does what the real one does. */
export async function benchmarkSuite(): Promise<void> {
  await sleep('1 hour');
}

export async function transportTest(): Promise<void> {
  await sleep('1 hour');
}
