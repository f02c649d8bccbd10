/** `nobody` is on every machine. */
const ID = 65534;

/** For child processes: a user who may do nothing, when the tests run as root; else the one that they run as. */
export const NOBODY: { readonly uid?: number; readonly gid?: number } =
  process.getuid?.() === 0 ? { uid: ID, gid: ID } : {};

/** The same user in the group of this one, whose members may read results. */
export const NOBODY_IN_GROUP: typeof NOBODY = { ...NOBODY, ...(process.getgid ? { gid: process.getgid() } : {}) };
