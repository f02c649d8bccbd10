import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Path of the workflow code as one file. The build writes this file, so that a worker starts within a second. */
export const BUNDLE_PATH = fileURLToPath(new URL('workflow-bundle.js', import.meta.url));

const WORKFLOWS_PATH = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
/** Path of the interceptors of the workflows. They do nothing without `TRACING_SWITCH`. */
export const TRACING_INTERCEPTORS_PATH = fileURLToPath(
  new URL('../workflows/common/tracing-interceptors.js', import.meta.url),
);

/** Converter of failures in the workflows. It is Temporal's default without `ENCRYPTION_SWITCH`. */
const FAILURE_CONVERTER_PATH = fileURLToPath(
  new URL('../temporal/codec/workflow-failure-converter.js', import.meta.url),
);

/** Code before the bundle that makes the workflows trace. A sandbox has no environment variables. */
export const TRACING_SWITCH = 'globalThis.dynamoBenchTracing = true;';
/** Code before the bundle that makes the workflows hide the messages of failures in payloads. */
export const ENCRYPTION_SWITCH = 'globalThis.dynamoBenchEncryption = true;';

/**
 * Bundles the workflows and writes the file. The source map omits the sources, because the worker keeps four copies of
 * it in memory and needs only file names and lines.
 */
async function writeBundle(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS_PATH,
    failureConverterPath: FAILURE_CONVERTER_PATH,
    workflowInterceptorModules: [TRACING_INTERCEPTORS_PATH],
    logger: new DefaultLogger('ERROR'),
    webpackConfigHook: (config) => ({ ...config, devtool: 'inline-nosources-source-map' }),
  });
  await mkdir(dirname(BUNDLE_PATH), { recursive: true });
  await writeFile(BUNDLE_PATH, code);
}

/** Whether the build has written the bundle. */
export async function bundleExists(): Promise<boolean> {
  return stat(BUNDLE_PATH).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBundle();
