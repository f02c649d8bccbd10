import { FABRIC_KINDS, fabricKindOf } from '../fabrics/registry.js';
import { type EngineSpec, engineOf } from './registry.js';

const REGISTRY = 'nvcr.io/nvidia/ai-dynamo';
/** Version of Dynamo for which the manifests and the engines were written. */
const VERSION = '1.6.1';

/**
 * Returns NVIDIA's image of an engine for a fabric, which frontend and workers run by default, and its version of Dynamo:
 * `nvcr.io/nvidia/ai-dynamo/vllm-runtime:1.6.1-efa`, `1.6.1`.
 */
export function runtimeImage(engine: EngineSpec, fabric: { readonly kind: string }) {
  return { image: imageOf(engine, fabricKindOf(fabric)), runtimeVersion: VERSION };
}

function imageOf(engine: EngineSpec, { runtimeImageSuffix }: { readonly runtimeImageSuffix: string }): string {
  return `${REGISTRY}/${engineOf(engine).runtimeImage}:${VERSION}${runtimeImageSuffix}`;
}

/** Returns true when a deployment has the default image of a fabric and its version. */
export function isDefaultRuntime({
  engine,
  image,
  runtimeVersion,
}: {
  readonly engine: EngineSpec;
  readonly image: string;
  readonly runtimeVersion?: string | undefined;
}): boolean {
  return runtimeVersion === VERSION && FABRIC_KINDS.some((fabric) => imageOf(engine, fabric) === image);
}
