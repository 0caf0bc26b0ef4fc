import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { API_SERVICE_ADDRESS } from './network.ts';

x509.cryptoProvider.set(webcrypto);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const DAY = 24 * 60 * 60 * 1000;

/** A certificate and its key, PEM. */
export interface Identity {
  certificate: string;
  key: string;
}

interface Authority {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
}

/** Who in the cluster is known to the API server by a certificate: file name, user name, group. */
const CLIENTS = {
  admin: { user: 'app-network-admin', group: 'system:masters' },
  'kube-controller-manager': { user: 'system:kube-controller-manager' },
  'kube-scheduler': { user: 'system:kube-scheduler' },
  'kube-proxy': { user: 'system:kube-proxy' },
  'cloud-controller-manager': { user: 'system:cloud-controller-manager' },
  'calico-node': { user: 'calico-node' },
  'calico-cni-plugin': { user: 'calico-cni-plugin' },
  'kube-apiserver-kubelet-client': {
    user: 'kube-apiserver-kubelet-client',
    group: 'system:masters',
  },
} as const;

export type ClientName = keyof typeof CLIENTS | 'kubelet';

/** What the issued certificates have to name. */
export interface CertificateSubjects {
  nodeName: string;
  /** Addresses at which the API server and the kubelet are reached. */
  addresses: string[];
}

/**
 * Issues all of a cluster's certificates into `directory` as `<name>.crt` and `<name>.key`. The authorities and the
 * key of service accounts stay as they are when they are there already; everything else is issued anew at each start.
 */
export async function writeCertificates(
  directory: string,
  { nodeName, addresses }: CertificateSubjects,
): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const [ca, frontProxy, etcd] = await Promise.all([
    authority(directory, 'ca', 'kubernetes'),
    authority(directory, 'front-proxy-ca', 'front-proxy-ca'),
    authority(directory, 'etcd-ca', 'etcd-ca'),
  ]);
  await serviceAccountKey(directory);
  const local = ['127.0.0.1', ...addresses];
  await Promise.all([
    issue(directory, ca, 'kube-apiserver', {
      user: 'kube-apiserver',
      hosts: [
        'kubernetes',
        'kubernetes.default',
        'kubernetes.default.svc',
        'kubernetes.default.svc.cluster.local',
        'localhost',
        API_SERVICE_ADDRESS,
        ...local,
      ],
    }),
    issue(directory, ca, 'kubelet-server', {
      user: nodeName,
      hosts: [nodeName, 'localhost', ...local],
    }),
    issue(directory, ca, 'kubelet', {
      user: `system:node:${nodeName}`,
      group: 'system:nodes',
    }),
    ...Object.entries(CLIENTS).map(([name, subject]) =>
      issue(directory, ca, name, subject),
    ),
    issue(directory, frontProxy, 'front-proxy-client', {
      user: 'front-proxy-client',
    }),
    issue(directory, etcd, 'etcd', {
      user: 'etcd',
      hosts: ['localhost', '127.0.0.1'],
    }),
    issue(directory, etcd, 'etcd-client', { user: 'kube-apiserver' }),
  ]);
}

/** Reads what `writeCertificates` wrote. */
export async function readIdentity(
  directory: string,
  name: string,
): Promise<Identity> {
  const [certificate, key] = await Promise.all([
    readFile(join(directory, `${name}.crt`), 'utf8'),
    readFile(join(directory, `${name}.key`), 'utf8'),
  ]);
  return { certificate, key };
}

async function authority(
  directory: string,
  name: string,
  commonName: string,
): Promise<Authority> {
  const existing = await readIdentity(directory, name).catch(() => undefined);
  if (existing) {
    const certificate = new x509.X509Certificate(existing.certificate);
    const privateKey = await webcrypto.subtle.importKey(
      'pkcs8',
      x509.PemConverter.decodeFirst(existing.key),
      ALGORITHM,
      true,
      ['sign'],
    );
    const publicKey = await certificate.publicKey.export();
    return { certificate, keys: { privateKey, publicKey } };
  }
  const keys = await generateKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: subjectName(commonName),
    ...validity(3650),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(
        x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.digitalSignature,
        true,
      ),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  await write(directory, name, certificate, keys);
  return { certificate, keys };
}

interface Subject {
  user: string;
  group?: string;
  /** Names and addresses of a server; without them the certificate is a client's alone. */
  hosts?: string[];
}

async function issue(
  directory: string,
  issuer: Authority,
  name: string,
  { user, group, hosts }: Subject,
): Promise<void> {
  const keys = await generateKeys();
  const usages = [x509.ExtendedKeyUsage.clientAuth];
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(false, undefined, true),
    new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
    await x509.AuthorityKeyIdentifierExtension.create(issuer.certificate),
  ];
  if (hosts) {
    usages.push(x509.ExtendedKeyUsage.serverAuth);
    extensions.push(
      new x509.SubjectAlternativeNameExtension(
        [...new Set(hosts)].map(value => ({
          type: /^[\d.]+$/.test(value) ? 'ip' : 'dns',
          value,
        })),
      ),
    );
  }
  extensions.push(new x509.ExtendedKeyUsageExtension(usages));
  const certificate = await x509.X509CertificateGenerator.create({
    subject: subjectName(user, group),
    issuer: issuer.certificate.subjectName,
    ...validity(365),
    publicKey: keys.publicKey,
    signingKey: issuer.keys.privateKey,
    signingAlgorithm: ALGORITHM,
    extensions,
  });
  await write(directory, name, certificate, keys);
}

// Service account tokens are signed with RSA, as clients outside of Go expect (RS256).
async function serviceAccountKey(directory: string): Promise<void> {
  const privatePath = join(directory, 'service-account.key');
  const existing = await readFile(privatePath).catch(() => undefined);
  if (existing) {
    return;
  }
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  await writeFile(join(directory, 'service-account.pub'), publicKey);
  await writeFile(privatePath, privateKey, { mode: 0o600 });
}

function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function write(
  directory: string,
  name: string,
  certificate: x509.X509Certificate,
  keys: webcrypto.CryptoKeyPair,
): Promise<void> {
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  await writeFile(join(directory, `${name}.key`), `${key}\n`, { mode: 0o600 });
  await writeFile(
    join(directory, `${name}.crt`),
    `${certificate.toString('pem')}\n`,
  );
}

function subjectName(user: string, group?: string): x509.Name {
  return new x509.Name([...(group ? [{ O: [group] }] : []), { CN: [user] }]);
}

// A clock may be set back a little; a certificate of the future would be refused.
function validity(days: number): { notBefore: Date; notAfter: Date } {
  const now = Date.now();
  return {
    notBefore: new Date(now - DAY),
    notAfter: new Date(now + days * DAY),
  };
}
