import type { DynamoSpec } from '../spec/dynamo-spec.js';
import { helmCommand, helmCommandLine } from './helm-command.js';

/** State of a Dynamo platform that cannot be used: no part exists, it is too old, or a part exists that is not ready. */
export type UnusablePlatform = 'absent' | 'outdated' | 'not ready';

/** Returns what a person does about a platform that cannot be used. Only an absent one is installed. */
export function platformRemedy(
  { state }: { readonly state: UnusablePlatform },
  platform: DynamoSpec['platform'],
  context: string | undefined,
): string {
  switch (state) {
    case 'absent':
      return `Install it: ${helmCommandLine(helmCommand(platform, { context }))}`;
    case 'outdated':
      return 'Upgrade the Dynamo platform with its own tools, or set `dynamo.deployWith` to "manifests"; the suite never changes a platform that exists';
    case 'not ready':
      return `Check the pods and events of the Dynamo operator (${platform.namespace} is the namespace in the spec), or remove what remains of a former platform; the suite never changes a platform that exists`;
  }
}
