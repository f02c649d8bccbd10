const ends: (() => Promise<unknown>)[] = [];

/** Ends what tests of this process share, such as a server, after the last of them. */
export function afterLastTest(end: () => Promise<unknown>): void {
  ends.push(end);
}

/** Mocha's root hook. */
export const mochaHooks = {
  async afterAll(): Promise<void> {
    for (const end of ends.splice(0)) await end();
  },
};
