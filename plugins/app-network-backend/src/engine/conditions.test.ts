import {
  setCondition,
  setConditions,
  summarizeConditions,
  type NewCondition,
} from './conditions';

const condition = (
  type: string,
  status: NewCondition['status'],
  message = '',
): NewCondition => ({ type, status, reason: `Is${status}`, message });

describe('setConditions', () => {
  it('adds a condition with the time, in whole seconds as metav1.Time has them', () => {
    expect(
      setCondition(
        undefined,
        condition('Ready', 'True'),
        '2026-01-01T00:00:01.234Z',
      ),
    ).toEqual([
      {
        ...condition('Ready', 'True'),
        lastTransitionTime: '2026-01-01T00:00:01Z',
      },
    ]);
  });

  it('keeps the time of the last transition while the status stays, though the message changes', () => {
    const before = setCondition(
      [],
      condition('Ready', 'False', 'a'),
      '2026-01-01T00:00:01Z',
    );
    const after = setCondition(
      before,
      condition('Ready', 'False', 'b'),
      '2026-01-01T00:00:02Z',
    );
    expect(after[0]).toMatchObject({
      message: 'b',
      lastTransitionTime: '2026-01-01T00:00:01Z',
    });
  });

  it('moves the time with the status, and leaves other conditions and their places alone', () => {
    const before = setConditions(
      [],
      [condition('A', 'True'), condition('B', 'False')],
      '2026-01-01T00:00:01Z',
    );
    const after = setCondition(
      before,
      condition('A', 'False'),
      '2026-01-01T00:00:02Z',
    );
    expect(
      after.map(({ type, lastTransitionTime }) => [type, lastTransitionTime]),
    ).toEqual([
      ['A', '2026-01-01T00:00:02Z'],
      ['B', '2026-01-01T00:00:01Z'],
    ]);
    expect(after[1]).toBe(before[1]);
  });
});

describe('summarizeConditions', () => {
  const ready = condition('Ready', 'True', 'all is well');

  it('is true when all are', () => {
    expect(summarizeConditions([condition('A', 'True')], ready)).toEqual(ready);
  });

  it('is false as the first that is false, although one before is unknown', () => {
    expect(
      summarizeConditions(
        [
          condition('A', 'Unknown', 'u'),
          condition('B', 'False', 'f'),
          condition('C', 'False', 'g'),
        ],
        ready,
      ),
    ).toMatchObject({
      type: 'Ready',
      status: 'False',
      reason: 'IsFalse',
      message: 'f',
    });
  });

  it('is unknown when one is, and none is false', () => {
    expect(
      summarizeConditions(
        [condition('A', 'True'), condition('B', 'Unknown', 'u')],
        ready,
      ),
    ).toMatchObject({ type: 'Ready', status: 'Unknown', message: 'u' });
  });
});
