import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readIdentity, type ClientName } from './certificates.ts';

/** Where the API server is, and what the cluster is called in a kubeconfig. */
export interface ClusterEndpoint {
  context: string;
  server: string;
}

/** Writes a kubeconfig for one client, with the certificates in it. */
export async function writeKubeconfig(
  path: string,
  certificates: string,
  client: ClientName,
  { context, server }: ClusterEndpoint,
): Promise<void> {
  const [authority, identity] = await Promise.all([
    readFile(join(certificates, 'ca.crt'), 'utf8'),
    readIdentity(certificates, client),
  ]);
  const kubeconfig = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: context,
        cluster: {
          server,
          'certificate-authority-data': base64(authority),
        },
      },
    ],
    users: [
      {
        name: context,
        user: {
          'client-certificate-data': base64(identity.certificate),
          'client-key-data': base64(identity.key),
        },
      },
    ],
    contexts: [{ name: context, context: { cluster: context, user: context } }],
    'current-context': context,
  };
  await writeFile(path, stringify(kubeconfig, { lineWidth: 0 }), {
    mode: 0o600,
  });
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
