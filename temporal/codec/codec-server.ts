import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Payload, PayloadCodec } from '@temporalio/common';

/** Largest request. A gRPC message of Temporal has at most 4 MB, of which the request is a page with base64. */
const MAX_BYTES = 16 * 1024 * 1024;
const HEADERS = 'authorization, content-type, x-namespace';

/** Settings of a codec server. */
export interface CodecServerOptions {
  /** Origin of the Web UI, the only one whose pages may send requests, such as `http://localhost:8233`. */
  readonly origin: string;
  /** Token that each request must have as `Authorization: Bearer TOKEN`. Default: requests need none. */
  readonly token?: string | undefined;
  /** Called with the reason for each request that was refused or failed. */
  readonly log: (message: string) => void;
}

/** Payload as JSON, with base64 in place of bytes. */
interface JsonPayload {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly data?: string;
}

/** A request that is refused, with its HTTP status. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/**
 * Creates a codec server: `POST …/decode` and `POST …/encode` with `{"payloads": […]}`, as the Web UI and the Temporal
 * CLI send them. The caller lets it listen.
 */
export function createCodecServer(codec: PayloadCodec, options: CodecServerOptions): Server {
  return createServer((request, response) => {
    answer(request, response, codec, options).catch((error: unknown) => {
      const status = error instanceof Refusal ? error.status : 400;
      const { message } = error as Error;
      options.log(`${request.method} ${request.url}: ${status}: ${message}`);
      // What is left of a request that is too large is not read.
      if (status === 413) response.setHeader('connection', 'close');
      send(response, status, { message });
    });
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  codec: PayloadCodec,
  { origin, token }: CodecServerOptions,
): Promise<void> {
  allowOrigin(request, response, origin);
  if (request.method === 'OPTIONS') return void response.writeHead(204).end();
  const action = /\/(encode|decode)$/.exec(new URL(request.url ?? '/', 'http://codec').pathname)?.[1];
  if (action !== 'encode' && action !== 'decode') throw new Refusal(404, 'expected /encode or /decode');
  if (request.method !== 'POST') throw new Refusal(405, 'expected POST');
  if (token !== undefined && !isToken(request.headers.authorization, token))
    throw new Refusal(401, 'expected the header "Authorization: Bearer TOKEN" with the token of --token-file');
  const payloads = parseBody(await readBody(request));
  send(response, 200, { payloads: (await codec[action](payloads)).map(toJson) });
}

/**
 * Allows the pages of one origin to read the response.
 *
 * @throws {Refusal} for a request from a page of another origin. A program such as the Temporal CLI sends no origin.
 */
function allowOrigin({ headers }: IncomingMessage, response: ServerResponse, origin: string): void {
  response.setHeader('vary', 'origin');
  if (headers.origin === undefined) return;
  if (headers.origin !== origin)
    throw new Refusal(403, `a page of ${headers.origin} sent the request: start the server with this --origin`);
  response.setHeader('access-control-allow-origin', origin);
  response.setHeader('access-control-allow-methods', 'POST');
  response.setHeader('access-control-allow-headers', HEADERS);
}

/** Compares digests, which have one length, in constant time. */
function isToken(header: string | undefined, token: string): boolean {
  return timingSafeEqual(digest(header ?? ''), digest(`Bearer ${token}`));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BYTES) throw new Refusal(413, `the request has more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parseBody(body: string): Payload[] {
  try {
    // The Temporal CLI leaves out an empty list.
    const { payloads = [] } = JSON.parse(body) as { readonly payloads?: readonly JsonPayload[] };
    return payloads.map(fromJson);
  } catch {
    throw new Refusal(400, 'expected JSON: {"payloads": [{"metadata": {"encoding": "…"}, "data": "…"}]}');
  }
}

function fromJson({ metadata = {}, data = '' }: JsonPayload): Payload {
  const entries = Object.entries(metadata).map(([name, value]) => [name, Buffer.from(value, 'base64')] as const);
  return { metadata: Object.fromEntries(entries), data: Buffer.from(data, 'base64') };
}

function toJson({ metadata, data }: Payload): JsonPayload {
  const entries = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)] as const);
  return { metadata: Object.fromEntries(entries), data: base64(data ?? new Uint8Array()) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
