import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingMessage } from './system.ts';

describe('missingMessage', () => {
  const needs = [
    { name: 'iptables', package: 'iptables' },
    { name: 'the extensions of iptables', package: 'iptables' },
    { name: 'runc', package: 'runc' },
  ];

  it('has the exact line to run on a Debian-like system, each package once', () => {
    assert.equal(
      missingMessage(needs, true),
      'This system lacks iptables, the extensions of iptables, runc. Run:\n  apt-get install --yes --no-install-recommends iptables runc',
    );
  });

  it('names the packages elsewhere', () => {
    assert.match(
      missingMessage(needs, false),
      /package manager; Debian's packages are: iptables runc$/,
    );
  });
});
