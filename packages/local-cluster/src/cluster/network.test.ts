import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseNetwork, parseRoutes } from './network.ts';

describe('chooseNetwork', () => {
  test('takes the first candidate on a host that uses none of them', () => {
    assert.deepEqual(chooseNetwork('app-network-12ab34', []), {
      hostInterface: 'an-app-n-12ab34',
      hostAddress: '10.201.0.1',
      nodeAddress: '10.201.0.2',
      loadBalancerRange: '10.201.0.128/25',
    });
  });

  test('keeps away from a wider range, from a part of its own, and from a single address', () => {
    const used = [
      { address: '10.201.0.0', prefixLength: 25 },
      { address: '10.201.1.128', prefixLength: 25 },
      { address: '10.201.2.77', prefixLength: 32 },
    ];
    assert.equal(chooseNetwork('a-12ab34', used).nodeAddress, '10.201.3.2');
    const wide = [{ address: '10.0.0.0', prefixLength: 8 }];
    assert.equal(chooseNetwork('a-12ab34', wide).nodeAddress, '172.29.0.2');
  });

  test('gives a cluster that comes back its addresses, unless they were taken meanwhile', () => {
    const previous = chooseNetwork('a-12ab34', [
      { address: '10.201.0.1', prefixLength: 24 },
    ]);
    assert.deepEqual(chooseNetwork('a-12ab34', [], previous), previous);
    const taken = [{ address: '10.201.1.1', prefixLength: 25 }];
    assert.equal(
      chooseNetwork('a-12ab34', taken, previous).nodeAddress,
      '10.201.0.2',
    );
  });

  test('says so when nothing is free', () => {
    const all = [{ address: '128.0.0.0', prefixLength: 1 }];
    all.push({ address: '0.0.0.0', prefixLength: 1 });
    assert.throws(
      () => chooseNetwork('a-12ab34', all),
      /No private address range/,
    );
  });

  test('names the interface in 15 characters, differently for each cluster', () => {
    const name = (id: string) => chooseNetwork(id, []).hostInterface;
    assert.equal(name('a-000001'), 'an-a-000001');
    assert.equal(name('a-long-name-000002'), 'an-a-lon-000002');
  });
});

test('parseRoutes reads the kernel table and leaves the default route out', () => {
  const table = [
    'Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT',
    'eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0',
    'an-x\t8000C90A\t0200C90A\t0003\t0\t0\t0\t80FFFFFF\t0\t0\t0',
  ].join('\n');
  assert.deepEqual(parseRoutes(table), [
    { address: '10.201.0.128', prefixLength: 25 },
  ]);
});
