/** What is seen of a cluster's webhook, for the condition AdmissionReady. */
export interface AdmissionObservation {
  state: /** It is being made, or tried for the first time. */
  | 'Pending'
    /** The API server calls it. */
    | 'Reachable'
    /** The API server can't call it. */
    | 'Unreachable'
    /** app-config is wrong, or one of its objects can't be had. */
    | 'Failed';
  /** For people. */
  message: string;
}
