import type {
  AuditorService,
  AuditorServiceCreateEventOptions,
} from '@backstage/backend-plugin-api';
import { toHttpError } from './errors';

/** Does a write and has the auditor note who asked for it and how it ended. */
export async function audited<T>(
  auditor: AuditorService,
  event: AuditorServiceCreateEventOptions,
  write: () => Promise<T>,
): Promise<T> {
  const entry = await auditor.createEvent({
    severityLevel: 'medium',
    ...event,
  });
  try {
    const result = await write();
    await entry.success();
    return result;
  } catch (error) {
    const httpError = toHttpError(error);
    await entry.fail({
      error: httpError instanceof Error ? httpError : new Error(`${httpError}`),
    });
    throw httpError;
  }
}
