import { Type, type Static } from '@sinclair/typebox';
import {
  addressSchema,
  API_VERSION,
  conditionsSchema,
  issuerRefSchema,
  labelSelectorSchema,
  objectRefSchema,
  type ObjectMeta,
} from './meta';
import {
  celRules,
  freeObject,
  HOSTNAME_PATTERN,
  labelName,
  mapOf,
  objectName,
  oneOf,
  portNumber,
} from './schema';

const chartSchema = Type.Object(
  {
    repository: Type.Optional(
      Type.String({
        description: 'Address of a chart repository, https://…',
        pattern: '^https?://',
      }),
    ),
    name: Type.Optional(
      Type.String({
        description:
          "Name of the chart in the repository; default: upstream's.",
      }),
    ),
    oci: Type.Optional(
      Type.String({
        description: 'Address of a chart in an OCI registry, oci://…',
        pattern: '^oci://',
      }),
    ),
    path: Type.Optional(
      Type.String({
        description:
          'Folder or .tgz in the file system of the backend, for clusters without the internet.',
        minLength: 1,
      }),
    ),
  },
  {
    description: "Where the chart comes from; default: upstream's repository.",
    ...celRules({
      rule: '(has(self.repository) ? 1 : 0) + (has(self.oci) ? 1 : 0) + (has(self.path) ? 1 : 0) <= 1',
      message: 'chart takes one of repository, oci and path',
    }),
  },
);

const values = (chart: string) =>
  Type.Optional(
    freeObject({
      description: `Values for the ${chart} chart; they win over the profile's.`,
    }),
  );

const componentFields = {
  enabled: Type.Optional(
    Type.Boolean({
      description: "Whether it is installed; default: the profile's.",
    }),
  ),
  version: Type.Optional(
    Type.String({
      description: 'Version of the chart; default: the one tested.',
    }),
  ),
  namespace: Type.Optional(labelName('Where it is installed.')),
};

const componentSchema = (description: string, chart: string) =>
  Type.Object(
    {
      ...componentFields,
      chart: Type.Optional(chartSchema),
      values: values(chart),
    },
    { description },
  );

const gatewayFields = {
  enabled: Type.Optional(
    Type.Boolean({
      description: "Whether it is installed; default: the profile's.",
    }),
  ),
  namespace: Type.Optional(labelName('Where it is installed.')),
  replicas: Type.Optional(
    Type.Integer({
      description: "Number of pods; default: the profile's.",
      minimum: 1,
      maximum: 1000,
    }),
  ),
  values: values('gateway'),
};

const istioSchema = Type.Object(
  {
    ...componentFields,
    charts: Type.Optional(
      Type.Object(
        {
          base: Type.Optional(chartSchema),
          istiod: Type.Optional(chartSchema),
          gateway: Type.Optional(chartSchema),
        },
        { description: "Where Istio's charts come from." },
      ),
    ),
    values: values('istiod'),
    mtls: Type.Optional(
      oneOf(['Strict', 'Permissive'], {
        description: 'Whether plaintext from outside the mesh is refused.',
        default: 'Strict',
      }),
    ),
    ingressGateway: Type.Optional(
      Type.Object(
        {
          ...gatewayFields,
          service: Type.Optional(
            Type.Object(
              {
                type: Type.Optional(
                  oneOf(['LoadBalancer', 'NodePort', 'ClusterIP'], {
                    description: 'Type of the Service.',
                    default: 'LoadBalancer',
                  }),
                ),
                annotations: Type.Optional(
                  mapOf(Type.String(), {
                    description: 'For the load balancer of the cloud.',
                  }),
                ),
              },
              { description: 'How the gateway is reached from outside.' },
            ),
          ),
        },
        { description: 'Where requests to applications come in.' },
      ),
    ),
    egressGateway: Type.Optional(
      Type.Object(gatewayFields, {
        description: 'Where requests to declared outside hosts leave.',
      }),
    ),
  },
  { description: 'The service mesh.' },
);

