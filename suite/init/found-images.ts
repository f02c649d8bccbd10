import { suiteSpec } from '../spec/spec.js';
import type { SurveyedNode } from './cluster-survey.js';

/** Images of the block `cluster` that differ from the defaults, with the reasons. */
export interface FoundImages {
  readonly cluster: Readonly<Record<string, string>>;
  readonly comments: readonly { readonly key: string; readonly text: string }[];
}

/** Matches an image of etcd in any registry. */
const ETCD = /(?:^|\/)etcd:[^/@]+$/;

/** Proposes images: that of the option, and an etcd that the nodes have when they lack the default one. */
export function foundImages(nodes: readonly SurveyedNode[], wanted: string | undefined): FoundImages {
  const defaults = suiteSpec.in.shape.cluster.parse({});
  const image = wanted ?? defaults.image;
  const common = (nodes[0]?.images ?? []).filter((name) => nodes.every(({ images }) => images.includes(name)));
  const isPulled = (reference: string) => common.some((name) => name === reference || name.endsWith(`/${reference}`));
  const etcdImage = isPulled(defaults.etcdImage) ? undefined : common.find((name) => ETCD.test(name));
  const comments = [
    {
      key: 'image',
      text: isPulled(image)
        ? 'The nodes have this image.'
        : 'The nodes do not list this image: put it into a registry that they can pull from, with that registry in its name.',
    },
    ...(etcdImage
      ? [{ key: 'etcdImage', text: `The nodes have this etcd; the default is ${defaults.etcdImage}.` }]
      : []),
  ];
  return { cluster: { image, ...(etcdImage ? { etcdImage } : {}) }, comments };
}
