import type { KubernetesClient } from '../../engine/types';
import { createLooks, type Looks } from './looks';
import { readSyncReport, type SyncReport } from './externalDnsLog';
import type { Pod } from '../workloads';

/** Which ExternalDNS. */
export interface SyncQuestion {
  namespace: string;
  /** Name of the Helm release. */
  release: string;
  /** Tells one roll-out of its pods from another. */
  generation: number;
}

/** Reads now and then how ExternalDNS gets on. */
export function createSyncReports(options: {
  client: KubernetesClient;
  onChange(key: string): void;
  signal: AbortSignal;
}): Looks<SyncQuestion, SyncReport> {
  return createLooks<SyncQuestion, SyncReport>({
    ...options,
    look: question => readReport(options.client, question),
    // It synchronizes once a minute, and at changes.
    againAfterMs: ({ upToDate }) => (upToDate ? 20_000 : 3_000),
  });
}

/** The lines of about two synchronizations, even where each has some records that are worth a warning. */
const TAIL_LINES = 200;

async function readReport(
  client: KubernetesClient,
  { namespace, release }: SyncQuestion,
): Promise<SyncReport> {
  try {
    const pods = await client.list<Pod>(
      { apiVersion: 'v1', kind: 'Pod' },
      { namespace, labelSelector: `app.kubernetes.io/instance=${release}` },
    );
    const pod = pods.find(({ metadata }) => !metadata.deletionTimestamp);
    const container = pod?.status?.containerStatuses?.find(
      ({ name }) => name === 'external-dns',
    );
    if (
      !pod ||
      !container ||
      container.state?.waiting?.reason === 'ContainerCreating'
    ) {
      return { upToDate: false };
    }
    // One that ended said why before it did; the next has only just begun.
    const hasEnded = !container.ready && (container.restartCount ?? 0) > 0;
    return readSyncReport(
      await client.logs(
        { namespace, name: pod.metadata.name },
        {
          container: 'external-dns',
          tailLines: TAIL_LINES,
          previous: hasEnded && !container.state?.terminated,
        },
      ),
    );
  } catch {
    // That there is no log explains nothing; what is wrong with the pods is told by the component.
    return { upToDate: false };
  }
}
