export interface Config {
  appNetwork?: {
    /** The clusters whose networks are looked after. None is fine: the portal starts without. */
    clusters?: Array<{
      /** Name of the cluster, as in the annotation backstage.io/kubernetes-cluster of entities. */
      name: string;
      /** Name for people; default: the name. */
      title?: string;
      /**
       * Path of a kubeconfig file, relative to where the backend is started. It may appear or change later. Default, where url is not given
       * either: what kubectl would use, or in a pod its service account.
       */
      kubeconfig?: string;
      /** Context in the kubeconfig; default: its current context. */
      context?: string;
      /** URL of the API server, instead of a kubeconfig. */
      url?: string;
      /** Certificate authority of the API server: PEM, base64-encoded. */
      caData?: string;
      /**
       * Token of a service account.
       * @visibility secret
       */
      serviceAccountToken?: string;
      /** Whether to talk to the API server without knowing that it is the right one. */
      skipTLSVerify?: boolean;
      /**
       * The admission webhook that this backend serves for the cluster: its API server asks it before it takes an AppNetwork or a
       * NetworkPlatform. Absent: none, and what it would refuse is said in the objects' conditions. An empty object is one at the address
       * from which this backend reaches the API server. See docs/admission-webhook.md.
       */
      admission?: {
        /** How the API server reaches it, from outside the cluster: https://portal.example.com:9443. It has to lead here without ending TLS. */
        url?: string;
        /** The same by a Service of the cluster, instead of url. */
        service?: {
          namespace: string;
          name: string;
          /** Default: 443. */
          port?: number;
        };
        listen?: {
          /** Address that this backend listens on. Default: all, or without url and service the one from which it reaches the API server. */
          host?: string;
          /** Each cluster needs its own. Default: 9443. */
          port?: number;
        };
        /** What the API server does with an object when it gets no answer: take it (Ignore, the default), or refuse it (Fail). */
        failurePolicy?: 'Ignore' | 'Fail';
        /** How long the API server waits for an answer, 1 to 30; default 5. */
        timeoutSeconds?: number;
      };
    }>;
    dns?: {
      /**
       * Name servers that are asked whether hostnames lead to the clusters' gateways: addresses, with a port where it is not 53
       * (192.0.2.53, 192.0.2.53:5353, [2001:db8::53]:53). For networks whose names the portal's machine sees otherwise than users do. Default:
       * the servers of each platform's zone, by its NS records or, with provider rfc2136, those of spec.dns.external.values; for other
       * hostnames the resolver of the portal's machine.
       */
      servers?: string[];
    };
    notifications?: {
      /**
       * Entity references of those who are told when a platform's certificate is about to expire: of its CA, of a system component, or of an
       * application that no entity of the catalog has, such as group:default/platform. Default: nobody; it is in the log in any case.
       */
      platformOwners?: string[];
    };
    helm?: {
      /** The helm program, version 4: a name on the PATH, or a path. Default: helm. */
      command?: string;
    };
  };
}
