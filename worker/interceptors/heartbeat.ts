import { Context } from '@temporalio/activity';
import type {
  ActivityExecuteInput,
  ActivityInboundCallsInterceptor,
  ActivityInterceptorsFactory,
  Next,
} from '@temporalio/worker';

/** Well below the heartbeat time-out of the workflows, so that a lost beat is no lost worker. */
const INTERVAL_MS = 2_000;

/**
 * Every activity heartbeats while it runs: that is how the server notices a killed worker, and the only way by which a
 * cancellation reaches an activity. All waiting in the activities is bounded, so a beat without progress cannot last.
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
