import { Context } from '@temporalio/activity';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  Next,
} from '@temporalio/worker';

/** Well below the workflows' heartbeat time-out of 10 s, so that one lost heartbeat does not count as a lost worker. */
const INTERVAL_MS = 2_000;

/**
 * Sends heartbeats while an activity runs, so that the server notices a killed worker and a cancellation reaches the
 * activity. All waits in activities have a time limit, so heartbeats without progress end.
 */
class HeartbeatInterceptor implements ActivityInboundCallsInterceptor {
  async execute(input: ActivityExecuteInput, next: Next<ActivityInboundCallsInterceptor, 'execute'>): Promise<unknown> {
    const context = Context.current();
    const timer = setInterval(() => context.heartbeat(), INTERVAL_MS);
    try {
      return await next(input);
    } finally {
      clearInterval(timer);
    }
  }
}

export const heartbeatInterceptor: ActivityInterceptorsFactory = () => ({ inbound: new HeartbeatInterceptor() });