const systemComponentSchema = Type.Object(
  {
    name: labelName('Name of the component, first label of its hostname.'),
    namespace: labelName('Where it runs.'),
    selector: Type.Optional(labelSelectorSchema),
    ingress: Type.Optional(
      Type.Object(
        {
          service: labelName('Service that answers.'),
          port: portNumber('Port of the Service.'),
        },
        { description: 'Served by the ingress controller, with TLS.' },
      ),
    ),
    mesh: Type.Optional(
      Type.Boolean({
        description: 'Whether its pods are in the mesh.',
        default: false,
      }),
    ),
    scraper: Type.Optional(
      Type.Boolean({
        description: 'Whether it scrapes the metrics of applications.',
        default: false,
      }),
    ),
    access: Type.Optional(
      Type.Array(
        Type.Object({
          namespace: labelName('Namespace of the caller.'),
          selector: Type.Optional(labelSelectorSchema),
          ports: Type.Optional(
            Type.Array(portNumber('Port of the pods.'), { maxItems: 16 }),
          ),
        }),
        { description: 'Who in the cluster may call it.', maxItems: 64 },
      ),
    ),
  },
  { description: 'Something the platform team runs and wants on the network.' },
);

const specSchema = Type.Object(
  {
    profile: Type.Optional(
      oneOf(['development', 'production', 'managed'], {
        description: 'Defaults for replicas, sizes, and what is on.',
        default: 'development',
      }),
    ),
    environmentName: Type.Optional(
      Type.String({
        description: 'Part of every generated hostname.',
        default: 'default',
        minLength: 1,
        maxLength: 63,
        pattern: '^[a-z0-9]([-a-z0-9]*[a-z0-9])?$',
      }),
    ),
    dns: Type.Optional(
      Type.Object(
        {
          wildcard: Type.Optional(
            Type.Object(
              {
                domain: Type.Optional(
                  Type.String({
                    default: 'nip.io',
                    pattern: HOSTNAME_PATTERN,
                    maxLength: 253,
                    description:
                      'A domain whose server answers with the address that stands in the name.',
                  }),
                ),
              },
              { description: 'No DNS server of your own: nip.io or sslip.io.' },
            ),
          ),
          external: Type.Optional(
            Type.Object(
              {
                zone: Type.String({
                  pattern: HOSTNAME_PATTERN,
                  maxLength: 253,
                  description: 'Zone in which records are made.',
                }),
                provider: Type.Object({
                  name: Type.String({
                    description: 'A provider of ExternalDNS.',
                    minLength: 1,
                  }),
                }),
                ownerId: Type.Optional(
                  Type.String({
                    minLength: 1,
                    maxLength: 128,
                    pattern: '^[A-Za-z0-9][-A-Za-z0-9._]*$',
                    description:
                      "Marks the records of this platform in the zone, so that platforms which share it don't touch each other's; default: made from the cluster's identity.",
                  }),
                ),
                values: values('external-dns'),
              },
              { description: 'Records are made by ExternalDNS.' },
            ),
          ),
          custom: Type.Optional(
            Type.Object(
              {
                suffix: Type.String({
                  pattern: HOSTNAME_PATTERN,
                  maxLength: 253,
                  description:
                    'Suffix of generated hostnames; you point it at the gateway.',
                }),
              },
              { description: 'Records are made by you.' },
            ),
          ),
        },
        {
          description: 'How names are resolved; default: wildcard nip.io.',
          maxProperties: 1,
        },
      ),
    ),
    certificates: Type.Optional(
      Type.Object(
        {
          selfSigned: Type.Optional(
            Type.Object({}, { description: "A CA of the cluster's own." }),
          ),
          ca: Type.Optional(
            Type.Object(
              {
                secretRef: Type.Object({
                  name: objectName(
                    'Secret with tls.crt and tls.key of the CA.',
                  ),
                  namespace: labelName('Namespace of the Secret.'),
                }),
              },
              { description: 'A CA of yours.' },
            ),
          ),
          acme: Type.Optional(
            Type.Object(
              {
                server: Type.String({
                  pattern: '^https://',
                  description: 'Directory of the ACME server.',
                }),
                email: Type.String({ minLength: 3, maxLength: 254 }),
                caBundle: Type.Optional(
                  Type.String({
                    description:
                      "CA of the server's own certificate, PEM in base64, for a server of one's own such as step-ca.",
                  }),
                ),
                solvers: Type.Optional(
                  Type.Array(
                    freeObject({ description: 'A solver of cert-manager.' }),
                    { maxItems: 32 },
                  ),
                ),
              },
              { description: "An ACME server, such as Let's Encrypt." },
            ),
          ),
          issuerRef: Type.Optional(issuerRefSchema),
        },
        {
          description: 'Who issues certificates; default: selfSigned.',
          maxProperties: 1,
        },
      ),
    ),
    ingressController: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 253,
        pattern: '^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$',
        default: 'nginx',
        description:
          'What serves system components: nginx, which is installed; istio, whose ingress gateway does; or the name of an IngressClass that is there.',
      }),
    ),
    networkPolicies: Type.Optional(
      Type.Object(
        {
          enabled: Type.Optional(
            Type.Boolean({
              default: true,
              description: 'Whether they are made.',
            }),
          ),
        },
        {
          description:
            'NetworkPolicies for what the platform installs and for system components.',
        },
      ),
    ),
    driftPolicy: Type.Optional(
      oneOf(['Repair', 'Report'], {
        default: 'Repair',
        description:
          'What becomes of a part that somebody has changed or deleted: it is put right, or shown.',
      }),
    ),
    uninstall: Type.Optional(
      Type.Object(
        {
          customResourceDefinitions: Type.Optional(
            oneOf(['Keep', 'Delete'], {
              default: 'Keep',
              description:
                'Whether the kinds of Istio and cert-manager go with the platform, and with them every object of these kinds.',
            }),
          ),
        },
        {
          description: 'What becomes of the rest when the platform is deleted.',
        },
      ),
    ),
    components: Type.Optional(
      Type.Object(
        {
          certManager: Type.Optional(
            componentSchema('Issues certificates.', 'cert-manager'),
          ),
          istio: Type.Optional(istioSchema),
          ingressNginx: Type.Optional(
            componentSchema('Serves system components.', 'nginx-ingress'),
          ),
          externalDNS: Type.Optional(
            componentSchema('Makes DNS records.', 'external-dns'),
          ),
        },
        { description: 'What is installed.' },
      ),
    ),
    systemComponents: Type.Optional(
      Type.Array(systemComponentSchema, {
        description:
          'What the platform team already runs and wants on the network.',
        maxItems: 128,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['namespace', 'name'],
      }),
    ),
  },
  { description: 'What is wanted.' },
);

