/** Webhook that the API server called in vain. */
export interface UnansweredWebhook {
  /** Name of the webhook, or `the conversion of KIND`. */
  readonly name: string;
  /** Namespace and name of its Service; undefined for a webhook at another address. */
  readonly service?: { readonly namespace: string; readonly name: string };
}

/** Matches the API server's texts: `failed calling webhook "x": failed to call webhook: Post "https://…"`. */
const ADMISSION = /failed calling webhook "([^"]+)"/;
const CONVERSION = /conversion webhook for (\S+, Kind=\w+) failed/;
const SERVICE = /Post "https:\/\/([a-z0-9-]+)\.([a-z0-9-]+)\.svc[:/]/;

/** Finds the webhook that did not answer in a message of the API server; undefined when it is about something else. */
export function unansweredWebhook(message: string): UnansweredWebhook | undefined {
  const admission = ADMISSION.exec(message)?.[1];
  const conversion = CONVERSION.exec(message)?.[1];
  const name = admission ?? (conversion && `the conversion of ${conversion}`);
  if (name === undefined) return undefined;
  const [, service, namespace] = SERVICE.exec(message) ?? [];
  return { name, ...(service && namespace ? { service: { namespace, name: service } } : {}) };
}

/**
 * Returns what a person checks about the webhook.
 *
 * @param deployments names of the Deployments behind its Service, if they are known
 */
export function webhookHint({ name, service }: UnansweredWebhook, deployments: readonly string[] = []): string {
  const behind = deployments.length > 0 ? `Deployment ${deployments.join(', ')}` : 'the Deployment';
  const what = service
    ? `Service ${service.namespace}/${service.name} and ${behind} behind it (kubectl get pods,endpointslices --namespace ${service.namespace})`
    : 'the server of the webhook';
  return `Check ${what}; the webhook ${name} did not answer the API server, and the suite repeats the request`;
}
