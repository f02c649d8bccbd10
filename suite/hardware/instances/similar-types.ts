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
  const wanted = ec2InstanceType(type).toLowerCase();
  if (wanted.length > LONGEST) return [];
  const ranked = instanceTypes()
    .map((name) => ({ name, apart: distance(wanted, name.toLowerCase()) }))
    .sort((one, other) => one.apart - other.apart || one.name.localeCompare(other.name, 'en'));
  const family = familyOf(wanted);
  const relatives = family === undefined ? [] : ranked.filter(({ name }) => familyOf(name.toLowerCase()) === family);
  const near = ranked.filter(({ apart }) => apart <= Math.ceil(wanted.length / 3));
  return (relatives.length > 0 ? relatives : near).slice(0, MOST).map(({ name }) => name);
}

/** Returns the part of a name that an EC2 size follows: `g5` of `g5.48xlarge`. */
function familyOf(type: string): string | undefined {
  return /^([a-z0-9-]+)\.(?:\d*x?large|metal|medium|small|nano|micro)/.exec(type)?.[1];
}
