import {
  ownerLabelValue,
  type AppNetwork,
  type KubernetesObject,
  type ObjectRef,
} from '@app-network/backstage-plugin-app-network-common';
import { isOwnedBy } from '../engine/reconcileOwned';
import type { Informer, KubernetesClient } from '../engine/types';
import type { PlatformFacts } from '../platform/facts';
import type { ForeignHosts } from './foreignHosts';
import { REQUEST_AUTHENTICATION, SECRET } from './render/kinds';
import { podLabels } from './render/selector';
import { certificateRefs } from './render/tls';
import type { RenderInput, Secret, Service } from './render/types';
import { hostnameInput } from './hostnameInput';
import { podTemplateOf, type Job } from './jobs';
import type { SelectedPod } from './podLooks';
import { sidecarsOf } from './sidecars';
import { takenIssuers } from './takenIssuers';
import { serviceAccountsOf, type Workload } from './workloads';

/** The part of the informers that render's input is read from; a command fills it from files. */
export interface InputCaches {
  appNetworks: Pick<Informer<AppNetwork>, 'list' | 'index'>;
  services: Pick<Informer<Service>, 'list'>;
  workloads: Pick<Informer<Workload>, 'list'>[];
  jobs: Pick<Informer<Job>, 'list'>[];
  owned: Pick<Informer, 'kind' | 'get' | 'list'>[];
  foreign: ForeignHosts;
}

/**
 * What render reads of the cluster, from the caches. Secrets that are not ours are in none, so that a backend need not hold all of a
 * cluster's: the few that matter are read one by one.
 */
export async function readInput(
  client: Pick<KubernetesClient, 'get'>,
  informers: InputCaches,
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): Promise<RenderInput> {
  const { namespace } = appNetwork.metadata;
  const { certificateRef } = appNetwork.spec?.tls ?? {};
  const present = informers.owned
    .filter(({ kind }) => kind.kind === REQUEST_AUTHENTICATION.kind)
    .flatMap(informer => informer.list());
  return {
    services: informers.services.list(namespace),
    serviceAccounts: serviceAccountsOf(
      [
        ...informers.workloads
          .flatMap(informer => informer.list(namespace))
          .map(({ spec }) => spec?.template),
        ...informers.jobs
          .flatMap(informer => informer.list(namespace))
          .flatMap(job => podTemplateOf(job) ?? []),
      ],
      podLabels(appNetwork),
    ),
    certificateSecret: certificateRef
      ? await client.get<Secret>({
          ...SECRET,
          namespace,
          name: certificateRef.name,
        })
      : undefined,
    issuedSecret: issuedSecret(informers, appNetwork, facts),
    ...hostnameInput(
      appNetwork,
      informers.appNetworks,
      facts,
      informers.foreign,
      present,
    ),
    neighbours: informers.appNetworks
      .list(namespace)
      .filter(({ metadata }) => metadata.name !== appNetwork.metadata.name),
    takenIssuers: takenIssuers(
      appNetwork,
      informers.appNetworks.list(),
      present,
    ),
    certificateSecretTaken: await isCertificateSecretTaken(
      client,
      informers,
      appNetwork,
      facts,
    ),
  };
}

/**
 * What render has to know, with what the pods themselves tell: those that nothing is known to make have a service account
 * too.
 */
export function withPods(
  input: RenderInput,
  pods: readonly SelectedPod[],
): RenderInput {
  const accounts = pods.map(
    ({ spec }) => spec?.serviceAccountName ?? 'default',
  );
  return {
    ...input,
    serviceAccounts: [
      ...new Set([...(input.serviceAccounts ?? []), ...accounts]),
    ].sort(),
    sidecars: sidecarsOf(pods),
  };
}

/**
 * Whether somebody else's Secret has the name of the certificate's. cert-manager would write into it, so this is known before the
 * Certificate is made; once that is there, the Secret is its own.
 */
async function isCertificateSecretTaken(
  client: Pick<KubernetesClient, 'get'>,
  { owned }: InputCaches,
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): Promise<boolean> {
  const { spec } = appNetwork;
  if (spec?.expose === false || spec?.tls?.mode === 'Passthrough') {
    return false;
  }
  const { certificate, issued } = certificateRefs(appNetwork, facts);
  const made = cached(owned, certificate);
  if (made && isOurs(made, appNetwork)) {
    return false;
  }
  const found = cached(owned, issued) ?? (await client.get(issued));
  return found !== undefined && !isOurs(found, appNetwork);
}

/** The Secret of a Certificate that is not made where the gateway reads it. It carries our labels, so that a cache has it. */
function issuedSecret(
  { owned }: InputCaches,
  appNetwork: AppNetwork,
  facts: PlatformFacts,
): Secret | undefined {
  const { issued, secret } = certificateRefs(appNetwork, facts);
  const found =
    issued.namespace === secret.namespace ? undefined : cached(owned, issued);
  return found && isOurs(found, appNetwork) ? found : undefined;
}

function cached(
  owned: InputCaches['owned'],
  { kind, namespace, name }: ObjectRef,
): KubernetesObject | undefined {
  return owned
    .find(informer => informer.kind.kind === kind)
    ?.get(namespace, name);
}

function isOurs(object: KubernetesObject, { metadata }: AppNetwork): boolean {
  return isOwnedBy(object, ownerLabelValue(metadata));
}
