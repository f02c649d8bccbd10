import { type Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { NamespaceNotFoundError } from '@temporalio/common';
import { didYouMean } from '../suite/schema/schema.js';
import { SuiteFailure } from '../suite/verdict/failure.js';
import { placeOf, waysToSet } from './settings.js';

/** gRPC codes. */
const CODE = { deadline: 4, notFound: 5, denied: 7, unavailable: 14, unauthenticated: 16 } as const;
/** Time to list namespaces for a suggestion. */
const LIST_TIMEOUT_MS = 2_000;

/** Server and namespace of a request, and the connection once there is one. */
interface Place {
  readonly address: string;
  readonly namespace: string;
  readonly connection?: Connection;
}

/**
 * Converts an error of the Temporal client that has a known cause in server, namespace or credentials: `NotFound` for an
 * unknown namespace, `TemporalDenied`, or `TemporalUnreachable`. Returns undefined for any other error.
 */
export async function temporalTrouble(error: unknown, place: Place): Promise<SuiteFailure | undefined> {
  if (error instanceof NamespaceNotFoundError) return unknownNamespace(error, place);
  const cause = error instanceof ServiceError ? error.cause : error;
  if (!isGrpcServiceError(cause)) return undefined;
  const { code, details } = cause;
  if (code === CODE.notFound && /^Namespace .* not found/.test(details)) return unknownNamespace(error, place);
  const { address, namespace } = place;
  if (code === CODE.unauthenticated) {
    return new SuiteFailure('TemporalDenied', `Temporal at ${address} refused the credentials: ${details}`, {
      cause: error,
      hint: renewal() ?? `Set ${waysToSet('apiKey')}`,
    });
  }
  if (code === CODE.denied) {
    const wrong = `or correct ${placeOf('namespace') ?? waysToSet('namespace')} if the namespace is wrong`;
    const hint = `${renewal(`may use namespace "${namespace}"`) ?? `Set ${waysToSet('apiKey')}`}; ${wrong}`;
    const message = `Temporal at ${address} denied a request in namespace "${namespace}": ${details}`;
    return new SuiteFailure('TemporalDenied', message, { cause: error, hint });
  }
  if (code === CODE.unavailable || code === CODE.deadline) {
    return new SuiteFailure('TemporalUnreachable', `Temporal at ${address} did not answer: ${details.split('\n')[0]}`, {
      cause: error,
      hint: 'Start the server again, or check the network path to it; the suite run continues without this command',
    });
  }
  return undefined;
}

/** Names the credentials in use, to be corrected; undefined when there are none. */
function renewal(condition = 'is valid'): string | undefined {
  const key = placeOf('apiKey');
  if (key !== undefined) return `Check that the API key in ${key} ${condition}`;
  const certificate = placeOf('clientCert');
  return certificate && `Check that the client certificate in ${certificate} ${condition}, or set TEMPORAL_API_KEY`;
}

async function unknownNamespace(error: unknown, place: Place): Promise<SuiteFailure> {
  const { address, namespace } = place;
  const known = await namespaces(place);
  const similar = known.length === 0 ? '' : didYouMean(namespace, known);
  return new SuiteFailure('NotFound', `Temporal at ${address} has no namespace "${namespace}"${similar}`, {
    cause: error,
    hint: `Create it: temporal operator namespace create --namespace ${namespace}; or ${correction()}`,
  });
}

function correction(): string {
  const place = placeOf('namespace');
  return place === undefined ? 'set TEMPORAL_NAMESPACE' : `correct ${place}`;
}

/** Lists the namespaces of the server, except its own; none when the server denies the list. */
async function namespaces({ connection }: Place): Promise<string[]> {
  if (!connection) return [];
  try {
    const { namespaces: found } = await connection.withDeadline(Date.now() + LIST_TIMEOUT_MS, () =>
      connection.workflowService.listNamespaces({}),
    );
    const names = (found ?? []).flatMap(({ namespaceInfo }) => namespaceInfo?.name ?? []);
    return names.filter((name) => name !== 'temporal-system');
  } catch {
    return [];
  }
}
