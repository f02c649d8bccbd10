import { WrongUse } from './wrong-use.js';

/** Host and port that a server listens at. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** Parses `host:port` or `[IPv6]:port`. @throws {WrongUse} for any other text */
export function parseAddress(address: string): Address {
  const [, v6, name, digits] = /^(?:\[([\da-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(address) ?? [];
  const host = v6 ?? name;
  const port = Number(digits);
  if (host === undefined || port > 65_535)
    throw new WrongUse(`Invalid address "${address}"`, 'Give host and port, such as 127.0.0.1:8234 or [::1]:8234');
  return { host, port };
}

/** Formats an address as in a URL. */
export function addressText({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
