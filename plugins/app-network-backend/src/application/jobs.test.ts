import { isOfCronJob, jobTemplate, type Job } from './jobs';

const template = {
  metadata: { labels: { app: 'shop' } },
  spec: { serviceAccountName: 'stocktaker' },
};

function job(parts: Partial<Job>, ownerKind?: string): Job {
  const ownerReferences = ownerKind
    ? [{ kind: ownerKind, controller: true }]
    : [];
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { namespace: 'shop', name: 'stocktaking', ownerReferences },
    ...parts,
  };
}

describe('jobTemplate', () => {
  it('is that of a CronJob and of a Job that has not ended', () => {
    const cronJob = { spec: { jobTemplate: { spec: { template } } } };
    expect(jobTemplate(job({ kind: 'CronJob', ...cronJob }))).toBe(template);
    const suspended = [{ type: 'Suspended', status: 'True' }];
    expect(
      jobTemplate(
        job({ spec: { template }, status: { conditions: suspended } }),
      ),
    ).toBe(template);
  });

  it.each(['Complete', 'Failed'])('is none of a Job that is %s', type => {
    const status = { conditions: [{ type, status: 'True' }] };
    expect(jobTemplate(job({ spec: { template }, status }))).toBeUndefined();
  });
});

describe('isOfCronJob', () => {
  it('is so of what a CronJob has made, and of nothing else', () => {
    expect(isOfCronJob(job({}, 'CronJob'))).toBe(true);
    expect(isOfCronJob(job({}, 'Workflow'))).toBe(false);
    expect(isOfCronJob(job({}))).toBe(false);
  });
});
