import { watch } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import type { LoggerService } from '@backstage/backend-plugin-api';
import type {
  EntityProvider,
  EntityProviderConnection,
} from '@backstage/plugin-catalog-node';
import { readEntities } from './directory';

/** Feeds the entities of a directory to the catalog: all at the start, and again whenever a file of it changes. */
export function createLocalCatalogProvider(options: {
  directory: string;
  logger: LoggerService;
  signal: AbortSignal;
}): EntityProvider {
  const { directory, logger, signal } = options;
  const name = 'local-catalog';

  async function refresh(connection: EntityProviderConnection): Promise<void> {
    const { entities, problems } = await readEntities(directory);
    problems.forEach(problem => logger.warn(problem));
    await connection.applyMutation({
      type: 'full',
      entities: entities.map(entity => ({ entity, locationKey: name })),
    });
  }

  return {
    getProviderName: () => name,
    async connect(connection) {
      await mkdir(directory, { recursive: true });
      let refreshed = Promise.resolve();
      // One after the other, so that what was read last is what the catalog has.
      const enqueue = () => {
        refreshed = refreshed
          .then(() => refresh(connection))
          .catch(error => logger.error(`${directory}: ${error}`));
        return refreshed;
      };
      const watcher = watch(directory, { signal }, (_event, file) => {
        if (file?.endsWith('.yaml')) {
          enqueue();
        }
      });
      watcher.on('error', error => logger.error(`${directory}: ${error}`));
      await enqueue();
    },
  };
}
