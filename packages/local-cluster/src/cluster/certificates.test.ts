import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { readIdentity, writeCertificates } from './certificates.ts';

describe('writeCertificates', () => {
  let directory: string;
  const subjects = { nodeName: 'one', addresses: ['10.201.0.2'] };
  const certificate = async (name: string) =>
    new X509Certificate(await readFile(join(directory, `${name}.crt`)));

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'certificates-'));
    await writeCertificates(directory, subjects);
  });

  after(() => rm(directory, { recursive: true }));

  test('the API server has a certificate for its names and addresses', async () => {
    const ca = await certificate('ca');
    const server = await certificate('kube-apiserver');
    assert.ok(server.verify(ca.publicKey));
    assert.ok(server.checkIssued(ca));
    for (const address of ['10.201.0.2', '127.0.0.1', '10.96.0.1']) {
      assert.ok(server.checkIP(address), address);
    }
    assert.ok(server.checkHost('kubernetes.default.svc'));
    const { key } = await readIdentity(directory, 'kube-apiserver');
    assert.ok(server.checkPrivateKey(createPrivateKey(key)));
  });

  test('a client is known by its user and group', async () => {
    const { subject } = await certificate('kubelet');
    assert.equal(subject, 'O=system:nodes\nCN=system:node:one');
  });

  test('etcd trusts nobody of the cluster', async () => {
    const ca = await certificate('ca');
    const client = await certificate('etcd-client');
    assert.ok(client.verify((await certificate('etcd-ca')).publicKey));
    assert.ok(!client.verify(ca.publicKey));
  });

  test('a restart keeps the authorities and renews the rest', async () => {
    const ca = await certificate('ca');
    const server = await certificate('kube-apiserver');
    await writeCertificates(directory, subjects);
    assert.equal((await certificate('ca')).fingerprint, ca.fingerprint);
    const renewed = await certificate('kube-apiserver');
    assert.notEqual(renewed.fingerprint, server.fingerprint);
    assert.ok(renewed.verify(ca.publicKey));
  });
});
