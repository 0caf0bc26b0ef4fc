/** Name of the tests' own cluster, so that they never meet the one of a person at work. */
export const CLUSTER_NAME = 'end-to-end';

/** Port of the tests' own portal. */
export const PORTAL_PORT = 7117;

export const PORTAL_URL = `http://localhost:${PORTAL_PORT}`;
