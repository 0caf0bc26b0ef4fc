import { readFile } from 'node:fs/promises';

// include/uapi/linux/capability.h
const NEEDED = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21 };

/** What keeps a cluster from having namespaces of its own here, in words, or undefined when nothing does. */
export async function missingForIsolation(): Promise<string | undefined> {
  if (process.platform !== 'linux') {
    return `a node needs Linux, and this is ${process.platform}`;
  }
  if (process.getuid?.() !== 0) {
    return 'a node needs root';
  }
  const status = await readFile('/proc/self/status', 'utf8');
  const effective = BigInt(
    `0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`,
  );
  const missing = Object.entries(NEEDED)
    .filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n)
    .map(([name]) => name);
  return missing.length > 0
    ? `a node needs ${missing.join(' and ')}, which this root has not got`
    : undefined;
}
