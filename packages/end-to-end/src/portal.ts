/** Name of the tests' own cluster, so that they never meet the one of a person at work; with another name and port two runs go side by side. */
export const CLUSTER_NAME = process.env.APP_NETWORK_E2E_CLUSTER ?? 'end-to-end';

/** Port of the tests' own portal. */
export const PORTAL_PORT = Number(process.env.APP_NETWORK_E2E_PORT ?? 7117);

export const PORTAL_URL = `http://localhost:${PORTAL_PORT}`;
