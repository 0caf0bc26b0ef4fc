import { randomBytes } from 'node:crypto';
import { Resolver } from 'node:dns/promises';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureNameServer } from '@internal/local-cluster/src/build/system.ts';
import { freePort, startHostProcess } from './hostProcess.ts';

/** A zone that a name server keeps. */
export interface Zone {
  name: string;
  /** Records that are there from the start, as in a zone file, such as `www A 192.0.2.1`. */
  records?: string[];
  /** Whether those who have the key may read and write it; nobody may otherwise. */
  open: boolean;
}

/** BIND, started for a test. */
export interface NameServer {
  address: string;
  port: number;
  /** The key that opens the open zones. */
  key: { name: string; algorithm: 'hmac-sha256'; secret: string };
  /** The address records of a name, in order; empty where there are none. */
  addressesOf(hostname: string): Promise<string[]>;
  /** The name that a name is an alias of. */
  aliasOf(hostname: string): Promise<string | undefined>;
  /** Seconds for which the address of a name may be remembered. */
  ttlOf(hostname: string): Promise<number | undefined>;
  /** Texts of a name. */
  textsOf(hostname: string): Promise<string[]>;
  end(): Promise<void>;
}

/** Starts BIND on an address of this machine. */
export async function startNameServer(
  address: string,
  zones: Zone[],
): Promise<NameServer> {
  const named = await ensureNameServer({
    install: true,
    notice: line => process.stderr.write(`${line}\n`),
  });
  const directory = await mkdtemp(path.join(tmpdir(), 'name-server-'));
  const port = await freePort(address);
  const key = {
    name: 'app-network',
    algorithm: 'hmac-sha256',
    secret: randomBytes(32).toString('base64'),
  } as const;
  for (const zone of zones) {
    await writeFile(path.join(directory, zone.name), zoneFile(zone, address));
  }
  const file = path.join(directory, 'named.conf');
  await writeFile(
    file,
    configuration({ directory, address, port, key, zones }),
  );

  const { end } = await startHostProcess(named, ['-g', '-c', file], {
    ready: / running$/m,
  });

  const ask = <T>(look: (resolver: Resolver) => Promise<T[]>): Promise<T[]> => {
    // A resolver remembers answers, so each question has one of its own.
    const resolver = new Resolver({ timeout: 2_000, tries: 3 });
    resolver.setServers([`${address}:${port}`]);
    return look(resolver).catch(error => {
      if (['ENOTFOUND', 'ENODATA'].includes(error.code)) {
        return [];
      }
      throw error;
    });
  };
  return {
    address,
    port,
    key,
    addressesOf: async hostname =>
      (await ask(resolver => resolver.resolve4(hostname))).sort(),
    aliasOf: async hostname =>
      (await ask(resolver => resolver.resolveCname(hostname)))[0],
    ttlOf: async hostname =>
      (await ask(resolver => resolver.resolve4(hostname, { ttl: true })))[0]
        ?.ttl,
    textsOf: async hostname =>
      (await ask(resolver => resolver.resolveTxt(hostname))).map(parts =>
        parts.join(''),
      ),
    async end() {
      await end();
      await rm(directory, { recursive: true });
    },
  };
}

function configuration({
  directory,
  address,
  port,
  key,
  zones,
}: Pick<NameServer, 'address' | 'port' | 'key'> & {
  directory: string;
  zones: Zone[];
}): string {
  return `
options {
  directory "${directory}";
  pid-file none;
  session-keyfile "${directory}/session.key";
  listen-on port ${port} { ${address}; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  notify no;
  allow-transfer { none; };
};
controls { };
key "${key.name}" {
  algorithm ${key.algorithm};
  secret "${key.secret}";
};
${zones
  .map(({ name, open }) => {
    const who = open ? `key "${key.name}"` : 'none';
    return `
zone "${name}" {
  type primary;
  file "${name}";
  allow-update { ${who}; };
  allow-transfer { ${who}; };
};`;
  })
  .join('')}
`;
}

function zoneFile({ name, records = [] }: Zone, address: string): string {
  return `$ORIGIN ${name}.
$TTL 60
@ SOA ns admin 1 3600 600 86400 1
@ NS ns
ns A ${address}
${records.join('\n')}
`;
}
