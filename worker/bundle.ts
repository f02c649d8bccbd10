import { mkdir, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { FAILURE_CONVERTER_PATH } from '../temporal/codec/data-converter.js';

/** Path of the workflow code as one file. The build writes this file, so that a worker starts within a second. */
export const BUNDLE_PATH = fileURLToPath(new URL('workflow-bundle.js', import.meta.url));

/**
 * Path of the same code with the failure converter of encrypted runs. The converter is part of a bundle, and the sandbox
 * of the workflows has no environment variable that could switch it.
 */
export const ENCRYPTED_BUNDLE_PATH = fileURLToPath(new URL('encrypted-workflow-bundle.js', import.meta.url));

const WORKFLOWS_PATH = fileURLToPath(new URL('../workflows/index.js', import.meta.url));
/** Path of the interceptors of the workflows. They do nothing without `TRACING_SWITCH`. */
export const TRACING_INTERCEPTORS_PATH = fileURLToPath(
  new URL('../workflows/common/tracing-interceptors.js', import.meta.url),
);

/** Code before the bundle that makes the workflows trace. A sandbox has no environment variables. */
export const TRACING_SWITCH = 'globalThis.dynamoBenchTracing = true;';

/**
 * Bundles the workflows and writes the file. The source map omits the sources, because the worker keeps four copies of
 * it in memory and needs only file names and lines.
 */
async function writeBundle(path: string, converter: { readonly failureConverterPath?: string } = {}): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS_PATH,
    ...converter,
    workflowInterceptorModules: [TRACING_INTERCEPTORS_PATH],
    logger: new DefaultLogger('ERROR'),
    webpackConfigHook: (config) => ({ ...config, devtool: 'inline-nosources-source-map' }),
  });
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, code);
}

/** Whether the build has written the bundles. */
export async function bundlesExist(): Promise<boolean> {
  return Promise.all([BUNDLE_PATH, ENCRYPTED_BUNDLE_PATH].map((path) => stat(path))).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await writeBundle(BUNDLE_PATH);
  await writeBundle(ENCRYPTED_BUNDLE_PATH, { failureConverterPath: FAILURE_CONVERTER_PATH });
}