/** States of a component of the platform. @public */
export const COMPONENT_STATES = [
  'Pending',
  'Installing',
  'Upgrading',
  'Ready',
  'Drifted',
  'Failed',
  'Removing',
  'Disabled',
  'Existing',
] as const;

/** Steps of a component on its way, in order. @public */
export const COMPONENT_STEPS = ['Waiting', 'Applying', 'Starting'] as const;

const driftSchema = Type.Object(
  {
    ref: objectRefSchema,
    field: Type.Optional(
      Type.String({
        description:
          'Path of the first field that is otherwise; absent where the object is missing.',
      }),
    ),
    message: Type.String({
      description: 'What was found, and what would be right.',
    }),
  },
  { description: 'A part that somebody has changed or deleted.' },
);

const componentStatusSchema = Type.Object({
  name: Type.String({
    description: 'Component of the spec, such as istio or certManager.',
  }),
  release: Type.String({ description: 'Name of the Helm release.' }),
  namespace: Type.Optional(
    Type.String({ description: 'Namespace of the Helm release.' }),
  ),
  chart: Type.String({ description: 'Name of the chart.' }),
  version: Type.Optional(Type.String({ description: 'Version of the chart.' })),
  state: oneOf(COMPONENT_STATES, {
    description:
      'How far it is. Drifted: it runs, and a part of it is not as it was made. Existing: it was there already, and is used and left alone.',
  }),
  existing: Type.Optional(
    Type.Boolean({
      description:
        'Whether it was there already: the platform uses it and leaves it alone.',
    }),
  ),
  serviceAccount: Type.Optional(
    Type.String({
      description: 'Service account of its pods, where it was there already.',
    }),
  ),
  step: Type.Optional(
    oneOf(COMPONENT_STEPS, {
      description: 'Where it is while it is on its way.',
    }),
  ),
  percent: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 100,
      description: 'How much of the way is behind it.',
    }),
  ),
  drift: Type.Optional(
    Type.Array(driftSchema, {
      description: 'What somebody has changed or deleted.',
    }),
  ),
  message: Type.Optional(
    Type.String({ description: 'What is going on or wrong, and what to do.' }),
  ),
  lastTransitionTime: Type.Optional(
    Type.String({
      format: 'date-time',
      description: 'When the state last changed.',
    }),
  ),
});

