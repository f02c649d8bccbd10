import { type Dispatcher, getGlobalDispatcher } from 'undici';

/** Certificates that a kubeconfig names may be renewed; after this long, new connections are made with them. */
const LAST_MS = 60_000;

/**
 * The open connections to a cluster, for many requests. The Kubernetes client makes new ones for every request, and a TLS
 * handshake takes longer than most answers of the API server.
 */
export class Connections {
  #dispatcher: Dispatcher | undefined;
  #madeAt = 0;

  /** @param made what the client has just made for the request that is about to be sent; nothing when it needs nothing */
  use(made: Dispatcher | undefined): Dispatcher {
    if (!made) return getGlobalDispatcher();
    if (this.#dispatcher && performance.now() - this.#madeAt < LAST_MS) return this.#dispatcher;
    // What is under way ends on the connection that it began on.
    this.#dispatcher?.close().catch(() => undefined);
    this.#dispatcher = made;
    this.#madeAt = performance.now();
    return made;
  }
}
