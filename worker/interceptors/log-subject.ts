import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { type Subject, subjectOf } from '../logging/subject.js';

/** Adds the run, the test, the cell and the attempt to every log line of an activity. */
export const logSubjectInterceptor: ActivityInterceptorsFactory = () => {
  let subject: Subject = {};
  return {
    inbound: {
      execute: (input, next) => {
        subject = subjectOf(input.args);
        return next(input);
      },
    },
    outbound: { getLogAttributes: (input, next) => next({ ...input, ...subject }) },
  };
};
