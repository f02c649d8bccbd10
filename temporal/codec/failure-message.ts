import type { LoadedDataConverter, ProtoFailure } from '@temporalio/common';

/** Returns the message of a failure from a history, which the failure converter of an encrypted run moves to a payload. */
export async function failureMessage(
  { message, encodedAttributes }: ProtoFailure,
  { payloadCodecs, payloadConverter }: Pick<LoadedDataConverter, 'payloadCodecs' | 'payloadConverter'>,
): Promise<string> {
  if (!encodedAttributes) return message ?? '';
  let payloads = [encodedAttributes];
  for (const codec of payloadCodecs.toReversed()) payloads = await codec.decode(payloads);
  const [attributes = {}] = payloads;
  return payloadConverter.fromPayload<{ readonly message: string }>(attributes).message;
}
