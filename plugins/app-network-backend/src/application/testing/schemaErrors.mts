/**
 * Prints, as a JSON array of messages, what the schemas of upstream's CustomResourceDefinitions have against the objects on stdin (a JSON
 * array). A program of its own because the packages with the schemas are ES modules only, which Jest can't load.
 */
import { text } from 'node:stream/consumers';
import { Certificate } from '@kubernetes-models/cert-manager/cert-manager.io/v1/Certificate';
import { DestinationRule } from '@kubernetes-models/istio/networking.istio.io/v1/DestinationRule';
import { Gateway } from '@kubernetes-models/istio/networking.istio.io/v1/Gateway';
import { ServiceEntry } from '@kubernetes-models/istio/networking.istio.io/v1/ServiceEntry';
import { VirtualService } from '@kubernetes-models/istio/networking.istio.io/v1/VirtualService';
import { EnvoyFilter } from '@kubernetes-models/istio/networking.istio.io/v1alpha3/EnvoyFilter';
import { AuthorizationPolicy } from '@kubernetes-models/istio/security.istio.io/v1/AuthorizationPolicy';
import { PeerAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/PeerAuthentication';
import { RequestAuthentication } from '@kubernetes-models/istio/security.istio.io/v1/RequestAuthentication';

interface KubernetesObject {
  kind: string;
  metadata: { name: string };
}

const MODELS = [
  AuthorizationPolicy,
  Certificate,
  DestinationRule,
  EnvoyFilter,
  Gateway,
  PeerAuthentication,
  RequestAuthentication,
  ServiceEntry,
  VirtualService,
];

/** Kinds of Kubernetes itself, which are tried on a real API server. */
const BUILT_IN = ['NetworkPolicy', 'Secret'];

function schemaErrors(object: KubernetesObject): string[] {
  const model = MODELS.find(({ kind }) => kind === object.kind);
  if (!model) {
    return BUILT_IN.includes(object.kind)
      ? []
      : [`there is no schema for ${object.kind}`];
  }
  try {
    new model(object as never).validate();
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata.name}: ${error}`];
  }
}

async function main(): Promise<void> {
  const objects = JSON.parse(await text(process.stdin)) as KubernetesObject[];
  process.stdout.write(JSON.stringify(objects.flatMap(schemaErrors)));
}

main().catch(error => {
  process.stderr.write(`${error}\n`);
  process.exitCode = 1;
});
