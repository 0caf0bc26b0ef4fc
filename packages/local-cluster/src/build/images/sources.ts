import { join } from 'node:path';
import { directoryOf, type PartContext } from '../part.ts';
import type { SystemTools } from '../system.ts';
import type { Versions } from '../versions.ts';
import type { ImageSource } from './imageArchive.ts';
import type { RootFilesystem } from './rootFilesystem.ts';
import { copyOfDirectory, sharedLibraries } from './sharedLibraries.ts';

export const PATH =
  'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** The user of Istio's own images. */
const ISTIO_USER = 1337;
/** The user of distroless images, cert-manager's among them. */
export const NONROOT_USER = 65532;

/** Where Istio's charts expect its images, as upstream's releases do. */
export const ISTIO_HUB = 'docker.io/istio';

/** The archives of images by file name. References are those that upstream's charts ask for by themselves. */
export async function imageSources(
  context: PartContext,
  system: SystemTools,
  versions: Versions,
): Promise<Record<string, ImageSource>> {
  const program = (part: Parameters<typeof directoryOf>[1], name: string) =>
    join(directoryOf(context, part), name);
  const base = baseFiles(system);
  return {
    pause: {
      files: { '/pause': executable(program('pause', 'pause')) },
      images: [
        {
          reference: `registry.k8s.io/pause:${versions.pause}`,
          config: { Entrypoint: ['/pause'], User: '65535:65535', Env: [PATH] },
        },
      ],
    },
    coredns: {
      files: { ...base, '/coredns': executable(program('coredns', 'coredns')) },
      images: [
        {
          reference: `registry.k8s.io/coredns/coredns:${versions.coredns}`,
          config: { Entrypoint: ['/coredns'], Env: [PATH], WorkingDir: '/' },
        },
      ],
    },
    agnhost: {
      files: { ...base, '/agnhost': executable(program('agnhost', 'agnhost')) },
      images: [
        {
          reference: `registry.k8s.io/e2e-test-images/agnhost:${versions.agnhost}`,
          config: {
            Entrypoint: ['/agnhost'],
            Cmd: ['pause'],
            Env: [PATH],
            WorkingDir: '/',
          },
        },
      ],
    },
    'cert-manager': {
      files: {
        ...base,
        '/usr/local/bin/cert-manager': executable(
          program('cert-manager', 'cert-manager'),
        ),
      },
      images: [
        'controller',
        'webhook',
        'cainjector',
        'acmesolver',
        'startupapicheck',
      ].map(command => ({
        reference: `quay.io/jetstack/cert-manager-${command}:${versions.certManager}`,
        config: {
          Entrypoint: ['/usr/local/bin/cert-manager', command],
          User: `${NONROOT_USER}:${NONROOT_USER}`,
          Env: [PATH],
          WorkingDir: '/',
        },
      })),
    },
    'istio-pilot': {
      files: {
        ...base,
        '/usr/local/bin/pilot-discovery': executable(
          program('istio', 'pilot-discovery'),
        ),
      },
      images: [
        {
          reference: `${ISTIO_HUB}/pilot:${versions.istio}`,
          config: {
            Entrypoint: ['/usr/local/bin/pilot-discovery'],
            User: `${ISTIO_USER}:${ISTIO_USER}`,
            Env: [PATH],
            WorkingDir: '/',
          },
        },
      ],
    },
    'istio-proxyv2': {
      files: {
        ...base,
        ...(await iptables(system)),
        ...(await sharedLibraries(program('envoy', 'envoy'))),
        '/usr/local/bin/envoy': executable(program('envoy', 'envoy')),
        '/usr/local/bin/pilot-agent': executable(
          program('istio', 'pilot-agent'),
        ),
        '/var/lib/istio/envoy/envoy_bootstrap_tmpl.json': {
          type: 'copy',
          from: program('istio', 'envoy_bootstrap.json'),
          mode: 0o644,
        },
        // Where the agent and Envoy write unless the pod mounts something there.
        ...Object.fromEntries(
          [
            '/etc/istio',
            '/etc/istio/proxy',
            '/var/lib/istio/data',
            '/var/run/secrets',
            '/home/istio-proxy',
          ].map(
            path => [path, { type: 'directory', user: ISTIO_USER }] as const,
          ),
        ),
      },
      images: [
        {
          reference: `${ISTIO_HUB}/proxyv2:${versions.istio}`,
          config: {
            Entrypoint: ['/usr/local/bin/pilot-agent'],
            User: `${ISTIO_USER}:${ISTIO_USER}`,
            Env: [PATH, `ISTIO_META_ISTIO_PROXY_SHA=envoy:${versions.envoy}`],
            WorkingDir: '/',
          },
        },
      ],
    },
  };
}

export function executable(from: string): RootFilesystem[string] {
  return { type: 'copy', from, mode: 0o755 };
}

/** What a static program may expect of the system it runs on. */
export function baseFiles({ caCertificates }: SystemTools): RootFilesystem {
  const users: [string, number, string][] = [
    ['root', 0, '/root'],
    ['istio-proxy', ISTIO_USER, '/home/istio-proxy'],
    ['nonroot', NONROOT_USER, '/'],
  ];
  return {
    '/etc/passwd': {
      type: 'file',
      content: users
        .map(
          ([name, id, home]) =>
            `${name}:x:${id}:${id}::${home}:/sbin/nologin\n`,
        )
        .join(''),
    },
    '/etc/group': {
      type: 'file',
      content: users.map(([name, id]) => `${name}:x:${id}:\n`).join(''),
    },
    '/etc/nsswitch.conf': { type: 'file', content: 'hosts: files dns\n' },
    '/tmp': { type: 'directory', mode: 0o1777 },
    // iptables keeps its lock in /run.
    '/run': { type: 'directory' },
    '/root': { type: 'directory', mode: 0o700 },
    ...(caCertificates
      ? {
          '/etc/ssl/certs/ca-certificates.crt': {
            type: 'copy',
            from: caCertificates,
            mode: 0o644,
          },
        }
      : {}),
  };
}

/** iptables by all its names, with the extensions that it loads by name, which ldd doesn't see. */
async function iptables({
  xtablesLegacy,
  xtablesExtensions,
}: SystemTools): Promise<RootFilesystem> {
  const names = ['', '-save', '-restore'].flatMap(action =>
    ['iptables', 'ip6tables'].flatMap(family => [
      `${family}${action}`,
      `${family}-legacy${action}`,
    ]),
  );
  return {
    ...(await sharedLibraries(xtablesLegacy)),
    ...(await copyOfDirectory(xtablesExtensions)),
    '/usr/sbin/xtables-legacy-multi': executable(xtablesLegacy),
    ...Object.fromEntries(
      names.map(
        name =>
          [
            `/usr/sbin/${name}`,
            { type: 'link', to: 'xtables-legacy-multi' },
          ] as const,
      ),
    ),
  };
}
