import { isSecretValue, isSwitch, redactArguments } from '../secrets/redact.js';
import { isPlainSecret } from '../secrets/secret-name.js';
import type { SpecProblem } from '../spec/spec-problems.js';

const MESSAGE =
  'looks like a secret, and the suite stores its spec in clear; remove it, and put it into a Secret of the cluster to which the spec refers by its name';

/**
 * Finds secrets in the texts of a spec as written: by their shape, by the name of their key, and as values of options in lists
 * of arguments. Messages never contain the text. Environments have a separate check, with another way out.
 */
export function secretTexts(input: unknown): SpecProblem[] {
  const problems: SpecProblem[] = [];
  const visit = (value: unknown, path: string, name: string): void => {
    if (typeof value === 'string') {
      if (isSecretValue(value) || (isPlainSecret(name) && !isSwitch(value))) problems.push({ path, message: MESSAGE });
    } else if (Array.isArray(value)) {
      const texts = value.filter((item) => typeof item === 'string');
      const safe = texts.length === value.length ? redactArguments(texts) : value;
      value.forEach((item, at) => {
        const place = `${path}[${at}]`;
        if (item !== safe[at]) problems.push({ path: place, message: MESSAGE });
        else if (typeof item !== 'string') visit(item, place, name);
      });
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        const place = path === '' ? key : `${path}.${key}`;
        if (ENVIRONMENT.test(place)) continue;
        const { name: variable } = value as { name?: unknown };
        visit(item, place, key === 'value' && typeof variable === 'string' ? variable : key);
      }
    }
  };
  visit(input, '', '');
  return problems;
}

/** Matches the paths of environments, whose schema refuses secrets. A chart can have other fields with this name. */
const ENVIRONMENT =
  /^(?:dynamo\.)?(?:env|environment)$|^tests\[\d+\]\.(?:env|environment|matrix\.(?:[^.]+\[\d+\]\.)?(?:env|environment)(?:\..*)?)$/;
