import assert from 'node:assert/strict';
import { readRankLog } from '../../../../../suite/tools/common/log-lines.js';
import { mappedLibraries, mappedVersions } from '../../../../../suite/tools/common/mapped-libraries.js';

const SITE = '/opt/site-packages';
const LIBNIXL = `${SITE}/.nixl_cu12.mesonpy.libs/libnixl.so`;
const LIBUCP = `${SITE}/nixl_cu12.libs/libucp-b39b3ed9.so.0.0.0`;
const LIBFABRIC = '/opt/amazon/efa/lib/libfabric.so.1.29.1';

function mapped(files: readonly string[], versions: Readonly<Record<string, readonly string[]>> = {}) {
  const frame = JSON.stringify({ event: 'libraries', files, versions });
  return mappedLibraries(readRankLog(`@@dynamo-bench ${frame}`));
}

describe('libraries that a rank had mapped', () => {
  it('take the version of NIXL from the wheel that contains libnixl', () => {
    const other = `${SITE}/nixl_cu13-1.5.0.dist-info`;
    assert.deepEqual(mapped([LIBNIXL, `${SITE}/nixl_cu12-1.4.1.dist-info`, other]), [
      { file: LIBNIXL, version: '1.4.1' },
    ]);
    assert.deepEqual(mapped([LIBNIXL, other]), [{ file: LIBNIXL }]);
  });

  it('take the versions of UCX and libfabric from the only text in the file that has the form of one', () => {
    const found = mapped([LIBUCP, LIBFABRIC], { [LIBUCP]: ['1.23.0', '1.23.0'], [LIBFABRIC]: ['2.3.1amzn4.0'] });
    assert.deepEqual(mappedVersions(found), { ucx: '1.23.0', libfabric: '2.3.1amzn4.0' });
  });

  it('are named by their files where the version is not certain', () => {
    const found = mapped([LIBUCP, LIBFABRIC, '/usr/lib/libnixl.so'], { [LIBUCP]: ['1.23.0', '9.4.0'] });
    assert.deepEqual(mappedVersions(found), {
      nixl: 'libnixl.so',
      ucx: 'libucp-b39b3ed9.so.0.0.0',
      libfabric: 'libfabric.so.1.29.1',
    });
  });

  it('show two copies of a library', () => {
    const system = '/usr/lib/libucp.so.0.0.0';
    const found = mapped([LIBUCP, system], { [LIBUCP]: ['1.23.0'], [system]: ['1.13.1'] });
    assert.deepEqual(mappedVersions(found), { ucx: '1.13.1 and 1.23.0' });
  });

  it('say nothing of projects without a mapped library', () => {
    assert.deepEqual(mappedVersions(mapped(['/usr/lib/libucs.so.0', '/opt/libplugin_UCX.so'])), {});
  });
});
