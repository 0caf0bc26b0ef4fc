import type { Workload } from '../workloads';
import { INJECT_LABEL, MESH_FIELD_MANAGER } from './meshMembership';
import {
  meshPart,
  meshState,
  needsMesh,
  type SystemComponentObservation,
} from './meshStatus';

const component = {
  name: 'prometheus',
  namespace: 'monitoring',
  selector: { matchLabels: { app: 'prometheus' } },
};

const NAME = 'spec.systemComponents monitoring/prometheus';

/** A Deployment of three pods, all of them replaced and ready. */
function deployment(
  change: {
    label?: string;
    takenIn?: boolean;
    kind?: string;
    spec?: object;
    template?: object;
    status?: object;
  } = {},
): Workload {
  const {
    label,
    takenIn,
    kind = 'Deployment',
    spec,
    template,
    status,
  } = change;
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: {
      namespace: 'monitoring',
      name: 'prometheus',
      generation: 2,
      ...(takenIn
        ? {
            managedFields: [
              {
                manager: MESH_FIELD_MANAGER,
                operation: 'Apply',
                fieldsV1: { 'f:spec': {} },
              },
            ],
          }
        : {}),
    },
    spec: {
      replicas: 3,
      template: {
        metadata: {
          labels: {
            app: 'prometheus',
            ...(label ? { [INJECT_LABEL]: label } : {}),
          },
        },
        spec: template,
      },
      ...spec,
    },
    status: {
      observedGeneration: 2,
      replicas: 3,
      updatedReplicas: 3,
      readyReplicas: 3,
      availableReplicas: 3,
      ...status,
    },
  } as Workload;
}

/** One new pod of four is there, and not ready. */
const HALFWAY = {
  status: { replicas: 4, updatedReplicas: 1, readyReplicas: 3 },
};

type Seen = SystemComponentObservation['workloads'][number];

function seen(workload: Workload, change: Partial<Seen> = {}): Seen {
  return {
    workload,
    pods: 3,
    meshed: 0,
    unready: 0,
    podProblem: undefined,
    problem: undefined,
    ...change,
  };
}

const wants = (
  mesh: boolean,
  workloads: Seen[],
  change: Partial<SystemComponentObservation> = {},
): SystemComponentObservation => ({
  component: { ...component, mesh },
  workloads,
  mesh: 'Ready',
  asksForMesh: mesh,
  ...change,
});

const ours = { label: 'true', takenIn: true };

