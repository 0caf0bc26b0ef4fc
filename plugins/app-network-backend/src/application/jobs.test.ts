import { podTemplateOf, type Job } from './jobs';

const template = {
  metadata: { labels: { app: 'shop' } },
  spec: { serviceAccountName: 'stocktaker' },
};

function job(parts: Partial<Job>): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace: 'shop', name: 'stocktaking' },
    ...parts,
  };
}

describe('podTemplateOf', () => {
  it('is that of a CronJob and of a Job that has not ended', () => {
    const cronJob = { spec: { jobTemplate: { spec: { template } } } };
    expect(podTemplateOf(job({ kind: 'CronJob', ...cronJob }))).toBe(template);
    const suspended = [{ type: 'Suspended', status: 'True' }];
    expect(
      podTemplateOf(
        job({ spec: { template }, status: { conditions: suspended } }),
      ),
    ).toBe(template);
  });

  it.each(['Complete', 'Failed'])('is none of a Job that is %s', type => {
    const status = { conditions: [{ type, status: 'True' }] };
    expect(podTemplateOf(job({ spec: { template }, status }))).toBeUndefined();
  });
});
