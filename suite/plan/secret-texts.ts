import { isSecretValue, isSwitch, redactArguments } from '../secrets/redact.js';
import { isPlainSecret } from '../secrets/secret-name.js';
import type { SpecProblem } from '../spec/spec.js';

const MESSAGE =
  'looks like a secret, and the suite stores its spec in clear; remove it, and put it into a Secret of the cluster to which the spec refers by its name';

/**
 * Finds secrets in the texts of a spec as written: by their shape, by the name of their key, and as values of options in lists
 * of arguments. Messages never contain the text. Environments have a check of their own, with their own way out.
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
        if (isEnvironment(key)) continue;
        visit(item, path === '' ? key : `${path}.${key}`, key);
      }
    }
  };
  visit(input, '', '');
  return problems;
}

/** Keys and axes of environments, whose schema refuses secrets. */
function isEnvironment(key: string): boolean {
  return /^(?:env|environment)(?:\.|$)/.test(key);
}
