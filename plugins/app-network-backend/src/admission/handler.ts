import type { LoggerService } from '@backstage/backend-plugin-api';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { keyOf } from '../engine/objects';
import { probeAnswer } from './probe';
import { formatReview, parseReview } from './review';
import type { AdmissionRequest, AdmissionResponse } from './types';
import { PROBE_LABEL, WEBHOOK_PATH } from './webhookConfiguration';

/** Twice what the API server takes of one request (k8s.io/apiserver/pkg/server/config.go, MaxRequestBodyBytes), for an object comes with the one before. */
const LIMIT_BYTES = 2 * 3 * 1024 * 1024;

/** Answers AdmissionReviews, and logs what is refused. */
export function createAdmissionHandler(options: {
  /** Name of the cluster, for the log. */
  cluster: string;
  admit: (request: AdmissionRequest) => AdmissionResponse;
  logger: LoggerService;
}): Express {
  const { cluster, admit, logger } = options;

  const answer = (request: AdmissionRequest): AdmissionResponse => {
    const nonce = request.object?.metadata.labels?.[PROBE_LABEL];
    if (nonce !== undefined && request.operation === 'CREATE') {
      return { allowed: false, message: probeAnswer(nonce) };
    }
    const response = admit(request);
    if (!response.allowed) {
      const { operation, kind, namespace, name = '', userInfo } = request;
      logger.info(
        `cluster ${cluster}: ${operation} of ${kind.kind} ${keyOf(
          namespace,
          name,
        )} by ${userInfo?.username} is refused: ${response.message}`,
      );
    }
    return response;
  };

  // The API server makes of it an error of its own, and does as failurePolicy says.
  const onError: ErrorRequestHandler = (error, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    logger.warn(`cluster ${cluster}: admission failed: ${error}`);
    response.status(error.status ?? 500).send(String(error));
  };

  return express()
    .disable('x-powered-by')
    .post(WEBHOOK_PATH, express.json({ limit: LIMIT_BYTES }), (req, res) => {
      const request = parseReview(req.body);
      res.type('json').send(formatReview(request.uid, answer(request)));
    })
    .use(onError);
}
