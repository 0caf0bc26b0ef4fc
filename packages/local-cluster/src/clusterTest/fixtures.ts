import { createHash, webcrypto } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import * as x509 from '@peculiar/x509';
import { pack } from 'tar-stream';

/** An image with one empty file, as `docker save` writes it. */
export async function imageArchive(reference: string): Promise<Buffer> {
  const layer = await archive({ empty: '' });
  const digest = createHash('sha256').update(layer).digest('hex');
  const config = {
    architecture: process.arch === 'x64' ? 'amd64' : process.arch,
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest}`] },
  };
  const entry = {
    Config: 'config.json',
    RepoTags: [reference],
    Layers: ['layer.tar'],
  };
  return archive({
    'manifest.json': JSON.stringify([entry]),
    'config.json': JSON.stringify(config),
    'layer.tar': layer,
  });
}

function archive(files: Record<string, string | Buffer>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) {
    tar.entry({ name }, content);
  }
  tar.finalize();
  return buffer(tar);
}

/** A certificate of its own for an address and for names, PEM; valid for a year from now where nothing is said. */
export async function serverCertificate(
  address: string,
  names: readonly string[] = [],
  {
    commonName = 'host',
    ...validity
  }: { commonName?: string; notBefore?: Date; notAfter?: Date } = {},
): Promise<{ authority: string; certificate: string; key: string }> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await webcrypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ]);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    ...validity,
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true),
      new x509.SubjectAlternativeNameExtension([
        { type: 'ip', value: address },
        ...names.map(value => ({ type: 'dns' as const, value })),
      ]),
    ],
  });
  const pem = certificate.toString('pem');
  const key = x509.PemConverter.encode(
    await webcrypto.subtle.exportKey('pkcs8', keys.privateKey),
    'PRIVATE KEY',
  );
  return { authority: pem, certificate: pem, key };
}
