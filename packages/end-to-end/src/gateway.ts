import http, { type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { TLSSocket } from 'node:tls';

export interface GatewayAnswer {
  status: number;
  body: string;
  headers: IncomingHttpHeaders;
  /** DNS names of the certificate that the gateway served. */
  certificateNames: string;
}

/**
 * A request over HTTPS through a gateway, GET unless said otherwise, as a client would whose DNS answers with `address`. The certificate must chain to `ca` (PEM) and cover
 * the URL's hostname; otherwise the call fails, as it does when nobody answers.
 */
export function getThroughGateway(
  url: string,
  options: {
    address: string;
    ca: string;
    method?: string;
    headers?: Record<string, string>;
    /** Asked for as it is written, where a URL would be put right. */
    path?: string;
  },
): Promise<GatewayAnswer> {
  const { hostname, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = https.request(
      {
        method: options.method,
        host: options.address,
        servername: hostname,
        path: options.path ?? pathname + search,
        headers: { host: hostname, ...options.headers },
        ca: options.ca,
        agent: false,
        timeout: 5_000,
      },
      response => {
        const { subjectaltname = '' } = (
          response.socket as TLSSocket
        ).getPeerCertificate();
        let body = '';
        response.setEncoding('utf8');
        response.on('data', chunk => {
          body += chunk;
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            body,
            headers: response.headers,
            certificateNames: subjectaltname,
          }),
        );
      },
    );
    request.on('timeout', () =>
      request.destroy(new Error(`no answer from ${options.address} in 5 s`)),
    );
    request.on('error', reject);
    request.end();
  });
}

/** What is answered to a request over plain HTTP, as far as it is a redirect: its status and where it leads. */
export function redirectOf(
  url: string,
  { address }: { address: string },
): Promise<{ status?: number; location?: string }> {
  const { hostname, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const request = http.get(
      {
        host: address,
        path: pathname + search,
        headers: { host: hostname },
        agent: false,
        timeout: 5_000,
      },
      response => {
        response.resume();
        resolve({
          status: response.statusCode,
          location: response.headers.location,
        });
      },
    );
    request.on('timeout', () =>
      request.destroy(new Error(`no answer from ${address} in 5 s`)),
    );
    request.on('error', reject);
  });
}

/** Makes one request after the other over one connection until it is told to end, and tells their statuses in turn. */
export function keepAsking(
  url: string,
  options: { address: string; ca: string },
): { seen: readonly number[]; end(): Promise<void> } {
  const { hostname, pathname } = new URL(url);
  const agent = new https.Agent({ keepAlive: true, maxSockets: 1 });
  const seen: number[] = [];
  let goesOn = true;
  const once = () =>
    new Promise<number>((resolve, reject) => {
      https
        .get(
          {
            agent,
            host: options.address,
            servername: hostname,
            path: pathname,
            headers: { host: hostname },
            ca: options.ca,
          },
          response => {
            response.resume();
            response.on('end', () => resolve(response.statusCode ?? 0));
          },
        )
        .on('error', reject);
    });
  const run = async () => {
    while (goesOn) {
      seen.push(await once());
    }
  };
  const ended = run().finally(() => agent.destroy());
  ended.catch(() => undefined);
  return {
    seen,
    end() {
      goesOn = false;
      return ended;
    },
  };
}
