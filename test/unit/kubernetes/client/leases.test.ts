import assert from 'node:assert/strict';
import { ApiFailure } from '../../../../kubernetes/client/api-failure.js';
import type { Cluster } from '../../../../kubernetes/client/cluster.js';
import { type Lease, releaseLease } from '../../../../kubernetes/client/leases.js';

/** A cluster with one Lease. Before each of the first deletions, somebody changes the Lease. */
class OneLease {
  holder: string | undefined = 'run-1';
  version = 1;
  constructor(private readonly changes: readonly ((lease: OneLease) => void)[]) {}

  deletions = 0;

  readonly cluster = {
    find: async (): Promise<Partial<Lease> | undefined> =>
      this.holder === undefined
        ? undefined
        : {
            metadata: { name: 'gpu-1', namespace: 'bench', uid: 'u', resourceVersion: String(this.version) },
            spec: { holderIdentity: this.holder },
          },
    delete: async (_kind: unknown, _namespace: string, _name: string, { preconditions = { resourceVersion: '' } }) => {
      this.changes[this.deletions++]?.(this);
      if (preconditions.resourceVersion !== String(this.version)) {
        const status = JSON.stringify({ kind: 'Status', reason: 'Conflict' });
        throw new ApiFailure({ verb: 'delete', what: 'Lease', server: 'https://here' }, 409, status);
      }
      this.holder = undefined;
    },
  } as unknown as Cluster;

  release(): Promise<void> {
    return releaseLease(this.cluster, 'bench', 'gpu-1', 'run-1');
  }
}

const renew = (lease: OneLease) => {
  lease.version++;
};

describe('the release of a Lease', () => {
  it('succeeds although the holder renews the Lease at the same time', async () => {
    const lease = new OneLease([renew, renew]);
    await lease.release();
    assert.equal(lease.holder, undefined);
    assert.equal(lease.deletions, 3);
  });

  it('leaves the Lease to a holder who takes it at the same time', async () => {
    const taken = (lease: OneLease) => {
      lease.version++;
      lease.holder = 'run-2';
    };
    const lease = new OneLease([taken]);
    await lease.release();
    assert.equal(lease.holder, 'run-2');
  });

  it('fails when every try has a conflict, so that the step is tried again', async () => {
    const lease = new OneLease(Array.from({ length: 100 }, () => renew));
    await assert.rejects(lease.release(), { class: 'ApiConflict' });
    assert.equal(lease.deletions, 5);
  });
});
