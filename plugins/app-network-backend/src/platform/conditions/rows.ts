import { admissionReady } from './admissionReady';
import { certificatesReady } from './certificatesReady';
import { dnsReady } from './dnsReady';
import { egressGatewayReady } from './egressGatewayReady';
import { ingressControllerReady } from './ingressControllerReady';
import { ingressGatewayReady } from './ingressGatewayReady';
import { istioReady } from './istioReady';
import { mtlsReady } from './mtlsReady';
import { networkPoliciesReady } from './networkPoliciesReady';
import type { PlatformObservation, Row } from './row';
import { systemIngressReady } from './systemIngressReady';
import { systemMeshReady } from './systemMeshReady';

/** What a platform consists of, as conditions, in the order in which one builds on another. */
export function platformRows(observation: PlatformObservation): Row[] {
  return [
    istioReady,
    mtlsReady,
    ingressGatewayReady,
    egressGatewayReady,
    certificatesReady,
    ingressControllerReady,
    systemIngressReady,
    systemMeshReady,
    dnsReady,
    networkPoliciesReady,
    admissionReady,
  ].map(row => row(observation));
}
