import type {
  AppNetwork,
  AppNetworkConditionType,
  AppNetworkStatus,
  Condition,
  KubernetesObject,
  ObjectRef,
  RouteView,
} from '@app-network/backstage-plugin-app-network-common';
import type { Sidecars } from '../sidecars';

/** What an AppNetwork becomes. */
export interface Rendered {
  /** Every object that should be there, in the order in which one needs another: the VirtualService comes last. */
  objects: KubernetesObject[];
  /** Objects that are not written now, but stay if they are there: they are made by others for us, or what they are made from is unknown. */
  retained: ObjectRef[];
  /** Names it is served at. */
  hostnames: string[];
  /** Those of them that it shares, by whom they are held and who serves them; absent where there are none. */
  sharedHostnames?: NonNullable<AppNetworkStatus['sharedHostnames']>;
  /** Routes in the order in which the gateway tries them. */
  routes: RouteView[];
  /** Where the certificate of the hostnames is; absent where the gateway needs none. */
  certificate?: CertificateFacts;
  /** What could not be rendered as asked, part by part; the other parts are in `objects`. */
  problems: Problem[];
}

/** The certificate that the gateway serves. */
export interface CertificateFacts {
  /** In the ingress gateway's namespace. */
  secretName: string;
  /** Name of the issuer that is asked for it, or of the one that stands in a certificate of the user's own. */
  issuer?: string;
  /** When a certificate of the user's own begins and expires, ISO 8601. */
  notBefore?: string;
  notAfter?: string;
}

/** A part of an AppNetwork that could not be rendered as asked. */
export interface Problem {
  /** The condition it makes False. */
  condition: AppNetworkConditionType;
  reason: Condition['reason'];
  /** The field, what was found, what would be right. */
  message: string;
  /** Set where it is so whatever becomes of other kinds' objects: admission refuses it. */
  certain?: true;
}

/** What else is read of the cluster, beside the AppNetwork and the platform. */
export interface RenderInput {
  /** Services of the AppNetwork's namespace. */
  services: readonly Service[];
  /** Service accounts of the pods that the AppNetwork selects; default: none. */
  serviceAccounts?: readonly string[];
  /** Which of the AppNetwork's pods have a sidecar; default: it is not known, and taken to be as the AppNetwork says. */
  sidecars?: Sidecars;
  /** The Secret that `spec.tls.certificateRef` names; absent where there is none, Unread where nobody has looked. */
  certificateSecret?: Secret | 'Unread';
  /** What cert-manager has written for an issuer that serves the AppNetwork's namespace only; absent where it has not yet, or for another issuer. */
  issuedSecret?: Secret;
  /** Hostnames that are another's; they are not served by this one. */
  takenHostnames?: readonly TakenHostname[];
  /** Hostnames that it serves together with others of its namespace; the rest are its own alone. */
  sharedHostnames?: readonly SharedHostname[];
  /** Hostnames of its own that another one has given up, and serves until this one does. */
  takenOverHostnames?: readonly string[];
  /** Hostnames that it serves, and that somebody's Gateway or Ingress asks for as well. */
  contestedHostnames?: readonly TakenHostname[];
  /** Hostnames below its wildcards that are served, by somebody else or by another Gateway; default: none. */
  hostnamesOfOthers?: readonly string[];
  /** Other AppNetworks of its namespace; default: none. */
  neighbours?: readonly AppNetwork[];
  /** Issuers of tokens whose keys are another's; their tokens let nobody in here. */
  takenIssuers?: readonly TakenIssuer[];
  /** Whether a Secret that this project did not make has the name of the one that cert-manager is to write; nobody may overwrite it. */
  certificateSecretTaken?: boolean;
}

/** A hostname that is not this AppNetwork's. */
export interface TakenHostname {
  hostname: string;
  /** Whose it is, and what to do. */
  problem: Problem;
}

/** A hostname that several AppNetworks of a namespace serve, each its own paths. */
export interface SharedHostname {
  hostname: string;
  /** All of them, in the order in which they have it: the first holds its Gateway, certificate and VirtualService. */
  members: readonly SharingAppNetwork[];
}

/** One of several AppNetworks on a hostname. */
export interface SharingAppNetwork {
  appNetwork: AppNetwork;
  /** As in {@link RenderInput}; of the one that is rendered it is read there. */
  takenIssuers?: readonly TakenIssuer[];
}

/** An issuer of tokens whose keys are not for this AppNetwork to say. */
export interface TakenIssuer {
  issuer: string;
  /** Whose it is, and what to do; the message begins with the issuer's tokens. */
  problem: Problem;
}

/** The part of a Kubernetes Service that is read. */
export interface Service extends KubernetesObject {
  spec?: {
    type?: string;
    externalName?: string;
    clusterIP?: string;
    selector?: Record<string, string>;
    ports?: {
      name?: string;
      port: number;
      protocol?: string;
      targetPort?: number | string;
    }[];
  };
}

/** The part of a Kubernetes Secret that is read; values are in base64. */
export interface Secret extends KubernetesObject {
  type?: string;
  data?: Record<string, string>;
}
