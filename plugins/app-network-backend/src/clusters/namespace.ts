/** Namespace in each cluster of what backends share: the lease that one at a time holds, with which it is made, and certificates. */
export const OWN_NAMESPACE = 'app-network';
