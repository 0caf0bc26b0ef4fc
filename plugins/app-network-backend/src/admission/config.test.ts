import { readAdmission, withOwnPorts } from './config';

const read = (value: unknown) => readAdmission(value, 'a.admission');

describe('readAdmission', () => {
  it('needs nothing', () => {
    expect(read({})).toEqual({
      listen: { port: 9443 },
      failurePolicy: 'Ignore',
      timeoutSeconds: 5,
    });
  });

  it('reads all of it', () => {
    expect(
      read({
        url: 'https://portal.example.com:9443',
        listen: { host: '192.0.2.7', port: 8443 },
        failurePolicy: 'Fail',
        timeoutSeconds: 2,
      }),
    ).toEqual({
      url: 'https://portal.example.com:9443',
      listen: { host: '192.0.2.7', port: 8443 },
      failurePolicy: 'Fail',
      timeoutSeconds: 2,
    });
    expect(
      read({ service: { namespace: 'portal', name: 'admission' } }),
    ).toMatchObject({
      service: { namespace: 'portal', name: 'admission', port: 443 },
    });
  });

  it.each<[unknown, string]>([
    [true, 'a.admission: has to be an object, and is true'],
    [
      { url: 'http://portal' },
      'a.admission.url: has to be like https://host:9443, without a user, a path or a query, and is "http://portal"',
    ],
    [
      { url: 'https://portal/path' },
      'a.admission.url: has to be like https://host:9443, without a user, a path or a query, and is "https://portal/path"',
    ],
    [
      { service: { name: 'x' } },
      'a.admission.service: needs namespace and name',
    ],
    [
      { url: 'https://portal', service: { namespace: 'a', name: 'b' } },
      'a.admission: has both url and service; the API server reaches the webhook either by its URL or by a Service',
    ],
    [
      { listen: { port: '9443' } },
      'a.admission.listen.port: has to be a whole number from 1 to 65535, and is "9443"',
    ],
    [
      { failurePolicy: 'fail' },
      'a.admission.failurePolicy: has to be Ignore or Fail, and is "fail"',
    ],
    [
      { timeoutSeconds: 31 },
      'a.admission.timeoutSeconds: has to be a whole number from 1 to 30, and is 31',
    ],
  ])('says what is wrong with %j', (value, problem) => {
    expect(read(value).problem).toBe(problem);
  });

  it('wants a port for each cluster', () => {
    const clusters = withOwnPorts(
      ['a', 'b'].map(path => ({ path, admission: read({}) })),
    );
    expect(clusters.map(({ admission }) => admission.problem)).toEqual([
      undefined,
      'b.admission.listen.port: 9443 is that of a too; give each cluster its own',
    ]);
  });
});
