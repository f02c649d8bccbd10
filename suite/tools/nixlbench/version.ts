import { flagsOf } from './command.js';

/**
 * The option that distinguishes each version of nixlbench from the one before, oldest first
 * (`benchmark/nixlbench/src/utils/utils.cpp` of ai-dynamo/nixl at these tags).
 */
const FIRST_VERSIONS = [
  ['benchmark_group', '0.5.0'],
  ['progress_threads', '0.6.0'],
  ['config_file', '0.10.0'],
  ['recreate_xfer', '1.0.0'],
  ['asio_address', '1.1.0'],
  ['pipeline_depth', '1.2.0'],
  ['prepared_xfer', '1.3.0'],
] as const;

/**
 * Derives the version of nixlbench from the options in its `--help`, because its `--version` prints only its name:
 * `1.3.0 or later`, `0.6.0 or later, before 0.10.0`, `before 0.5.0`. Undefined for the help of another program.
 */
export function nixlbenchVersion(help: string): string | undefined {
  const flags = flagsOf(help);
  if (!flags.has('etcd_endpoints')) return undefined;
  const newest = FIRST_VERSIONS.findLastIndex(([flag]) => flags.has(flag));
  const [, next] = FIRST_VERSIONS[newest + 1] ?? [];
  const [, first] = FIRST_VERSIONS[newest] ?? [];
  return [first && `${first} or later`, next && `before ${next}`].filter(Boolean).join(', ');
}
