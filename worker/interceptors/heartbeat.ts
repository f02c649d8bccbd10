import { Context } from '@temporalio/activity';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  Next,
} from '@temporalio/worker';

/**
 * Interval of heartbeats. Well below the heartbeat time-out of 10 s, so that one lost heartbeat does not look like a
 * lost worker.
 */
const INTERVAL_MS = 2_000;

/**
 * Sends heartbeats while an activity runs. They let the server detect a killed worker, and deliver a cancellation to
 * the activity. All waits in activities have a time limit, so an activity without progress stops sending them.
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
