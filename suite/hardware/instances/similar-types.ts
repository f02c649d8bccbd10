import { distance } from 'fastest-levenshtein';
import { ec2InstanceType } from '../instance-type.js';
import { instanceTypes } from './catalogue.js';

/** Number of similar types that a message can hold. */
const MOST = 5;

/** Longest name for which similar ones are searched; the search takes time by the product of the lengths. */
const LONGEST = 64;

/**
 * Lists instance types of the catalogue with similar names, the most similar first: types of the same family, otherwise types
 * of which at most a third of the letters differ. Empty when there are none.
 */
export function similarTypes(type: string): string[] {
  const relatives = relativesOf(type);
  return relatives.length > 0 ? relatives : ranked(type, ({ apart, wanted }) => apart <= Math.ceil(wanted.length / 3));
}

/** Lists the sizes in the catalogue of an EC2 instance type's family, the most similar first; empty for other types. */
export function relativesOf(type: string): string[] {
  const family = familyOf(ec2InstanceType(type).toLowerCase());
  return family === undefined ? [] : ranked(type, ({ name }) => familyOf(name.toLowerCase()) === family);
}

interface Candidate {
  readonly wanted: string;
  readonly name: string;
  /** Number of letters that differ. */
  readonly apart: number;
}

function ranked(type: string, fits: (candidate: Candidate) => boolean): string[] {
  const wanted = ec2InstanceType(type).toLowerCase();
  if (wanted.length > LONGEST) return [];
  return instanceTypes()
    .map((name) => ({ wanted, name, apart: distance(wanted, name.toLowerCase()) }))
    .filter(fits)
    .sort((one, other) => one.apart - other.apart || one.name.localeCompare(other.name, 'en'))
    .slice(0, MOST)
    .map(({ name }) => name);
}

/** Returns the part of a name that an EC2 size follows: `g5` of `g5.48xlarge`. */
function familyOf(type: string): string | undefined {
  return /^([a-z0-9-]+)\.(?:\d*x?large|metal|medium|small|nano|micro)/.exec(type)?.[1];
}