const systemComponentStatusSchema = Type.Object({
  name: Type.String({ description: 'As in spec.systemComponents.' }),
  namespace: Type.String({ description: 'As in spec.systemComponents.' }),
  mesh: Type.Optional(
    oneOf(['In', 'Out', 'Joining', 'Leaving'], {
      description: 'Whether its pods are in the mesh.',
    }),
  ),
  url: Type.Optional(Type.String({ description: 'Where it is served.' })),
  state: oneOf(['Ready', 'Progressing', 'Failed'], {
    description: 'Whether all that it asks for is served.',
  }),
  message: Type.Optional(
    Type.String({ description: 'What is going on or wrong, and what to do.' }),
  ),
});

const statusSchema = Type.Object(
  {
    observedGeneration: Type.Optional(
      Type.Integer({
        description: 'Generation of the spec that the status speaks of.',
      }),
    ),
    phase: Type.Optional(
      oneOf(['Pending', 'Installing', 'Ready', 'Failed', 'Removing'], {
        description: 'The sum of the components.',
      }),
    ),
    components: Type.Optional(
      Type.Array(componentStatusSchema, {
        description: 'Each Helm release of the platform.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['release'],
      }),
    ),
    systemComponents: Type.Optional(
      Type.Array(systemComponentStatusSchema, {
        description: 'Each entry of spec.systemComponents.',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['namespace', 'name'],
      }),
    ),
    ingress: Type.Optional(
      Type.Object({
        applications: Type.Optional(
          Type.Object({
            addresses: Type.Optional(Type.Array(addressSchema)),
          }),
        ),
        system: Type.Optional(
          Type.Object({
            addresses: Type.Optional(Type.Array(addressSchema)),
          }),
        ),
      }),
    ),
    issuer: Type.Optional(
      Type.Object(issuerRefSchema.properties, {
        description:
          'Who issues certificates at the moment: while the issuer that the spec asks for is not ready, the one before it.',
      }),
    ),
    urls: Type.Optional(
      Type.Array(Type.Object({ name: Type.String(), url: Type.String() })),
    ),
    conditions: Type.Optional(conditionsSchema),
  },
  { description: 'What is so.' },
);

/** OpenAPI schema of the kind, without `metadata`. */
export const networkPlatformSchema = Type.Object(
  {
    spec: Type.Optional(specSchema),
    status: Type.Optional(statusSchema),
  },
  {
    description:
      'The network platform of a cluster: ingress, mesh, certificates, DNS.',
    ...celRules({
      rule: "self.metadata.name == 'default'",
      message:
        'metadata.name must be default: a cluster has one NetworkPlatform',
    }),
  },
);

/** What is wanted of a cluster's network platform. @public */
export type NetworkPlatformSpec = Static<typeof specSchema>;

/** What is so of a cluster's network platform. @public */
export type NetworkPlatformStatus = Static<typeof statusSchema>;

/** Where a chart comes from; one of repository, oci and path. @public */
export type ChartSource = Static<typeof chartSchema>;

/** State of one Helm release of the platform. @public */
export type ComponentStatus = Static<typeof componentStatusSchema>;

/** The network platform of a cluster; the object is named {@link NETWORK_PLATFORM_NAME}. @public */
export interface NetworkPlatform {
  apiVersion: typeof API_VERSION;
  kind: 'NetworkPlatform';
  metadata: ObjectMeta;
  spec?: NetworkPlatformSpec;
  status?: NetworkPlatformStatus;
}

/** Name of the one NetworkPlatform of a cluster. @public */
export const NETWORK_PLATFORM_NAME = 'default';

/** Name of the ClusterIssuer that the platform makes and applications use by default. @public */
export const PLATFORM_ISSUER = 'app-network-ca';

/** Conditions of a platform: Ready, and one for each of the things that it consists of. @public */
export const PLATFORM_CONDITIONS = [
  'Ready',
  'IstioReady',
  'MTLSReady',
  'IngressGatewayReady',
  'EgressGatewayReady',
  'CertificatesReady',
  'IngressControllerReady',
  'SystemIngressReady',
  'SystemMeshReady',
  'DNSReady',
  'NetworkPoliciesReady',
  'AdmissionReady',
] as const;

/** Type of a platform's condition. @public */
export type PlatformConditionType = (typeof PLATFORM_CONDITIONS)[number];

/** One entry of a platform's system components. @public */
export type SystemComponent = Static<typeof systemComponentSchema>;

/** State of one system component. @public */
export type SystemComponentStatus = Static<typeof systemComponentStatusSchema>;

/** A part of a component that somebody has changed or deleted. @public */
export type ComponentDrift = Static<typeof driftSchema>;
