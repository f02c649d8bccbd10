import { Context } from '@temporalio/activity';

/** For an activity that ends only when it is cancelled. */
export function untilCancelled(): Promise<never> {
  const { cancellationSignal } = Context.current();
  return new Promise((_, reject) => {
    cancellationSignal.addEventListener('abort', () => reject(cancellationSignal.reason));
  });
}
