import type { NetworkPlatformSpec } from '@app-network/backstage-plugin-app-network-common';

/** What is read of a solver of cert-manager's (acme.cert-manager.io/v1, ACMEChallengeSolver). */
interface Solver {
  http01?: object;
}

/**
 * Whether an ACME server may ask for proof over HTTP (HTTP-01), which somebody has to give at port 80 of a hostname. How an issuer of the
 * user's own has it proven is not known.
 */
export function mayAskOverHttp({ certificates }: NetworkPlatformSpec): boolean {
  const { acme, issuerRef } = certificates ?? {};
  return (
    issuerRef !== undefined ||
    (acme?.solvers ?? []).some(({ http01 }: Solver) => http01 !== undefined)
  );
}
