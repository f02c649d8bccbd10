import { isIP } from 'node:net';
import { z } from 'zod';

/** IP address and port that a server of the worker listens on. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Schema of an address: `0.0.0.0:8080`, `[::]:8080`. */
export const address = () =>
  z.string().transform((text, context): Address => {
    const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text) ?? [];
    const host = bracketed ?? plain ?? '';
    if (isIP(host) === (bracketed === undefined ? 4 : 6) && Number(port) <= 65_535) return { host, port: Number(port) };
    context.addIssue({
      code: 'custom',
      message: 'expected an IP address and a port, such as 0.0.0.0:8080 or [::]:8080',
    });
    return z.NEVER;
  });

/** Formats an address: `0.0.0.0:8080`, `[::]:8080`. */
export function addressText({ host, port }: Address): string {
  return isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}
