import type {
  Condition,
  KubernetesObject,
  ObjectRef,
  ObjectView,
} from '@app-network/backstage-plugin-app-network-common';
import { describe } from '../engine/objects';

/**
 * An object that should be there, as it was seen.
 *
 * @param observed - undefined where it is not in the cluster
 */
export function objectView(
  ref: ObjectRef,
  observed: KubernetesObject | undefined,
): ObjectView {
  return observed
    ? { ref, ...health(observed), object: withoutSecrets(observed) }
    : {
        ref,
        state: 'Missing',
        message: `${describe(
          ref,
        )} is not there, or it is somebody else's; the conditions tell why`,
      };
}

type Health = Pick<ObjectView, 'state' | 'message'>;

/** Ready as far as the object itself tells: cert-manager and Istio write conditions, the other kinds work by being there. */
function health(object: KubernetesObject): Health {
  const { metadata, status } = object as KubernetesObject & {
    status?: {
      conditions?: Condition[];
      validationMessages?: ValidationMessage[];
    };
  };
  if (metadata.deletionTimestamp) {
    return { state: 'Progressing', message: 'It is being deleted.' };
  }
  const conditions = status?.conditions ?? [];
  const condition = (type: string) =>
    conditions.find(candidate => candidate.type === type);

  // cert-manager's API reference: Issuing is False with reason Failed where the last issuance failed and is tried again later.
  const issuing = condition('Issuing');
  if (issuing?.status === 'False' && issuing.reason === 'Failed') {
    return { state: 'Failed', message: issuing.message };
  }
  const ready = condition('Ready');
  if (ready && ready.status !== 'True') {
    return { state: 'Progressing', message: ready.message || ready.reason };
  }
  if (!ready && object.kind === 'Certificate') {
    return {
      state: 'Progressing',
      message: 'cert-manager has not looked at it yet.',
    };
  }
  // Istio's API reference, IstioStatus: what its analysis found wrong.
  const wrong = status?.validationMessages?.find(
    ({ level }) => level === 'ERROR' || level === 1,
  );
  if (wrong) {
    return {
      state: 'Failed',
      message: `Istio: ${wrong.type?.name ?? ''} ${
        wrong.documentationUrl ?? ''
      }`.trim(),
    };
  }
  return { state: 'Ready', message: '' };
}

interface ValidationMessage {
  type?: { name?: string; code?: string };
  level?: string | number;
  documentationUrl?: string;
}

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The object without managed fields, and a Secret without what it keeps, wherever that stands. */
function withoutSecrets(object: KubernetesObject): KubernetesObject {
  const { managedFields, ...metadata } = object.metadata;
  if (object.kind !== 'Secret') {
    return { ...object, metadata };
  }
  const { data, stringData, ...secret } = object as KubernetesObject & {
    data?: Record<string, string>;
    stringData?: Record<string, string>;
  };
  const { [LAST_APPLIED]: _, ...annotations } = metadata.annotations ?? {};
  return { ...secret, metadata: { ...metadata, annotations } };
}
