import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';

/** A server that runs beside the cluster, on this machine. */
export interface HostProcess {
  end(): Promise<void>;
}

/**
 * Starts a server and waits until it says that it serves.
 *
 * @param options - `ready`: what it prints then, on standard output or error
 * @throws with everything that it has printed, where it ends before
 */
export async function startHostProcess(
  program: string,
  args: string[],
  options: { ready: RegExp; env?: Record<string, string> },
): Promise<HostProcess> {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const ended = new Promise<void>(resolve =>
    child.on('close', () => resolve()),
  );
  let log = '';
  await Promise.race([
    new Promise<void>(resolve => {
      const read = (chunk: Buffer) => {
        log += chunk.toString();
        if (options.ready.test(log)) {
          resolve();
        }
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
    }),
    ended.then(() => {
      throw new Error(`${program} has ended: ${log}`);
    }),
  ]);
  return {
    async end() {
      child.kill();
      await ended;
    },
  };
}

/** A TCP port of an address that nobody listens on. */
export function freePort(address: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, address, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
