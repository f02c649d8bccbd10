import { z } from 'zod';
import { strict } from '../schema/schema.js';
import { fieldType } from './field-type.js';
import type { JsonObject } from './patch.js';

const part = () => z.record(z.string().max(512), z.unknown(), { error: 'expected an object' });

/** Returns where a key at the top of a patch belongs. */
function placeInPod(key: string): string | undefined {
  if (key === 'labels' || key === 'annotations') return `metadata.${key}`;
  return fieldType('PodSpec', key) && `spec.${key}`;
}

/** Schema of a patch of a pod. Checks only the structure: `podProblems` checks the rest, which depends on other keys. */
export const podPatch = () =>
  strict(
    {
      metadata: part().optional().meta({ description: 'labels and annotations, for example of Multus, Kueue or KAI' }),
      spec: part().optional().meta({
        description:
          'fields of the PodSpec, for example runtimeClassName, priorityClassName, schedulerName, securityContext, volumes, initContainers',
      }),
    },
    placeInPod,
  ).transform((patch) => patch as { metadata?: JsonObject; spec?: JsonObject });
