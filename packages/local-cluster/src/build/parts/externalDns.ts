import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { filesOf } from '../cache.ts';
import { writeImageArchive, type ImageSource } from '../images/imageArchive.ts';
import {
  baseFiles,
  executable,
  NONROOT_USER,
  PATH,
} from '../images/sources.ts';
import { digestOfPart, type Part } from '../part.ts';
import type { SystemTools } from '../system.ts';
import type { BuiltExtra } from '../types.ts';
import type { Versions } from '../versions.ts';
import { packageChart, type ChartSource } from './charts.ts';
import { goPart } from './goPart.ts';
import { imageArchitecture, INDEX, readImages } from './images.ts';

const PROGRAM = 'external-dns';
const ARCHIVE = 'external-dns.tar';

/** ExternalDNS: its program, its image and its chart. */
export function externalDns(versions: Versions): Part {
  const { externalDns: version } = versions;
  return goPart({
    name: 'external-dns',
    title: `ExternalDNS ${version.replace(/^v/, '')}`,
    estimatedSeconds: 185,
    go: {
      module: 'external-dns',
      packages: 'tool',
      variables: {
        'sigs.k8s.io/external-dns/pkg/apis/externaldns.Version': version,
      },
    },
    async inputs(context) {
      return [
        JSON.stringify(chartSource(versions)),
        digestOfPart(context, 'helm'),
        ...(await filesOf(
          join(import.meta.dirname, '..', 'images'),
          name => !name.endsWith('.test.ts'),
        )),
      ];
    },
    async complete(directory, context) {
      if (context.system === undefined) {
        throw new Error('images are built only where a node is possible');
      }
      const ids = await writeImageArchive(
        join(directory, ARCHIVE),
        imageSource(join(directory, PROGRAM), context.system, version),
        imageArchitecture(),
      );
      await writeFile(
        join(directory, INDEX),
        JSON.stringify(
          Object.entries(ids).map(([reference, id]) => ({
            reference,
            file: ARCHIVE,
            id,
          })),
        ),
      );
      await packageChart(chartSource(versions), directory, context);
    },
  });
}

/** What is in the directory of the part. */
export async function builtExternalDns(
  directory: string,
  versions: Versions,
): Promise<BuiltExtra> {
  const { name, version } = chartSource(versions);
  const [image] = await readImages(directory);
  if (!image) {
    throw new Error(`${directory} has no image`);
  }
  return {
    image,
    chart: { path: join(directory, `${name}-${version}.tgz`), version },
  };
}

function imageSource(
  program: string,
  system: SystemTools,
  version: string,
): ImageSource {
  const path = `/usr/local/bin/${PROGRAM}`;
  return {
    files: { ...baseFiles(system), [path]: executable(program) },
    images: [
      {
        reference: `registry.k8s.io/external-dns/external-dns:${version}`,
        config: {
          Entrypoint: [path],
          User: `${NONROOT_USER}:${NONROOT_USER}`,
          Env: [PATH],
          WorkingDir: '/',
        },
      },
    ],
  };
}

function chartSource({
  externalDns: version,
  externalDnsChart,
}: Versions): ChartSource {
  return {
    module: 'external-dns',
    path: 'sigs.k8s.io/external-dns',
    folder: 'charts/external-dns',
    name: 'external-dns',
    version: externalDnsChart,
    appVersion: version.replace(/^v/, ''),
  };
}
