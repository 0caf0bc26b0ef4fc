import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensurePebble } from '@internal/local-cluster/src/build/ensurePebble.ts';
import { progressOn } from '@internal/local-cluster/src/progress.ts';
import { freePort, startHostProcess } from './hostProcess.ts';

/** Pebble, started for a test: an ACME server that asks for proof as Let's Encrypt does. */
export interface AcmeServer {
  /** URL of its directory. */
  directory: string;
  /** The CA (PEM) that what it issues chains to. */
  ca: string;
  end(): Promise<void>;
}

/**
 * Starts Pebble on an address of this machine.
 *
 * @param options - `identity`: its own certificate, of that address, and key, PEM; `nameServer`: whom it asks for proof, `<address>:<port>`;
 * `refused`: domains that it issues nothing for
 */
export async function startPebble(
  address: string,
  options: {
    identity: { certificate: string; key: string };
    nameServer: string;
    refused: string[];
  },
): Promise<AcmeServer> {
  const pebble = await ensurePebble({
    install: true,
    report: progressOn(process.stderr).build,
  });
  const directory = await mkdtemp(path.join(tmpdir(), 'pebble-'));
  const inDirectory = (name: string) => path.join(directory, name);
  await writeFile(inDirectory('tls.crt'), options.identity.certificate);
  await writeFile(inDirectory('tls.key'), options.identity.key);
  const [acme, management] = [
    `${address}:${await freePort(address)}`,
    `${address}:${await freePort(address)}`,
  ];
  await writeFile(
    inDirectory('config.json'),
    JSON.stringify({
      pebble: {
        listenAddress: acme,
        managementListenAddress: management,
        certificate: inDirectory('tls.crt'),
        privateKey: inDirectory('tls.key'),
        httpPort: 80,
        domainBlocklist: options.refused,
      },
    }),
  );
  const { end } = await startHostProcess(
    pebble,
    ['-config', inDirectory('config.json'), '-dnsserver', options.nameServer],
    {
      ready: /ACME directory available/,
      // It would wait at random before it looks at a proof, refuse some calls on purpose, to try clients, and ask for no proof of half of the
      // names that it had some of.
      env: {
        PEBBLE_VA_NOSLEEP: '1',
        PEBBLE_WFE_NONCEREJECT: '0',
        PEBBLE_AUTHZREUSE: '0',
      },
    },
  );
  return {
    directory: `https://${acme}/dir`,
    ca: await get(
      `https://${management}/roots/0`,
      options.identity.certificate,
    ),
    async end() {
      await end();
      await rm(directory, { recursive: true });
    },
  };
}

function get(url: string, ca: string): Promise<string> {
  return new Promise((resolve, reject) => {
    https
      .get(url, { ca, agent: false, timeout: 5_000 }, async response => {
        resolve((await response.toArray()).join(''));
      })
      .on('error', reject);
  });
}
