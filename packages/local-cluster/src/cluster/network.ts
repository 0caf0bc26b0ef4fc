import { BlockList, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { getServers } from 'node:dns';
import { readFile } from 'node:fs/promises';
import { UserError } from './errors.ts';

/** The same in every cluster: they are only seen inside. */
export const POD_RANGE = '10.244.0.0/16';
export const SERVICE_RANGE = '10.96.0.0/16';
export const API_SERVICE_ADDRESS = '10.96.0.1';
export const DNS_SERVICE_ADDRESS = '10.96.0.10';

/** A cluster's own piece of the host's address space: the lower half of a /24 for the cable, the upper half for load balancers. */
export interface ClusterNetwork {
  /** Name of the host's end of the cable, at most 15 characters. */
  hostInterface: string;
  hostAddress: string;
  nodeAddress: string;
  /** CIDR. */
  loadBalancerRange: string;
}

/** An IPv4 range that is in use. */
export interface UsedRange {
  address: string;
  prefixLength: number;
}

const CANDIDATES = ['10.201', '10.202', '172.29', '172.30', '192.168', '10.77'];

/**
 * The /24 that the cluster had before, or else the first of our candidates, that overlaps nothing in use.
 * Throws a `UserError` when there is none.
 */
export function chooseNetwork(
  id: string,
  used: UsedRange[],
  previous?: ClusterNetwork,
): ClusterNetwork {
  const taken = new BlockList();
  for (const { address, prefixLength } of used) {
    taken.addSubnet(address, prefixLength, 'ipv4');
  }
  const isFree = (prefix: string) =>
    !taken.check(`${prefix}.0`) &&
    !used.some(({ address }) => address.startsWith(`${prefix}.`));
  const before = previous?.nodeAddress.split('.').slice(0, 3).join('.');
  if (before && isFree(before)) {
    return networkIn(before, id);
  }
  for (const start of CANDIDATES) {
    for (let third = 0; third < 256; third++) {
      const prefix = `${start}.${third}`;
      if (isFree(prefix)) {
        return networkIn(prefix, id);
      }
    }
  }
  throw new UserError(
    `No private address range is free on this machine: ${CANDIDATES.map(
      c => `${c}.0.0/16`,
    ).join(', ')} are all covered by its interfaces and routes (ip route).`,
  );
}

/** Every IPv4 range that an interface, a route, or a name server of this host uses, the default route left out. */
export async function usedRanges(): Promise<UsedRange[]> {
  const ofInterfaces = Object.values(networkInterfaces())
    .flatMap(addresses => addresses ?? [])
    .filter(({ family }) => family === 'IPv4')
    .map(({ cidr, address }) => ({
      address,
      prefixLength: Number(cidr?.split('/')[1] ?? 32),
    }));
  const ofResolvers = getServers()
    .filter(server => isIPv4(server))
    .map(address => ({ address, prefixLength: 32 }));
  return [...ofInterfaces, ...ofResolvers, ...(await routes())];
}

async function routes(): Promise<UsedRange[]> {
  let table: string;
  try {
    table = await readFile('/proc/net/route', 'utf8');
  } catch {
    return []; // not Linux: nothing is routed to a cluster there
  }
  return parseRoutes(table);
}

/** Reads /proc/net/route, where addresses are hexadecimal and in the machine's byte order. */
export function parseRoutes(table: string): UsedRange[] {
  return table
    .trim()
    .split('\n')
    .slice(1)
    .map(line => line.split(/\s+/))
    .map(([, destination = '', , , , , , mask = '']) => ({
      address: [...Buffer.from(destination, 'hex')].reverse().join('.'),
      prefixLength: [...Buffer.from(mask, 'hex')]
        .map(byte => byte.toString(2).replaceAll('0', '').length)
        .reduce((sum, bits) => sum + bits, 0),
    }))
    .filter(({ prefixLength }) => prefixLength > 0);
}

function networkIn(prefix: string, id: string): ClusterNetwork {
  return {
    hostInterface: interfaceName(id),
    hostAddress: `${prefix}.1`,
    nodeAddress: `${prefix}.2`,
    loadBalancerRange: `${prefix}.128/25`,
  };
}

// An interface's name has 15 characters at most: the start of the cluster's name, and the hash at the end of its id.
function interfaceName(id: string): string {
  return `an-${id.slice(0, -7).slice(0, 5)}${id.slice(-7)}`;
}
