import { open } from 'node:fs/promises';

/** Permission bits of users who are neither owner nor in the group. Kubernetes mounts Secrets with the group's. */
const OTHERS = 0o007;

/** What a file with a secret is, and the command that creates one. */
export interface PrivateFile {
  readonly path: string;
  readonly name: 'key file' | 'token file';
  readonly create: string;
}

/**
 * Reads a file with a secret.
 *
 * @throws {Error} with the remedy when the file is missing, or users outside its owner and group have access to it
 */
export async function readPrivateFile({ path, name, create }: PrivateFile): Promise<string> {
  const file = await open(path).catch((error: unknown): never => {
    throw new Error(`Cannot read ${name} ${path}: check its path and owner, or create it with \`${create}\``, {
      cause: error,
    });
  });
  try {
    const { mode } = await file.stat();
    if ((mode & OTHERS) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, '0');
      throw new Error(
        `Every user of this machine has access to ${name} ${path} (mode ${octal}): run \`chmod o-rwx ${path}\`; for a Secret of Kubernetes, set its defaultMode to 0440`,
      );
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
