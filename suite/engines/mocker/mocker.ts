import { z } from 'zod';
import { strict } from '../../schema/schema.js';
import { type Engine, type EngineWorker, extraArguments, kvTransferRate } from '../engine.js';

const BYTES_PER_GB = 1e9;

const schema = strict({
  kind: z.literal('mocker').meta({ description: 'the simulated engine of Dynamo' }),
  kvTransferRate: kvTransferRate().default('measured').meta({
    description:
      'rate of the simulated KV transfer; "measured": the rate of the transport test in transfer.predictFrom',
  }),
  extraArguments: extraArguments(),
});

/**
 * Runs Dynamo's mocker, `python3 -m dynamo.mocker`. It pauses for the time in which a real engine would compute and
 * transfer, and needs no GPU.
 */
export const mocker = {
  kind: 'mocker',
  title: 'a simulated engine',
  schema,
  // The mocker simulates the scheduler of this framework.
  backendFramework: 'trtllm',
  runtimeImage: 'vllm-runtime',
  command: ['python3', '-m', 'dynamo.mocker'],
  simulation: {
    warning:
      'Dynamo’s mocker replaces computation and KV transfer by delays and sends no KV bytes. These figures show that the suite works. They do not show the performance of Dynamo.',
    kvTransferRate: (block) => block.kvTransferRate,
  },

  predictedOptions: {},
  kvElementType: () => 'auto',
  // Its delay follows from the bytes of a block, not from descriptors.
  descriptorsPerBlock: () => 1,

  arguments({ role, model, simulatedKv }: EngineWorker): string[] {
    const { rate = 0, bytesPerToken } = simulatedKv;
    return [
      '--model-path',
      model.path ?? model.name,
      '--model-name',
      model.name,
      '--engine-type',
      'trtllm',
      ...(role === 'worker' ? [] : ['--disaggregation-mode', role]),
      // In GB/s; 0 disables the pause.
      '--kv-transfer-bandwidth',
      String(rate / BYTES_PER_GB),
      ...(bytesPerToken === undefined ? [] : ['--kv-bytes-per-token', String(bytesPerToken)]),
    ];
  },

  environment(): Record<string, string> {
    return {};
  },
} as const satisfies Engine<z.output<typeof schema>>;
