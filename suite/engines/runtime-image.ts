import { fabricKindOf } from '../fabrics/registry.js';
import { type EngineSpec, engineOf } from './registry.js';

const REGISTRY = 'nvcr.io/nvidia/ai-dynamo';
/** Version of Dynamo for which the manifests and the engines were written. */
const VERSION = '1.6.1';

/**
 * Returns NVIDIA's image of an engine for a fabric, which frontend and workers run by default, and its version of Dynamo:
 * `nvcr.io/nvidia/ai-dynamo/vllm-runtime:1.6.1-efa`, `1.6.1`.
 */
export function runtimeImage(engine: EngineSpec, fabric: { readonly kind: string }) {
  const tag = `${VERSION}${fabricKindOf(fabric).runtimeImageSuffix}`;
  return { image: `${REGISTRY}/${engineOf(engine).runtimeImage}:${tag}`, runtimeVersion: VERSION };
}
