import { createLooks } from './looks';

describe('createLooks', () => {
  let stop: AbortController;
  beforeEach(() => {
    stop = new AbortController();
    jest.useFakeTimers();
  });
  afterEach(() => {
    stop.abort();
    jest.useRealTimers();
  });

  const create = (look: (question: string) => Promise<string>) => {
    const changed: string[] = [];
    const waits: number[] = [];
    const looks = createLooks<string, string>({
      look,
      againAfterMs: (_, times) => {
        waits.push(times);
        return 1_000;
      },
      onChange: key => changed.push(key),
      signal: stop.signal,
    });
    return { looks, changed, waits };
  };

  it('tells what was seen last, and of changes alone', async () => {
    let answer = 'one';
    const { looks, changed, waits } = create(async () => answer);
    expect(looks.see('a', 'question')).toBeUndefined();
    await jest.advanceTimersByTimeAsync(2_500);
    expect(looks.see('a', 'question')).toBe('one');
    expect(changed).toEqual(['a']);

    answer = 'two';
    await jest.advanceTimersByTimeAsync(1_000);
    expect(looks.see('a', 'question')).toBe('two');
    expect(changed).toEqual(['a', 'a']);
    expect(waits).toEqual([1, 2, 3, 1]);
  });

  it('takes no answer for that to another question', async () => {
    const answers: ((answer: string) => void)[] = [];
    const { looks } = create(
      () => new Promise(resolve => answers.push(resolve)),
    );
    looks.see('a', 'first');
    await jest.advanceTimersByTimeAsync(0);
    looks.see('a', 'second');
    await jest.advanceTimersByTimeAsync(0);
    answers[0]?.('of the first');
    await jest.advanceTimersByTimeAsync(0);
    expect(looks.see('a', 'second')).toBeUndefined();
    answers[1]?.('of the second');
    await jest.advanceTimersByTimeAsync(0);
    expect(looks.see('a', 'second')).toBe('of the second');
  });

  it('does not look at what is forgotten, nor after its end', async () => {
    const look = jest.fn(async () => 'seen');
    const { looks } = create(look);
    looks.see('a', 'question');
    looks.see('b', 'question');
    await jest.advanceTimersByTimeAsync(0);
    looks.forget('a');
    await jest.advanceTimersByTimeAsync(1_000);
    expect(look).toHaveBeenCalledTimes(3);
    stop.abort();
    await jest.advanceTimersByTimeAsync(10_000);
    looks.see('c', 'question');
    await jest.advanceTimersByTimeAsync(10_000);
    expect(look).toHaveBeenCalledTimes(3);
  });

  it('has a limited number of looks under way', async () => {
    let underWay = 0;
    let most = 0;
    const { looks } = create(async () => {
      underWay++;
      most = Math.max(most, underWay);
      await new Promise(resolve => setTimeout(resolve, 100));
      underWay--;
      return 'seen';
    });
    for (let index = 0; index < 100; index++) {
      looks.see(`key ${index}`, 'question');
    }
    await jest.advanceTimersByTimeAsync(1_000);
    expect(most).toBe(16);
  });
});
