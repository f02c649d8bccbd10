import assert from 'node:assert/strict';
import { ownOutput, readRankLog } from '../../../../../suite/tools/common/log-lines.js';
import { classifyOutput } from '../../../../../suite/tools/common/messages.js';
import { nixlbench } from '../../../../../suite/tools/nixlbench/tool.js';
import type { FailureClass } from '../../../../../suite/verdict/failure.js';
import { fixture } from '../../../../support/fixtures.js';

/** File, class, quoted line and hint; the hint is that of the class where the table has none. */
const RECORDED: readonly (readonly [file: string, FailureClass, line: RegExp, hint?: RegExp])[] = [
  [
    'no-plugin.rank0',
    'BackendUnavailable',
    /Plugin file does not exist: \/none\/libplugin_UCX\.so$/,
    /^Set NIXL_PLUGIN_DIR/,
  ],
  [
    'no-plugin.rank1',
    'BackendUnavailable',
    /Plugin file does not exist: \/none\/libplugin_UCX\.so$/,
    /^Set NIXL_PLUGIN_DIR/,
  ],
  [
    'no-plugin-0.7.rank0',
    'BackendUnavailable',
    /Plugin file does not exist: \/none\/libplugin_UCX/,
    /^Set NIXL_PLUGIN_DIR/,
  ],
  [
    'no-plugin-0.7.rank1',
    'BackendUnavailable',
    /Plugin file does not exist: \/none\/libplugin_UCX/,
    /^Set NIXL_PLUGIN_DIR/,
  ],
  ['no-provider.rank0', 'BackendUnavailable', /fi_getinfo failed No data available$/, /^Check FI_PROVIDER/],
  ['no-provider.rank1', 'BackendUnavailable', /fi_getinfo failed No data available$/, /^Check FI_PROVIDER/],
  ['no-device.rank0', 'BackendUnavailable', /network device 'mlx5_0:1' is not available/, /^Set UCX_NET_DEVICES/],
  ['no-device.rank1', 'BackendUnavailable', /network device 'mlx5_0:1' is not available/, /^Set UCX_NET_DEVICES/],
  [
    'no-cuda-in-ucx.rank0',
    'MemoryRegistration',
    /VRAM memory is detected as host by UCX/,
    /^Use a UCX with its CUDA modules/,
  ],
  [
    'no-cuda-in-ucx.rank1',
    'MemoryRegistration',
    /VRAM memory is detected as host by UCX/,
    /^Use a UCX with its CUDA modules/,
  ],
  [
    'no-cuda-in-libfabric.rank0',
    'MemoryRegistration',
    /Memory type VRAM_SEG is not supported/,
    /^Use a libfabric with CUDA/,
  ],
  [
    'no-cuda-in-libfabric.rank1',
    'MemoryRegistration',
    /Memory type VRAM_SEG is not supported/,
    /^Use a libfabric with CUDA/,
  ],
  ['stale-group', 'StaleRendezvous', /^Rank 2 is greater than or equal to global size 2$/],
  ['target-killed.rank0', 'RendezvousTimeout', /^Timeout waiting for char data from rank 1$/],
  ['target-killed-waits.rank0', 'RendezvousTimeout', /^Timeout waiting for char data from rank 1$/],
  ['etcd-lost.rank0', 'RendezvousTimeout', /^Timeout waiting for char data from rank 1$/],
  ['etcd-lost.rank1', 'RendezvousTimeout', /^Error in barrier wait /],
  ['initiator-crashed.rank1', 'RendezvousTimeout', /^Error in barrier wait /],
  ['no-progress-thread.rank1', 'RendezvousTimeout', /^Error in barrier wait /],
];

/** Good runs, one with UCX's error during its clean-up, and ranks whose output has no message of a failure. */
const SILENT = [
  'vram-over-nvlink.rank0',
  'vram-over-nvlink.rank1',
  'vram-over-tcp.rank0',
  'target-killed.rank1',
  'initiator-crashed.rank0',
  'no-progress-thread.rank0',
];

describe('recorded outputs of nixlbench', () => {
  const classify = (file: string) =>
    classifyOutput(nixlbench, ownOutput(readRankLog(fixture(`nixlbench/real/${file}.txt`))));

  for (const [file, failureClass, line, hint] of RECORDED) {
    it(`${file} is ${failureClass}, with the line of the cause`, () => {
      const found = classify(file);
      assert.equal(found?.class, failureClass);
      assert.match(found.line, line);
      if (hint) assert.match(found.hint ?? '', hint);
      else assert.equal(found.hint, undefined);
    });
  }

  for (const file of SILENT) it(`${file} names no failure`, () => assert.equal(classify(file), undefined));
});
