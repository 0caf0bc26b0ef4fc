/** Field manager of what users ask for through the portal; what the reconciler makes has another. */
export const PORTAL_FIELD_MANAGER = 'app-network-portal';
