import assert from 'node:assert/strict';
import { answerDifference, type FirstAnswer, firstRequest, readAnswer } from '../../../../suite/judge/first-answer.js';

/** An answer whose tokens have these logarithms of probabilities, and the rivals of some of them. */
function answer(tokens: readonly [string, number, Record<string, number>?][]): FirstAnswer {
  return {
    text: tokens.map(([text]) => text).join(''),
    tokens: tokens.map(([text, logProbability, alternatives = {}]) => ({ text, logProbability, alternatives })),
  };
}

describe('the first request', () => {
  it('is greedy and asks for the probabilities of the tokens', () => {
    const body = firstRequest('tiny', { probabilities: true });
    assert.deepEqual(
      ['model', 'temperature', 'logprobs', 'stream'].map((key) => (body as Record<string, unknown>)[key]),
      ['tiny', 0, true, false],
    );
  });

  it('can do without the probabilities', () => {
    const body = firstRequest('tiny', { probabilities: false });
    assert.deepEqual(
      ['logprobs', 'top_logprobs'].filter((key) => key in body),
      [],
    );
  });
});

describe('the first answer', () => {
  it('is read from the completion of a chat', () => {
    const body = JSON.stringify({
      choices: [
        {
          message: { role: 'assistant', content: 'ab' },
          logprobs: {
            content: [
              { token: 'a', logprob: -0.5, top_logprobs: [{ token: 'x', logprob: -0.6 }] },
              { token: 'b', logprob: -1 },
            ],
          },
        },
      ],
    });
    assert.deepEqual(
      readAnswer(body),
      answer([
        ['a', -0.5, { x: -0.6 }],
        ['b', -1],
      ]),
    );
  });

  it('is read although a probability is 0, whose logarithm JSON cannot hold, and without alternatives', () => {
    const body = JSON.stringify({
      choices: [
        {
          message: { content: 'ab' },
          logprobs: {
            content: [
              { token: 'a', logprob: -0.5, top_logprobs: [{ token: 'x', logprob: null }] },
              { token: 'b', logprob: null, top_logprobs: null },
            ],
          },
        },
      ],
    });
    assert.deepEqual(readAnswer(body), {
      text: 'ab',
      tokens: [
        { text: 'a', logProbability: -0.5, alternatives: {} },
        { text: 'b', alternatives: {} },
      ],
    });
  });

  it('has the most probable of alternatives with the same text', () => {
    const alternatives = [
      { token: '\ufffd', logprob: -0.6 },
      { token: '\ufffd', logprob: -4 },
    ];
    const content = [{ token: 'a', logprob: -0.5, top_logprobs: alternatives }];
    const body = JSON.stringify({ choices: [{ message: { content: 'a' }, logprobs: { content } }] });
    assert.deepEqual(readAnswer(body)?.tokens?.[0]?.alternatives, { '\ufffd': -0.6 });
  });

  it('has no tokens when the engine reports no probabilities', () => {
    const body = JSON.stringify({ choices: [{ message: { content: 'ab' }, logprobs: null }] });
    assert.deepEqual(readAnswer(body), { text: 'ab' });
  });

  it('is absent in an error, in an empty completion, and in text that is not JSON', () => {
    for (const body of ['{"error": "NIXL_ERR_BACKEND"}', '{"choices": []}', '{"choices": [{}]}', 'event: error', '']) {
      assert.equal(readAnswer(body), undefined, body);
    }
  });
});

describe('the comparison with the answer of the control', () => {
  const control = answer([
    ['a', -0.5],
    ['b', -1.0],
    ['c', -0.2],
  ]);

  it('accepts the rounding of another order of additions', () => {
    assert.equal(
      answerDifference(
        answer([
          ['a', -0.52],
          ['b', -1.01],
          ['c', -0.2],
        ]),
        control,
      ),
      undefined,
    );
  });

  it('finds another token, and the same token with another probability', () => {
    assert.match(
      answerDifference(
        answer([
          ['a', -0.5],
          ['x', -1.0],
        ]),
        control,
      ) ?? '',
      /token 2 is "x" instead of "b"/,
    );
    assert.match(
      answerDifference(
        answer([
          ['a', -0.5],
          ['b', -7.6],
          ['c', -0.2],
        ]),
        control,
      ) ?? '',
      /token 2 is "b" with log probability -7.600 instead of "b" with -1.000/,
    );
  });

  it('ends where two tokens of nearly equal probability change places', () => {
    const tie = answer([
      ['a', -0.5],
      ['x', -0.99, { x: -0.99, b: -1.02 }],
      ['y', -5],
    ]);
    assert.equal(answerDifference(tie, control), undefined);
    const noTie = answer([
      ['a', -0.5],
      ['x', -0.99, { x: -0.99, b: -3 }],
    ]);
    assert.match(answerDifference(noTie, control) ?? '', /token 2 is "x"/);
  });

  it('compares the text alone of a token without probability', () => {
    const unknown = (text: string): FirstAnswer => ({ text, tokens: [...text].map((each) => ({ text: each })) });
    assert.equal(answerDifference(unknown('abc'), control), undefined);
    assert.match(answerDifference(unknown('axc'), control) ?? '', /token 2 is "x" instead of "b"/);
  });

  it('finds an answer that ends early or late', () => {
    assert.match(answerDifference(answer([['a', -0.5]]), control) ?? '', /has 1 tokens instead of 3/);
    assert.match(
      answerDifference(
        answer([
          ['a', -0.5],
          ['b', -1],
          ['c', -0.2],
          ['d', -0.1],
        ]),
        control,
      ) ?? '',
      /has 4 tokens instead of 3/,
    );
  });

  it('compares texts when an engine reports no tokens', () => {
    assert.equal(answerDifference({ text: 'abc' }, control), undefined);
    assert.match(answerDifference({ text: 'abd' }, control) ?? '', /the answer is "abd" instead of "abc"/);
  });
});
