import { ApplicationFailure, continueAsNew, executeChild, proxyActivities, workflowInfo } from '@temporalio/workflow';

const { isRunOpen } = proxyActivities<{ isRunOpen(): Promise<boolean> }>({ startToCloseTimeout: '1 minute' });

/** Blocks of a suite that are left, and whether one of them fails. */
interface Chain {
  readonly blocks: readonly string[];
  readonly failing?: string;
}

/** A suite of one block for each run of its chain: it continues as new between them. */
export async function benchmarkSuite({ blocks, failing }: Chain): Promise<string> {
  const [name, ...left] = blocks;
  if (name !== undefined) {
    await isRunOpen();
    const workflowId = `${workflowInfo().workflowId}/${name}`;
    await executeChild(transportTest, { workflowId, args: [name === failing] }).catch(() => undefined);
  }
  if (left.length > 0) await continueAsNew<typeof benchmarkSuite>({ blocks: left, ...(failing ? { failing } : {}) });
  return 'done';
}

export async function transportTest(fails: boolean): Promise<void> {
  if (fails) throw ApplicationFailure.nonRetryable('made up', 'PodLost');
}
