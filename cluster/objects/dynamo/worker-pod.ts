import type { Container, PodSpec, PodTemplate } from '../../../kubernetes/client/objects.js';
import { DEPLOYMENT_LABEL, ROLE_LABEL } from '../../../suite/cluster/dynamo-names.js';
import type { WorkerRole } from '../../../suite/engines/engine.js';
import { engineOf } from '../../../suite/engines/registry.js';
import { workerEnvironment } from '../../../suite/engines/worker-environment.js';
import { applyPodPatch } from '../../../suite/pod/apply-patch.js';
import { deviceQuantities } from '../../../suite/schema/network-devices.js';
import { gpusOfWorker, nicsOfPod } from '../../../suite/spec/rank-resources.js';
import { kubernetesQuantity } from '../../../suite/units/units.js';
import { addClaims } from '../device-claims.js';
import { showNodeSysfs } from '../node-sysfs.js';
import type { DeploymentInput } from './deployment-input.js';
import { mainContainer, onNode, setEnvironment } from './deployment-pod.js';
import { mountModelCache } from './model-cache.js';
import type { WorkerGroup } from './workers.js';

/**
 * Completes a pod from `fillDynamoPod` as a worker: engine, resources, shared memory and node, then the patch of the spec, then
 * claims of devices.
 */
export function workerTemplate(template: PodTemplate, input: DeploymentInput, group: WorkerGroup): PodTemplate {
  fillWorkerPod(template.spec, input, group);
  const patched = applyPodPatch(template, input.dynamo.pod);
  addClaims(input.run, 'worker', patched.spec, mainContainer(patched.spec), input.dynamo.resources.claims);
  return patched;
}

function fillWorkerPod(spec: PodSpec, input: DeploymentInput, { role, node }: WorkerGroup): void {
  const { dynamo } = input;
  const container = mainContainer(spec);
  setEngine(container, input, role);
  container.resources = resourcesOf(input);
  // The operator mounts shared memory of the size in the component.
  if (dynamo.deployWith === 'manifests') {
    const sizeLimit = kubernetesQuantity(dynamo.resources.sharedMemory);
    container.volumeMounts = [{ name: 'shared-memory', mountPath: '/dev/shm' }];
    spec.volumes = [{ name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit } }];
  }
  showNodeSysfs(spec, container, nicsOfPod({ devices: input.devices, claims: dynamo.resources.claims }));
  mountModelCache(spec, dynamo);
  spec.affinity = affinityOf(input, role, node);
}

function setEngine(container: Container, input: DeploymentInput, role: WorkerRole): void {
  const { engine, model, transfer, resources } = input.dynamo;
  const simulatedKv = { rate: input.simulatedRate, bytesPerToken: input.kvBytesPerToken };
  const { promptTokens } = input;
  const worker = { role, block: engine, model, transfer, gpus: gpusOfWorker(resources), promptTokens, simulatedKv };
  const { command, arguments: argumentsOf } = engineOf(engine);
  container.command = [...command];
  container.args = [...argumentsOf(worker), ...engine.extraArguments];
  const ofSpec = new Set(Object.keys(input.dynamo.env));
  const ofFabric = Object.entries(input.fabricEnvironment).filter(([name]) => !ofSpec.has(name));
  setEnvironment(container, { ...Object.fromEntries(ofFabric), ...workerEnvironment(worker) });
}

function resourcesOf({ dynamo, gpuResource, devices }: DeploymentInput): Container['resources'] & object {
  const { gpu, hugepages2Mi, memory, cpu } = dynamo.resources;
  const fixed = {
    ...(gpu > 0 ? { [gpuResource]: String(gpu) } : {}),
    ...deviceQuantities(devices),
    ...(hugepages2Mi > 0 ? { 'hugepages-2Mi': kubernetesQuantity(hugepages2Mi) } : {}),
    memory: kubernetesQuantity(memory),
  };
  return { requests: { ...fixed, cpu: String(cpu) }, limits: fixed };
}

/** Binds a worker to its node, and keeps the prefill and decode workers of one run on different nodes. */
function affinityOf({ run }: DeploymentInput, role: WorkerRole, node: string): PodSpec['affinity'] & object {
  const bound = onNode(node);
  if (role === 'worker') return bound;
  const other = role === 'prefill' ? 'decode' : 'prefill';
  const podAntiAffinity = {
    requiredDuringSchedulingIgnoredDuringExecution: [
      {
        topologyKey: 'kubernetes.io/hostname',
        labelSelector: { matchLabels: { [ROLE_LABEL]: other, [DEPLOYMENT_LABEL]: run.key } },
      },
    ],
  };
  return { ...bound, podAntiAffinity };
}
