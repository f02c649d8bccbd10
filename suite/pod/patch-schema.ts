import { z } from 'zod';
import { strict } from '../schema/schema.js';
import type { JsonObject } from './patch.js';

const part = () => z.record(z.string().max(512), z.unknown(), { error: 'expected an object' });

/** Schema of a patch of a pod. Checks only the structure: `podProblems` checks the rest, which depends on other keys. */
export const podPatch = () =>
  strict({
    metadata: part().optional().meta({ description: 'labels and annotations, for example of Multus, Kueue or KAI' }),
    spec: part().optional().meta({
      description:
        'fields of the PodSpec, for example runtimeClassName, priorityClassName, schedulerName, securityContext, volumes, initContainers',
    }),
  }).transform((patch) => patch as { metadata?: JsonObject; spec?: JsonObject });
