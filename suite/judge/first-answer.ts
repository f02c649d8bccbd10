import { z } from 'zod';

/**
 * The first request to a deployment, which shows that prefill and decode work together before the load begins: its answer
 * must be that of an engine that does both in one process.
 */

/** A token of an answer. */
export interface AnswerToken {
  readonly text: string;
  /** Natural logarithm of its probability; absent when the engine reports none. */
  readonly logProbability?: number | undefined;
  /** The most probable tokens at this place, with their logarithms. */
  readonly alternatives?: Readonly<Record<string, number>> | undefined;
}

/** Answer of a deployment to the first request. */
export interface FirstAnswer {
  readonly text: string;
  /** Tokens of the answer; absent when the engine reports none. */
  readonly tokens?: readonly AnswerToken[] | undefined;
}

/**
 * Largest difference between the logarithms of the probabilities of one token in two deployments. Kernels add up in another
 * order in another batch, which changes a logarithm in bfloat16 by about 0.01; a KV cache with wrong bytes changes it by
 * more than 1.
 */
const MAX_DIFFERENCE = 0.1;
const ANSWER_TOKENS = 8;
const ALTERNATIVES = 5;
/** Longer than several KV blocks in every tokenizer, and shorter than every context. */
const PROMPT = Array.from({ length: 12 }, (_, i) => `Line ${i + 1}: the quick brown fox jumps over the lazy dog.`).join(
  ' ',
);

/**
 * Returns the body of the first request, for `/v1/chat/completions`. Greedy, so that equal engines give equal answers.
 *
 * @param options.probabilities false for an engine that refuses a request for the probabilities of tokens
 */
export function firstRequest(model: string, { probabilities }: { readonly probabilities: boolean }): object {
  return {
    model,
    messages: [{ role: 'user', content: PROMPT }],
    max_tokens: ANSWER_TOKENS,
    temperature: 0,
    ...(probabilities ? { logprobs: true, top_logprobs: ALTERNATIVES } : {}),
    stream: false,
  };
}

/** JSON has no infinite number: the logarithm of a probability of 0 is null. */
const logProbability = z.object({ token: z.string(), logprob: z.number().nullish() });

const completion = z.object({
  choices: z
    .array(
      z.object({
        message: z.object({ content: z.string().nullish(), reasoning_content: z.string().nullish() }),
        logprobs: z
          .object({
            content: z.array(logProbability.extend({ top_logprobs: z.array(logProbability).nullish() })).nullish(),
          })
          .nullish(),
      }),
    )
    .min(1),
});

/** Reads the body of an answer; undefined when it is not the completion of a chat. */
export function readAnswer(body: string): FirstAnswer | undefined {
  const parsed = completion.safeParse(jsonOf(body));
  const [choice] = parsed.success ? parsed.data.choices : [];
  if (!choice) return undefined;
  const { message, logprobs } = choice;
  const tokens = (logprobs?.content ?? []).map(({ token, logprob, top_logprobs }) => ({
    text: token,
    ...(logprob == null ? {} : { logProbability: logprob }),
    alternatives: alternativesOf(top_logprobs ?? []),
  }));
  const text = `${message.reasoning_content ?? ''}${message.content ?? ''}`;
  return { text, ...(tokens.length === 0 ? {} : { tokens }) };
}

/** Parts of a character can have the same text (U+FFFD), and the most probable of them counts. */
function alternativesOf(found: readonly z.output<typeof logProbability>[]): Record<string, number> {
  const known = found.flatMap(({ token, logprob }): [string, number][] => (logprob == null ? [] : [[token, logprob]]));
  return Object.fromEntries(known.sort(([, a], [, b]) => a - b));
}

/**
 * Explains how an answer differs from that of the control; undefined when they agree. Two tokens of nearly equal probability
 * can change places, and the answers differ from there on, so the comparison ends at such a place.
 */
export function answerDifference(answer: FirstAnswer, control: FirstAnswer): string | undefined {
  const { tokens } = answer;
  const expected = control.tokens;
  if (!tokens || !expected) {
    return answer.text === control.text
      ? undefined
      : `the answer is ${shown(answer.text)} instead of ${shown(control.text)}`;
  }
  for (const [at, token] of tokens.entries()) {
    const other = expected[at];
    if (!other) return `the answer has ${tokens.length} tokens instead of ${expected.length}`;
    const [found, wanted] = [token.logProbability, other.logProbability];
    if (found !== undefined && wanted !== undefined && Math.abs(found - wanted) > MAX_DIFFERENCE) {
      return `token ${at + 1} is ${shown(token.text)} with log probability ${found.toFixed(3)} instead of ${shown(other.text)} with ${wanted.toFixed(3)}`;
    }
    if (token.text === other.text) continue;
    const rival = token.alternatives?.[other.text];
    if (found !== undefined && rival !== undefined && Math.abs(rival - found) <= MAX_DIFFERENCE) return undefined;
    return `token ${at + 1} is ${shown(token.text)} instead of ${shown(other.text)}`;
  }
  return tokens.length < expected.length
    ? `the answer has ${tokens.length} tokens instead of ${expected.length}`
    : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
