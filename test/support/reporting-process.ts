import { makeReports } from '../../activities/report/report-process.js';

/**
 * A process that has the reports of a run made, as a worker does; to be killed. The environment has the URL.
 *
 *   RESULTS_URL=URL node reporting-process.js FOLDER RUN
 */
const [root = '', run = ''] = process.argv.slice(2);
await makeReports({ root, url: process.env.RESULTS_URL, run }, new AbortController().signal);
