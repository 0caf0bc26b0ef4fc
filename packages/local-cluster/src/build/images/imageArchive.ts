import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack, type Pack } from 'tar-stream';
import { writeLayer, type RootFilesystem } from './rootFilesystem.ts';

/** What an image says about how to run it: a part of the OCI image configuration. */
export interface ImageConfig {
  Entrypoint: string[];
  Cmd?: string[];
  Env?: string[];
  User?: string;
  WorkingDir?: string;
}

/** An image with one layer, under one or more references that differ in their configuration. */
export interface ImageSource {
  files: RootFilesystem;
  images: { reference: string; config: ImageConfig }[];
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

/**
 * Write an OCI image layout as a tar: what `ctr images import`, `kind load image-archive` and others take
 * (https://github.com/opencontainers/image-spec/blob/main/image-layout.md).
 *
 * @returns the digest of each image's config by reference
 */
export async function writeImageArchive(
  path: string,
  { files, images }: ImageSource,
  architecture: string,
): Promise<Record<string, string>> {
  const scratch = await mkdtemp(join(tmpdir(), 'local-cluster-image-'));
  try {
    const layerFile = join(scratch, 'layer.tar');
    const layer = await writeLayerFile(layerFile, files);
    const archive = pack();
    const written = pipeline(archive, createWriteStream(path));
    const ids: Record<string, string> = {};

    const write = async () => {
      addText(
        archive,
        'oci-layout',
        JSON.stringify({ imageLayoutVersion: '1.0.0' }),
      );
      await addFile(archive, blobPath(layer.digest), layerFile);
      const manifests = images.map(({ reference, config }) => {
        const configBlob = addBlob(
          archive,
          'application/vnd.oci.image.config.v1+json',
          {
            architecture,
            os: 'linux',
            config,
            rootfs: { type: 'layers', diff_ids: [layer.digest] },
          },
        );
        ids[reference] = configBlob.digest;
        const manifest = addBlob(
          archive,
          'application/vnd.oci.image.manifest.v1+json',
          {
            schemaVersion: 2,
            mediaType: 'application/vnd.oci.image.manifest.v1+json',
            config: configBlob,
            layers: [layer],
          },
        );
        return {
          ...manifest,
          annotations: {
            'io.containerd.image.name': reference,
            'org.opencontainers.image.ref.name': reference.slice(
              reference.lastIndexOf(':') + 1,
            ),
          },
        };
      });
      addText(
        archive,
        'index.json',
        JSON.stringify({
          schemaVersion: 2,
          mediaType: 'application/vnd.oci.image.index.v1+json',
          manifests,
        }),
      );
      archive.finalize();
    };
    await Promise.all([write(), written]);
    return ids;
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeLayerFile(
  path: string,
  files: RootFilesystem,
): Promise<Descriptor> {
  const hash = createHash('sha256');
  const layer = pack();
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  await Promise.all([
    writeLayer(layer, files),
    pipeline(layer, hashing, createWriteStream(path)),
  ]);
  return {
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    digest: `sha256:${hash.digest('hex')}`,
    size: (await stat(path)).size,
  };
}

function addBlob(archive: Pack, mediaType: string, value: unknown): Descriptor {
  const text = JSON.stringify(value);
  const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
  addText(archive, blobPath(digest), text);
  return { mediaType, digest, size: Buffer.byteLength(text) };
}

function addText(archive: Pack, name: string, text: string): void {
  archive.entry({ name, mode: 0o644, mtime: new Date(0) }, text);
}

async function addFile(
  archive: Pack,
  name: string,
  path: string,
): Promise<void> {
  const { size } = await stat(path);
  await pipeline(
    createReadStream(path),
    archive.entry({ name, size, mode: 0o644, mtime: new Date(0) }),
  );
}

function blobPath(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`;
}
