import { type Dispatcher, getGlobalDispatcher } from 'undici';

/** Age at which connections are replaced, because the certificates in the kubeconfig may have been renewed. */
const MAX_AGE_MS = 60_000;

/**
 * Keeps the connections to a cluster open across requests. The Kubernetes client opens new ones for every request, and
 * a TLS handshake takes longer than most responses of the API server.
 */
export class Connections {
  #dispatcher: Dispatcher | undefined;
  #madeAt = 0;

  /**
   * Returns the dispatcher for the next request.
   *
   * @param made the dispatcher that the client has created for this request; undefined when TLS needs no settings
   */
  use(made: Dispatcher | undefined): Dispatcher {
    if (!made) return getGlobalDispatcher();
    if (this.#dispatcher && performance.now() - this.#madeAt < MAX_AGE_MS) return this.#dispatcher;
    // Running requests finish on the old connections.
    this.#dispatcher?.close().catch(() => undefined);
    this.#dispatcher = made;
    this.#madeAt = performance.now();
    return made;
  }
}
