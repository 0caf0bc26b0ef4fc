import { readFile } from 'node:fs/promises';
import { resolveSafeChildPath } from '@backstage/backend-plugin-api';
import {
  entityEnvelopeSchemaValidator,
  FieldFormatEntityPolicy,
  stringifyEntityRef,
} from '@backstage/catalog-model';
import { InputError } from '@backstage/errors';
import { createTemplateAction } from '@backstage/plugin-scaffolder-node';
import { LineCounter, parseDocument } from 'yaml';
import { writeEntity } from './directory';

/** The scaffolder action `local-catalog:register`, which stands in for `publish:…` and `catalog:register` where there is no Git host. */
export function createRegisterAction(directory: string) {
  return createTemplateAction({
    id: 'local-catalog:register',
    description:
      'Registers the entity of a file of the workspace in the catalog, without a Git host: the portal keeps the file itself',
    supportsDryRun: true,
    schema: {
      input: {
        catalogInfoPath: z =>
          z
            .string()
            .describe('File of the workspace. Default: catalog-info.yaml')
            .optional(),
      },
      output: {
        entityRef: z => z.string().describe('The entity'),
      },
    },
    async handler(ctx) {
      const path = ctx.input.catalogInfoPath ?? 'catalog-info.yaml';
      const file = resolveSafeChildPath(ctx.workspacePath, path);
      const entity = await parseEntity(await readFile(file, 'utf8'), path);
      const entityRef = stringifyEntityRef(entity);
      if (!ctx.isDryRun) {
        await writeEntity(directory, entity);
      }
      ctx.logger.info(`${entityRef} registered`);
      ctx.output('entityRef', entityRef);
    },
  });
}

const validate = entityEnvelopeSchemaValidator();
/** What the catalog asks of names, too: the file of an entity is named after it, and may not be outside the directory. */
const format = new FieldFormatEntityPolicy();

async function parseEntity(text: string, path: string) {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const { line, col } = lineCounter.linePos(error.pos[0]);
    throw new InputError(
      `${path}, line ${line}, column ${col}: ${error.message}`,
    );
  }
  try {
    return await format.enforce(validate(document.toJS()));
  } catch (cause) {
    throw new InputError(`${path} is no entity of the catalog`, cause);
  }
}
