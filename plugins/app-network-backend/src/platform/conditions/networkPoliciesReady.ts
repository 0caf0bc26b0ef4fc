import type { Row } from './row';

/** P11: every system component has its NetworkPolicy. */
export function networkPoliciesReady(): Row {
  return {
    type: 'NetworkPoliciesReady',
    status: 'True',
    reason: 'NotSupported',
    message: 'This version makes no NetworkPolicies for system components.',
  };
}
