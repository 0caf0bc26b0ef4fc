/**
 * The two kinds of App Network, their schemas and types, and the types of the backend's HTTP API. No I/O.
 *
 * @packageDocumentation
 */
export {
  createAppNetworkClient,
  type AppNetworkClient,
  type AppNetworkRef,
  type CallOptions,
  type ChangedSince,
} from './api/client';
export type { paths as AppNetworkApiPaths } from './api/openapi.generated';
export {
  APP_NETWORK_SIGNAL_CHANNEL,
  type AppliedObject,
  type AppNetworkInput,
  type AppNetworkSignal,
  type AppNetworkView,
  type ClusterSummary,
  type EntityNetworks,
  type ObjectView,
  type PlannedChart,
  type PlannedObject,
  type PlannedRelease,
  type PlanProblem,
  type PlatformChange,
  type PlatformPlan,
  type ReleaseValues,
  type RolloutView,
  type RouteView,
} from './api/types';
export {
  daysToExpiry,
  NOTICE_DAYS,
  type NoticeDays,
  type Validity,
} from './certificateExpiry';
export {
  APP_NETWORK_CONDITIONS,
  type AppNetwork,
  type AppNetworkConditionType,
  type AppNetworkJwtRule,
  type AppNetworkRouteMatch,
  type AppNetworkRule,
  type AppNetworkSpec,
  type AppNetworkStatus,
} from './kinds/appNetwork';
export {
  customResourceDefinitions,
  type CustomResourceDefinition,
} from './kinds/customResourceDefinitions';
export { withDefaults } from './kinds/defaults';
export {
  FINALIZER,
  KUBERNETES_ID,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  OWNER_LABEL,
  ownerLabelValue,
  shortenName,
} from './kinds/labels';
export {
  API_GROUP,
  API_VERSION,
  type Address,
  type Condition,
  type IssuerRef,
  type KubernetesObject,
  type ManagedFieldsEntry,
  type ObjectMeta,
  type ObjectRef,
} from './kinds/meta';
export {
  COMPONENT_STATES,
  COMPONENT_STEPS,
  NETWORK_PLATFORM_NAME,
  PLATFORM_CONDITIONS,
  PLATFORM_ISSUER,
  type ChartSource,
  type ComponentDrift,
  type ComponentStatus,
  type NetworkPlatform,
  type NetworkPlatformSpec,
  type NetworkPlatformStatus,
  type PlatformConditionType,
  type SystemComponent,
  type SystemComponentStatus,
} from './kinds/networkPlatform';
export {
  brokenRule,
  COOKIE_NAME_RULES,
  COOKIE_PATH_RULES,
  PATH_RULES,
  type StringRule,
} from './kinds/stringRules';
export {
  appNetworkApplyPermission,
  appNetworkDeletePermission,
  appNetworkDeployPermission,
  appNetworkPermissions,
  appNetworkPlatformPermission,
  appNetworkReadPermission,
} from './permissions';
