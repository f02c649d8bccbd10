import assert from 'node:assert/strict';
import { ApiFailure, isKubeletUnreachable } from '../../../../kubernetes/client/api-failure.js';

describe('an answer of the API server', () => {
  const answer = (status: number, message: string) =>
    new ApiFailure(
      { verb: 'get log of', what: 'v1/namespaces/n/pods/p/log', server: 'https://api' },
      status,
      JSON.stringify({ kind: 'Status', message }),
    );

  it('distinguishes an unreachable kubelet from an API server in trouble', () => {
    const log = 'Get "https://10.0.1.5:10250/containerLogs/n/p/rank": dial tcp 10.0.1.5:10250: i/o timeout';
    assert.equal(isKubeletUnreachable(answer(500, log)), true);
    assert.equal(isKubeletUnreachable(answer(503, 'the server is currently unable to handle the request')), false);
    assert.equal(isKubeletUnreachable(answer(404, log)), false);
  });
});