describe('a system component and the mesh', () => {
  it.each<[string, SystemComponentObservation, string, string, string]>([
    [
      'is out where nothing else is asked for',
      wants(false, [seen(deployment())]),
      'Out',
      'Ready',
      '',
    ],
    [
      'is in when all pods have the proxy and are ready',
      wants(true, [seen(deployment(ours), { meshed: 3 })]),
      'In',
      'Ready',
      '',
    ],
    [
      'waits for istiod before it joins',
      wants(true, [seen(deployment())], { mesh: 'Coming' }),
      'Joining',
      'Progressing',
      'Joins the mesh when istiod is ready.',
    ],
    [
      'joins pod by pod',
      wants(true, [
        seen(deployment({ ...ours, ...HALFWAY }), { pods: 4, meshed: 1 }),
      ]),
      'Joining',
      'Progressing',
      'Joining the mesh: Deployment monitoring/prometheus has 0 of 3 pods ready.',
    ],
    [
      'has not joined before its last pod is ready, though all have the proxy',
      wants(true, [
        seen(deployment({ ...ours, status: { availableReplicas: 2 } }), {
          meshed: 3,
          unready: 1,
          podProblem: {
            message: 'Pod monitoring/prometheus-0 is not ready',
            serious: false,
          },
        }),
      ]),
      'Joining',
      'Progressing',
      'Joining the mesh: Deployment monitoring/prometheus has 3 of 3 pods ready. Pod monitoring/prometheus-0 is not ready.',
    ],
    [
      'is told why a pod does not come up in the mesh, and how to go back',
      wants(true, [
        seen(deployment({ ...ours, ...HALFWAY }), {
          pods: 4,
          meshed: 1,
          unready: 1,
          podProblem: {
            message:
              'Pod monitoring/prometheus-0: container main is in CrashLoopBackOff',
            serious: true,
          },
        }),
      ]),
      'Joining',
      'Failed',
      "Joining the mesh: Deployment monitoring/prometheus has 0 of 3 pods ready. Pod monitoring/prometheus-0: container main is in CrashLoopBackOff. See kubectl describe pod; to go back, say mesh: false. What the mesh changes for a program: its calls pass the proxy, user 1337 and the ports 15000 to 15090 are the proxy's.",
    ],
    [
      'has failed when its rollout has exceeded its deadline',
      wants(true, [
        seen(
          deployment({
            ...ours,
            status: {
              ...HALFWAY.status,
              conditions: [
                {
                  type: 'Progressing',
                  status: 'False',
                  reason: 'ProgressDeadlineExceeded',
                },
              ],
            },
          }),
          { pods: 4, meshed: 1 },
        ),
      ]),
      'Joining',
      'Failed',
      "Joining the mesh: Deployment monitoring/prometheus has 0 of 3 pods ready. Its rollout has exceeded its deadline. See kubectl describe pod; to go back, say mesh: false. What the mesh changes for a program: its calls pass the proxy, user 1337 and the ports 15000 to 15090 are the proxy's.",
    ],
    [
      'is told that its pods are replaced by hand alone',
      wants(true, [
        seen(
          deployment({
            ...ours,
            kind: 'StatefulSet',
            spec: { updateStrategy: { type: 'OnDelete' } },
            status: { updatedReplicas: 0 },
          }),
        ),
      ]),
      'Joining',
      'Failed',
      'Joining the mesh: StatefulSet monitoring/prometheus replaces its pods only when they are deleted (spec.updateStrategy.type OnDelete). Delete them one by one.',
    ],
    [
      'is told that a paused Deployment stays as it is',
      wants(true, [
        seen(
          deployment({
            ...ours,
            spec: { paused: true },
            status: { updatedReplicas: 0 },
          }),
        ),
      ]),
      'Joining',
      'Failed',
      'Joining the mesh: Deployment monitoring/prometheus is paused (spec.paused), so that its pods stay as they are. Let it go on with kubectl rollout resume.',
    ],
    [
      'is told that pods on the network of their node get no proxy',
      wants(true, [
        seen(deployment({ ...ours, template: { hostNetwork: true } })),
      ]),
      'Joining',
      'Failed',
      "0 of 3 pods of Deployment monitoring/prometheus have Istio's proxy. Istio gives none to pods with hostNetwork: say mesh: false.",
    ],
    [
      'is told that its namespace keeps the proxy away',
      wants(true, [seen(deployment(ours))]),
      'Joining',
      'Failed',
      "0 of 3 pods of Deployment monitoring/prometheus have Istio's proxy. Istio gives none where namespace monitoring has the label istio-injection: disabled; take it away, and restart it with kubectl rollout restart.",
    ],
    [
      'that no workload belongs to can not join',
      wants(true, []),
      'Joining',
      'Failed',
      `${NAME}: no Deployment, StatefulSet or DaemonSet in namespace monitoring has pods with app=prometheus, so that nothing can join the mesh. Correct selector, or say mesh: false.`,
    ],
    [
      'is told what its own label is in the way of',
      wants(true, [
        seen(deployment({ label: 'false' }), { problem: 'It sets the label.' }),
      ]),
      'Joining',
      'Failed',
      'It sets the label.',
    ],
    [
      'can not join a mesh that the platform does not have',
      wants(false, [seen(deployment())], { mesh: 'None', asksForMesh: true }),
      'Out',
      'Failed',
      `${NAME}: mesh is true, and spec.components.istio.enabled is false, so that there is no mesh to join. Have Istio installed, or say mesh: false.`,
    ],
    [
      'leaves pod by pod',
      wants(false, [seen(deployment(HALFWAY), { pods: 4, meshed: 3 })]),
      'Leaving',
      'Progressing',
      'Leaving the mesh: Deployment monitoring/prometheus has 0 of 3 pods ready.',
    ],
    [
      'stays in because of its own label',
      wants(false, [seen(deployment({ label: 'true' }), { meshed: 3 })]),
      'Leaving',
      'Failed',
      `Deployment monitoring/prometheus is in the mesh because its own label ${INJECT_LABEL} says so, and mesh is false. Say mesh: true, or take that label away.`,
    ],
    [
      'stays in because of its namespace',
      wants(false, [seen(deployment(), { meshed: 3 })]),
      'Leaving',
      'Failed',
      'Deployment monitoring/prometheus is in the mesh because a label of namespace monitoring says so, and mesh is false. Say mesh: true, or take that label away.',
    ],
  ])('%s', (_, observation, mesh, state, message) => {
    expect({ mesh: meshState(observation), ...meshPart(observation) }).toEqual({
      mesh,
      state,
      message,
    });
  });

  it.each<[string, boolean, SystemComponentObservation]>([
    [
      'while its pods are being replaced by such without a proxy',
      true,
      wants(false, [seen(deployment(HALFWAY), { pods: 4, meshed: 3 })]),
    ],
    ['not when it has left', false, wants(false, [seen(deployment())])],
    [
      'not for ever, where somebody else keeps it in the mesh',
      false,
      wants(false, [seen(deployment(), { meshed: 3 })]),
    ],
  ])('holds istiod %s', (_, expected, observation) => {
    expect(needsMesh(observation)).toBe(expected);
  });
});
